// Any bytes as a file, and as a header behind its right length (which changing bytes would rarely
// hit): refused in words, or tensors that tile the data of the file.
#include <cstring>

#include "core/base/error.h"
#include "core/files/safetensors.h"

namespace {

void require(bool condition) {
    if (!condition) {
        __builtin_trap();
    }
}

void parse(std::span<const std::byte> file) {
    try {
        const auto header = ql::parse_safetensors(file);
        std::uint64_t end = header.tensors.empty() ? file.size() : header.tensors.front().offset;
        for (const ql::SafetensorsTensor& tensor : header.tensors) {
            const auto count = ql::element_count(tensor.shape);
            require(tensor.offset == end);
            require(count && ql::storage_bytes(tensor.dtype, *count) == tensor.bytes);
            end += tensor.bytes;
        }
        require(end == file.size());
    } catch (const ql::Error& error) {
        require(!error.sentence().empty());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = std::as_bytes(std::span(data, size));
    parse(input);
    if (size > 0) {
        // The first byte says how many bytes of data follow the header.
        const auto data_bytes = static_cast<std::size_t>(data[0]);
        const std::uint64_t header_bytes = size - 1;
        std::vector<std::byte> file(sizeof(header_bytes));
        std::memcpy(file.data(), &header_bytes, sizeof(header_bytes));
        file.insert(file.end(), input.begin() + 1, input.end());
        file.resize(file.size() + data_bytes);
        parse(file);
    }
    return 0;
}
