// The GGUF form: two F32 tensors for every weight, NAME.in_sum2 with one row for each expert and
// NAME.counts with one number for each.
#include <cstring>

#include "core/base/error.h"
#include "core/files/escape.h"
#include "core/files/gguf_layout.h"
#include "core/files/imatrix_forms.h"

namespace ql {

namespace {

constexpr std::string_view kSums = ".in_sum2";
constexpr std::string_view kCounts = ".counts";
constexpr std::string_view kType = "general.type";
constexpr std::string_view kTypeImatrix = "imatrix";
constexpr std::string_view kDatasets = "imatrix.datasets";
constexpr std::string_view kChunkCount = "imatrix.chunk_count";
constexpr std::string_view kChunkSize = "imatrix.chunk_size";

struct Halves {
    const GgufTensor* sums = nullptr;
    const GgufTensor* counts = nullptr;
};

std::map<std::string_view, Halves> halves_by_name(const GgufHeader& header) {
    std::map<std::string_view, Halves> all;
    for (const GgufTensor& tensor : header.tensors) {
        std::string_view name = tensor.name;
        if (name.ends_with(kSums)) {
            name.remove_suffix(kSums.size());
            all[name].sums = &tensor;
        } else if (name.ends_with(kCounts)) {
            name.remove_suffix(kCounts.size());
            all[name].counts = &tensor;
        }
    }
    return all;
}

std::vector<float> read_floats(std::span<const std::byte> data, const GgufTensor& tensor) {
    if (tensor.dtype != DType::f32) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core", "Tensor {} is {}; importance is stored as F32."),
                             in_quotes(tensor.name), name(tensor.dtype)));
    }
    // The parser has checked that the tensor lies inside the file.
    const auto bytes = data.subspan(tensor.offset, tensor.bytes);
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

ImportanceEntry read_entry(std::span<const std::byte> data, std::string_view name,
                           const Halves& halves) {
    if (halves.sums == nullptr || halves.counts == nullptr) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core", "The importance of {} has no tensor {}."),
                             in_quotes(name), halves.sums == nullptr ? kSums : kCounts));
    }
    ImportanceEntry entry{.sums = read_floats(data, *halves.sums),
                          .counts = read_floats(data, *halves.counts)};
    const std::int64_t columns = halves.sums->shape.empty() ? 1 : halves.sums->shape.back();
    if (entry.sums.size() != entry.counts.size() * static_cast<std::size_t>(columns)) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core",
                                   "The importance of {} has the shape {}, which does not fit its "
                                   "{} token counts."),
                             in_quotes(name), to_string(halves.sums->shape), entry.counts.size()));
    }
    return entry;
}

std::uint32_t read_u32(const GgufMetadata& metadata, std::string_view key) {
    const GgufValue* value = metadata.find(key);
    if (value == nullptr) {
        return 0;
    }
    const auto number = value->as_uint();
    if (!number || *number > ~std::uint32_t{0}) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core", "{} is {}; it must be a 32-bit unsigned number."), key,
                             value->to_text()));
    }
    return static_cast<std::uint32_t>(*number);
}

std::vector<std::string> read_datasets(const GgufMetadata& metadata) {
    const GgufValue* value = metadata.find(kDatasets);
    if (value == nullptr) {
        return {};
    }
    auto names = value->as_strings();
    if (!names) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core", "{} must be an array of texts."), kDatasets));
    }
    return std::move(*names);
}

void append_floats(std::vector<std::byte>& out, std::size_t at, const std::vector<float>& values) {
    const auto bytes = std::as_bytes(std::span(values));
    out.resize(at + bytes.size());
    std::memcpy(out.data() + at, bytes.data(), bytes.size());
}

}  // namespace

ImportanceMatrix parse_imatrix_gguf(std::span<const std::byte> file) {
    const GgufHeader header = parse_gguf(file);
    const auto halves = halves_by_name(header);
    if (halves.empty()) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core",
                                   "The GGUF file is not an importance matrix: it has no tensor "
                                   "whose name ends in {}."),
                             kSums));
    }
    ImportanceMatrix matrix;
    matrix.datasets = read_datasets(header.metadata);
    matrix.chunk_count = read_u32(header.metadata, kChunkCount);
    matrix.chunk_size = read_u32(header.metadata, kChunkSize);
    const auto data = file.subspan(header.data_offset);
    for (const auto& [name, both] : halves) {
        add_entry(matrix, name, read_entry(data, name, both));
    }
    return matrix;
}

std::vector<std::byte> imatrix_gguf_bytes(const ImportanceMatrix& matrix) {
    GgufMetadata metadata;
    metadata.set(std::string(kType), GgufValue::of_string(kTypeImatrix));
    metadata.set(std::string(kDatasets), GgufValue::of_strings(matrix.datasets));
    metadata.set(std::string(kChunkCount), GgufValue::of_u32(matrix.chunk_count));
    metadata.set(std::string(kChunkSize), GgufValue::of_u32(matrix.chunk_size));
    std::vector<GgufTensor> tensors;
    for (const auto& [name, entry] : matrix.entries) {
        const auto experts = static_cast<std::int64_t>(entry.counts.size());
        const auto columns = static_cast<std::int64_t>(entry.columns());
        tensors.push_back({.name = name + std::string(kSums), .shape = {experts, columns}});
        tensors.push_back({.name = name + std::string(kCounts), .shape = {experts, 1}});
    }
    std::vector<std::byte> out = write_gguf_header(metadata, tensors);
    const std::size_t data = out.size();
    std::size_t next = 0;
    for (const auto& [name, entry] : matrix.entries) {
        append_floats(out, data + tensors[next++].offset, entry.sums);
        append_floats(out, data + tensors[next++].offset, entry.counts);
    }
    out.resize(*align_up(out.size(), kDefaultAlignment));
    return out;
}

}  // namespace ql
