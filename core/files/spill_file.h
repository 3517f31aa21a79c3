#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace ql {

/// The user's folder for what can be made again: quantloupe in XDG_CACHE_HOME or ~/.cache, the
/// system's temporary folder where there is neither. Made if it does not exist. Throws Error(io).
std::filesystem::path cache_folder();

/// Bytes that the user may still write into a folder; 0 where that is not known.
std::uint64_t free_disk_bytes(const std::filesystem::path& folder);

/// Room on disk for what does not fit in memory. The file has no name: its bytes are gone with this
/// object, and with the process however that ends.
class SpillFile {
  public:
    /// Throws Error(io).
    explicit SpillFile(const std::filesystem::path& folder);
    ~SpillFile();
    SpillFile(const SpillFile&) = delete;
    SpillFile& operator=(const SpillFile&) = delete;

    /// Appends; returns where the bytes begin. Throws Error(io) when the disk is full.
    std::uint64_t append(std::span<const std::byte> bytes);
    /// Bytes that were written. Safe from several threads at once. Throws Error(io).
    void read(std::uint64_t offset, std::span<std::byte> bytes) const;
    std::uint64_t size() const { return size_; }

  private:
    std::filesystem::path folder_;
    int fd_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace ql
