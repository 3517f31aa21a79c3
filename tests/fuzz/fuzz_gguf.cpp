// Any bytes: refused in words, or a header whose tensors lie in the file and that reads back the
// same after writing.
#include "core/base/error.h"
#include "core/files/gguf.h"

namespace {

void require(bool condition) {
    if (!condition) {
        __builtin_trap();
    }
}

void read_all(const ql::GgufValue& value) {
    value.as_uint();
    value.as_number();
    value.as_bool();
    value.as_string();
    value.as_strings();
    value.as_numbers();
    value.to_text();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto file = std::as_bytes(std::span(data, size));
    try {
        ql::GgufHeader header = ql::parse_gguf(file);
        for (const auto& [key, value] : header.metadata.entries()) {
            read_all(value);
        }
        std::uint64_t data_bytes = 0;
        for (const ql::GgufTensor& tensor : header.tensors) {
            require(tensor.offset + tensor.bytes <= size - header.data_offset);
            data_bytes = tensor.offset + tensor.bytes;
        }
        auto written = ql::write_gguf_header(header.metadata, header.tensors, header.alignment);
        written.resize(written.size() + data_bytes);
        const ql::GgufHeader again = ql::parse_gguf(written);
        require(again.metadata.entries() == header.metadata.entries());
        require(again.tensors.size() == header.tensors.size());
    } catch (const ql::Error& error) {
        require(!error.sentence().empty());
    }
    return 0;
}
