#include "core/grids/block_textbook.h"

#include <algorithm>
#include <cmath>

namespace ql {

namespace {

// Ternary digits are symmetric codes of 2 bits: -1, 0, 1.
int textbook_bits(const BlockAnatomy& anatomy) {
    return anatomy.code_bits > 0 ? anatomy.code_bits : 2;
}

int largest_code(const BlockAnatomy& anatomy) {
    const int bits = textbook_bits(anatomy);
    return anatomy.has_minimum() ? (1 << bits) - 1 : std::max(1, (1 << (bits - 1)) - 1);
}

float rounded(float value, float scale) {
    return scale == 0 ? 0 : std::nearbyint(value / scale) * scale;
}

std::string_view formula(DType dtype) {
    switch (dtype) {
        case DType::q4_0:
            return "w = d · (q − 8)";
        case DType::q5_0:
            return "w = d · (q − 16)";
        case DType::q4_1:
        case DType::q5_1:
            return "w = d · q + m";
        case DType::q2_k:
        case DType::q4_k:
        case DType::q5_k:
            return "w = d · s · q − dmin · m";
        case DType::q3_k:
            return "w = d · (s − 32) · (q − 4)";
        case DType::q6_k:
            return "w = d · s · (q − 32)";
        case DType::iq4_nl:
            return "w = d · T[q]";
        case DType::iq4_xs:
            return "w = d · (s − 32) · T[q]";
        case DType::mxfp4:
            return "w = 2^(e − 128) · K[q]";
        case DType::nvfp4:
            return "w = s · K[q]";
        case DType::tq1_0:
        case DType::tq2_0:
        case DType::q2_0:
            return "w = d · (q − 1)";
        case DType::q1_0:
            return "w = d · (2q − 1)";
        default:
            return "w = d · q";
    }
}

int sub_scale_bits(const BlockAnatomy& anatomy) {
    const int field = anatomy.of_value.front().sub_scale;
    return anatomy.fields[static_cast<std::size_t>(field)].bit_count();
}

Sentence reference_origin(const BlockAnatomy& anatomy) {
    switch (anatomy.dtype) {
        case DType::q4_0:
        case DType::q5_0:
            return Sentence(QL_TR("core",
                                  "d is the weight of largest magnitude, with its sign, divided by "
                                  "−{}: that weight always gets code 0, and d may be negative."),
                            anatomy.zero);
        case DType::q4_1:
        case DType::q5_1:
            return Sentence(QL_TR("core",
                                  "m is the smallest weight; d spreads the codes 0 to {} from it "
                                  "to the largest weight."),
                            anatomy.code_max);
        case DType::q2_k:
        case DType::q4_k:
        case DType::q5_k:
            return Sentence(
                QL_TR("core",
                      "Every {} weights have a scale and a minimum, found by a search for the "
                      "lowest error and stored as integers s and m of {} bits; d and dmin of the "
                      "whole block scale them. A minimum is never above 0."),
                anatomy.sub_values, sub_scale_bits(anatomy));
        case DType::q3_k:
        case DType::q6_k:
            return Sentence(
                QL_TR("core",
                      "Every {} weights have a scale, found by a search for the lowest error and "
                      "stored as an integer s of {} bits; d of the whole block scales it."),
                anatomy.sub_values, sub_scale_bits(anatomy));
        case DType::iq4_nl:
            return Sentence(QL_TR("core",
                                  "T has 16 levels from −127 to 113 that lie closer around 0, "
                                  "where most weights are; d is found by a search for the lowest "
                                  "error."));
        case DType::iq4_xs:
            return Sentence(
                QL_TR("core",
                      "T has 16 levels from −127 to 113 that lie closer around 0, where most "
                      "weights are; every {} weights have a scale s of {} bits, and d of the whole "
                      "block scales it."),
                anatomy.sub_values, sub_scale_bits(anatomy));
        case DType::mxfp4:
            return Sentence(QL_TR("core",
                                  "K is twice the number of a 4-bit float (E2M1: 0 0.5 1 1.5 2 3 4 "
                                  "6); the scale is a power of two that follows the largest "
                                  "magnitude."));
        case DType::nvfp4:
            return Sentence(QL_TR("core",
                                  "K is twice the number of a 4-bit float (E2M1: 0 0.5 1 1.5 2 3 4 "
                                  "6); s, for every {} weights, is half an 8-bit float (E4M3) of "
                                  "the largest magnitude divided by 6."),
                            anatomy.sub_values);
        case DType::tq1_0:
            return Sentence(QL_TR("core",
                                  "d is the largest magnitude, a weight becomes −d, 0 or d, and "
                                  "five of them share a byte as digits of base 3. Made for weights "
                                  "that were trained to be ternary."));
        case DType::tq2_0:
            return Sentence(QL_TR("core",
                                  "d is the largest magnitude, a weight becomes −d, 0 or d. Made "
                                  "for weights that were trained to be ternary."));
        case DType::q1_0:
            return Sentence(QL_TR("core", "d is the mean magnitude, and the one bit is the sign."));
        case DType::q2_0:
            return Sentence(QL_TR("core",
                                  "d is the largest magnitude; the codes mean −d, 0, d and 2d, and "
                                  "the last one is hardly ever used."));
        default:
            return Sentence(QL_TR("core", "d is the largest magnitude divided by {}."),
                            anatomy.code_max);
    }
}

Sentence origin(const BlockAnatomy& anatomy, const Fit& fit) {
    if (fit.search) {
        return fit.importance
                   ? Sentence(QL_TR("core",
                                    "All scales are those with the lowest squared error, weighted "
                                    "by importance, that our search found."))
                   : Sentence(QL_TR("core",
                                    "All scales are those with the lowest squared error that our "
                                    "search found."));
    }
    if (fit.importance) {
        return Sentence(QL_TR("core",
                              "All scales are found by ggml's search for a low squared error, "
                              "weighted by importance."));
    }
    return reference_origin(anatomy);
}

Sentence textbook(const BlockAnatomy& anatomy) {
    const int largest = largest_code(anatomy);
    if (anatomy.has_minimum()) {
        return Sentence(QL_TR("core",
                              "For {} weights: scale (max − min)/{} and offset min, both float; "
                              "codes 0 to {}, rounded to nearest."),
                        anatomy.sub_values, largest, largest);
    }
    if (textbook_bits(anatomy) == 1) {
        return Sentence(QL_TR("core", "For {} weights: the sign times max|w|, a float."),
                        anatomy.sub_values);
    }
    return Sentence(QL_TR("core",
                          "For {} weights: scale max|w|/{}, a float; codes −{} to {}, rounded to "
                          "nearest."),
                    anatomy.sub_values, largest, largest, largest);
}

}  // namespace

BlockNotes block_notes(const BlockAnatomy& anatomy, const Fit& fit) {
    return {formula(anatomy.dtype), origin(anatomy, fit), textbook(anatomy)};
}

std::vector<float> textbook_values(const BlockAnatomy& anatomy, const float* originals) {
    std::vector<float> values(originals, originals + anatomy.values);
    const auto divisor = static_cast<float>(largest_code(anatomy));
    for (auto begin = values.begin(); begin != values.end(); begin += anatomy.sub_values) {
        const auto end = begin + anatomy.sub_values;
        const auto [lo, hi] = std::minmax_element(begin, end);
        const float offset = anatomy.has_minimum() ? *lo : 0.0f;
        const float largest = std::max(std::fabs(*lo), std::fabs(*hi));
        const float scale = (anatomy.has_minimum() ? *hi - *lo : largest) / divisor;
        const bool signs = textbook_bits(anatomy) == 1;
        std::transform(begin, end, begin, [=](float value) {
            return signs ? std::copysign(scale, value) : rounded(value - offset, scale) + offset;
        });
    }
    return values;
}

}  // namespace ql
