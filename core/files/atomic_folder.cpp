#include "core/files/atomic_folder.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>

#include "core/base/error.h"
#include "core/files/temporary_name.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_making(int error, const fs::path& target) {
    throw Error(ErrorCode::io,
                Sentence(QL_TR("core", "The folder cannot be written: {}."), system_reason(error)),
                target.string());
}

/// The folder that `target` stands for: what a link leads to, without a slash at its end.
fs::path real_folder(const fs::path& target) {
    std::error_code error;
    const fs::path whole = fs::weakly_canonical(target, error);
    const fs::path folder = error ? fs::absolute(target).lexically_normal() : whole;
    return folder.has_filename() ? folder : folder.parent_path();
}

/// Puts `made` in the place of the folder `old`, which is at `made` afterwards.
bool exchange(const fs::path& made, const fs::path& old) {
    return ::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, old.c_str(), RENAME_EXCHANGE) == 0;
}

}  // namespace

AtomicFolder::AtomicFolder(fs::path target) : target_(real_folder(target)) {
    std::error_code error;
    if (fs::exists(target_, error) && !fs::is_directory(target_, error)) {
        throw Error(ErrorCode::io,
                    Sentence(QL_TR("core", "There is a file of this name, not a folder.")),
                    target_.string());
    }
    fs::create_directories(target_.parent_path(), error);
    for (int attempt = 0; attempt < kTemporaryNames; ++attempt) {
        temporary_ = temporary_beside(target_);
        if (fs::create_directory(temporary_, error)) {
            return;
        }
        if (error) {
            break;
        }
    }
    temporary_.clear();
    fail_making(error ? error.value() : EEXIST, target_);
}

AtomicFolder::~AtomicFolder() {
    if (!temporary_.empty()) {
        std::error_code ignored;
        fs::remove_all(temporary_, ignored);
    }
}

void AtomicFolder::commit() {
    std::error_code ignored;
    if (const fs::file_status old = fs::status(target_, ignored); fs::is_directory(old)) {
        fs::permissions(temporary_, old.permissions(), ignored);  // what was private stays private
    }
    sync_folder(temporary_);
    if (::rename(temporary_.c_str(), target_.c_str()) == 0) {  // nothing there, or an empty folder
        temporary_.clear();
    } else if (!exchange(temporary_, target_)) {
        // The file system cannot exchange: the old folder steps aside first.
        fs::path aside = temporary_beside(target_);
        if (::rename(target_.c_str(), aside.c_str()) != 0) {
            fail_making(errno, target_);
        }
        if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
            const int reason = errno;
            [[maybe_unused]] const int back = ::rename(aside.c_str(), target_.c_str());
            fail_making(reason, target_);
        }
        temporary_ = aside;  // removed by the destructor, as after an exchange
    }
    sync_folder(target_.parent_path());
}

}  // namespace ql
