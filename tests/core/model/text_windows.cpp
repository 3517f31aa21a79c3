#include "tests/core/model/text_windows.h"

#include <fstream>
#include <iterator>
#include <random>

#include "core/model/tokenizer.h"
#include "tests/core/tiny_model.h"

ql::TokenIds textTokens(const ql::Model& model, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return ql::Tokenizer::of(model)->encode(text, {});
}

std::vector<ql::TokenIds> textWindows(const ql::Model& model, const std::string& path,
                                      std::int64_t context, std::int64_t count) {
    const ql::TokenIds ids = textTokens(model, path);
    std::vector<ql::TokenIds> windows;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto begin = ids.begin() + i * context;
        windows.emplace_back(begin, begin + context);
    }
    return windows;
}

std::vector<ql::TokenIds> randomWindows(std::size_t count, int length) {
    std::mt19937 random(5);
    std::vector<ql::TokenIds> windows(count);
    for (ql::TokenIds& window : windows) {
        for (int i = 0; i < length; ++i) {
            window.push_back(std::int32_t(random() % unsigned(TinyModel::kVocabulary)));
        }
    }
    return windows;
}
