// Model files that break a rule of their format, one each, and odd ones that are legal all the
// same. Generated, so that no bad bytes are kept; `write_hostile_files DIR` writes them all to a
// folder.
#pragma once

#include "tests/core/files/hostile_gguf.h"
#include "tests/core/files/hostile_safetensors.h"

namespace hostile {

inline std::vector<Case> bad_files() {
    std::vector<Case> all;
    for (const auto& cases : {bad_safetensors(), bad_folders(), bad_gguf(), bad_splits()}) {
        all.insert(all.end(), cases.begin(), cases.end());
    }
    return all;
}

inline std::vector<Case> legal_files() {
    std::vector<Case> cases;
    const auto add_header = [&](const std::string& name, const std::string& header,
                                std::size_t data_bytes = 0) {
        cases.push_back(single("st-" + name, "model.safetensors", safetensors(header, data_bytes)));
    };
    const auto add_gguf = [&](const std::string& name, const GgufFile& file) {
        cases.push_back(single("gguf-" + name, "model.gguf", file.bytes()));
    };
    add_header("nothing", "{}");
    add_header("trailing-spaces", "{}   \n\t ");
    add_header("metadata-only", R"({"__metadata__":{"format":"pt"}})");
    add_header("metadata-none", R"({"__metadata__":null})");
    add_header("scalar", object(entry("w", "F32", "[]", "[0,4]")), 4);
    add_header("empty-tensor", object(entry("w", "F32", "[0,7]", "[0,0]")));
    add_header(
        "empty-shares-offset",
        object(entry("b", "U8", "[4]", "[4,8]") + "," + entry("e", "U8", "[0]", "[4,4]") + "," +
               entry("a", "U8", "[4]", "[0,4]") + "," + entry("f", "U8", "[0]", "[8,8]")),
        8);
    add_header("odd-names",
               object(entry("", "U8", "[1]", "[0,1]") + "," +
                      entry("a\\u0000\\n\\u001b", "U8", "[1]", "[1,2]") + "," +
                      entry("../../etc/passwd", "U8", "[1]", "[2,3]")),
               3);
    add_header("f4", object(entry("w", "F4", "[3,2]", "[0,3]")), 3);
    add_header("unknown-field",
               R"({"w":{"x":{"y":[1,-2.5,null,true,{}]},"dtype":"U8","shape":[1],)"
               R"("data_offsets":[0,1],"z":null}})",
               1);

    add_gguf("version-2", {.version = 2});
    add_gguf("no-tensors", {.tensors = {}, .data_bytes = 0});
    add_gguf("nothing", {.entries = {}, .tensors = {}, .data_bytes = 0});
    add_gguf("scalar", {.tensors = {{.dimensions = {}}}});
    add_gguf("four-dimensions", {.tensors = {{.dimensions = {2, 2, 2, 4}}}});
    add_gguf("name-of-63-bytes", {.tensors = {{.name = std::string(63, 'n')}}});
    add_gguf("alignment-64",
             {.entries = {record("general.alignment", 4, number(64U))}, .alignment = 64});
    add_gguf("alignment-1",
             {.entries = {record("general.alignment", 4, number(1U))}, .alignment = 1});
    add_gguf("no-padding-after-last", {.tensors = {{.dimensions = {1}}}, .data_bytes = 4});
    add_gguf("bytes-after-last", {.data_bytes = 1000});
    add_gguf("every-value-type",
             {.entries = {record("u8", 0, "\xFF"), record("i8", 1, "\xFF"),
                          record("u16", 2, number(std::uint16_t{65535})),
                          record("i16", 3, number(std::int16_t{-1})), record("u32", 4, number(~0U)),
                          record("i32", 5, number(-1)), record("f32", 6, number(0.5F)),
                          record("bool", 7, "\1"), record("text", 8, text("")),
                          record("u64", 10, number(~0ULL)), record("i64", 11, number(-1LL)),
                          record("f64", 12, number(0.25)),
                          record("texts", 9, array(8, 2, text("a") + text(""))),
                          record("none", 9, array(8, 0, "")),
                          record("f32s", 9, array(6, 2, number(1.0F) + number(-2.0F)))}});
    cases.push_back({"gguf-split",
                     "m-00002-of-00002.gguf",
                     {{"m-00001-of-00002.gguf", split_part(0, 2, 2).bytes()},
                      {"m-00002-of-00002.gguf", split_part(1, 2, 2).bytes()}}});
    return cases;
}

}  // namespace hostile
