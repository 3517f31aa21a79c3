#include "core/backend/cpu_kernels.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu_kernels.cpp"
// foreach_target stands before highway.h: it includes this file again for every target.
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

const hn::ScalableTag<float> kFloats;
const hn::ScalableTag<double> kDoubles;
const hn::Rebind<float, decltype(kDoubles)> kWidened;  ///< as many floats as doubles in a vector
using Floats = hn::Vec<decltype(kFloats)>;

/// Changes `count` values; the last ones, which fill no vector, through a padded copy.
template <class Change>
HWY_INLINE void for_vectors(float* values, std::size_t count, const Change& change) {
    const std::size_t lanes = hn::Lanes(kFloats);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        hn::StoreU(change(hn::LoadU(kFloats, values + i)), kFloats, values + i);
    }
    if (i < count) {
        HWY_ALIGN float rest[HWY_MAX_BYTES / sizeof(float)] = {};
        for (std::size_t r = i; r < count; ++r) {
            rest[r - i] = values[r];
        }
        hn::Store(change(hn::Load(kFloats, rest)), kFloats, rest);
        for (std::size_t r = i; r < count; ++r) {
            values[r] = rest[r - i];
        }
    }
}

HWY_INLINE float largest(const float* values, std::size_t count) {
    const std::size_t lanes = hn::Lanes(kFloats);
    auto tops = hn::Set(kFloats, values[0]);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        tops = hn::Max(tops, hn::LoadU(kFloats, values + i));
    }
    float top = hn::GetLane(hn::MaxOfLanes(kFloats, tops));
    for (; i < count; ++i) {
        top = values[i] > top ? values[i] : top;
    }
    return top;
}

HWY_INLINE double sum(const float* values, std::size_t count) {
    const std::size_t lanes = hn::Lanes(kDoubles);
    auto sums = hn::Zero(kDoubles);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        sums = hn::Add(sums, hn::PromoteTo(kDoubles, hn::LoadU(kWidened, values + i)));
    }
    double total = hn::GetLane(hn::SumOfLanes(kDoubles, sums));
    for (; i < count; ++i) {
        total += static_cast<double>(values[i]);
    }
    return total;
}

double exponentiate_scores(float* scores, std::size_t count, float softcap) {
    if (softcap > 0) {
        const auto cap = hn::Set(kFloats, softcap);
        for_vectors(scores, count, [&](Floats score) HWY_ATTR {
            return hn::Mul(cap, hn::Tanh(kFloats, hn::Div(score, cap)));
        });
    }
    const auto top = hn::Set(kFloats, largest(scores, count));
    for_vectors(scores, count,
                [&](Floats score) HWY_ATTR { return hn::Exp(kFloats, hn::Sub(score, top)); });
    return sum(scores, count);
}

/// x times the logistic function of y, without overflow at either end.
HWY_INLINE Floats times_logistic(Floats x, Floats y) {
    const auto one = hn::Set(kFloats, 1.0F);
    const auto small = hn::Exp(kFloats, hn::Neg(hn::Abs(y)));
    const auto numerator = hn::IfThenElse(hn::Lt(y, hn::Zero(kFloats)), small, one);
    return hn::Mul(x, hn::Div(numerator, hn::Add(one, small)));
}

HWY_INLINE Floats silu(Floats x) { return times_logistic(x, x); }

/// x (1 + tanh(u)) / 2 is x times the logistic function of 2u.
HWY_INLINE Floats gelu_tanh(Floats x) {
    const auto two_roots =
        hn::Set(kFloats, 2 * std::numbers::sqrt2_v<float> * std::numbers::inv_sqrtpi_v<float>);
    const auto cubed = hn::Mul(hn::Mul(x, x), hn::Mul(x, hn::Set(kFloats, 0.044715F)));
    return times_logistic(x, hn::Mul(two_roots, hn::Add(x, cubed)));
}

void activate_values(Activation activation, float* values, std::size_t count) {
    if (activation == Activation::silu) {
        for_vectors(values, count, [](Floats x) HWY_ATTR { return silu(x); });
    } else {
        for_vectors(values, count, [](Floats x) HWY_ATTR { return gelu_tanh(x); });
    }
}

}  // namespace
}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql {

HWY_EXPORT(exponentiate_scores);
HWY_EXPORT(activate_values);

namespace cpu {

double exponentiate(float* scores, std::size_t count, float softcap) {
    return HWY_DYNAMIC_DISPATCH(exponentiate_scores)(scores, count, softcap);
}

void activate_row(Activation activation, const float* in, const float* gates, std::size_t count,
                  float* out) {
    if (activation == Activation::gelu) {
        for (std::size_t i = 0; i < count; ++i) {
            out[i] = 0.5F * in[i] * std::erfc(-in[i] / std::numbers::sqrt2_v<float>);
        }
    } else {
        std::copy_n(in, count, out);
        HWY_DYNAMIC_DISPATCH(activate_values)(activation, out, count);
    }
    for (std::size_t i = 0; gates != nullptr && i < count; ++i) {
        out[i] *= gates[i];
    }
}

}  // namespace cpu
}  // namespace ql
#endif
