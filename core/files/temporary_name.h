// Names of what is written beside its target until it is whole, and what happens to those whose
// program was killed.
#pragma once

#include <filesystem>

namespace ql {

/// How many names are tried before giving up.
inline constexpr int kTemporaryNames = 100;

/// A new hidden name beside `target`; it does not contain the target's, which may be as long as a
/// name can be.
std::filesystem::path temporary_beside(const std::filesystem::path& target);

/// Says as long as it lives that a temporary file or folder is in use, by a lock that the system
/// takes back when the program ends, however it ends. Where files cannot be locked nothing is said,
/// and nothing is removed either.
class TemporaryLock {
  public:
    TemporaryLock() = default;
    /// Waits for a program that looks at it right now.
    explicit TemporaryLock(const std::filesystem::path& temporary);
    ~TemporaryLock();
    TemporaryLock(TemporaryLock&& other) noexcept;
    TemporaryLock& operator=(TemporaryLock&& other) noexcept;

  private:
    int fd_ = -1;
};

/// Removes temporary files and folders beside `target` that nobody holds a TemporaryLock on: what
/// killed programs have left. Only this user's own, and only those that were made on this machine,
/// as their names tell: a lock may not reach another that shares the folder. What cannot be removed
/// is left.
void remove_abandoned_beside(const std::filesystem::path& target);

/// Makes renamings inside a folder survive a power cut, where the file system can.
void sync_folder(const std::filesystem::path& folder);

}  // namespace ql
