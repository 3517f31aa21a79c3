#include "core/files/gguf.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include <fmt/format.h>

#include "core/files/byte_reader.h"
#include "core/files/escape.h"
#include "core/files/gguf_layout.h"

namespace ql {

namespace {

// The smallest records there can be: a count that does not leave room for them is a lie, and is
// refused before anything is allocated for it.
constexpr std::uint64_t kMinEntryBytes = 8 + 1 + 4 + 1;       // key, type, value
constexpr std::uint64_t kMinTensorBytes = 8 + 0 + 4 + 4 + 8;  // name, dimensions, type, offset

// Far above any vocabulary, chat template or model in use.
constexpr std::uint64_t kMaxStringBytes = 64U << 20;
constexpr std::uint64_t kMaxArrayCount = 64U << 20;
constexpr std::uint64_t kMaxKeyBytes = 65535;
constexpr std::uint64_t kMaxEntries = 1U << 20;
constexpr std::uint64_t kMaxTensors = 1U << 22;

std::string_view removed_type_name(std::uint32_t id) {
    switch (id) {
        case 4:
            return "Q4_2";
        case 5:
            return "Q4_3";
        case 31:
            return "Q4_0_4_4";
        case 32:
            return "Q4_0_4_8";
        case 33:
            return "Q4_0_8_8";
        case 36:
            return "IQ4_NL_4_4";
        case 37:
            return "IQ4_NL_4_8";
        case 38:
            return "IQ4_NL_8_8";
        default:
            return {};
    }
}

/// Bytes of a number or bool; 0 for strings, arrays and unknown types.
std::uint64_t number_bytes(std::uint32_t type) {
    constexpr std::array<std::uint8_t, 13> kBytes = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    return type < kBytes.size() ? kBytes[type] : 0;
}

class Parser {
  public:
    explicit Parser(std::span<const std::byte> file) : reader_(file), file_bytes_(file.size()) {}

    GgufHeader parse() {
        read_preamble();
        read_metadata();
        read_alignment();
        read_tensors();
        place_tensors();
        return std::move(header_);
    }

  private:
    void read_preamble();
    void read_version();
    void read_metadata();
    GgufMetadata::Entry read_entry();
    GgufValue read_value();
    GgufValue read_array();
    void check_flags(std::span<const std::byte> flags) const;
    void read_alignment();
    void read_tensors();
    GgufTensor read_tensor();
    DType read_dtype();
    void place_tensors();

    ByteReader reader_;
    std::uint64_t file_bytes_;
    std::uint64_t tensor_count_ = 0;
    std::uint64_t entry_count_ = 0;
    std::string_view at_;  // the key or tensor being read, for sentences
    GgufHeader header_;
};

void Parser::read_preamble() {
    try {
        const auto magic = reader_.take(kGgufMagic.size());
        const std::string_view found(reinterpret_cast<const char*>(magic.data()), magic.size());
        if (found != kGgufMagic) {
            fail_bad_file(Sentence(QL_TR("core",
                                         "The file does not start with \"GGUF\" but with {}: it is "
                                         "not a GGUF file, or one from before that format."),
                                   in_quotes(found)));
        }
        read_version();
        tensor_count_ = reader_.number<std::uint64_t>();
        entry_count_ = reader_.number<std::uint64_t>();
    } catch (const ByteReader::EndOfBytes&) {
        fail_bad_file(
            Sentence(QL_TR("core", "The file is only {} bytes long; a GGUF file has at least 24."),
                     file_bytes_));
    }
    // Dividing cannot wrap as the product of a count and a size could.
    if (entry_count_ > kMaxEntries || entry_count_ > reader_.remaining() / kMinEntryBytes) {
        fail_bad_file(
            Sentence(QL_TR("core",
                           "The header claims {} metadata entries, too many for a file of "
                           "{} bytes."),
                     entry_count_, file_bytes_));
    }
    if (tensor_count_ > kMaxTensors || tensor_count_ > reader_.remaining() / kMinTensorBytes) {
        fail_bad_file(Sentence(QL_TR("core",
                                     "The header claims {} tensors, too many for a file of {} "
                                     "bytes."),
                               tensor_count_, file_bytes_));
    }
}

void Parser::read_version() {
    header_.version = reader_.number<std::uint32_t>();
    if (header_.version == 2 || header_.version == 3) {
        return;
    }
    if (header_.version == 0) {
        fail_bad_file(Sentence(QL_TR("core", "The GGUF version is 0, which does not exist.")));
    }
    if ((header_.version & 0xFFFF) == 0) {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core",
                                   "The GGUF file is big-endian; only little-endian files "
                                   "can be read.")));
    }
    throw Error(
        ErrorCode::unsupported,
        Sentence(QL_TR("core", "The GGUF version is {}; only versions 2 and 3 can be read."),
                 header_.version));
}

void Parser::read_metadata() {
    std::vector<GgufMetadata::Entry> entries;
    entries.reserve(entry_count_);
    std::unordered_set<std::string_view> keys;
    for (std::uint64_t i = 0; i < entry_count_; ++i) {
        try {
            entries.push_back(read_entry());
        } catch (const ByteReader::EndOfBytes&) {
            fail_bad_file(Sentence(
                QL_TR("core", "The file of {} bytes ends inside metadata entry {} of {} ({})."),
                file_bytes_, i + 1, entry_count_, in_quotes(at_)));
        }
        if (!keys.insert(entries.back().first).second) {
            fail_bad_file(Sentence(QL_TR("core", "The metadata key {} stands twice in the file."),
                                   in_quotes(entries.back().first)));
        }
    }
    header_.metadata = GgufMetadata(std::move(entries));
}

GgufMetadata::Entry Parser::read_entry() {
    at_ = {};
    const std::string_view key = reader_.text();
    at_ = key;
    if (key.empty()) {
        fail_bad_file(Sentence(QL_TR("core", "The file has a metadata entry without a key.")));
    }
    if (key.size() > kMaxKeyBytes) {
        fail_bad_file(
            Sentence(QL_TR("core", "The metadata key {} is {} bytes long; {} are allowed."),
                     in_quotes(key), key.size(), kMaxKeyBytes));
    }
    if (!is_clean_text(key)) {
        fail_bad_file(
            Sentence(QL_TR("core", "The metadata key {} has control characters or is not UTF-8."),
                     in_quotes(key)));
    }
    return {std::string(key), read_value()};
}

GgufValue Parser::read_value() {
    const auto id = reader_.number<std::uint32_t>();
    const auto type = static_cast<GgufType>(id);
    if (type == GgufType::array) {
        return read_array();
    }
    if (type == GgufType::string) {
        const std::string_view text = reader_.text();
        if (text.size() > kMaxStringBytes) {
            fail_bad_file(Sentence(QL_TR("core",
                                         "The metadata entry {} is a text of {} bytes; {} are "
                                         "allowed."),
                                   in_quotes(at_), text.size(), kMaxStringBytes));
        }
        return GgufValue::of_string(text);
    }
    const std::uint64_t bytes = number_bytes(id);
    if (bytes == 0) {
        fail_bad_file(Sentence(
            QL_TR("core", "The metadata entry {} has the type {}; types run from 0 to 12."),
            in_quotes(at_), id));
    }
    const auto stored = reader_.take(bytes);
    if (type == GgufType::boolean) {
        check_flags(stored);
    }
    return GgufValue::raw(type, type, 1, stored);
}

GgufValue Parser::read_array() {
    const auto id = reader_.number<std::uint32_t>();
    const auto element = static_cast<GgufType>(id);
    const auto count = reader_.number<std::uint64_t>();
    if (element == GgufType::array) {
        fail_bad_file(
            Sentence(QL_TR("core",
                           "The metadata entry {} is an array of arrays, which GGUF files "
                           "must not have."),
                     in_quotes(at_)));
    }
    const bool strings = element == GgufType::string;
    const std::uint64_t min_bytes = strings ? 8 : number_bytes(id);
    if (min_bytes == 0) {
        fail_bad_file(Sentence(QL_TR("core",
                                     "The metadata entry {} is an array of the type {}; types run "
                                     "from 0 to 12."),
                               in_quotes(at_), id));
    }
    if (count > kMaxArrayCount || count > reader_.remaining() / min_bytes) {
        fail_bad_file(
            Sentence(QL_TR("core",
                           "The metadata entry {} claims {} elements, too many for a file "
                           "of {} bytes."),
                     in_quotes(at_), count, file_bytes_));
    }
    ByteReader scan = reader_;
    for (std::uint64_t i = 0; strings && i < count; ++i) {
        scan.text();
    }
    const auto stored =
        reader_.take(strings ? scan.position() - reader_.position() : count * min_bytes);
    if (element == GgufType::boolean) {
        check_flags(stored);
    }
    return GgufValue::raw(GgufType::array, element, count, stored);
}

void Parser::check_flags(std::span<const std::byte> flags) const {
    const auto wrong = std::find_if(flags.begin(), flags.end(),
                                    [](std::byte flag) { return flag > std::byte{1}; });
    if (wrong != flags.end()) {
        fail_bad_file(
            Sentence(QL_TR("core",
                           "The metadata entry {} has the truth value {}; it must be 0 or "
                           "1."),
                     in_quotes(at_), static_cast<unsigned>(*wrong)));
    }
}

void Parser::read_alignment() {
    header_.alignment = kDefaultAlignment;
    const GgufValue* value = header_.metadata.find(kAlignmentKey);
    if (!value) {
        return;
    }
    if (value->type() != GgufType::uint32) {
        fail_bad_file(
            Sentence(QL_TR("core",
                           "{} has the value type {}; it must be a 32-bit unsigned number "
                           "(type 4)."),
                     kAlignmentKey, static_cast<std::uint32_t>(value->type())));
    }
    const std::uint64_t alignment = *value->as_uint();
    if (!is_valid_alignment(alignment)) {
        fail_bad_file(Sentence(QL_TR("core", "{} is {}; it must be a power of two of at most {}."),
                               kAlignmentKey, alignment, kMaxAlignment));
    }
    header_.alignment = static_cast<std::uint32_t>(alignment);
}

void Parser::read_tensors() {
    header_.tensors.reserve(tensor_count_);
    std::unordered_set<std::string_view> names;
    names.reserve(tensor_count_);
    for (std::uint64_t i = 0; i < tensor_count_; ++i) {
        try {
            header_.tensors.push_back(read_tensor());
        } catch (const ByteReader::EndOfBytes&) {
            fail_bad_file(Sentence(
                QL_TR("core",
                      "The file of {} bytes ends inside the description of tensor {} of {} ({})."),
                file_bytes_, i + 1, tensor_count_, in_quotes(at_)));
        }
        if (!names.insert(header_.tensors.back().name).second) {
            fail_bad_file(Sentence(QL_TR("core", "The tensor {} stands twice in the file."),
                                   in_quotes(header_.tensors.back().name)));
        }
    }
}

GgufTensor Parser::read_tensor() {
    GgufTensor tensor;
    at_ = {};
    const std::string_view name = reader_.text();
    at_ = name;
    const auto dimensions = reader_.number<std::uint32_t>();
    if (dimensions > kMaxDimensions) {
        fail_bad_file(Sentence(QL_TR("core", "Tensor {} has {} dimensions; GGUF allows {}."),
                               in_quotes(name), dimensions, kMaxDimensions));
    }
    tensor.name = name;
    tensor.shape.resize(dimensions);
    // The file has the innermost dimension first.
    std::generate(tensor.shape.rbegin(), tensor.shape.rend(),
                  [&] { return reader_.number<std::int64_t>(); });
    tensor.dtype = read_dtype();
    tensor.offset = reader_.number<std::uint64_t>();
    tensor.bytes = checked_tensor_bytes(tensor, ErrorCode::bad_file);
    return tensor;
}

DType Parser::read_dtype() {
    const auto id = reader_.number<std::uint32_t>();
    if (const auto dtype = dtype_from_ggml(id)) {
        return *dtype;
    }
    if (const std::string_view removed = removed_type_name(id); !removed.empty()) {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core",
                                   "Tensor {} has the type {} (number {}), which was removed "
                                   "from GGUF."),
                             in_quotes(at_), removed, id));
    }
    throw Error(ErrorCode::unsupported,
                Sentence(QL_TR("core", "Tensor {} has the type number {}, which is not known."),
                         in_quotes(at_), id));
}

void Parser::place_tensors() {
    // Neither sum can wrap: positions lie inside the file, whose size is far below 2^63.
    header_.data_offset = *align_up(reader_.position(), header_.alignment);
    const std::uint64_t data_bytes =
        file_bytes_ > header_.data_offset ? file_bytes_ - header_.data_offset : 0;
    std::uint64_t expected = 0;
    for (const GgufTensor& tensor : header_.tensors) {
        if (tensor.offset != expected) {
            fail_bad_file(
                Sentence(QL_TR("core",
                               "Tensor {} lies at offset {} of the data; after the tensors "
                               "before it, that must be {}."),
                         in_quotes(tensor.name), tensor.offset, expected));
        }
        if (expected > data_bytes || tensor.bytes > data_bytes - expected) {
            fail_bad_file(
                Sentence(QL_TR("core",
                               "Tensor {} takes {} bytes from offset {}, but the data of the "
                               "file ends after {} bytes."),
                         in_quotes(tensor.name), tensor.bytes, tensor.offset, data_bytes));
        }
        expected = *align_up(expected + tensor.bytes, header_.alignment);
    }
}

}  // namespace

GgufHeader parse_gguf(std::span<const std::byte> file) { return Parser(file).parse(); }

}  // namespace ql
