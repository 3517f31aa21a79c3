// Model files that break a rule of their format, one each, and odd ones that are legal all the
// same. Generated, so that no bad bytes are kept; `write_hostile_files DIR` writes them all to a
// folder.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hostile {

/// A file, or a small folder of files, to be opened as a model.
struct Case {
    std::string name;
    std::string
        open;  ///< what to open, relative to the folder of the case; "" is that folder itself
    std::vector<std::pair<std::string, std::string>> files = {};  ///< name, bytes
    std::vector<std::pair<std::string, std::string>> links = {};  ///< name, target
};

inline Case single(std::string name, const std::string& file, std::string bytes) {
    return {std::move(name), file, {{file, std::move(bytes)}}};
}

/// Writes the case into `folder`/name and returns the path to open.
inline std::filesystem::path write(const Case& example, const std::filesystem::path& folder) {
    const std::filesystem::path home = folder / example.name;
    std::filesystem::create_directories(home);
    for (const auto& [name, bytes] : example.files) {
        std::filesystem::create_directories((home / name).parent_path());
        std::ofstream(home / name, std::ios::binary)
            .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    for (const auto& [name, target] : example.links) {
        std::filesystem::remove(home / name);
        std::filesystem::create_directories((home / name).parent_path());
        std::filesystem::create_symlink(target, home / name);
    }
    return example.open.empty() ? home : home / example.open;
}

/// The bytes of a number as they stand in a file.
template <class T>
std::string number(T value) {
    std::string bytes(sizeof(T), '\0');
    std::memcpy(bytes.data(), &value, sizeof(T));
    return bytes;
}

}  // namespace hostile
