// What an exported folder says of itself, in a file of its own that loaders ignore. Only for
// core/export.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/export/stored_values.h"
#include "core/model/model.h"

namespace ql {

struct Manifest {
    static constexpr const char* kFileName = "quantloupe.json";

    std::string format;
    std::string plan;                ///< canonical text
    std::vector<std::string> files;  ///< all others in the folder
    /// hash_of_file of every one of them that holds no tensors.
    std::map<std::string, std::uint64_t> file_hashes;
    /// The hash (core/base/hash.h) of every tensor's decoded values (of its bytes, where the type
    /// cannot be decoded), by the name in the model: what the model's tensors had when they were
    /// written.
    std::map<std::string, std::uint64_t> hashes;
    /// The hash of the bytes of every stored tensor that belongs to a packed matrix, by its own
    /// name: runtimes read some that decoding here does not depend on (scales of inputs, zero
    /// points of symmetric codes).
    std::map<std::string, std::uint64_t> part_hashes;
};

void write_manifest(const Manifest& manifest, const std::filesystem::path& folder);
/// Nothing if the folder has none. Throws Error(bad_file) with the file's name.
std::optional<Manifest> read_manifest(const std::filesystem::path& folder);

/// The hash of a file's bytes. Throws Error(not_found, io, cancelled).
std::uint64_t hash_of_file(const std::filesystem::path& path, const Progress& progress);
/// The hash of a stored tensor's bytes. Throws Error(cancelled).
std::uint64_t hash_of_bytes(const Checkpoint& checkpoint, const StoredTensor& tensor,
                            const Progress& progress);

/// What a tensor of an opened model decodes to.
StoredValues values_of_tensor(const Model& model, const ModelTensor& tensor,
                              const Progress& progress);

}  // namespace ql
