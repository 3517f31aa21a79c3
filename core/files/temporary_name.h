// Names of what is written beside its target until it is whole, and what happens to those whose
// program was killed.
#pragma once

#include <filesystem>
#include <functional>

namespace ql {

/// A new hidden name beside `target`; it does not contain the target's, which may be as long as a
/// name can be.
std::filesystem::path temporary_beside(const std::filesystem::path& target);

/// Says as long as it lives that a temporary file or folder is in use, by a lock that the system
/// takes back when the program ends, however it ends. Where files cannot be locked nothing is said,
/// and nothing is removed either. Nor is it on SMB/CIFS mounts: there the lock would also keep this
/// program's other descriptors from the file.
class TemporaryLock {
  public:
    TemporaryLock() = default;
    ~TemporaryLock();
    TemporaryLock(TemporaryLock&& other) noexcept;
    TemporaryLock& operator=(TemporaryLock&& other) noexcept;

    /// Waits for a program that looks at it right now. Returns 0, or why it cannot be held as an
    /// errno: ENOENT if it is gone, taken for abandoned before it was locked.
    int hold(const std::filesystem::path& temporary);

  private:
    int fd_ = -1;
};

/// Removes temporary files and folders beside `target` that nobody holds a TemporaryLock on: what
/// killed programs have left. Only this user's own, and only those that were made on this machine,
/// as their names tell: a lock may not reach another that shares the folder. What cannot be removed
/// is left.
void remove_abandoned_beside(const std::filesystem::path& target);

/// Makes a file or folder of a new name beside `target` and holds the lock, once what killed
/// programs have left there is removed. `make` makes it if nothing has that name, and returns 0 or
/// an errno; it is called again, with another name, if the first one exists or is taken away.
/// Returns 0, or an errno and has made nothing.
int make_temporary(const std::filesystem::path& target,
                   const std::function<int(const std::filesystem::path&)>& make,
                   std::filesystem::path& temporary, TemporaryLock& lock);

/// Makes renamings inside a folder survive a power cut, where the file system can.
void sync_folder(const std::filesystem::path& folder);

}  // namespace ql
