#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace ql {

/// Reads little-endian numbers off the front of a file. Throws EndOfBytes where they are not there,
/// for the caller to say what was being read.
class ByteReader {
  public:
    struct EndOfBytes {};

    explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    std::uint64_t position() const { return position_; }
    std::uint64_t remaining() const { return bytes_.size() - position_; }

    std::span<const std::byte> take(std::uint64_t length) {
        if (length > remaining()) {
            throw EndOfBytes{};
        }
        const auto taken = bytes_.subspan(position_, length);
        position_ += length;
        return taken;
    }

    template <class T>
    T number() {
        T value;
        std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
        return value;
    }

    /// A text after its length in 64 bits.
    std::string_view text() {
        const auto bytes = take(number<std::uint64_t>());
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

  private:
    std::span<const std::byte> bytes_;
    std::uint64_t position_ = 0;
};

}  // namespace ql
