#pragma once

#include <QtTest>

/// Ways to break a byte-level tokenizer.json that has the tokens a, b, c and ab: the columns
/// "patch" (a JSON merge patch) and "sentence" (part of what is said of it), for a _data function.
inline void addBrokenTokenizers() {
    QTest::addColumn<QString>("patch");
    QTest::addColumn<QString>("sentence");
    const auto add = [](const char* name, const char* patch, const char* sentence) {
        QTest::newRow(name) << QString(patch) << QString(sentence);
    };
    add("absent token", R"({"model": {"merges": [["a", "x"]]}})", "\"x\", which is not in the");
    add("absent result", R"({"model": {"merges": ["b a"]}})", "\"ba\", which is not in the");
    add("not two tokens", R"({"model": {"merges": ["ab"]}})", "is not two tokens");
    add("three tokens", R"({"model": {"merges": ["a b c"]}})", "is not two tokens");
    add("same id", R"({"model": {"vocab": {"x": 1}}})", "have the same id 1");
    add("huge id", R"({"model": {"vocab": {"x": 4000000000}}})", "has the id 4000000000, but");
    add("negative id", R"({"model": {"vocab": {"x": -1}}})", "not a number from 0 on");
    add("id as text", R"({"model": {"vocab": {"x": "0"}}})", "not a number from 0 on");
    add("no vocabulary", R"({"model": {"vocab": []}})", "has no vocabulary");
    add("other model", R"({"model": {"type": "WordPiece"}})", "of type \"WordPiece\"");
    add("lower case", R"({"normalizer": {"type": "Lowercase"}})", "Lowercase");
    add("prefix space", R"({"pre_tokenizer": {"add_prefix_space": true}})", "add_prefix_space");
    add("same text", R"({"added_tokens": [{"id": 5, "content": "ab"}]})", "have the same text");
    add("broken added token", R"({"added_tokens": [{"content": "x"}]})", "no proper id");
}
