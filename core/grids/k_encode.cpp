#include <algorithm>
#include <cstdint>

#include "core/grids/k_blocks.h"
#include "core/grids/k_layout.h"
#include "core/grids/k_offsets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/grids/k_encode.cpp"
// foreach_target stands before highway.h: it includes this file again for every target.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/grids/k_fits-inl.h"
#include "core/grids/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {
namespace {

constexpr hn::Rebind<std::int8_t, Floats> kLaneBytes;

/// One super-block in every lane: what is known before the fit, and what is stored after it.
struct KTile {
    FloatTile<kSuperBlockValues> x;
    FloatTile<kSuperBlockValues> w;  ///< the weights of the squared errors
    FloatTile<16> scales;            ///< integers, once they are coded
    FloatTile<16> mins;
    HWY_ALIGN std::uint32_t d[kLanes] = {};
    HWY_ALIGN std::uint32_t dmin[kLanes] = {};
    HWY_ALIGN std::int8_t codes[kSuperBlockValues][kLanes];

    HWY_INLINE FloatVec code(std::size_t j) const {
        return hn::ConvertTo(kFloats, hn::PromoteTo(kInts, hn::LoadU(kLaneBytes, codes[j])));
    }
    HWY_INLINE void put_code(std::size_t j, FloatVec code) {
        hn::StoreU(hn::DemoteTo(kLaneBytes, hn::ConvertTo(kInts, code)), kLaneBytes, codes[j]);
    }
};

/// What the formats have in common and what tells them apart.
template <DType kType>
struct KFormat {
    static constexpr bool kHasMinima =
        kType == DType::q2_k || kType == DType::q4_k || kType == DType::q5_k;
    static constexpr std::size_t kValues = kType == DType::q4_k || kType == DType::q5_k ? 32 : 16;
    static constexpr std::size_t kSubBlocks = kSuperBlockValues / kValues;
    /// Largest code, or half the number of codes where they are signed.
    static constexpr int kLevels = kType == DType::q2_k   ? 3
                                   : kType == DType::q3_k ? 4
                                   : kType == DType::q4_k ? 15
                                   : kType == DType::q5_k ? 31
                                                          : 32;
    /// The same for the scales and minima.
    static constexpr int kScaleLevels = kType == DType::q2_k   ? 15
                                        : kType == DType::q3_k ? 32
                                        : kType == DType::q6_k ? 128
                                                               : 63;
};

HWY_INLINE void store_half(FloatVec value, std::uint32_t* bits) {
    hn::Store(float_to_half_bits(kFloats, value), kWords, bits);
}

template <std::size_t kCount>
HWY_INLINE FloatVec sum_of_squares(FloatRows x) {
    auto sum = zero();
    for (std::size_t j = 0; j < kCount; ++j) {
        sum = sum + x[j] * x[j];
    }
    return sum;
}

/// Weights without importance: larger values count more, in a way of each format.
template <DType kType>
HWY_INLINE void weigh(KTile& tile) {
    constexpr std::size_t kValues = KFormat<kType>::kValues;
    for (std::size_t begin = 0; begin < kSuperBlockValues; begin += kValues) {
        const auto rms = hn::Sqrt(sum_of_squares<kValues>(tile.x.from(begin)) /
                                  set(static_cast<float>(kValues)));
        for (std::size_t j = begin; j < begin + kValues; ++j) {
            const auto x = tile.x[j];
            if (!KFormat<kType>::kHasMinima) {
                tile.w.put(j, x * x);
            } else {
                tile.w.put(j, kType == DType::q2_k ? hn::Abs(x) : rms + hn::Abs(x));
            }
        }
    }
}

/// Weights from the importance that lies in tile.w; Q6_K takes it as it is.
template <DType kType>
HWY_INLINE void weigh_importance(KTile& tile) {
    if (kType == DType::q6_k) {
        return;
    }
    const auto squares = sum_of_squares<kSuperBlockValues>(tile.x.from(0));
    const auto mean = set(kType == DType::q2_k ? 1.0f : 2.0f) * squares /
                      set(static_cast<float>(kSuperBlockValues));
    for (std::size_t j = 0; j < kSuperBlockValues; ++j) {
        tile.w.put(j, tile.w[j] * hn::Sqrt(mean + tile.x[j] * tile.x[j]));
    }
}

/// The weight of each sub-block.
template <DType kType>
HWY_INLINE FloatTile<16> sub_block_weights(const KTile& tile) {
    constexpr std::size_t kValues = KFormat<kType>::kValues;
    FloatTile<16> weights;
    for (std::size_t k = 0; k < KFormat<kType>::kSubBlocks; ++k) {
        auto sum = zero();
        for (std::size_t j = 0; j < kValues; ++j) {
            sum = sum + tile.w[k * kValues + j];
        }
        weights.put(k, sum);
    }
    return weights;
}

/// Fits scales and minima to all sub-blocks, for themselves: fills scales, mins and codes.
template <DType kType>
HWY_INLINE void search_ranges(KTile& tile, bool importance) {
    using Format = KFormat<kType>;
    constexpr std::size_t kValues = Format::kValues;
    constexpr int kLargest = Format::kLevels;
    const RangeSearch search = importance             ? RangeSearch{kLargest, -0.9f, 0.05f, 36}
                               : kType == DType::q4_k ? RangeSearch{kLargest, -1.0f, 0.1f, 20}
                                                      : RangeSearch{kLargest, -0.5f, 0.1f, 15};
    for (std::size_t k = 0; k < Format::kSubBlocks; ++k) {
        const auto x = tile.x.from(k * kValues);
        const auto w = tile.w.from(k * kValues);
        const RangeFit fit = kType == DType::q2_k && !importance
                                 ? fit_range<kValues, true>(x, w, search)
                                 : fit_range<kValues, false>(x, w, search);
        tile.scales.put(k, fit.scale);
        tile.mins.put(k, fit.minimum);
        for (std::size_t j = 0; j < kValues; ++j) {
            tile.put_code(k * kValues + j, code(fit, x[j], kLargest));
        }
    }
}

/// The same for the formats without minima.
template <DType kType>
HWY_INLINE void search_scales(KTile& tile) {
    using Format = KFormat<kType>;
    constexpr std::size_t kValues = Format::kValues;
    for (std::size_t k = 0; k < Format::kSubBlocks; ++k) {
        const auto x = tile.x.from(k * kValues);
        const auto w = tile.w.from(k * kValues);
        const SignedFit fit = fit_signed<kValues>(x, w, Format::kLevels);
        tile.scales.put(k, fit.scale);
        for (std::size_t j = 0; j < kValues; ++j) {
            tile.put_code(k * kValues + j, code(fit, x[j], Format::kLevels));
        }
    }
}

/// Q3_K without importance. Four sub-blocks at a time: the steps of a descent wait for each other.
HWY_INLINE void search_scales_by_descent(KTile& tile) {
    using Format = KFormat<DType::q3_k>;
    constexpr std::size_t kValues = Format::kValues;
    const auto group = [&](std::size_t k) HWY_ATTR {
        return Descent<kValues>(tile.x.from(k * kValues), tile.w.from(k * kValues));
    };
    for (std::size_t first = 0; first < Format::kSubBlocks; first += 4) {
        Descent<kValues> groups[] = {group(first), group(first + 1), group(first + 2),
                                     group(first + 3)};
        fit_signed_by_descent(groups, Format::kLevels);
        for (std::size_t g = 0; g < 4; ++g) {
            tile.scales.put(first + g, groups[g].scale());
            for (std::size_t j = 0; j < kValues; ++j) {
                tile.put_code((first + g) * kValues + j, groups[g].codes[j]);
            }
        }
    }
}

/// Scales or minima become bytes, 0 .. levels as far as they are not negative; returns the
/// super-block scale.
template <std::size_t kCount>
HWY_INLINE FloatVec code_by_largest(FloatTile<16>& values, int levels) {
    auto largest = zero();
    for (std::size_t k = 0; k < kCount; ++k) {
        largest = select(values[k] > largest, values[k], largest);
    }
    const auto range = set(static_cast<float>(levels));
    const auto inverse = hn::IfThenElseZero(largest > zero(), range / largest);
    for (std::size_t k = 0; k < kCount; ++k) {
        values.put(k, low_byte(nearest_code(inverse * values[k], kLowestCode, levels)));
    }
    return largest / range;
}

/// The same, with the weight of each.
template <std::size_t kCount>
HWY_INLINE FloatVec code_by_weight(FloatTile<16>& values, const FloatTile<16>& weights,
                                   int levels) {
    Descent<kCount> fit[1] = {{values.from(0), weights.from(0)}};
    fit_positive(fit, levels);
    for (std::size_t k = 0; k < kCount; ++k) {
        values.put(k, fit->codes[k]);
    }
    return fit->scale();
}

/// Fits the bytes of scales and minima into the bits that the format has for them. Bytes that are
/// too large, those of negative scales, do what they do in ggml: some formats cut them, in others
/// their high bits run into those of another number.
template <DType kType>
HWY_INLINE void fit_to_stored_bits(FloatTile<16>& scales, FloatTile<16>& mins, bool importance) {
    const auto bits = [](FloatVec value) HWY_ATTR { return hn::ConvertTo(kInts, value); };
    const auto store = [](FloatTile<16>& tile, std::size_t k, IntVec value, int mask) HWY_ATTR {
        tile.put(k, hn::ConvertTo(kFloats, hn::And(value, hn::Set(kInts, mask))));
    };
    for (std::size_t k = KFormat<kType>::kSubBlocks; k-- > 0;) {
        const auto scale = bits(scales[k]);
        if (kType == DType::q2_k) {
            store(mins, k, hn::Or(bits(mins[k]), hn::ShiftRight<4>(scale)), 15);
            store(scales, k, scale, 15);
        } else if (kType == DType::q4_k && importance) {
            const auto stray = k < 4 ? hn::Zero(kInts) : hn::ShiftRight<6>(bits(scales[k - 4]));
            store(scales, k, hn::Or(scale, hn::ShiftLeft<4>(stray)), 63);
        } else {
            scales.put(k, hn::Min(scales[k], set(KFormat<kType>::kScaleLevels)));
        }
    }
}

/// Scales and minima become integers; d and dmin are stored.
template <DType kType>
HWY_INLINE void code_ranges(KTile& tile, bool importance) {
    constexpr std::size_t kCount = KFormat<kType>::kSubBlocks;
    constexpr int kLevels = KFormat<kType>::kScaleLevels;
    if (importance) {
        const auto weights = sub_block_weights<kType>(tile);
        store_half(code_by_weight<kCount>(tile.scales, weights, kLevels), tile.d);
        store_half(code_by_weight<kCount>(tile.mins, weights, kLevels), tile.dmin);
    } else {
        store_half(code_by_largest<kCount>(tile.scales, kLevels), tile.d);
        store_half(code_by_largest<kCount>(tile.mins, kLevels), tile.dmin);
    }
    fit_to_stored_bits<kType>(tile.scales, tile.mins, importance);
}

/// The scale of largest magnitude, with its sign, gets the code -levels; where there is none, all
/// get `nothing`. Returns the super-block scale.
HWY_INLINE FloatVec code_by_extreme(FloatTile<16>& scales, int levels, int nothing) {
    const auto extreme = signed_extreme<16>(scales.from(0));
    const auto inverse = set(static_cast<float>(-levels)) / extreme;
    const auto something = extreme != zero();
    for (std::size_t k = 0; k < 16; ++k) {
        const auto scale = nearest_code(inverse * scales[k], -levels, levels - 1);
        scales.put(k, select(something, scale, set(static_cast<float>(nothing))));
    }
    return hn::IfThenElseZero(something, set(1.0f) / inverse);
}

/// Q3_K with importance: the scales are fitted as the values are.
HWY_INLINE FloatVec code_by_fit(KTile& tile) {
    constexpr int kLevels = KFormat<DType::q3_k>::kScaleLevels;
    const auto weights = sub_block_weights<DType::q3_k>(tile);
    const SignedFit fit = fit_signed<16>(tile.scales.from(0), weights.from(0), kLevels);
    for (std::size_t k = 0; k < 16; ++k) {
        tile.scales.put(k, code(fit, tile.scales[k], kLevels));
    }
    return fit.scale;
}

/// Q6_K: a super-block whose scales are all next to nothing counts as zeros.
HWY_INLINE void drop_tiny_blocks(KTile& tile) {
    const auto something = hn::Abs(signed_extreme<16>(tile.scales.from(0))) >= set(kNothing);
    if (hn::AllTrue(kFloats, something)) {
        return;
    }
    for (std::size_t k = 0; k < 16; ++k) {
        tile.scales.put(k, hn::IfThenElseZero(something, tile.scales[k]));
    }
    const auto stored_zero = set(-KFormat<DType::q6_k>::kLevels);
    for (std::size_t j = 0; j < kSuperBlockValues; ++j) {
        tile.put_code(j, select(something, tile.code(j), stored_zero));
    }
}

/// Scales become integers; d is stored. The code of a scale that is nothing is stored as 0.
template <DType kType>
HWY_INLINE void code_scales(KTile& tile, bool importance) {
    constexpr int kLevels = KFormat<kType>::kScaleLevels;
    if (kType == DType::q6_k) {
        drop_tiny_blocks(tile);
        store_half(code_by_extreme(tile.scales, kLevels, 0), tile.d);
    } else if (importance) {
        store_half(code_by_fit(tile), tile.d);
    } else {
        store_half(code_by_extreme(tile.scales, kLevels, -kLevels), tile.d);
    }
}

/// Now that scales and minima are known as they are stored, every value gets the code nearest to
/// it; where the scale is 0, that of the search stays.
template <DType kType>
HWY_INLINE void code_again(KTile& tile) {
    using Format = KFormat<kType>;
    constexpr int kLowest = lowest_k_code(kType);
    constexpr int kHighest = Format::kHasMinima ? Format::kLevels : Format::kLevels - 1;
    const auto d = half_bits_to_float(kFloats, hn::Load(kWords, tile.d));
    const auto dmin = half_bits_to_float(kFloats, hn::Load(kWords, tile.dmin));
    for (std::size_t k = 0; k < Format::kSubBlocks; ++k) {
        const auto scale = d * tile.scales[k];
        const auto minimum = Format::kHasMinima ? dmin * tile.mins[k] : zero();
        const auto no_scale = scale == zero();
        for (std::size_t j = k * Format::kValues; j < (k + 1) * Format::kValues; ++j) {
            const auto nearest = nearest_code((tile.x[j] + minimum) / scale, kLowest, kHighest);
            tile.put_code(j, select(no_scale, tile.code(j), nearest));
        }
    }
}

void store_blocks(DType dtype, const KTile& tile, std::size_t used, std::byte* out) {
    const std::size_t block_bytes = traits(dtype).block_bytes;
    for (std::size_t lane = 0; lane < used; ++lane) {
        KBlock block;
        block.d = static_cast<std::uint16_t>(tile.d[lane]);
        block.dmin = static_cast<std::uint16_t>(tile.dmin[lane]);
        for (std::size_t k = 0; k < kSuperBlockValues / sub_block_values(dtype); ++k) {
            block.scales[k] = static_cast<std::int8_t>(tile.scales.at[k][lane]);
            block.mins[k] = static_cast<std::uint8_t>(tile.mins.at[k][lane]);
        }
        for (std::size_t j = 0; j < kSuperBlockValues; ++j) {
            block.codes[j] = tile.codes[j][lane];
        }
        pack_k_block(dtype, block, out + lane * block_bytes);
    }
}

template <DType kType>
void encode_all_of(const BlockRun& run) {
    KTile tile;
    const bool importance = run.importance != nullptr;
    for (std::size_t begin = 0; begin < run.blocks; begin += kLanes) {
        const std::size_t used = std::min(kLanes, run.blocks - begin);
        load_tile(tile.x, used, [&](std::size_t lane) {
            return run.values + (begin + lane) * kSuperBlockValues;
        });
        if (importance) {
            load_tile(tile.w, used, [&](std::size_t lane) {
                return run.importance_of(begin + lane, kSuperBlockValues);
            });
            weigh_importance<kType>(tile);
        } else {
            weigh<kType>(tile);
        }
        if constexpr (KFormat<kType>::kHasMinima) {
            search_ranges<kType>(tile, importance);
            code_ranges<kType>(tile, importance);
        } else {
            if (kType == DType::q3_k && !importance) {
                search_scales_by_descent(tile);
            } else {
                search_scales<kType>(tile);
            }
            code_scales<kType>(tile, importance);
        }
        code_again<kType>(tile);
        store_blocks(kType, tile, used, run.out + begin * traits(kType).block_bytes);
    }
}

void encode_k_all(DType dtype, const BlockRun& run) {
    switch (dtype) {
        case DType::q2_k:
            return encode_all_of<DType::q2_k>(run);
        case DType::q3_k:
            return encode_all_of<DType::q3_k>(run);
        case DType::q4_k:
            return encode_all_of<DType::q4_k>(run);
        case DType::q5_k:
            return encode_all_of<DType::q5_k>(run);
        default:
            return encode_all_of<DType::q6_k>(run);
    }
}

}  // namespace
}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql {

HWY_EXPORT(encode_k_all);

void encode_k_blocks(DType dtype, const BlockRun& run) {
    HWY_DYNAMIC_DISPATCH(encode_k_all)(dtype, run);
}

}  // namespace ql
#endif  // HWY_ONCE
