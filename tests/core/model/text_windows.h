#pragma once

#include <string>
#include <vector>

#include "core/model/forward/decoder.h"

/// A text file in a model's tokens, with BOS where the model wants it.
ql::TokenIds textTokens(const ql::Model& model, const std::string& path);

/// Its first `count` windows of `context` tokens.
std::vector<ql::TokenIds> textWindows(const ql::Model& model, const std::string& path,
                                      std::int64_t context, std::int64_t count);

/// Random tokens of TinyModel, always the same ones.
std::vector<ql::TokenIds> randomWindows(std::size_t count = 6, int length = 24);
