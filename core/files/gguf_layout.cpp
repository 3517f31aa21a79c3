#include "core/files/gguf_layout.h"

#include "core/base/error.h"
#include "core/files/escape.h"

namespace ql {

namespace {

void check_name(const std::string& name, ErrorCode breach) {
    if (name.empty()) {
        throw Error(breach, Sentence(QL_TR("core", "The file has a tensor without a name.")));
    }
    if (name.size() > kMaxTensorName) {
        throw Error(breach,
                    Sentence(QL_TR("core", "The tensor name {} is {} bytes long; GGUF allows {}."),
                             in_quotes(name), name.size(), kMaxTensorName));
    }
    if (!is_clean_text(name)) {
        throw Error(breach, Sentence(QL_TR("core",
                                           "The tensor name {} has control characters or is not "
                                           "UTF-8."),
                                     in_quotes(name)));
    }
}

}  // namespace

bool is_valid_alignment(std::uint64_t alignment) {
    return std::has_single_bit(alignment) && alignment <= kMaxAlignment;
}

std::uint64_t checked_tensor_bytes(const GgufTensor& tensor, ErrorCode breach) {
    check_name(tensor.name, breach);
    if (tensor.shape.size() > kMaxDimensions) {
        throw Error(breach, Sentence(QL_TR("core", "Tensor {} has {} dimensions; GGUF allows {}."),
                                     in_quotes(tensor.name), tensor.shape.size(), kMaxDimensions));
    }
    for (const std::int64_t dimension : tensor.shape) {
        if (dimension <= 0) {
            throw Error(breach, Sentence(QL_TR("core",
                                               "Tensor {} has a dimension of {}; it must be "
                                               "positive."),
                                         in_quotes(tensor.name), dimension));
        }
    }
    const auto count = element_count(tensor.shape);
    if (!count) {
        throw Error(breach,
                    Sentence(QL_TR("core", "Tensor {} has more values than 64 bits can count: {}."),
                             in_quotes(tensor.name), to_string(tensor.shape)));
    }
    const DTypeTraits& type = traits(tensor.dtype);
    const std::int64_t row = tensor.shape.empty() ? 1 : tensor.shape.back();
    if (row % type.block_values != 0) {
        throw Error(breach, Sentence(QL_TR("core",
                                           "Tensor {} has rows of {} values, which are not whole "
                                           "blocks of {} ({} values)."),
                                     in_quotes(tensor.name), row, type.name, type.block_values));
    }
    const auto bytes = storage_bytes(tensor.dtype, *count);
    if (!bytes) {
        throw Error(breach, Sentence(QL_TR("core",
                                           "Tensor {} takes more bytes than 64 bits can count: "
                                           "{} values of {}."),
                                     in_quotes(tensor.name), *count, type.name));
    }
    return *bytes;
}

}  // namespace ql
