#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ql {

/// Bytes that `count` codes of `bits` bits take as a dense stream.
inline std::size_t packed_bytes(std::size_t count, int bits) {
    return (count * static_cast<std::size_t>(bits) + 7) / 8;
}

/// Overwrites `count` bits (at most 8) from bit `first` on, counted from the lowest bit of byte 0,
/// with the lowest bits of `value`.
inline void put_bits(std::byte* bytes, std::size_t first, int count, unsigned value) {
    std::byte* at = bytes + first / 8;
    const auto shift = static_cast<int>(first % 8);
    const unsigned mask = ((1u << count) - 1) << shift;
    const unsigned bits = value << shift & mask;
    at[0] = (at[0] & ~static_cast<std::byte>(mask)) | static_cast<std::byte>(bits);
    if (shift + count > 8) {
        at[1] = (at[1] & ~static_cast<std::byte>(mask >> 8)) | static_cast<std::byte>(bits >> 8);
    }
}

/// The `count` bits (at most 8) from bit `first` on.
inline unsigned get_bits(const std::byte* bytes, std::size_t first, int count) {
    const std::byte* at = bytes + first / 8;
    const auto shift = static_cast<int>(first % 8);
    auto bits = static_cast<unsigned>(at[0]) >> shift;
    if (shift + count > 8) {
        bits |= static_cast<unsigned>(at[1]) << (8 - shift);
    }
    return bits & ((1u << count) - 1);
}

namespace detail {

/// Eight codes of `bits` bits, one in each byte of `spread`, moved together into 8 * bits bits:
/// first neighbours, then pairs, then fours.
inline std::uint64_t gather_codes(std::uint64_t spread, int bits) {
    const int gap = 8 - bits;
    spread = (spread & 0x00FF00FF00FF00FFu) | (spread & 0xFF00FF00FF00FF00u) >> gap;
    spread = (spread & 0x0000FFFF0000FFFFu) | (spread & 0xFFFF0000FFFF0000u) >> 2 * gap;
    return (spread & 0x00000000FFFFFFFFu) | (spread & 0xFFFFFFFF00000000u) >> 4 * gap;
}

/// The opposite of gather_codes.
inline std::uint64_t spread_codes(std::uint64_t dense, int bits) {
    const int gap = 8 - bits;
    const std::uint64_t four = (std::uint64_t{1} << 4 * bits) - 1;
    dense = (dense & four) | (dense & ~four) << 4 * gap;
    const std::uint64_t two = ((std::uint64_t{1} << 2 * bits) - 1) * 0x0000000100000001u;
    dense = (dense & two) | (dense & ~two) << 2 * gap;
    const std::uint64_t one = ((std::uint64_t{1} << bits) - 1) * 0x0001000100010001u;
    return (dense & one) | (dense & ~one) << gap;
}

// With the number of bits known when compiling, shifts and masks are constants. As long as eight
// bytes of the stream are left, whole words are moved: the bytes too many are written again later.
template <int kBits>
void pack_codes(const std::uint8_t* codes, std::size_t count, std::byte* out) {
    const std::size_t bytes = packed_bytes(count, kBits);
    for (std::size_t i = 0, at = 0; i < count; i += 8, at += kBits) {
        std::uint64_t word = 0;
        if (bytes - at >= 8) {
            std::memcpy(&word, codes + i, 8);
            word = gather_codes(word, kBits);
            std::memcpy(out + at, &word, 8);
        } else {
            std::memcpy(&word, codes + i, std::min<std::size_t>(8, count - i));
            word = gather_codes(word, kBits);
            std::memcpy(out + at, &word, std::min<std::size_t>(kBits, bytes - at));
        }
    }
}

template <int kBits>
void unpack_codes(const std::byte* src, std::size_t count, std::uint8_t* codes) {
    constexpr std::uint64_t kEightCodes = ~std::uint64_t{0} >> (64 - 8 * kBits);
    const std::size_t bytes = packed_bytes(count, kBits);
    for (std::size_t i = 0, at = 0; i < count; i += 8, at += kBits) {
        std::uint64_t word = 0;
        if (bytes - at >= 8) {
            std::memcpy(&word, src + at, 8);
            word = spread_codes(word & kEightCodes, kBits);
            std::memcpy(codes + i, &word, 8);
        } else {
            std::memcpy(&word, src + at, std::min<std::size_t>(kBits, bytes - at));
            word = spread_codes(word, kBits);
            std::memcpy(codes + i, &word, std::min<std::size_t>(8, count - i));
        }
    }
}

}  // namespace detail

/// Packs `count` codes of `bits` bits (1..8; the bits above must be 0), one in each byte of
/// `codes`, into a dense stream: code i takes the bits from i * bits on, counted from the lowest
/// bit of the first byte. Unused bits of the last byte are 0.
inline void pack_codes(const std::uint8_t* codes, std::size_t count, int bits, std::byte* out) {
    switch (bits) {
        case 1:
            return detail::pack_codes<1>(codes, count, out);
        case 2:
            return detail::pack_codes<2>(codes, count, out);
        case 3:
            return detail::pack_codes<3>(codes, count, out);
        case 4:
            return detail::pack_codes<4>(codes, count, out);
        case 5:
            return detail::pack_codes<5>(codes, count, out);
        case 6:
            return detail::pack_codes<6>(codes, count, out);
        case 7:
            return detail::pack_codes<7>(codes, count, out);
        default:
            return detail::pack_codes<8>(codes, count, out);
    }
}

/// The opposite of pack_codes.
inline void unpack_codes(const std::byte* src, std::size_t count, int bits, std::uint8_t* codes) {
    switch (bits) {
        case 1:
            return detail::unpack_codes<1>(src, count, codes);
        case 2:
            return detail::unpack_codes<2>(src, count, codes);
        case 3:
            return detail::unpack_codes<3>(src, count, codes);
        case 4:
            return detail::unpack_codes<4>(src, count, codes);
        case 5:
            return detail::unpack_codes<5>(src, count, codes);
        case 6:
            return detail::unpack_codes<6>(src, count, codes);
        case 7:
            return detail::unpack_codes<7>(src, count, codes);
        default:
            return detail::unpack_codes<8>(src, count, codes);
    }
}

}  // namespace ql
