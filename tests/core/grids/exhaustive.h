#pragma once

#include <functional>

#include "core/tensor/dtype.h"
#include "tests/core/grids/exhaustive_fp4.h"
#include "tests/core/grids/exhaustive_k.h"
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
        case ql::DType::iq4_nl:
            return [](const WeightedGroup& group) {
                return exhaustiveScale(group, 30, 600, NearestLevel{ql::kIq4Values});
            };
        case ql::DType::tq1_0:
        case ql::DType::tq2_0:
            return scale(-1, 1, 0.5, 256);
        case ql::DType::q2_0:
            return scale(-1, 2, 0.5, 64);
        case ql::DType::q1_0:
            return [](const WeightedGroup& group) {
                const auto sign = [](double position) { return position < 0 ? -1.0 : 1.0; };
                return exhaustiveScale(group, 0.5, 1024, sign);
            };
        case ql::DType::mxfp4:
            return exhaustiveMxfp4;
        case ql::DType::nvfp4:
            return exhaustiveNvfp4;
        case ql::DType::q2_k:
        case ql::DType::q3_k:
        case ql::DType::q4_k:
        case ql::DType::q5_k:
        case ql::DType::q6_k:
        case ql::DType::iq4_xs:
            return [dtype](const WeightedGroup& group) { return exhaustiveK(dtype, group, {}); };
        default:
            return {};
    }
}
