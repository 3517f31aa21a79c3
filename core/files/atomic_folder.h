#pragma once

#include <filesystem>
#include <vector>

#include "core/files/temporary_name.h"

namespace ql {

/// Puts the folder `made` in the place of the folder `old`, which is at `made` afterwards. Returns
/// whether it could: not every file system can.
using FolderExchange = bool(const std::filesystem::path& made, const std::filesystem::path& old);
FolderExchange exchange_folders;

/// Makes a folder so that nothing is ever lost: files are written into a temporary one beside the
/// target, which takes its place by commit(). Without commit() the temporary folder is removed with
/// what is in it and the folders that had to be made for it, and an old target stays as it was;
/// what a killed program has left beside it goes when the next one begins, but for an old target
/// that the file system could not exchange: it is left beside as .quantloupe-….old. Throws
/// Error(io) with the reason.
class AtomicFolder {
  public:
    /// `target` may exist as a folder; commit() replaces it with all that it holds.
    explicit AtomicFolder(std::filesystem::path target,
                          FolderExchange* exchange = exchange_folders);
    ~AtomicFolder();
    AtomicFolder(const AtomicFolder&) = delete;
    AtomicFolder& operator=(const AtomicFolder&) = delete;

    const std::filesystem::path& temporary_path() const { return temporary_; }
    void commit();

  private:
    void make_parents();
    void remove_parents();

    std::filesystem::path target_;
    FolderExchange* exchange_;
    std::filesystem::path temporary_;
    std::vector<std::filesystem::path> parents_;  ///< that were made for it, the innermost first
    TemporaryLock lock_;
};

}  // namespace ql
