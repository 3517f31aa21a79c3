#pragma once

#include <functional>

#include "core/tensor/dtype.h"
#include "tests/core/grids/exhaustive_scale.h"
#include "tests/core/grids/exhaustive_scale_minimum.h"

/// The lowest error of one block that its format can reach.
using Exhaustive = std::function<double(const WeightedGroup&)>;

/// The exhaustive search of a block format; empty where there is none.
inline Exhaustive exhaustive(ql::DType dtype) {
    const auto scale = [](double lowest, double largest, double least, double most) {
        return [=](const WeightedGroup& group) {
            return exhaustiveScale(group, least, most, NearestInteger{lowest, largest});
        };
    };
    switch (dtype) {
        case ql::DType::q4_0:
            return scale(-8, 7, 2, 32);
        case ql::DType::q5_0:
            return scale(-16, 15, 4, 64);
        case ql::DType::q8_0:
            return scale(-128, 127, 32, 256);
        case ql::DType::q4_1:
            return [](const WeightedGroup& group) { return exhaustiveScaleMinimum(group, 15); };
        case ql::DType::q5_1:
            return [](const WeightedGroup& group) { return exhaustiveScaleMinimum(group, 31); };
        default:
            return {};
    }
}
