// Names of what is written beside its target until it is whole. Only for core/files.
#pragma once

#include <filesystem>

namespace ql {

/// How many names are tried before giving up.
inline constexpr int kTemporaryNames = 100;

/// A new hidden name beside `target`; it does not contain the target's, which may be as long as a
/// name can be.
std::filesystem::path temporary_beside(const std::filesystem::path& target);

/// Makes renamings inside a folder survive a power cut, where the file system can.
void sync_folder(const std::filesystem::path& folder);

}  // namespace ql
