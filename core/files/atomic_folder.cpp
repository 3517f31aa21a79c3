#include "core/files/atomic_folder.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"

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

}  // namespace

bool exchange_folders(const fs::path& made, const fs::path& old) {
    return ::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, old.c_str(), RENAME_EXCHANGE) == 0;
}

AtomicFolder::AtomicFolder(fs::path target, FolderExchange* exchange)
    : target_(real_folder(target)), exchange_(exchange) {
    std::error_code error;
    if (fs::exists(target_, error) && !fs::is_directory(target_, error)) {
        throw Error(ErrorCode::io,
                    Sentence(QL_TR("core", "There is a file of this name, not a folder.")),
                    target_.string());
    }
    make_parents();
    const auto make = [](const fs::path& name) {
        return ::mkdir(name.c_str(), 0777) == 0 ? 0 : errno;
    };
    if (const int reason = make_temporary(target_, make, temporary_, lock_); reason != 0) {
        remove_parents();
        fail_making(reason, target_);
    }
}

void AtomicFolder::make_parents() {
    std::error_code ignored;
    fs::path folder = target_.parent_path();
    while (!folder.empty() && !fs::exists(folder, ignored)) {
        parents_.push_back(folder);
        folder = folder.parent_path();
    }
    fs::create_directories(target_.parent_path(), ignored);  // what fails then says why
}

/// Those that hold something else by now stay.
void AtomicFolder::remove_parents() {
    for (const fs::path& folder : parents_) {
        if (::rmdir(folder.c_str()) != 0) {
            return;
        }
    }
}

AtomicFolder::~AtomicFolder() {
    if (!temporary_.empty()) {
        std::error_code ignored;
        fs::remove_all(temporary_, ignored);
    }
    remove_parents();
}

void AtomicFolder::commit() {
    std::error_code ignored;
    if (const fs::file_status old = fs::status(target_, ignored); fs::is_directory(old)) {
        fs::permissions(temporary_, old.permissions(), ignored);  // what was private stays private
    }
    sync_folder(temporary_);
    if (::rename(temporary_.c_str(), target_.c_str()) == 0) {  // nothing there, or an empty folder
        temporary_.clear();
    } else if (!exchange_(temporary_, target_)) {
        // The file system cannot exchange: the old folder steps aside first. Under a name that is
        // not taken for abandoned: a program killed now leaves no other whole one.
        const fs::path aside = temporary_beside(target_).replace_extension(".old");
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
    lock_ = TemporaryLock();
    sync_folder(target_.parent_path());
}

}  // namespace ql
