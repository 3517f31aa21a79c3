#include "core/files/temporary_name.h"

#include <algorithm>
#include <array>
#include <cerrno>
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
#include <unistd.h>

#include "core/base/hash.h"
#include "core/files/weight_files.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = ".quantloupe-";
constexpr std::string_view kSuffix = ".part";
constexpr std::size_t kDigits = 16;  ///< that chance gives

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

void remove_if_abandoned(const fs::path& path) {
    const int fd = open_itself(path);
    if (fd < 0) {
        return;
    }
    struct stat info {};
    const bool ours = ::fstat(fd, &info) == 0 && info.st_uid == ::geteuid() &&
                      (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode));
    // While it is locked here, who has just made it waits, and then sees that it is gone.
    if (ours && ::flock(fd, LOCK_EX | LOCK_NB) == 0) {
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

TemporaryLock::TemporaryLock(const fs::path& temporary) : fd_(open_itself(temporary)) {
    if (fd_ >= 0) {
        while (::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
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

void sync_folder(const fs::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        ::fsync(fd);
        ::close(fd);
    }
}

}  // namespace ql
