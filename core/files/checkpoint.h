#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/files/gguf.h"
#include "core/files/mapped_file.h"
#include "core/tensor/dtype.h"

namespace ql {

/// One stored tensor of a checkpoint.
struct StoredTensor {
    std::string name;
    DType dtype = DType::f32;
    Shape shape;               ///< outermost first; GGUF's dimensions are turned round
    std::uint64_t offset = 0;  ///< from the start of its file
    std::uint64_t bytes = 0;
    std::uint32_t file = 0;  ///< index of the file (shard)
};

enum class CheckpointFormat { safetensors, gguf };

/// A model as it lies on disk: its tensors (mapped, not read) and whatever describes it.
class Checkpoint {
  public:
    /// Opens a .safetensors file, a sharded one by its *.index.json, a .gguf file (split files by
    /// any of their parts), or a directory in Hugging Face form. Reads headers only. Pickle files
    /// (.bin, .pt, .pth) are refused with advice. Throws Error.
    static std::shared_ptr<const Checkpoint> open(const std::filesystem::path& path);
    ~Checkpoint();

    const std::filesystem::path& path() const { return path_; }
    /// The directory that holds config.json and the tokenizer files.
    const std::filesystem::path& directory() const { return directory_; }
    CheckpointFormat format() const { return format_; }
    std::uint64_t file_bytes() const;                  ///< of all weight files together
    std::vector<std::filesystem::path> files() const;  ///< all weight files

    std::span<const StoredTensor> tensors() const { return tensors_; }
    const StoredTensor* find(std::string_view name) const;

    /// The stored bytes of a tensor, or of a part of it (offsets relative to the tensor).
    std::span<const std::byte> bytes(const StoredTensor& tensor) const;
    std::span<const std::byte> bytes(const StoredTensor& tensor, std::uint64_t offset,
                                     std::uint64_t length) const;
    void release(const StoredTensor& tensor, std::uint64_t offset, std::uint64_t length) const;

    /// config.json beside safetensors (null when there is none).
    const nlohmann::json& config() const;
    /// Metadata of a GGUF file (null for safetensors).
    const GgufMetadata* gguf() const;

  private:
    Checkpoint();
    void load(const std::filesystem::path& path);

    struct Impl;
    std::filesystem::path path_;
    std::filesystem::path directory_;
    CheckpointFormat format_ = CheckpointFormat::safetensors;
    std::vector<StoredTensor> tensors_;
    std::unique_ptr<Impl> impl_;
};

/// Reads and parses a JSON file of at most 256 MB; depth and size are limited. Throws Error.
nlohmann::json read_json_file(const std::filesystem::path& path);

}  // namespace ql
