#include <algorithm>
#include <cstring>
#include <type_traits>

#include <fmt/format.h>

#include "core/files/escape.h"
#include "core/files/gguf.h"
#include "core/files/gguf_layout.h"

namespace ql {

namespace {

template <class T>
T load(std::span<const std::byte> bytes, std::size_t index = 0) {
    T value;
    std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
    return value;
}

template <class T>
std::vector<std::byte> stored(std::span<const T> values) {
    const auto bytes = std::as_bytes(values);
    return {bytes.begin(), bytes.end()};
}

template <class T>
GgufValue scalar(GgufType type, T value) {
    return GgufValue::raw(type, type, 1, std::as_bytes(std::span(&value, 1)));
}

template <class T>
GgufValue array(GgufType element, std::span<const T> values) {
    return GgufValue::raw(GgufType::array, element, values.size(), std::as_bytes(values));
}

/// Calls use(value) with the number at `index` of `bytes` in its own type; false if `type` is none.
template <class Use>
bool with_number(GgufType type, std::span<const std::byte> bytes, std::size_t index,
                 const Use& use) {
    switch (type) {
        case GgufType::uint8:
            use(load<std::uint8_t>(bytes, index));
            return true;
        case GgufType::int8:
            use(load<std::int8_t>(bytes, index));
            return true;
        case GgufType::uint16:
            use(load<std::uint16_t>(bytes, index));
            return true;
        case GgufType::int16:
            use(load<std::int16_t>(bytes, index));
            return true;
        case GgufType::uint32:
            use(load<std::uint32_t>(bytes, index));
            return true;
        case GgufType::int32:
            use(load<std::int32_t>(bytes, index));
            return true;
        case GgufType::float32:
            use(load<float>(bytes, index));
            return true;
        case GgufType::uint64:
            use(load<std::uint64_t>(bytes, index));
            return true;
        case GgufType::int64:
            use(load<std::int64_t>(bytes, index));
            return true;
        case GgufType::float64:
            use(load<double>(bytes, index));
            return true;
        case GgufType::boolean:
        case GgufType::string:
        case GgufType::array:
            return false;
    }
    return false;
}

std::string_view as_view(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Takes a string with its length off the front of `bytes`.
std::string_view take_string(std::span<const std::byte>& bytes) {
    const auto length = load<std::uint64_t>(bytes);
    const std::string_view text = as_view(bytes.subspan(8, length));
    bytes = bytes.subspan(8 + length);
    return text;
}

std::string scalar_text(GgufType type, std::span<const std::byte> bytes, std::size_t index) {
    if (type == GgufType::boolean) {
        return bytes[index] != std::byte{0} ? "true" : "false";
    }
    std::string text;
    with_number(type, bytes, index, [&](auto value) { text = fmt::format("{}", value); });
    return text;
}

}  // namespace

GgufValue GgufValue::raw(GgufType type, GgufType element, std::uint64_t count,
                         std::span<const std::byte> bytes) {
    GgufValue value;
    value.type_ = type;
    value.element_ = element;
    value.count_ = count;
    value.bytes_.assign(bytes.begin(), bytes.end());
    return value;
}

GgufValue GgufValue::of_u32(std::uint32_t value) { return scalar(GgufType::uint32, value); }
GgufValue GgufValue::of_u64(std::uint64_t value) { return scalar(GgufType::uint64, value); }
GgufValue GgufValue::of_i32(std::int32_t value) { return scalar(GgufType::int32, value); }
GgufValue GgufValue::of_f32(float value) { return scalar(GgufType::float32, value); }
GgufValue GgufValue::of_bool(bool value) {
    return scalar(GgufType::boolean, static_cast<std::uint8_t>(value));
}

GgufValue GgufValue::of_string(std::string_view value) {
    return raw(GgufType::string, GgufType::string, 1, std::as_bytes(std::span(value)));
}

GgufValue GgufValue::of_strings(std::span<const std::string> values) {
    std::vector<std::byte> bytes;
    for (const std::string& text : values) {
        append_string(bytes, text);
    }
    return raw(GgufType::array, GgufType::string, values.size(), bytes);
}

GgufValue GgufValue::of_f32s(std::span<const float> values) {
    return array(GgufType::float32, values);
}
GgufValue GgufValue::of_i32s(std::span<const std::int32_t> values) {
    return array(GgufType::int32, values);
}
GgufValue GgufValue::of_u32s(std::span<const std::uint32_t> values) {
    return array(GgufType::uint32, values);
}
GgufValue GgufValue::of_u64s(std::span<const std::uint64_t> values) {
    return array(GgufType::uint64, values);
}

std::optional<std::uint64_t> GgufValue::as_uint() const {
    if (const auto flag = as_bool()) {
        return *flag ? 1 : 0;
    }
    std::optional<std::uint64_t> result;
    with_number(type_, bytes_, 0, [&](auto value) {
        if constexpr (std::is_integral_v<decltype(value)>) {
            if (value >= 0) {
                result = static_cast<std::uint64_t>(value);
            }
        }
    });
    return result;
}

std::optional<double> GgufValue::as_number() const {
    std::optional<double> result;
    with_number(type_, bytes_, 0, [&](auto value) { result = static_cast<double>(value); });
    return result;
}

std::optional<bool> GgufValue::as_bool() const {
    if (type_ != GgufType::boolean) {
        return std::nullopt;
    }
    return bytes_[0] != std::byte{0};
}

std::optional<std::string> GgufValue::as_string() const {
    if (type_ != GgufType::string) {
        return std::nullopt;
    }
    return std::string(as_view(bytes_));
}

std::optional<std::vector<std::string>> GgufValue::as_strings() const {
    if (type_ != GgufType::array || element_ != GgufType::string) {
        return std::nullopt;
    }
    std::vector<std::string> strings;
    strings.reserve(count_);
    std::span<const std::byte> rest = bytes_;
    for (std::uint64_t i = 0; i < count_; ++i) {
        strings.emplace_back(take_string(rest));
    }
    return strings;
}

std::optional<std::vector<double>> GgufValue::as_numbers() const {
    if (type_ != GgufType::array || element_ == GgufType::string || element_ == GgufType::boolean) {
        return std::nullopt;
    }
    std::vector<double> numbers(count_);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        with_number(element_, bytes_, i,
                    [&](auto value) { numbers[i] = static_cast<double>(value); });
    }
    return numbers;
}

std::string GgufValue::to_text(std::size_t limit) const {
    if (type_ == GgufType::string) {
        return escaped(as_view(bytes_), limit);
    }
    if (type_ != GgufType::array) {
        return scalar_text(type_, bytes_, 0);
    }
    std::string text = "[";
    std::span<const std::byte> rest = bytes_;
    for (std::size_t i = 0; i < count_; ++i) {
        if (text.size() >= limit) {
            return text + fmt::format("…] ({})", count_);
        }
        text += element_ == GgufType::string ? in_quotes(take_string(rest))
                                             : scalar_text(element_, bytes_, i);
        text += i + 1 < count_ ? ", " : "";
    }
    return text + "]";
}

const GgufValue* GgufMetadata::find(std::string_view key) const {
    const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Entry& e) { return e.first == key; });
    return entry == entries_.end() ? nullptr : &entry->second;
}

void GgufMetadata::set(std::string key, GgufValue value) {
    const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Entry& e) { return e.first == key; });
    if (entry == entries_.end()) {
        entries_.emplace_back(std::move(key), std::move(value));
    } else {
        entry->second = std::move(value);
    }
}

void GgufMetadata::erase(std::string_view key) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.first == key; });
}

std::optional<std::string> GgufMetadata::string(std::string_view key) const {
    const GgufValue* value = find(key);
    return value ? value->as_string() : std::nullopt;
}

std::optional<std::uint64_t> GgufMetadata::uint(std::string_view key) const {
    const GgufValue* value = find(key);
    return value ? value->as_uint() : std::nullopt;
}

std::optional<double> GgufMetadata::number(std::string_view key) const {
    const GgufValue* value = find(key);
    return value ? value->as_number() : std::nullopt;
}

}  // namespace ql
