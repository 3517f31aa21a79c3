#include "core/files/safetensors_writer.h"

#include <cstring>

#include <nlohmann/json.hpp>

namespace ql {

std::vector<std::byte> write_safetensors_header(
    std::vector<SafetensorsTensor>& tensors, const std::map<std::string, std::string>& metadata) {
    constexpr std::size_t kAlignment = 8;
    nlohmann::ordered_json json = {{"__metadata__", metadata}};
    std::uint64_t end = 0;
    for (SafetensorsTensor& tensor : tensors) {
        tensor.bytes = *storage_bytes(tensor.dtype, *element_count(tensor.shape));
        tensor.offset = end;
        end += tensor.bytes;
        json[tensor.name] = {{"dtype", traits(tensor.dtype).safetensors},
                             {"shape", tensor.shape},
                             {"data_offsets", {tensor.offset, end}}};
    }
    std::string text = json.dump();
    text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
    const std::uint64_t length = text.size();
    std::vector<std::byte> header(sizeof length + text.size());
    std::memcpy(header.data(), &length, sizeof length);
    std::memcpy(header.data() + sizeof length, text.data(), text.size());
    for (SafetensorsTensor& tensor : tensors) {
        tensor.offset += header.size();
    }
    return header;
}

}  // namespace ql
