#pragma once

#include <cstddef>

#include "core/tensor/dtype.h"

namespace ql {

// Where the parts of a stored super-block begin. There are no gaps: each part ends where the next
// begins.
namespace q2_k {
inline constexpr std::size_t kScales = 0;
inline constexpr std::size_t kCodes = 16;
inline constexpr std::size_t kD = 80;
inline constexpr std::size_t kDmin = 82;
}  // namespace q2_k
namespace q3_k {
inline constexpr std::size_t kThirdBits = 0;
inline constexpr std::size_t kCodes = 32;
inline constexpr std::size_t kScales = 96;
inline constexpr std::size_t kD = 108;
inline constexpr int kLowestScale = -32;  // stored scales are counted from it
}  // namespace q3_k
namespace q4_k {  // Q5_K begins the same way
inline constexpr std::size_t kD = 0;
inline constexpr std::size_t kDmin = 2;
inline constexpr std::size_t kScales = 4;
inline constexpr std::size_t kCodes = 16;
}  // namespace q4_k
namespace q5_k {
inline constexpr std::size_t kFifthBits = 16;
inline constexpr std::size_t kCodes = 48;
}  // namespace q5_k
namespace q6_k {
inline constexpr std::size_t kCodes = 0;
inline constexpr std::size_t kHighBits = 128;
inline constexpr std::size_t kScales = 192;
inline constexpr std::size_t kD = 208;
}  // namespace q6_k

/// The smallest code of a format: stored codes are counted from it.
constexpr int lowest_k_code(DType dtype) {
    return dtype == DType::q3_k ? -4 : dtype == DType::q6_k ? -32 : 0;
}

}  // namespace ql
