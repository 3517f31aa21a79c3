#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/progress.h"

namespace ql {

/// GGUF key of an array of u64: the hash (core/base/hash.h) of every tensor's decoded values, in
/// file order (of its stored bytes, where the type cannot be decoded). Other programs ignore it.
inline constexpr std::string_view kHashesKey = "quantloupe.tensor_hashes";

struct VerifyResult {
    bool ok() const { return problems.empty(); }
    std::vector<Sentence> problems;
    std::size_t tensors = 0;  ///< decoded
    std::size_t hashes_compared =
        0;  ///< with those stored in the file (0 if another program wrote it)
};

/// Re-opens a model file, checks every rule of its format, decodes every tensor, reports values
/// that are not finite, and compares with the hashes that were stored when it was written. A file
/// that cannot be opened throws Error as on opening.
VerifyResult verify_file(const std::filesystem::path& path, const Progress& progress = {});

}  // namespace ql
