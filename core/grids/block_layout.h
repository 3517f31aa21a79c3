#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/tensor/dtype.h"

namespace ql {

inline constexpr std::size_t kMostBlockValues = 256;

/// The fields of one stored block, whatever the order of its bits. Formats: Q4_0 Q4_1 Q5_0 Q5_1
/// Q8_0 IQ4_NL IQ4_XS MXFP4 NVFP4 TQ1_0 TQ2_0 Q1_0 Q2_0. Source: the GGUF format.
struct StoredBlock {
    /// The scale d as half bits; the exponent byte for MXFP4; unused by NVFP4.
    std::uint16_t scale = 0;
    /// The minimum m as half bits: Q4_1, Q5_1.
    std::uint16_t minimum = 0;
    /// Scales of parts: NVFP4 the 4 E4M3 bytes (of 16 values each), IQ4_XS the 8 scales + 32, which
    /// are 0..63 (of 32 values each).
    std::array<std::uint8_t, 8> part_scales{};
    /// The codes as stored: 0..2^bits-1; two's complement for Q8_0; 0..2 for TQ1_0.
    std::array<std::uint8_t, kMostBlockValues> codes{};
};

/// Writes the bytes of a block: traits(dtype).block_bytes. Fields must be in their ranges.
void pack_block(DType dtype, const StoredBlock& block, std::byte* out);

/// Reads the fields of a block; any bytes are accepted.
StoredBlock unpack_block(DType dtype, const std::byte* bytes);

/// What the codes of IQ4_NL and IQ4_XS stand for, before scaling.
inline constexpr std::array<float, 16> kIq4Values = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                     1,    13,   25,  38,  53,  69,  89,  113};

/// What the codes of MXFP4 and NVFP4 stand for, before scaling: twice the E2M1 values.
inline constexpr std::array<float, 16> kFp4Values = {0, 1,  2,  3,  4,  6,  8,  12,
                                                     0, -1, -2, -3, -4, -6, -8, -12};

/// The factor of kFp4Values for the exponent byte of an MXFP4 block: 2^(exponent - 128).
float mxfp4_scale(std::uint8_t exponent);

/// The factor of kFp4Values for a scale byte of NVFP4: half of the E4M3 number without its sign; 0
/// for byte 0x7F.
float nvfp4_scale(std::uint8_t byte);

/// Decodes blocks in plain code: what their bytes mean.
void decode_plainly(DType dtype, const std::byte* bytes, std::size_t blocks, float* out);

}  // namespace ql
