#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/hash.h"
#include "core/base/progress.h"
#include "core/tensor/dtype.h"

namespace ql {

/// GGUF key of an array of u64: the hash (core/base/hash.h) of every tensor's decoded values, in
/// file order (of its stored bytes, where the type cannot be decoded). Other programs ignore it.
inline constexpr std::string_view kHashesKey = "quantloupe.tensor_hashes";

/// GGUF key of a u64: hash_types of the file that the hashes were made for. Programs that quantize
/// the file again carry both keys over, but this one no longer fits then.
inline constexpr std::string_view kTypesKey = "quantloupe.tensor_types";

/// Hash of the names and types of tensors in file order.
template <class Tensors>
std::uint64_t hash_types(const Tensors& tensors) {
    std::string text;
    for (const auto& tensor : tensors) {
        text.append(tensor.name).append(1, '\n').append(name(tensor.dtype)).append(1, '\n');
    }
    return hash_bytes(text.data(), text.size());
}

struct VerifyResult {
    bool ok() const { return problems.empty(); }
    std::vector<Sentence> problems;
    std::vector<Sentence> notes;  ///< what was changed afterwards and does not touch the numbers
    std::size_t tensors = 0;      ///< decoded
    std::size_t hashes_compared =
        0;  ///< with those stored in the file (0 if another program wrote it last)
};

/// Re-opens a model file, checks every rule of its format, decodes every tensor, reports values
/// that are not finite, and compares with the hashes that were stored when it was written: of
/// tensors and, in a folder, of the other files. A file that cannot be opened throws Error as on
/// opening, unless what was changed beside it says why.
VerifyResult verify_file(const std::filesystem::path& path, const Progress& progress = {});

}  // namespace ql
