#include "core/files/temporary_name.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/base/hash.h"
#include "core/files/weight_files.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = ".quantloupe-";
constexpr std::string_view kSuffix = ".part";
constexpr std::size_t kDigits = 16;  ///< that chance gives
constexpr int kMostNames = 100;      ///< that are tried before giving up

/// The first word of a file; empty if there is none.
std::string word_in(const char* path) {
    std::string word;
    std::ifstream(path) >> word;
    return word;
}

/// Eight digits that tell this machine from others that may see the same folder.
const std::string& machine() {
    static const std::string digits = [] {
        std::string identity = word_in("/etc/machine-id");
        if (identity.empty()) {
            identity = word_in("/proc/sys/kernel/random/boot_id");
        }
        std::array<char, 256> host{};
        ::gethostname(host.data(), host.size() - 1);
        identity += host.data();
        return fmt::format("{:08x}", hash_bytes(identity.data(), identity.size()) >> 32);
    }();
    return digits;
}

/// Whether it is a name that this machine gives.
bool is_ours(std::string_view name) {
    const std::string start = fmt::format("{}{}-", kPrefix, machine());
    return name.size() == start.size() + kDigits + kSuffix.size() && name.starts_with(start) &&
           name.ends_with(kSuffix) &&
           name.substr(start.size(), kDigits).find_first_not_of("0123456789abcdef") == name.npos;
}

int open_itself(const fs::path& path) {
    return ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/// Whether a lock through one descriptor leaves the others alone. Over SMB it does not: from Linux
/// 5.5 on the server enforces it, and they fail by EACCES.
bool locks_are_advisory(int fd) {
    struct statfs info {};
    if (::fstatfs(fd, &info) != 0) {
        return false;
    }
    const auto magic = static_cast<std::uint32_t>(info.f_type);
    return magic != 0x517B && magic != 0xFF534D42 && magic != 0xFE534D42;  // SMB, CIFS, SMB2
}

void remove_if_abandoned(const fs::path& path) {
    const int fd = open_itself(path);
    if (fd < 0) {
        return;
    }
    struct stat info {};
    const bool ours = ::fstat(fd, &info) == 0 && info.st_uid == ::geteuid() &&
                      (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode));
    // While it is locked here, who has just made it waits, and then sees that it is gone.
    if (ours && locks_are_advisory(fd) && ::flock(fd, LOCK_EX | LOCK_NB) == 0) {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    ::close(fd);
}

}  // namespace

fs::path temporary_beside(const fs::path& target) {
    static thread_local std::random_device random;
    return folder_of(target) /
           fmt::format("{}{}-{:08x}{:08x}{}", kPrefix, machine(), random(), random(), kSuffix);
}

TemporaryLock::~TemporaryLock() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

TemporaryLock::TemporaryLock(TemporaryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

TemporaryLock& TemporaryLock::operator=(TemporaryLock&& other) noexcept {
    TemporaryLock old(std::move(*this));
    fd_ = std::exchange(other.fd_, -1);
    return *this;
}

int TemporaryLock::hold(const fs::path& temporary) {
    TemporaryLock lock;
    lock.fd_ = open_itself(temporary);
    if (lock.fd_ < 0) {
        return errno;
    }
    if (locks_are_advisory(lock.fd_)) {
        while (::flock(lock.fd_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    if (::access(temporary.c_str(), F_OK) != 0) {
        return errno;
    }
    *this = std::move(lock);
    return 0;
}

void remove_abandoned_beside(const fs::path& target) {
    std::error_code error;
    std::vector<fs::path> found;
    for (fs::directory_iterator entry(folder_of(target), error), end; !error && entry != end;
         entry.increment(error)) {
        if (is_ours(entry->path().filename().string())) {
            found.push_back(entry->path());
        }
    }
    std::for_each(found.begin(), found.end(), remove_if_abandoned);
}

int make_temporary(const fs::path& target, const std::function<int(const fs::path&)>& make,
                   fs::path& temporary, TemporaryLock& lock) {
    remove_abandoned_beside(target);
    for (int attempt = 0; attempt < kMostNames; ++attempt) {
        const fs::path name = temporary_beside(target);
        if (const int reason = make(name); reason != 0) {
            if (reason == EEXIST) {
                continue;
            }
            return reason;
        }
        const int reason = lock.hold(name);
        if (reason == 0) {
            temporary = name;
            return 0;
        }
        if (reason != ENOENT) {
            std::error_code ignored;
            fs::remove(name, ignored);
            return reason;
        }
    }
    return EEXIST;
}

void sync_folder(const fs::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        ::fsync(fd);
        ::close(fd);
    }
}

}  // namespace ql
