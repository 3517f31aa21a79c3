#include "core/files/temporary_name.h"

#include <random>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/files/weight_files.h"

namespace ql {

std::filesystem::path temporary_beside(const std::filesystem::path& target) {
    static thread_local std::random_device random;
    return folder_of(target) / fmt::format(".quantloupe-{:08x}{:08x}.part", random(), random());
}

void sync_folder(const std::filesystem::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        ::fsync(fd);
        ::close(fd);
    }
}

}  // namespace ql
