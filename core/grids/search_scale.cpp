#include "core/grids/search_blocks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/grids/search_scale.cpp"
// foreach_target stands before highway.h: it includes this file again for every target.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/grids/search_run-inl.h"
#include "core/grids/search_scale-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

// Codes 0..2N-1 that stand for -N..N-1.
template <int kN>
struct ShiftedLevels {
    static constexpr std::size_t kCount = 32;
    static constexpr int kRefits = 2;
    static constexpr int kNeighbours = 1;

    static HWY_INLINE FloatVec nearest(FloatVec position) {
        return round_even(clamp(position, -kN, kN - 1));
    }
    static HWY_INLINE IntVec code(FloatVec level) {
        return hn::Add(hn::ConvertTo(kInts, level), hn::Set(kInts, kN));
    }
};

struct LevelsQ4 : ShiftedLevels<8> {
    static constexpr LevelRange kRanges[] = {{4.20f, 0.12f, 17},   {6.20f, 0.12f, 11},
                                             {7.50f, 0.12f, 16},   {-4.20f, -0.12f, 17},
                                             {-6.20f, -0.12f, 11}, {-7.50f, -0.12f, 16}};
    static constexpr LevelRange kWeightedRanges[] = {
        {4.00f, 0.17f, 18},   {7.00f, 0.20f, 15},   {10.00f, 0.50f, 14},   {17.00f, 1.00f, 15},
        {-4.00f, -0.17f, 18}, {-7.00f, -0.20f, 15}, {-10.00f, -0.50f, 14}, {-17.00f, -1.00f, 15}};
};

struct LevelsQ5 : ShiftedLevels<16> {
    static constexpr LevelRange kRanges[] = {
        {10.00f, 0.13f, 23}, {13.00f, 0.13f, 32}, {-10.00f, -0.13f, 23}, {-13.00f, -0.13f, 32}};
    static constexpr LevelRange kWeightedRanges[] = {
        {9.00f, 0.20f, 22},   {13.50f, 0.20f, 22},   {18.00f, 0.70f, 20},   {32.00f, 1.60f, 18},
        {-9.00f, -0.20f, 22}, {-13.50f, -0.20f, 22}, {-18.00f, -0.70f, 20}, {-32.00f, -1.60f, 18}};
};

struct LevelsQ8 : ShiftedLevels<128> {
    static constexpr LevelRange kRanges[] = {
        {-100.00f, -0.15f, 67}, {-110.00f, -0.15f, 60}, {-119.00f, -0.15f, 64}};
    static constexpr LevelRange kWeightedRanges[] = {{-50.00f, -1.20f, 33},
                                                     {-90.00f, -0.40f, 50},
                                                     {-110.00f, -0.30f, 63},
                                                     {-129.00f, -1.20f, 34},
                                                     {-170.00f, -3.00f, 27}};
    static HWY_INLINE IntVec code(FloatVec level) { return hn::ConvertTo(kInts, level); }
};

void search_scale_all(DType dtype, const BlockRun& run) {
    switch (dtype) {
        case DType::q4_0:
            return search_run<ScaleSearch<LevelsQ4>>(dtype, run);
        case DType::q5_0:
            return search_run<ScaleSearch<LevelsQ5>>(dtype, run);
        default:
            return search_run<ScaleSearch<LevelsQ8>>(dtype, run);
    }
}

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql {

HWY_EXPORT(search_scale_all);

void search_scale(DType dtype, const BlockRun& run) {
    HWY_DYNAMIC_DISPATCH(search_scale_all)(dtype, run);
}

}  // namespace ql
#endif  // HWY_ONCE
