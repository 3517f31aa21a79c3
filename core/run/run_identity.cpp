#include "core/run/run_identity.h"

#include "core/base/hash.h"

namespace ql {

std::string identity_of(const Checkpoint& checkpoint) {
    std::string all = checkpoint.path().string() + '\n' + std::to_string(checkpoint.file_bytes());
    for (const std::filesystem::path& file : checkpoint.files()) {
        std::error_code gone;  // is told by who reads it
        const auto written = std::filesystem::last_write_time(file, gone);
        all += '\n' + std::to_string(written.time_since_epoch().count());
    }
    return all;
}

std::string identity_of(const std::vector<TokenIds>& windows) {
    std::string all;
    for (const TokenIds& window : windows) {
        all +=
            '\n' + std::to_string(hash_bytes(window.data(), window.size() * sizeof(std::int32_t)));
    }
    return all;
}

}  // namespace ql
