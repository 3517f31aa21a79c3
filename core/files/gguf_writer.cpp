#include "core/base/error.h"
#include "core/files/escape.h"
#include "core/files/gguf.h"
#include "core/files/gguf_layout.h"

namespace ql {

namespace {

void append_value(std::vector<std::byte>& out, const GgufValue& value) {
    append(out, value.type());
    if (value.type() == GgufType::array) {
        append(out, value.element_type());
        append(out, value.count());
    } else if (value.type() == GgufType::string) {
        append(out, static_cast<std::uint64_t>(value.bytes().size()));
    }
    out.insert(out.end(), value.bytes().begin(), value.bytes().end());
}

void append_tensor(std::vector<std::byte>& out, const GgufTensor& tensor) {
    // As the reference writer: at least one dimension, and no 1 at the outer end.
    auto outermost = tensor.shape.begin();
    while (tensor.shape.end() - outermost > 1 && *outermost == 1) {
        ++outermost;
    }
    Shape innermost_first(std::make_reverse_iterator(tensor.shape.end()),
                          std::make_reverse_iterator(outermost));
    if (innermost_first.empty()) {
        innermost_first.push_back(1);
    }
    append_string(out, tensor.name);
    append(out, static_cast<std::uint32_t>(innermost_first.size()));
    for (const std::int64_t dimension : innermost_first) {
        append(out, dimension);
    }
    append(out, static_cast<std::uint32_t>(traits(tensor.dtype).ggml_id));
    append(out, tensor.offset);
}

void place_tensors(std::vector<GgufTensor>& tensors, std::uint32_t alignment) {
    std::uint64_t offset = 0;
    for (GgufTensor& tensor : tensors) {
        if (traits(tensor.dtype).ggml_id < 0) {
            throw Error(ErrorCode::unsupported,
                        Sentence(QL_TR("core", "Tensor {} is {}, which GGUF cannot hold."),
                                 in_quotes(tensor.name), name(tensor.dtype)));
        }
        tensor.bytes = checked_tensor_bytes(tensor, ErrorCode::unsupported);
        tensor.offset = offset;
        const auto end = checked_add(offset, tensor.bytes);
        const auto next = end ? align_up(*end, alignment) : std::nullopt;
        if (!next) {
            throw Error(ErrorCode::unsupported,
                        Sentence(QL_TR("core", "Tensor {} ends beyond what 64 bits can count."),
                                 in_quotes(tensor.name)));
        }
        offset = *next;
    }
}

}  // namespace

std::vector<std::byte> write_gguf_header(const GgufMetadata& metadata,
                                         std::vector<GgufTensor>& tensors,
                                         std::uint32_t alignment) {
    if (!is_valid_alignment(alignment)) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core", "{} is {}; it must be a power of two of at most {}."),
                             kAlignmentKey, alignment, kMaxAlignment));
    }
    GgufMetadata written = metadata;
    if (metadata.find(kAlignmentKey) || alignment != kDefaultAlignment) {
        written.set(std::string(kAlignmentKey), GgufValue::of_u32(alignment));
    }
    place_tensors(tensors, alignment);

    std::vector<std::byte> out;
    const auto magic = std::as_bytes(std::span(kGgufMagic));
    out.insert(out.end(), magic.begin(), magic.end());
    append(out, std::uint32_t{3});
    append(out, static_cast<std::uint64_t>(tensors.size()));
    append(out, static_cast<std::uint64_t>(written.entries().size()));
    for (const auto& [key, value] : written.entries()) {
        append_string(out, key);
        append_value(out, value);
    }
    for (const GgufTensor& tensor : tensors) {
        append_tensor(out, tensor);
    }
    out.resize(*align_up(out.size(), alignment));
    return out;
}

}  // namespace ql
