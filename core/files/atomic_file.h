#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "core/base/progress.h"
#include "core/files/temporary_name.h"

namespace ql {

/// Writes a file so that nothing is ever lost: into a temporary file beside the target, synced,
/// then renamed over it by commit(). Without commit() the temporary file is removed and the old
/// target stays as it was; what a killed program has left beside it goes when the next one begins.
/// All functions throw Error(io) (disk full, no permission) with the reason.
class AtomicFile {
  public:
    explicit AtomicFile(std::filesystem::path target);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(std::span<const std::byte> bytes);  ///< at the end
    /// Anywhere. Safe from several threads at once as long as it ends inside size().
    void write_at(std::uint64_t offset, std::span<const std::byte> bytes);
    std::uint64_t size() const { return size_; }

    /// Flushes to disk, so that the file can be re-opened and verified at temporary_path(). Checks
    /// for cancellation between pieces that a disk takes in a moment.
    void sync(const Progress& progress = {});
    const std::filesystem::path& temporary_path() const { return temporary_; }
    void commit();

  private:
    std::filesystem::path target_;
    std::filesystem::path temporary_;
    TemporaryLock lock_;
    int fd_ = -1;
    std::uint64_t size_ = 0;
    bool committed_ = false;
};

}  // namespace ql
