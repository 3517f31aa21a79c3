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

    static HWY_INLINE FloatVec nearest(FloatVec position) {
        return round_even(clamp(position, -kN, kN - 1));
    }
    static HWY_INLINE IntVec code(FloatVec level) {
        return hn::Add(hn::ConvertTo(kInts, level), hn::Set(kInts, kN));
    }
};

struct LevelsQ4 : ShiftedLevels<8> {
    static constexpr LevelRange kRanges[] = {
        {4.20f, 0.24f, 9}, {6.30f, 0.20f, 15}, {-4.20f, -0.24f, 9}, {-6.30f, -0.20f, 15}};
    static constexpr LevelRange kWeightedRanges[] = {{4.50f, 0.40f, 8},   {7.50f, 0.40f, 8},
                                                     {10.80f, 1.00f, 12}, {-4.50f, -0.40f, 8},
                                                     {-7.50f, -0.40f, 8}, {-10.80f, -1.00f, 12}};
};

struct LevelsQ5 : ShiftedLevels<16> {
    static constexpr LevelRange kRanges[] = {
        {11.00f, 0.22f, 13}, {13.90f, 0.22f, 15}, {-11.00f, -0.22f, 13}, {-13.90f, -0.22f, 15}};
    static constexpr LevelRange kWeightedRanges[] = {{10.00f, 0.55f, 8},   {14.20f, 0.55f, 8},
                                                     {19.00f, 1.80f, 15},  {-10.00f, -0.55f, 8},
                                                     {-14.20f, -0.55f, 8}, {-19.00f, -1.80f, 15}};
};

struct LevelsQ8 : ShiftedLevels<128> {
    static constexpr LevelRange kRanges[] = {{-108.00f, -0.32f, 32}, {-118.20f, -0.32f, 33}};
    static constexpr LevelRange kWeightedRanges[] = {
        {-60.00f, -2.50f, 18}, {-105.00f, -0.70f, 34}, {-129.00f, -3.00f, 25}};
    static HWY_INLINE IntVec code(FloatVec level) { return hn::ConvertTo(kInts, level); }
};

// The sixteen levels of IQ4_NL.
struct LevelsIq4 {
    static constexpr std::size_t kCount = 32;
    static constexpr int kRefits = 2;
    static constexpr LevelRange kRanges[] = {
        {-70.0f, -2.0f, 20}, {-110.0f, -2.0f, 20}, {60.0f, 2.0f, 20}, {100.0f, 2.0f, 20}};
    static constexpr LevelRange kWeightedRanges[] = {
        {-30.0f, -2.0f, 20},   {-70.0f, -2.0f, 20}, {-110.0f, -2.5f, 20}, {-160.0f, -6.0f, 20},
        {-280.0f, -16.0f, 20}, {25.0f, 2.0f, 20},   {65.0f, 2.0f, 20},    {105.0f, 2.5f, 20},
        {155.0f, 6.0f, 20},    {275.0f, 16.0f, 20}};

    // Where level k - 1 ends and level k begins.
    static constexpr float begin(std::size_t k) { return (kIq4Values[k - 1] + kIq4Values[k]) / 2; }
    static HWY_INLINE FloatVec nearest(FloatVec position) {
        auto level = set(kIq4Values[0]);
        for (std::size_t k = 1; k < kIq4Values.size(); ++k) {
            const auto step = set(kIq4Values[k] - kIq4Values[k - 1]);
            level = hn::Add(level, hn::IfThenElseZero(hn::Gt(position, set(begin(k))), step));
        }
        return level;
    }
    static HWY_INLINE IntVec code(FloatVec level) {
        auto code = zero();
        for (std::size_t k = 1; k < kIq4Values.size(); ++k) {
            code = hn::Add(code, hn::IfThenElseZero(hn::Gt(level, set(begin(k))), set(1.0f)));
        }
        return hn::ConvertTo(kInts, code);
    }
};

// Levels -1..kMost: TQ1_0, TQ2_0 and Q2_0.
template <std::size_t kValues, int kMost>
struct FewLevels {
    static constexpr std::size_t kCount = kValues;
    static constexpr int kRefits = 3;

    static HWY_INLINE FloatVec nearest(FloatVec position) {
        return round_even(clamp(position, -1, kMost));
    }
    static HWY_INLINE IntVec code(FloatVec level) {
        return hn::Add(hn::ConvertTo(kInts, level), hn::Set(kInts, 1));
    }
};

struct LevelsTernary : FewLevels<256, 1> {
    static constexpr LevelRange kRanges[] = {
        {1.0f, 0.1f, 20}, {3.0f, 0.2f, 20}, {7.0f, 0.5f, 20}, {17.0f, 1.5f, 20}};
    static constexpr LevelRange kWeightedRanges[] = {
        {1.0f, 0.1f, 20}, {3.0f, 0.2f, 20}, {7.0f, 0.5f, 20}, {17.0f, 1.5f, 20}, {47.0f, 5.0f, 20}};
};

struct LevelsQ2 : FewLevels<64, 2> {
    static constexpr LevelRange kRanges[] = {{-0.8f, -0.1f, 16}, {-2.4f, -0.2f, 16},
                                             {-5.6f, -0.6f, 16}, {1.2f, 0.1f, 16},
                                             {2.8f, 0.2f, 16},   {6.0f, 0.6f, 16}};
    static constexpr LevelRange kWeightedRanges[] = {
        {-0.8f, -0.1f, 16}, {-2.4f, -0.2f, 16}, {-5.6f, -0.6f, 16}, {-15.0f, -2.0f, 16},
        {1.2f, 0.1f, 16},   {2.8f, 0.2f, 16},   {6.0f, 0.6f, 16},   {15.0f, 2.0f, 16}};
};

// Levels -1 and 1: codes do not depend on the scale, so any first one will do.
struct LevelsSign {
    static constexpr std::size_t kCount = 128;
    static constexpr int kRefits = 0;
    static constexpr LevelRange kRanges[] = {{1.0f, 1.0f, 1}};
    static constexpr LevelRange kWeightedRanges[] = {{1.0f, 1.0f, 1}};

    static HWY_INLINE FloatVec nearest(FloatVec position) {
        return hn::IfThenElse(hn::Lt(position, zero()), set(-1.0f), set(1.0f));
    }
    static HWY_INLINE IntVec code(FloatVec level) {
        return hn::ConvertTo(kInts, clamp(level, 0, 1));
    }
};

template <class Levels>
void search_levels(DType dtype, const BlockRun& run) {
    search_run<ScaleSearch<Levels, false>, ScaleSearch<Levels, true>>(dtype, run);
}

void search_scale_all(DType dtype, const BlockRun& run) {
    switch (dtype) {
        case DType::q4_0:
            return search_levels<LevelsQ4>(dtype, run);
        case DType::q5_0:
            return search_levels<LevelsQ5>(dtype, run);
        case DType::q8_0:
            return search_levels<LevelsQ8>(dtype, run);
        case DType::iq4_nl:
            return search_levels<LevelsIq4>(dtype, run);
        case DType::q1_0:
            return search_levels<LevelsSign>(dtype, run);
        case DType::q2_0:
            return search_levels<LevelsQ2>(dtype, run);
        default:
            return search_levels<LevelsTernary>(dtype, run);
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
