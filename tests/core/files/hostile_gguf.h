#pragma once

#include <optional>

#include <fmt/format.h>

#include "tests/core/files/hostile_case.h"

namespace hostile {

inline std::string text(const std::string& bytes) {
    return number(std::uint64_t{bytes.size()}) + bytes;
}

inline std::string record(const std::string& key, std::uint32_t type, const std::string& value) {
    return text(key) + number(type) + value;
}

inline std::string array(std::uint32_t type, std::uint64_t count, const std::string& elements) {
    return number(type) + number(count) + elements;
}

struct TensorRecord {
    std::string name = "w";
    std::vector<std::int64_t> dimensions = {32};  ///< innermost first, as in the file
    std::uint32_t type = 0;                       ///< F32
    std::uint64_t offset = 0;

    std::string bytes() const {
        std::string all = text(name) + number(static_cast<std::uint32_t>(dimensions.size()));
        for (const std::int64_t dimension : dimensions) {
            all += number(dimension);
        }
        return all + number(type) + number(offset);
    }
};

/// A GGUF file, right in all that is not set otherwise.
struct GgufFile {
    std::string magic = "GGUF";
    std::uint32_t version = 3;
    std::vector<std::string> entries = {record("general.architecture", 8, text("llama"))};
    std::vector<TensorRecord> tensors = {{}};
    std::size_t data_bytes = 128;
    std::size_t alignment = 32;
    std::optional<std::uint64_t> entry_count = {};
    std::optional<std::uint64_t> tensor_count = {};

    std::string bytes() const {
        std::string all = magic + number(version) + number(tensor_count.value_or(tensors.size())) +
                          number(entry_count.value_or(entries.size()));
        for (const std::string& entry : entries) {
            all += entry;
        }
        for (const TensorRecord& tensor : tensors) {
            all += tensor.bytes();
        }
        all.resize((all.size() + alignment - 1) / alignment * alignment);
        return all + std::string(data_bytes, '\1');
    }
};

inline std::vector<Case> bad_gguf() {
    std::vector<Case> cases;
    const auto add = [&](const std::string& name, std::string bytes) {
        cases.push_back(single("gguf-" + name, "model.gguf", std::move(bytes)));
    };
    const std::string good = GgufFile{}.bytes();

    for (const std::size_t length : {0, 1, 4, 7, 8, 16, 23, 24, 30, 56, 61, 65, 70, 90, 110}) {
        add("cut-at-" + std::to_string(length), good.substr(0, length));
    }
    add("cut-before-data", good.substr(0, good.size() - 128));
    add("cut-last-byte", good.substr(0, good.size() - 1));
    for (const std::string magic : {"GGML", "tjgg", "lmgg", "fmgg", "FUGG", "gguf"}) {
        add("magic-" + magic, GgufFile{.magic = magic}.bytes());
    }
    for (const std::uint32_t version : {0U, 1U, 4U, 0x03000000U, 0x02000000U, 0xFFFFFFFFU}) {
        add("version-" + std::to_string(version), GgufFile{.version = version}.bytes());
    }
    const std::vector<std::pair<std::string, std::uint64_t>> counts = {
        {"2", 2},
        {"1000", 1000},
        {"2^32", 1ULL << 32},
        {"2^60", 1ULL << 60},
        {"2^63", 1ULL << 63},
        {"2^64-1", ~0ULL},
        {"wraps-times-24", ~0ULL / 24 + 1}};
    for (const auto& [name, count] : counts) {
        add("tensor-count-" + name, GgufFile{.tensor_count = count}.bytes());
        add("entry-count-" + name, GgufFile{.entry_count = count}.bytes());
    }

    const auto add_entry = [&](const std::string& name, const std::string& entry) {
        add("entry-" + name, GgufFile{.entries = {entry}}.bytes());
    };
    add_entry("key-length-2^64-1", number(~0ULL) + "key");
    add_entry("key-longer-than-file", number(std::uint64_t{1000}) + "key");
    add_entry("key-empty", record("", 4, number(1U)));
    add_entry("key-not-utf8", record("a\xC0\xAF", 4, number(1U)));
    add_entry("key-nul", record(std::string("a\0b", 3), 4, number(1U)));
    add_entry("key-control", record("a\x1B[2J", 4, number(1U)));
    add_entry("key-of-70000-bytes", record(std::string(70'000, 'k'), 4, number(1U)));
    add_entry("text-length-2^64-1", record("k", 8, number(~0ULL)));
    add_entry("text-length-2^63", record("k", 8, number(1ULL << 63)));
    add_entry("text-longer-than-file", record("k", 8, number(std::uint64_t{1000}) + "abc"));
    add_entry("type-13", record("k", 13, number(0ULL)));
    add_entry("type-2^32-1", record("k", ~0U, number(0ULL)));
    add_entry("bool-2", record("k", 7, "\2"));
    add_entry("array-count-2^63", record("k", 9, array(0, 1ULL << 63, "")));
    add_entry("array-count-2^64-1", record("k", 9, array(4, ~0ULL, "")));
    add_entry("array-wraps-times-4", record("k", 9, array(4, (1ULL << 62) + 1, number(1U))));
    add_entry("array-wraps-times-8", record("k", 9, array(10, 1ULL << 61, "")));
    add_entry("array-longer-than-file", record("k", 9, array(4, 1000, number(1U))));
    add_entry("array-of-texts-2^61", record("k", 9, array(8, 1ULL << 61, "")));
    add_entry("array-text-length-2^64-1", record("k", 9, array(8, 1, number(~0ULL))));
    add_entry("array-text-longer-than-file",
              record("k", 9, array(8, 1, number(std::uint64_t{1000}))));
    add_entry("array-type-13", record("k", 9, array(13, 1, number(0ULL))));
    add_entry("array-type-2^32-1", record("k", 9, array(~0U, 1, number(0ULL))));
    add_entry("array-bool-3", record("k", 9, array(7, 2, std::string("\1\3", 2))));
    add_entry("array-of-arrays", record("k", 9, array(9, 1, array(4, 1, number(1U)))));
    std::string nested;
    for (int depth = 0; depth < 10'000; ++depth) {
        nested += array(9, 1, "");
    }
    add_entry("arrays-nested-10000-deep", record("k", 9, nested + array(4, 0, "")));
    add("entry-key-twice",
        GgufFile{.entries = {record("k", 4, number(1U)), record("k", 4, number(2U))}}.bytes());
    add("51-bytes-of-2^63-texts", std::string("GGUF") + number(3U) + number(0ULL) + number(1ULL) +
                                      record("abc", 9, array(8, 1ULL << 63, "")));

    const auto add_alignment = [&](const std::string& name, std::uint32_t type,
                                   const std::string& value) {
        add("alignment-" + name,
            GgufFile{.entries = {record("general.alignment", type, value)}}.bytes());
    };
    add_alignment("0", 4, number(0U));
    add_alignment("3", 4, number(3U));
    add_alignment("33", 4, number(33U));
    add_alignment("2^31", 4, number(1U << 31));
    add_alignment("2^32-1", 4, number(~0U));
    add_alignment("u64", 10, number(32ULL));
    add_alignment("i32", 5, number(32U));
    add_alignment("f32", 6, number(32.0F));
    add_alignment("text", 8, text("32"));
    add_alignment("array", 9, array(4, 1, number(32U)));

    const auto add_tensor = [&](const std::string& name, const TensorRecord& tensor,
                                std::size_t data_bytes = 128) {
        add("tensor-" + name, GgufFile{.tensors = {tensor}, .data_bytes = data_bytes}.bytes());
    };
    for (const std::uint32_t type :
         {4U, 5U, 31U, 32U, 33U, 36U, 37U, 38U, 43U, 1000U, 0x80000000U, 0xFFFFFFFFU}) {
        add_tensor("type-" + std::to_string(type), {.type = type});
    }
    add_tensor("five-dimensions", {.dimensions = {32, 1, 1, 1, 1}});
    std::string many = GgufFile{}.bytes();
    const std::size_t dimensions_at = many.find(text("w")) + 9;
    add("tensor-2^32-1-dimensions", many.replace(dimensions_at, 4, number(~0U)));
    add_tensor("dimension-0", {.dimensions = {32, 0}});
    add_tensor("row-0", {.dimensions = {0}}, 0);
    add_tensor("dimension-negative", {.dimensions = {-32}});
    add_tensor("two-negatives", {.dimensions = {-32, -1}});
    add_tensor("dimension-minimum", {.dimensions = {INT64_MIN}});
    add_tensor("count-wraps-to-0", {.dimensions = {1LL << 32, 1LL << 32}});
    add_tensor("count-wraps-to-32", {.dimensions = {32, (1LL << 59) + 1}});
    add_tensor("count-over-int64", {.dimensions = {1LL << 62, 2}});
    add_tensor("bytes-wrap", {.dimensions = {1LL << 20, (1LL << 42) + 1}});
    add_tensor("bytes-wrap-f64", {.dimensions = {(1LL << 61) + 4}, .type = 28});
    add_tensor("larger-than-file", {.dimensions = {1LL << 40}});
    add_tensor("one-row-too-many", {.dimensions = {8, 5}});
    add_tensor("row-of-33-q4_0", {.dimensions = {33}, .type = 2});
    add_tensor("row-of-16-q8_0", {.dimensions = {16, 2}, .type = 8});
    add_tensor("row-of-128-q4_k", {.dimensions = {128, 2}, .type = 12}, 288);
    add_tensor("scalar-q4_0", {.dimensions = {}, .type = 2});
    add_tensor("offset-1", {.offset = 1}, 256);
    add_tensor("offset-32", {.offset = 32}, 256);
    add_tensor("offset-2^64-32", {.offset = ~0ULL - 31});
    add_tensor("offset-2^63", {.offset = 1ULL << 63});
    add_tensor("name-empty", {.name = ""});
    add_tensor("name-64-bytes", {.name = std::string(64, 'n')});
    add_tensor("name-70000-bytes", {.name = std::string(70'000, 'n')});
    add_tensor("name-not-utf8", {.name = "w\xED\xA0\x80"});
    add_tensor("name-nul", {.name = std::string("w\0x", 3)});
    add_tensor("name-control", {.name = "w\r\n\x1B[31m"});
    std::string long_name = GgufFile{}.bytes();
    add("tensor-name-length-2^64-1",
        long_name.replace(long_name.find(text("w")), 8, number(~0ULL)));

    const auto add_two = [&](const std::string& name, const TensorRecord& a,
                             const TensorRecord& b) {
        add("tensors-" + name, GgufFile{.tensors = {a, b}, .data_bytes = 256}.bytes());
    };
    add_two("same-name", {.name = "a"}, {.name = "a", .offset = 128});
    add_two("same-place", {.name = "a"}, {.name = "b"});
    add_two("overlap", {.name = "a"}, {.name = "b", .offset = 96});
    add_two("gap", {.name = "a", .dimensions = {8}}, {.name = "b", .offset = 128});
    add_two("not-in-order", {.name = "a", .offset = 128}, {.name = "b", .offset = 0});
    add_two("not-aligned", {.name = "a", .dimensions = {9}}, {.name = "b", .offset = 36});
    add_two("last-beyond-file", {.name = "a"}, {.name = "b", .dimensions = {33}, .offset = 128});
    return cases;
}

/// A part of a split model that holds one tensor named after it.
inline GgufFile split_part(std::uint16_t number_, std::uint16_t count, std::int32_t tensors) {
    return {
        .entries = {record("general.architecture", 8, text("llama")),
                    record("split.no", 2, number(number_)), record("split.count", 2, number(count)),
                    record("split.tensors.count", 5, number(tensors))},
        .tensors = {{.name = fmt::format("w{}", number_)}}};
}

inline std::vector<Case> bad_splits() {
    const std::string first = "m-00001-of-00002.gguf";
    const std::string second = "m-00002-of-00002.gguf";
    const GgufFile a = split_part(0, 2, 2);
    const GgufFile b = split_part(1, 2, 2);
    std::vector<Case> cases;
    const auto add = [&](const std::string& name, const GgufFile& part0, const GgufFile& part1) {
        cases.push_back(
            {"split-" + name, first, {{first, part0.bytes()}, {second, part1.bytes()}}});
    };
    add("parts-disagree-on-count", a, split_part(1, 3, 2));
    add("part-twice", a, a);
    add("parts-exchanged", b, a);
    add("parts-disagree-on-tensors", a, split_part(1, 2, 3));
    add("tensors-missing", split_part(0, 2, 5), split_part(1, 2, 5));
    add("count-0", split_part(0, 0, 2), split_part(1, 0, 2));
    add("without-keys", GgufFile{}, GgufFile{.tensors = {{.name = "v"}}});
    GgufFile same_tensor = b;
    same_tensor.tensors = a.tensors;
    add("tensor-twice", a, same_tensor);
    GgufFile other = b;
    other.entries[0] = record("general.architecture", 8, text("gpt2"));
    add("other-architecture", a, other);
    GgufFile wrong_type = a;
    wrong_type.entries[1] = record("split.no", 8, text("0"));
    add("number-is-text", wrong_type, b);
    add("part-cut", a, GgufFile{.magic = "GG"});

    cases.push_back({"split-part-missing", first, {{first, a.bytes()}}});
    cases.push_back({"split-huge",
                     "m-00001-of-99999.gguf",
                     {{"m-00001-of-99999.gguf", split_part(0, 65535, 2).bytes()}}});
    cases.push_back({"split-of-00000",
                     "m-00000-of-00000.gguf",
                     {{"m-00000-of-00000.gguf", split_part(0, 0, 1).bytes()}}});
    cases.push_back({"split-number-over-count",
                     "m-00003-of-00002.gguf",
                     {{"m-00003-of-00002.gguf", a.bytes()}}});
    cases.push_back(single("split-renamed", "model.gguf", a.bytes()));
    return cases;
}

}  // namespace hostile
