#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/letter_case.h"
#include "core/grids/block_format.h"
#include "core/grids/grid_spec.h"

namespace ql {

namespace {

constexpr std::string_view kInteger = "int";
constexpr std::string_view kTextbookSymmetric = "textbook_sym";
constexpr std::string_view kTextbookAsymmetric = "textbook_asym";
constexpr std::string_view kTextbookQ4 = "textbook_q4_0";

struct Fp8Name {
    std::string_view text;
    DType dtype;
};
constexpr std::array kFp8Types = {Fp8Name{"fp8_e4m3", DType::f8_e4m3},
                                  Fp8Name{"fp8_e5m2", DType::f8_e5m2}};

struct ScalingName {
    std::string_view text;
    Fp8Scaling scaling;
};
constexpr std::array kScalings = {ScalingName{"tensor", Fp8Scaling::tensor},
                                  ScalingName{"channel", Fp8Scaling::channel},
                                  ScalingName{"block", Fp8Scaling::block}};

struct SymmetryName {
    std::string_view text;
    Symmetry symmetry;
};
constexpr std::array kSymmetries = {SymmetryName{"sym", Symmetry::symmetric},
                                    SymmetryName{"narrow", Symmetry::narrow},
                                    SymmetryName{"asym", Symmetry::asymmetric}};

struct ScaleName {
    std::string_view text;
    DType dtype;
};
constexpr std::array kScales = {ScaleName{"f16", DType::f16}, ScaleName{"bf16", DType::bf16},
                                ScaleName{"f32", DType::f32}};

std::string lower_name(DType dtype) { return lower_case(name(dtype)); }

std::string_view symmetry_name(Symmetry symmetry) {
    return std::find_if(kSymmetries.begin(), kSymmetries.end(),
                        [&](const SymmetryName& s) { return s.symmetry == symmetry; })
        ->text;
}

std::string format_grid(const StorageGrid& grid) { return lower_name(grid.dtype); }

std::string format_grid(const IntegerGrid& grid) {
    std::string text = fmt::format("{}{}", kInteger, grid.bits);
    switch (grid.granularity) {
        case Granularity::tensor:
            text += ":tensor";
            break;
        case Granularity::channel:
            text += ":channel";
            break;
        case Granularity::group:
            text += fmt::format(":g{}", grid.group);
            break;
    }
    text += fmt::format(":{}", symmetry_name(grid.symmetry));
    if (grid.scale != DType::f16) {
        text += fmt::format(":{}", lower_name(grid.scale));
    }
    return text;
}

std::string format_grid(const TextbookGrid& grid) {
    switch (grid.kind) {
        case TextbookKind::symmetric:
            return fmt::format("{}{}", kTextbookSymmetric, grid.bits);
        case TextbookKind::asymmetric:
            return fmt::format("{}{}", kTextbookAsymmetric, grid.bits);
        case TextbookKind::q4_0:
            break;
    }
    return std::string(kTextbookQ4);
}

std::string format_grid(const Fp8Grid& grid) {
    const auto* type = std::find_if(kFp8Types.begin(), kFp8Types.end(),
                                    [&](const Fp8Name& t) { return t.dtype == grid.dtype; });
    const auto* scaling =
        std::find_if(kScalings.begin(), kScalings.end(),
                     [&](const ScalingName& s) { return s.scaling == grid.scaling; });
    return fmt::format("{}:{}", type->text, scaling->text);
}

std::string storage_names() {
    std::vector<std::string> names;
    for (const DType dtype : encodable_dtypes()) {
        names.push_back(lower_name(dtype));
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
    const auto [end, ignored] = std::mismatch(
        a.begin(), a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())),
        b.begin());
    return static_cast<std::size_t>(end - a.begin());
}

class GridParser {
  public:
    GridParser(std::string_view text, std::size_t offset) : text_(text), offset_(offset) {}

    GridSpec parse() {
        if (const auto storage = storage_grid()) {
            return *storage;
        }
        if (text_ == kTextbookQ4) {
            return TextbookGrid{TextbookKind::q4_0, 4};
        }
        if (take(kTextbookSymmetric)) {
            return textbook(TextbookKind::symmetric);
        }
        if (take(kTextbookAsymmetric)) {
            return textbook(TextbookKind::asymmetric);
        }
        if (take(kInteger)) {
            return integer();
        }
        for (const Fp8Name& type : kFp8Types) {
            if (take(type.text)) {
                return fp8(type.dtype);
            }
        }
        unknown_grid();
    }

  private:
    [[noreturn]] void fail(const Sentence& sentence, std::size_t at) const {
        throw ParseError(sentence, offset_ + at, std::string(text_));
    }

    bool take(std::string_view word) {
        if (text_.substr(at_).substr(0, word.size()) != word) {
            return false;
        }
        at_ += word.size();
        return true;
    }

    std::optional<StorageGrid> storage_grid() const {
        for (const DType dtype : encodable_dtypes()) {
            if (text_ == lower_name(dtype)) {
                return StorageGrid{dtype};
            }
        }
        return std::nullopt;
    }

    // The first wrong character is the one after the longest beginning of a known name.
    [[noreturn]] void unknown_grid() const {
        std::size_t right = 0;
        for (const DType dtype : encodable_dtypes()) {
            right = std::max(right, common_prefix(text_, lower_name(dtype)));
        }
        for (const std::string_view known :
             {kInteger, kFp8Types[0].text, kFp8Types[1].text, kTextbookSymmetric,
              kTextbookAsymmetric, kTextbookQ4}) {
            right = std::max(right, common_prefix(text_, known));
        }
        fail(Sentence(QL_TR("core",
                            "No grid is called \"{}\"; known are {}, int2 to int8 (such as "
                            "int4:g128:asym), fp8_e4m3, fp8_e5m2 (such as fp8_e4m3:channel), "
                            "textbook_sym8, textbook_asym8 and textbook_q4_0."),
                      text_, storage_names()),
             right);
    }

    int bits() {
        const char digit = at_ < text_.size() ? text_[at_] : '\0';
        if (digit < '0' + kMinGridBits || digit > '0' + kMaxGridBits) {
            fail(Sentence(QL_TR("core", "\"{}\" must be followed by the number of bits, {} to {}."),
                          text_.substr(0, at_), kMinGridBits, kMaxGridBits),
                 at_);
        }
        ++at_;
        return digit - '0';
    }

    GridSpec textbook(TextbookKind kind) {
        const TextbookGrid grid{kind, bits()};
        if (at_ != text_.size()) {
            fail(Sentence(QL_TR("core", "Nothing may follow \"{}\"."), text_.substr(0, at_)), at_);
        }
        return grid;
    }

    GridSpec fp8(DType dtype) {
        Fp8Grid grid{dtype, Fp8Scaling::channel};
        if (at_ == text_.size()) {
            return grid;
        }
        const std::size_t begin = at_ + 1;
        expect_colon();
        for (const ScalingName& known : kScalings) {
            if (text_.substr(begin) == known.text) {
                grid.scaling = known.scaling;
                return grid;
            }
        }
        std::size_t right = 0;
        for (const ScalingName& known : kScalings) {
            right = std::max(right, common_prefix(text_.substr(begin), known.text));
        }
        fail(Sentence(QL_TR("core",
                            "\"{}\" does not say which weights share an FP8 scale; known are "
                            "tensor, channel and block (128 × 128 weights)."),
                      text_.substr(begin)),
             begin + right);
    }

    void expect_colon() {
        if (!take(":")) {
            fail(Sentence(QL_TR("core", "A \":\" or the end is expected after \"{}\"."),
                          text_.substr(0, at_)),
                 at_);
        }
    }

    GridSpec integer() {
        IntegerGrid grid;
        grid.bits = bits();
        grid.granularity = Granularity::channel;
        grid.group = 0;
        bool has_granularity = false;
        bool has_symmetry = false;
        bool has_scale = false;
        while (at_ < text_.size()) {
            expect_colon();
            const std::size_t begin = at_;
            const std::string_view word = text_.substr(begin, text_.find(':', begin) - begin);
            bool* seen = nullptr;
            if (granularity(word, grid)) {
                seen = &has_granularity;
            } else if (symmetry(word, grid)) {
                seen = &has_symmetry;
            } else if (scale(word, grid)) {
                seen = &has_scale;
            } else {
                unknown_parameter(word);
            }
            if (*seen) {
                fail(Sentence(QL_TR("core", "\"{}\" says again what an earlier parameter said."),
                              word),
                     begin);
            }
            *seen = true;
            at_ = begin + word.size();
        }
        return grid;
    }

    bool granularity(std::string_view word, IntegerGrid& grid) {
        if (word == "tensor" || word == "channel") {
            grid.granularity = word == "tensor" ? Granularity::tensor : Granularity::channel;
            return true;
        }
        if (!word.starts_with('g')) {
            return false;
        }
        grid.granularity = Granularity::group;
        grid.group = group_size(word.substr(1));
        return true;
    }

    int group_size(std::string_view digits) {
        const std::size_t begin = at_ + 1;
        int size = 0;
        for (std::size_t i = 0; i < std::max<std::size_t>(1, digits.size()); ++i) {
            const char digit = i < digits.size() ? digits[i] : '\0';
            const bool leading_zero = size == 0 && digit == '0';
            if (digit < '0' || digit > '9' || leading_zero) {
                fail(Sentence(QL_TR("core",
                                    "\"g\" must be followed by the columns of a group, "
                                    "1 to {}, as in g128."),
                              kMaxGroup),
                     begin + i);
            }
            size = size * 10 + (digit - '0');
            if (size > kMaxGroup) {
                fail(Sentence(QL_TR("core", "Groups have 1 to {} columns, not {}."), kMaxGroup,
                              digits),
                     begin);
            }
        }
        return size;
    }

    static bool symmetry(std::string_view word, IntegerGrid& grid) {
        for (const SymmetryName& known : kSymmetries) {
            if (word == known.text) {
                grid.symmetry = known.symmetry;
                return true;
            }
        }
        return false;
    }

    static bool scale(std::string_view word, IntegerGrid& grid) {
        for (const ScaleName& known : kScales) {
            if (word == known.text) {
                grid.scale = known.dtype;
                return true;
            }
        }
        return false;
    }

    [[noreturn]] void unknown_parameter(std::string_view word) const {
        std::size_t right = 0;
        for (const std::string_view known :
             {"tensor", "channel", "g", "sym", "narrow", "asym", "f16", "bf16", "f32"}) {
            right = std::max(right, common_prefix(word, known));
        }
        fail(Sentence(QL_TR("core",
                            "\"{}\" is no parameter of an integer grid; known are tensor, "
                            "channel, g128 (groups), sym, narrow, asym, f16, bf16 and f32."),
                      word),
             at_ + right);
    }

    std::string_view text_;
    std::size_t offset_;
    std::size_t at_ = 0;
};

}  // namespace

std::string format(const GridSpec& spec) {
    return std::visit([](const auto& grid) { return format_grid(grid); }, spec);
}

GridSpec parse_grid(std::string_view text, std::size_t offset) {
    return GridParser(text, offset).parse();
}

std::vector<DType> encodable_dtypes() {
    std::vector<DType> dtypes = {
        DType::q2_k,  DType::q3_k,  DType::q4_k,  DType::q5_k,  DType::q6_k,   DType::q4_0,
        DType::q4_1,  DType::q5_0,  DType::q5_1,  DType::q8_0,  DType::iq4_xs, DType::iq4_nl,
        DType::mxfp4, DType::nvfp4, DType::tq1_0, DType::tq2_0, DType::q1_0,   DType::q2_0};
    std::erase_if(dtypes, [](DType dtype) { return block_format(dtype) == nullptr; });
    dtypes.insert(dtypes.end(), {DType::f16, DType::bf16, DType::f32});
    return dtypes;
}

}  // namespace ql
