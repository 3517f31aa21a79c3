// How the files of a checkpoint are opened and put together. Only for core/files.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/error.h"
#include "core/files/checkpoint.h"

namespace ql {

/// The mapped files of a checkpoint and the tensors that lie in them.
struct WeightFiles {
    std::vector<std::unique_ptr<MappedFile>> files;
    std::vector<StoredTensor> tensors;  ///< in file order
    std::optional<GgufMetadata> gguf;   ///< of the first part
};

WeightFiles open_safetensors(const std::filesystem::path& file);

/// All shards that an index file (model.safetensors.index.json) names.
WeightFiles open_safetensors_index(const std::filesystem::path& index);

/// A GGUF file; all parts, when it is one of a split model.
WeightFiles open_gguf(const std::filesystem::path& file);

/// Tensor name -> shard name of an index file; shard names are plain file names. Throws
/// Error(bad_file).
std::map<std::string, std::string> parse_weight_map(const nlohmann::json& index);

/// "model-00002-of-00003.gguf" -> "model", 2, 3.
struct SplitName {
    std::string stem;
    std::uint64_t number = 0;
    std::uint64_t count = 0;

    std::string file_name(std::uint64_t part) const;
    static std::optional<SplitName> parse(std::string_view file_name);
};

/// The folder of a file: "." when its path has none.
std::filesystem::path folder_of(const std::filesystem::path& file);

/// Runs `work`; an Error that does not say what it happened to gets `path` as its context.
template <class Work>
auto in_context(const std::filesystem::path& path, const Work& work) {
    try {
        return work();
    } catch (const Error& error) {
        throw error.context().empty() ? Error(error.code(), error.sentence(), path.string())
                                      : error;
    }
}

}  // namespace ql
