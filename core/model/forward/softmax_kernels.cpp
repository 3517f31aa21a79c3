#include "core/model/forward/softmax_kernels.h"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/model/forward/softmax_kernels.cpp"
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

const hn::ScalableTag<double> kDoubles;
const hn::Rebind<float, decltype(kDoubles)> kFloats;

HWY_INLINE auto load(const float* values) {
    return hn::PromoteTo(kDoubles, hn::LoadU(kFloats, values));
}

double sum_of_exponentials(const float* logits, std::size_t count, double largest) {
    const std::size_t lanes = hn::Lanes(kDoubles);
    const auto top = hn::Set(kDoubles, largest);
    auto sums = hn::Zero(kDoubles);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        sums = hn::Add(sums, hn::Exp(kDoubles, hn::Sub(load(logits + i), top)));
    }
    double sum = hn::GetLane(hn::SumOfLanes(kDoubles, sums));
    for (; i < count; ++i) {
        sum += std::exp(static_cast<double>(logits[i]) - largest);
    }
    return sum;
}

double sum_of_differences(const float* p, const float* q, std::size_t count, double largest) {
    const std::size_t lanes = hn::Lanes(kDoubles);
    const auto top = hn::Set(kDoubles, largest);
    auto sums = hn::Zero(kDoubles);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto of_p = load(p + i);
        const auto weight = hn::Exp(kDoubles, hn::Sub(of_p, top));
        sums = hn::Add(sums, hn::Mul(weight, hn::Sub(of_p, load(q + i))));
    }
    double sum = hn::GetLane(hn::SumOfLanes(kDoubles, sums));
    for (; i < count; ++i) {
        const double of_p = p[i];
        sum += std::exp(of_p - largest) * (of_p - static_cast<double>(q[i]));
    }
    return sum;
}

}  // namespace
}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql {

HWY_EXPORT(sum_of_exponentials);
HWY_EXPORT(sum_of_differences);

SoftmaxPiece softmax_piece(const float* logits, std::size_t count) {
    const float* best = std::max_element(logits, logits + count);
    const double largest = *best;
    return {largest, HWY_DYNAMIC_DISPATCH(sum_of_exponentials)(logits, count, largest),
            static_cast<std::size_t>(best - logits)};
}

double weighted_difference(const float* p, const float* q, std::size_t count, double largest) {
    return HWY_DYNAMIC_DISPATCH(sum_of_differences)(p, q, count, largest);
}

}  // namespace ql
#endif  // HWY_ONCE
