#include "core/files/spill_file.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "core/base/error.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(Sentence sentence, const fs::path& folder) {
    throw Error(ErrorCode::io, std::move(sentence), folder.string());
}

std::string reason(int error) { return std::generic_category().message(error); }

fs::path folder_for_caches() {
    if (const char* caches = std::getenv("XDG_CACHE_HOME"); caches != nullptr && *caches == '/') {
        return caches;
    }
    if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
        return fs::path(home) / ".cache";
    }
    return fs::temp_directory_path();
}

}  // namespace

fs::path cache_folder() {
    const fs::path folder = folder_for_caches() / "quantloupe";
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
        fail(Sentence(QL_TR("core", "The folder cannot be created: {}."), error.message()), folder);
    }
    return folder;
}

std::uint64_t free_disk_bytes(const fs::path& folder) {
    std::error_code error;
    const fs::space_info space = fs::space(folder, error);
    return error ? 0 : space.available;
}

SpillFile::SpillFile(const fs::path& folder) : folder_(folder) {
    std::string name = (folder / ".quantloupe-XXXXXX").string();
    fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd_ < 0) {
        fail(Sentence(QL_TR("core", "No temporary file can be made here: {}."), reason(errno)),
             folder);
    }
    ::unlink(name.c_str());
}

SpillFile::~SpillFile() { ::close(fd_); }

std::uint64_t SpillFile::append(std::span<const std::byte> bytes) {
    const std::uint64_t begin = size_;
    std::uint64_t end = begin;  // a failed write leaves size_: what is half there is overwritten
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(end));
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            fail(Sentence(QL_TR("core", "Temporary data cannot be written to the disk: {}."),
                          reason(errno)),
                 folder_);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        end += static_cast<std::uint64_t>(written);
    }
    size_ = end;
    return begin;
}

void SpillFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
    while (!bytes.empty()) {
        const ssize_t got = ::pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            fail(Sentence(QL_TR("core", "Temporary data cannot be read back from the disk: {}."),
                          got < 0 ? reason(errno) : reason(EIO)),
                 folder_);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(got));
        offset += static_cast<std::uint64_t>(got);
    }
}

}  // namespace ql
