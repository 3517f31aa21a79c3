#include "core/schemes/transform.h"

#include <charconv>

#include <fmt/format.h>

#include "core/base/parse_error.h"

namespace ql {

namespace {

constexpr std::string_view kAwq = "awq";
constexpr std::string_view kAwqModule = "awq(module)";
constexpr std::string_view kSmooth = "smooth";

double parse_alpha(std::string_view text, std::size_t offset) {
    double alpha = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, alpha);
    if (read.ec != std::errc() || read.ptr != end || !(alpha >= 0 && alpha <= 1)) {
        throw ParseError(
            Sentence(QL_TR("core", "“{}” is no strength of SmoothQuant: a number from 0 to 1 is."),
                     text),
            offset);
    }
    return alpha + 0.0;  // no -0
}

}  // namespace

std::string format(const Transform& transform) {
    if (const auto* smooth = std::get_if<Smooth>(&transform)) {
        return fmt::format("{}({})/", kSmooth, smooth->alpha);
    }
    if (const auto* awq = std::get_if<Awq>(&transform)) {
        return fmt::format("{}/", awq->loss == AwqLoss::module ? kAwqModule : kAwq);
    }
    return {};
}

Transform parse_transform(std::string_view text, std::size_t offset) {
    if (text == kAwq) {
        return Awq();
    }
    if (text == kAwqModule) {
        return Awq{AwqLoss::module};
    }
    if (text == kSmooth) {
        return Smooth();
    }
    const std::size_t begin = kSmooth.size() + 1;
    if (text.size() > begin && text.starts_with(kSmooth) && text[begin - 1] == '(' &&
        text.back() == ')') {
        return Smooth{parse_alpha(text.substr(begin, text.size() - begin - 1), offset + begin)};
    }
    throw ParseError(
        Sentence(QL_TR("core",
                       "“{}” is not a transform that exists here: awq, awq(module), smooth and "
                       "smooth(0.5) are."),
                 text),
        offset);
}

}  // namespace ql
