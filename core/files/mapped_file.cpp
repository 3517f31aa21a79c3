#include "core/files/mapped_file.h"

#include <cerrno>
#include <exception>

#include <boost/iostreams/device/mapped_file.hpp>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"

namespace ql {

namespace {

[[noreturn]] void throw_open_error(int error, const std::filesystem::path& path) {
    const bool missing = error == ENOENT || error == ENOTDIR;
    if (missing) {
        throw Error(ErrorCode::not_found, Sentence(QL_TR("core", "There is no such file.")),
                    path.string());
    }
    throw Error(ErrorCode::io,
                Sentence(QL_TR("core", "The file cannot be opened: {}."), system_reason(error)),
                path.string());
}

void require_regular_file(const struct stat& info, const std::filesystem::path& path) {
    if (S_ISDIR(info.st_mode)) {
        throw Error(ErrorCode::io, Sentence(QL_TR("core", "This is a folder, not a file.")),
                    path.string());
    }
    if (!S_ISREG(info.st_mode)) {
        throw Error(ErrorCode::io,
                    Sentence(QL_TR("core",
                                   "This is not a regular file but a device, a pipe or a "
                                   "socket.")),
                    path.string());
    }
}

}  // namespace

struct MappedFile::Impl {
    ~Impl() {
        if (fd >= 0) {
            ::close(fd);
        }
    }

    int fd = -1;  // kept open to see whether the file was cut
    boost::iostreams::mapped_file_source source;
};

MappedFile::MappedFile(const std::filesystem::path& path)
    : path_(path), impl_(std::make_unique<Impl>()) {
    // Looked at before it is opened: opening a pipe would wait for its other end.
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
        throw_open_error(errno, path);
    }
    require_regular_file(info, path);
    impl_->fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (impl_->fd < 0 || ::fstat(impl_->fd, &info) != 0) {
        throw_open_error(errno, path);
    }
    require_regular_file(info, path);
    if (info.st_size == 0) {
        return;  // nothing can be mapped
    }
    try {
        impl_->source.open(path.string());
    } catch (const std::exception&) {
        throw Error(ErrorCode::io,
                    Sentence(QL_TR("core", "The file cannot be mapped into memory.")),
                    path.string());
    }
    size_ = impl_->source.size();
}

MappedFile::~MappedFile() = default;

std::span<const std::byte> MappedFile::bytes() const {
    if (size_ == 0) {
        return {};
    }
    return std::as_bytes(std::span(impl_->source.data(), impl_->source.size()));
}

std::span<const std::byte> MappedFile::range(std::uint64_t offset, std::uint64_t length) const {
    if (offset > size_ || length > size_ - offset) {
        throw Error(ErrorCode::io,
                    Sentence(QL_TR("core", "Bytes {} to {} lie outside the file of {} bytes."),
                             offset, offset + length, size_),
                    path_.string());
    }
    struct stat info {};
    if (::fstat(impl_->fd, &info) != 0 || static_cast<std::uint64_t>(info.st_size) < size_) {
        throw Error(ErrorCode::io,
                    Sentence(QL_TR("core",
                                   "The file became shorter since it was opened: {} bytes "
                                   "instead of {}."),
                             info.st_size, size_),
                    path_.string());
    }
    return bytes().subspan(offset, length);
}

void MappedFile::release(std::uint64_t offset, std::uint64_t length) const {
    if (offset > size_ || length > size_ - offset) {
        return;
    }
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t begin = (offset + page - 1) / page * page;
    const std::uint64_t end = (offset + length) / page * page;
    if (begin < end) {
        // madvise wants a pointer to writable memory, but only forgets what can be read again.
        ::madvise(const_cast<char*>(impl_->source.data()) + begin, end - begin, MADV_DONTNEED);
    }
}

}  // namespace ql
