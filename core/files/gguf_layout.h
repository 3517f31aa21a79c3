// What the GGUF parser and the writer share. Only for core/files.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/checked.h"
#include "core/base/error.h"
#include "core/files/gguf.h"

namespace ql {

static_assert(std::endian::native == std::endian::little,
              "GGUF and safetensors numbers are copied as they stand in the file");

constexpr std::string_view kGgufMagic = "GGUF";
constexpr std::string_view kAlignmentKey = "general.alignment";
constexpr std::uint32_t kDefaultAlignment = 32;
constexpr std::uint32_t kMaxAlignment = 1U << 20;
constexpr std::size_t kMaxTensorName = 63;
constexpr std::size_t kMaxDimensions = 4;

/// The bytes of a tensor, after checking its name and shape. Throws Error(breach).
std::uint64_t checked_tensor_bytes(const GgufTensor& tensor, ErrorCode breach);

bool is_valid_alignment(std::uint64_t alignment);

inline std::optional<std::uint64_t> align_up(std::uint64_t offset, std::uint64_t alignment) {
    const auto sum = checked_add(offset, alignment - 1);
    return sum ? std::optional(*sum / alignment * alignment) : std::nullopt;
}

template <class T>
void append(std::vector<std::byte>& out, const T& value) {
    const auto bytes = std::as_bytes(std::span(&value, 1));
    out.insert(out.end(), bytes.begin(), bytes.end());
}

inline void append_string(std::vector<std::byte>& out, std::string_view text) {
    append(out, static_cast<std::uint64_t>(text.size()));
    const auto bytes = std::as_bytes(std::span(text));
    out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace ql
