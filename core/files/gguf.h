#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/tensor/dtype.h"

namespace ql {

/// Value types of GGUF metadata, numbered as in the file.
enum class GgufType : std::uint32_t {
    uint8 = 0,
    int8 = 1,
    uint16 = 2,
    int16 = 3,
    uint32 = 4,
    int32 = 5,
    float32 = 6,
    boolean = 7,
    string = 8,
    array = 9,
    uint64 = 10,
    int64 = 11,
    float64 = 12,
};

/// A metadata value, kept as it stands in the file (so that carrying it over changes no bit) and
/// read on demand. Strings are kept without their length; arrays as their elements back to back.
class GgufValue {
  public:
    GgufValue() = default;  ///< the uint8 0
    static GgufValue of_u32(std::uint32_t value);
    static GgufValue of_u64(std::uint64_t value);
    static GgufValue of_i32(std::int32_t value);
    static GgufValue of_f32(float value);
    static GgufValue of_bool(bool value);
    static GgufValue of_string(std::string_view value);
    static GgufValue of_strings(std::span<const std::string> values);
    static GgufValue of_f32s(std::span<const float> values);
    static GgufValue of_i32s(std::span<const std::int32_t> values);
    static GgufValue of_u32s(std::span<const std::uint32_t> values);
    static GgufValue of_u64s(std::span<const std::uint64_t> values);
    /// From raw bytes; for the parser, which has checked them.
    static GgufValue raw(GgufType type, GgufType element, std::uint64_t count,
                         std::span<const std::byte> bytes);

    GgufType type() const { return type_; }
    GgufType element_type() const { return element_; }  ///< of an array
    std::uint64_t count() const { return count_; }      ///< elements of an array, else 1
    std::span<const std::byte> bytes() const { return bytes_; }

    std::optional<std::uint64_t> as_uint() const;  ///< any integer type or bool, if not negative
    std::optional<double> as_number() const;       ///< any number
    std::optional<bool> as_bool() const;
    std::optional<std::string> as_string() const;
    std::optional<std::vector<std::string>> as_strings() const;
    std::optional<std::vector<double>> as_numbers() const;  ///< an array of any number type
    /// For people: scalars as they are, long strings and arrays shortened to about `limit`
    /// characters.
    std::string to_text(std::size_t limit = 200) const;

    bool operator==(const GgufValue&) const = default;

  private:
    GgufType type_ = GgufType::uint8;
    GgufType element_ = GgufType::uint8;
    std::uint64_t count_ = 1;
    std::vector<std::byte> bytes_ = {std::byte{0}};
};

/// Key-value pairs in file order. Keys are unique.
class GgufMetadata {
  public:
    using Entry = std::pair<std::string, GgufValue>;

    GgufMetadata() = default;
    /// Of entries whose keys are unique; for the parser, which has checked that.
    explicit GgufMetadata(std::vector<Entry> entries) : entries_(std::move(entries)) {}

    const std::vector<Entry>& entries() const { return entries_; }
    const GgufValue* find(std::string_view key) const;
    void set(std::string key, GgufValue value);  ///< replaces in place, or appends
    void erase(std::string_view key);

    std::optional<std::string> string(std::string_view key) const;
    std::optional<std::uint64_t> uint(std::string_view key) const;
    std::optional<double> number(std::string_view key) const;

  private:
    std::vector<Entry> entries_;
};

struct GgufTensor {
    std::string name;
    DType dtype = DType::f32;
    Shape shape;               ///< outermost first (the file has the innermost first)
    std::uint64_t offset = 0;  ///< from the start of the data section
    std::uint64_t bytes = 0;
};

struct GgufHeader {
    std::uint32_t version = 3;
    std::uint32_t alignment = 32;
    GgufMetadata metadata;
    std::vector<GgufTensor> tensors;
    std::uint64_t data_offset = 0;  ///< of the data section, from the start of the file
};

/// Parses and checks the header of a GGUF file (v2 or v3, little-endian) of which `file` is the
/// whole content. Throws Error(bad_file), and Error(unsupported) for other versions, big-endian
/// files and tensor types that are not known (the context is left to the caller).
GgufHeader parse_gguf(std::span<const std::byte> file);

/// The header of a file with these tensors (offsets are computed and set): everything up to the
/// data section, padding included. Outermost dimensions of 1 are dropped as the reference writer
/// does. `general.alignment` is set in the file where it is needed. Sets `offset` and `bytes` of
/// the tensors. Throws Error(unsupported) for what the format cannot hold: a name over 63 bytes,
/// five dimensions, a row that is not whole blocks.
std::vector<std::byte> write_gguf_header(const GgufMetadata& metadata,
                                         std::vector<GgufTensor>& tensors,
                                         std::uint32_t alignment = 32);

}  // namespace ql
