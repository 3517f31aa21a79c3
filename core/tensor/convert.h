#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/tensor/dtype.h"

namespace ql {

/// Half and bfloat16 of one value: round to nearest even, overflow to infinity, NaN stays NaN.
std::uint16_t float_to_half(float value);
float half_to_float(std::uint16_t bits);
std::uint16_t float_to_bf16(float value);
float bf16_to_float(std::uint16_t bits);

/// OCP FP8 codes as float (E4M3 is the "fn" kind: no infinities, NaN at 0x7F and 0xFF).
float e4m3_to_float(std::uint8_t code);
float e5m2_to_float(std::uint8_t code);

/// Whether widen() knows the type: floats down to FP8, integers and bool (not complex, F6, F4).
bool can_widen(DType dtype);

/// Widens `count` plain (unblocked) values of type `dtype` at `src` (any alignment) to float32.
/// 64-bit types are rounded to nearest. Throws Error(unsupported) where can_widen is false.
void widen(DType dtype, const void* src, std::size_t count, float* out);

/// The opposite for the types that exports store: f32, f16, bf16.
void narrow(DType dtype, const float* src, std::size_t count, void* out);

/// Number of NaN and infinite values.
std::size_t count_non_finite(const float* values, std::size_t count);
/// Throws Error(bad_data) when a weight is NaN or infinite: quantizing would spread it silently.
void require_finite(const std::vector<float>& weights);

}  // namespace ql
