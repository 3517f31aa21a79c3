#include "core/files/atomic_file.h"

#include <cerrno>
#include <limits>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/checked.h"
#include "core/base/error.h"
#include "core/files/weight_files.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_writing(int error, const fs::path& target) {
    throw Error(ErrorCode::io,
                Sentence(QL_TR("core", "The file cannot be written: {}."), system_reason(error)),
                target.string());
}

/// The file that `target` stands for: a link is kept, and what it points to is replaced, or made if
/// it does not exist yet.
fs::path resolved(fs::path target) {
    constexpr int kMostLinks = 40;  // as the kernel
    std::error_code error;
    for (int link = 0; link < kMostLinks && fs::is_symlink(target, error); ++link) {
        const fs::path next = fs::read_symlink(target, error);
        if (error) {
            break;
        }
        target = next.is_absolute() ? next : target.parent_path() / next;
    }
    return target;
}

void check_target(const fs::path& target) {
    std::error_code error;
    const fs::file_status status = fs::status(target, error);
    if (fs::is_directory(status)) {
        throw Error(ErrorCode::io, Sentence(QL_TR("core", "There is a folder of this name.")),
                    target.string());
    }
    if (!fs::exists(status)) {
        return;
    }
    if (!fs::is_regular_file(status)) {
        throw Error(ErrorCode::io,
                    Sentence(QL_TR("core",
                                   "This is not a regular file but a device, a pipe or a "
                                   "socket.")),
                    target.string());
    }
    if (::access(target.c_str(), W_OK) != 0) {
        fail_writing(errno, target);
    }
}

void close_if_open(int fd) {
    if (fd >= 0) {
        ::close(fd);
    }
}

int open_temporary(const fs::path& target, fs::path& temporary, TemporaryLock& lock) {
    int fd = -1;
    const auto make = [&fd](const fs::path& name) {
        close_if_open(fd);  // of a name that was taken away
        fd = ::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        return fd >= 0 ? 0 : errno;
    };
    if (const int reason = make_temporary(target, make, temporary, lock); reason != 0) {
        close_if_open(fd);
        fail_writing(reason, target);
    }
    return fd;
}

}  // namespace

AtomicFile::AtomicFile(fs::path target) : target_(resolved(target)) {
    check_target(target_);
    fd_ = open_temporary(target_, temporary_, lock_);
    struct stat info {};
    if (::stat(target_.c_str(), &info) == 0) {
        // What was private stays private. Failing is harmless: the new file is then the user's own.
        [[maybe_unused]] const int result = ::fchmod(fd_, info.st_mode & 0777);
    }
}

AtomicFile::~AtomicFile() {
    close_if_open(fd_);
    if (!committed_) {
        ::unlink(temporary_.c_str());
    }
}

void AtomicFile::write(std::span<const std::byte> bytes) { write_at(size_, bytes); }

void AtomicFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
    const auto end = checked_add(offset, bytes.size());
    if (!end || *end > std::uint64_t{std::numeric_limits<off_t>::max()}) {
        fail_writing(EFBIG, target_);
    }
    while (!bytes.empty()) {
        const ssize_t written =
            ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            fail_writing(errno, target_);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
    if (*end > size_) {  // not written to otherwise: threads may write inside the file at once
        size_ = *end;
    }
}

void AtomicFile::sync(const Progress& progress) {
    constexpr off_t kPiece = 16 << 20;
    constexpr unsigned kWritten =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    for (off_t offset = 0; offset < static_cast<off_t>(size_); offset += kPiece) {
        progress.check();
        if (::sync_file_range(fd_, offset, kPiece, kWritten) != 0) {
            if (errno == EIO || errno == ENOSPC || errno == EDQUOT) {
                fail_writing(errno, target_);  // fsync would not say it a second time
            }
            break;  // a file system without
        }
    }
    progress.check();
    if (::fsync(fd_) != 0) {
        fail_writing(errno, target_);
    }
}

void AtomicFile::commit() {
    sync();
    const int fd = std::exchange(fd_, -1);
    if (::close(fd) != 0) {
        fail_writing(errno, target_);
    }
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
        fail_writing(errno, target_);
    }
    committed_ = true;
    lock_ = TemporaryLock();
    sync_folder(folder_of(target_));
}

}  // namespace ql
