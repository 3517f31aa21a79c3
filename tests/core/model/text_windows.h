#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/model/forward/decoder.h"
#include "core/model/tokenizer.h"

/// A text file in a model's tokens, with BOS where the model wants it.
inline ql::TokenIds textTokens(const ql::Model& model, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return ql::Tokenizer::of(model)->encode(text, {});
}

/// Its first `count` windows of `context` tokens.
inline std::vector<ql::TokenIds> textWindows(const ql::Model& model, const std::string& path,
                                             std::int64_t context, std::int64_t count) {
    const ql::TokenIds ids = textTokens(model, path);
    std::vector<ql::TokenIds> windows;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto begin = ids.begin() + i * context;
        windows.emplace_back(begin, begin + context);
    }
    return windows;
}
