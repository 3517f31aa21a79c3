// core/files: bytes on disk. Mapped files, safetensors, GGUF, Hugging Face directories, the atomic
// writer. Every number read from a file is checked before it is used; a bad file throws
// Error(bad_file) with one sentence that names the file, the field or tensor and the reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace ql {

/// A file mapped for reading. Refuses what is not a regular file.
class MappedFile {
  public:
    /// Throws Error(not_found, io). An empty file maps to an empty span.
    explicit MappedFile(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::uint64_t size() const { return size_; }
    /// The whole file as it was when it was opened. For parsing headers.
    std::span<const std::byte> bytes() const;

    /// Bytes [offset, offset + length) for reading weights. Looks first whether the file has been
    /// cut since (reading past the end of a mapping kills the process); throws Error(io) then.
    std::span<const std::byte> range(std::uint64_t offset, std::uint64_t length) const;

    /// Gives the mapped pages that lie wholly inside [offset, offset + length) back to the system.
    void release(std::uint64_t offset, std::uint64_t length) const;

  private:
    struct Impl;
    std::filesystem::path path_;
    std::uint64_t size_ = 0;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ql
