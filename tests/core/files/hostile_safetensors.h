#pragma once

#include "tests/core/files/hostile_case.h"

namespace hostile {

inline std::string with_length(std::uint64_t length, const std::string& header,
                               const std::string& data = {}) {
    return number(length) + header + data;
}

inline std::string safetensors(const std::string& header, std::size_t data_bytes = 0) {
    return with_length(header.size(), header, std::string(data_bytes, '\1'));
}

inline std::string object(const std::string& entries) {
    std::string all = "{";
    all += entries;
    return all += '}';
}

/// The header entry of one tensor.
inline std::string entry(const std::string& name, const std::string& dtype,
                         const std::string& shape, const std::string& offsets) {
    return R"(")" + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape +
           R"(,"data_offsets":)" + offsets + '}';
}

inline std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) {
        all += text;
    }
    return all;
}

inline std::vector<Case> bad_safetensors() {
    std::vector<Case> cases;
    const auto add = [&](const std::string& name, std::string bytes) {
        cases.push_back(single("st-" + name, "model.safetensors", std::move(bytes)));
    };
    const auto add_header = [&](const std::string& name, const std::string& header,
                                std::size_t data_bytes = 0) {
        add(name, safetensors(header, data_bytes));
    };
    const std::string good = object(entry("w", "F32", "[2,2]", "[0,16]"));

    add("empty-file", "");
    add("seven-bytes", std::string(7, '\0'));
    add("length-only", number(std::uint64_t{good.size()}));
    add("length-zero", with_length(0, ""));
    add("length-one-too-long", with_length(good.size() + 17, good, std::string(16, '\1')));
    add("length-2^63", with_length(1ULL << 63, good));
    add("length-2^64-1", with_length(~0ULL, good));
    add("length-2^64-8", with_length(~0ULL - 7, good));
    add("length-over-limit", with_length(100'000'001, good));

    add_header("not-json", "{this is no JSON}");
    add_header("cut-json", R"({"w":{"dtype":"F32")");
    add_header("not-utf8", object(entry("w\xFF", "F32", "[2,2]", "[0,16]")), 16);
    add_header("array", "[]");
    add_header("leading-space", repeated(" ", 1) + good, 16);
    add_header("byte-order-mark", "\xEF\xBB\xBF" + good, 16);
    add_header("two-values", good + "{}", 16);
    add_header("hidden-after-nul", good + std::string("\0{}", 3), 16);
    add_header("trailing-comma", R"({"__metadata__":{},})");
    add_header("deep-entry", R"({"w":)" + repeated("[", 100'000) + repeated("]", 100'000) + "}");
    add_header("deep-field",
               R"({"w":{"x":)" + repeated("[", 100'000) + repeated("]", 100'000) + "}}");
    add_header("deep-objects", repeated(R"({"w":)", 100'000) + "1" + repeated("}", 100'000));
    add_header("entry-not-object", R"({"w":1})");
    add_header("entry-null", R"({"w":null})");

    add_header("tensor-twice",
               object(entry("w", "U8", "[4]", "[0,4]") + "," + entry("w", "U8", "[4]", "[4,8]")),
               8);
    add_header(
        "tensor-twice-escaped",
        object(entry("w", "U8", "[4]", "[0,4]") + "," + entry("\\u0077", "U8", "[4]", "[4,8]")), 8);
    add_header("dtype-twice",
               R"({"w":{"dtype":"U8","dtype":"I8","shape":[4],"data_offsets":[0,4]}})", 4);
    add_header("shape-twice",
               R"({"w":{"dtype":"U8","shape":[4],"shape":[4],"data_offsets":[0,4]}})", 4);
    add_header("offsets-twice",
               R"({"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"data_offsets":[0,4]}})", 4);
    add_header("no-dtype", R"({"w":{"shape":[4],"data_offsets":[0,4]}})", 4);
    add_header("no-shape", R"({"w":{"dtype":"U8","data_offsets":[0,4]}})", 4);
    add_header("no-offsets", R"({"w":{"dtype":"U8","shape":[4]}})", 4);
    add_header("no-fields", R"({"w":{}})");

    const auto add_offsets = [&](const std::string& name, const std::string& offsets) {
        add_header("offsets-" + name, object(entry("w", "U8", "[4]", offsets)), 4);
    };
    add_offsets("none", "[]");
    add_offsets("one", "[0]");
    add_offsets("three", "[0,4,4]");
    add_offsets("fractional", "[0.0,4.0]");
    add_offsets("text", R"(["0","4"])");
    add_offsets("null", "null");
    add_offsets("negative", "[-4,0]");
    add_offsets("minus-zero", "[-0,4]");
    add_offsets("reversed", "[4,0]");
    add_offsets("object", R"({"begin":0})");
    add_offsets("nested", "[[0,4]]");
    add_offsets("over-64-bits", "[0,18446744073709551620]");
    add_offsets("end-2^64-1", "[0,18446744073709551615]");
    add_offsets("beyond-the-data", "[4,8]");
    add_header("range-beyond-the-data", object(entry("w", "U8", "[8]", "[0,8]")), 4);
    add_header("overlap",
               object(entry("a", "U8", "[4]", "[0,4]") + "," + entry("b", "U8", "[4]", "[2,6]")),
               6);
    add_header("same-range",
               object(entry("a", "U8", "[4]", "[0,4]") + "," + entry("b", "U8", "[4]", "[0,4]")),
               4);
    add_header("gap",
               object(entry("a", "U8", "[4]", "[0,4]") + "," + entry("b", "U8", "[4]", "[8,12]")),
               12);
    add_header("gap-at-start", object(entry("a", "U8", "[4]", "[4,8]")), 8);
    add_header("bytes-after-last", object(entry("a", "U8", "[4]", "[0,4]")), 5);
    add_header("bytes-without-tensor", "{}", 8);
    add_header("empty-inside-another",
               object(entry("a", "U8", "[4]", "[0,4]") + "," + entry("b", "U8", "[0]", "[2,2]")),
               4);

    const auto add_shape = [&](const std::string& name, const std::string& shape,
                               const std::string& dtype = "F32") {
        add_header("shape-" + name, object(entry("w", dtype, shape, "[0,4]")), 4);
    };
    add_shape("larger-than-range", "[1024,1024]");
    add_shape("smaller-than-range", "[0]");
    add_shape("wraps-to-4-bytes", "[4194305,4194305,211106198978564]", "U8");
    add_shape("bytes-wrap", "[4611686018427387905]");
    add_shape("negative", "[-1]");
    add_shape("two-negatives", "[-1,-1]");
    add_shape("fractional", "[1.0]");
    add_shape("text", R"(["1"])");
    add_shape("not-array", "1");
    add_shape("nested", "[[1]]");
    add_shape("over-64-bits", "[18446744073709551617]");
    add_shape("2^63", "[9223372036854775808]");
    add_shape("thousands-of-dimensions", repeated("[", 1) + repeated("1,", 5000) + "1]");
    add_header("shape-wraps-to-zero",
               object(entry("w", "F32", "[4294967296,4294967296]", "[0,0]")));

    add_header("dtype-unknown", object(entry("w", "F33", "[1]", "[0,4]")), 4);
    add_header("dtype-lower-case", object(entry("w", "f32", "[1]", "[0,4]")), 4);
    add_header("dtype-of-gguf", object(entry("w", "Q4_0", "[32]", "[0,18]")), 18);
    add_header("dtype-number", R"({"w":{"dtype":0,"shape":[1],"data_offsets":[0,4]}})", 4);
    add_header("f4-half-a-byte", object(entry("w", "F4", "[3]", "[0,2]")), 2);
    add_header("f6-parts-of-bytes", object(entry("w", "F6_E2M3", "[3]", "[0,3]")), 3);

    add_header("metadata-number", R"({"__metadata__":{"format":1}})");
    add_header("metadata-null", R"({"__metadata__":{"format":null}})");
    add_header("metadata-nested", R"({"__metadata__":{"format":{"a":"b"}}})");
    add_header("metadata-array", R"({"__metadata__":["format"]})");
    add_header("metadata-text", R"({"__metadata__":"pt"})");
    add_header("metadata-key-twice", R"({"__metadata__":{"a":"b","a":"c"}})");
    return cases;
}

inline std::string weight_map(const std::string& entries) {
    return R"({"metadata":{"total_size":8},"weight_map":{)" + entries + "}}";
}

inline std::vector<Case> bad_folders() {
    constexpr auto kIndex = "model.safetensors.index.json";
    const std::string a = safetensors(object(entry("a", "U8", "[4]", "[0,4]")), 4);
    const std::string b = safetensors(object(entry("b", "U8", "[4]", "[0,4]")), 4);
    std::vector<Case> cases;
    const auto add = [&](const std::string& name, const std::string& index) {
        cases.push_back({"index-" + name,
                         std::string("model/") + kIndex,
                         {{std::string("model/") + kIndex, index},
                          {"model/1.safetensors", a},
                          {"model/2.safetensors", b},
                          {"outside.safetensors", b}}});
    };
    add("not-json", "weight_map");
    add("empty-file", "");
    add("not-utf8", weight_map("\"a\xFF\":\"1.safetensors\""));
    add("array", "[]");
    add("no-weight-map", "{}");
    add("weight-map-array", R"({"weight_map":[]})");
    add("weight-map-empty", weight_map(""));
    add("shard-number", weight_map(R"("a":1)"));
    add("shard-empty", weight_map(R"("a":"")"));
    add("shard-dot", weight_map(R"("a":".")"));
    add("shard-dotdot", weight_map(R"("a":"..")"));
    add("shard-parent", weight_map(R"("b":"../outside.safetensors")"));
    add("shard-slash", weight_map(R"("a":"./1.safetensors")"));
    add("shard-backslash", weight_map(R"("a":"..\\outside.safetensors")"));
    add("shard-absolute", weight_map(R"("a":"/etc/passwd")"));
    add("shard-nul", weight_map(R"("a":"1.safetensors\u0000")"));
    add("shard-missing", weight_map(R"("a":"1.safetensors","c":"3.safetensors")"));
    add("tensor-missing", weight_map(R"("a":"1.safetensors","c":"1.safetensors")"));
    add("tensor-in-other-shard", weight_map(R"("a":"2.safetensors","b":"1.safetensors")"));
    add("deep", repeated("[", 100'000) + repeated("]", 100'000));
    add("deep-objects", repeated(R"({"a":)", 100'000) + "1" + repeated("}", 100'000));
    add("hidden-after-nul", weight_map(R"("a":"1.safetensors")") + std::string("\0{}", 3));
    add("number-too-large", R"({"weight_map":{"a":1e999}})");

    add("tensor-in-two-shards", weight_map(R"("a":"1.safetensors","b":"2.safetensors")"));
    cases.back().files[2].second = a;
    add("shard-is-bad", weight_map(R"("a":"1.safetensors","b":"2.safetensors")"));
    cases.back().files[2].second = b.substr(0, b.size() - 1);
    add("shard-link-outside", weight_map(R"("a":"1.safetensors","b":"link.safetensors")"));
    cases.back().links = {{"model/link.safetensors", "../outside.safetensors"}};
    add("shard-link-dangling", weight_map(R"("a":"link.safetensors")"));
    cases.back().links = {{"model/link.safetensors", "nowhere.safetensors"}};
    add("shard-link-to-itself", weight_map(R"("a":"link.safetensors")"));
    cases.back().links = {{"model/link.safetensors", "link.safetensors"}};

    const auto add_config = [&](const std::string& name, const std::string& config) {
        cases.push_back(
            {"config-" + name, "", {{"model.safetensors", a}, {"config.json", config}}});
    };
    add_config("not-json", "model_type: llama");
    add_config("empty-file", "");
    add_config("nan", R"({"rms_norm_eps":NaN})");
    add_config("array", "[]");
    add_config("deep", repeated("[", 100'000) + repeated("]", 100'000));

    cases.push_back({"folder-empty", "", {{"readme.txt", "nothing"}}});
    cases.push_back({"folder-pickle", "", {{"pytorch_model.bin", "PK\3\4"}}});
    cases.push_back({"folder-two-models", "", {{"x.safetensors", a}, {"y.safetensors", b}}});
    cases.push_back(single("pickle-pt", "model.pt", "\x80\x02"));
    cases.push_back(single("pickle-pth", "model.pth", "PK\3\4"));
    cases.push_back(single("other-text", "model.txt", "a text"));
    cases.push_back({"missing-file", "model.safetensors"});
    cases.push_back({"missing-gguf", "model.gguf"});
    return cases;
}

}  // namespace hostile
