#include "core/export/model_files.h"

#include <algorithm>
#include <array>
#include <span>

#include "core/base/error.h"
#include "core/files/atomic_file.h"
#include "core/files/mapped_file.h"

namespace ql {

std::map<std::string, std::string> companion_files(const std::filesystem::path& folder) {
    constexpr std::uint64_t kMostBytes = 256 << 20;
    constexpr std::array<std::string_view, 10> kNames = {"added_tokens.json",
                                                         "chat_template.jinja",
                                                         "chat_template.json",
                                                         "generation_config.json",
                                                         "merges.txt",
                                                         "tokenizer.json",
                                                         "tokenizer.model",
                                                         "tokenizer_config.json",
                                                         "special_tokens_map.json",
                                                         "vocab.json"};
    std::map<std::string, std::string> found;
    for (const std::string_view name : kNames) {
        const std::filesystem::path path = folder / name;
        if (std::error_code ignored; !std::filesystem::is_regular_file(path, ignored)) {
            continue;
        }
        const MappedFile file(path);
        if (file.size() > kMostBytes) {
            throw Error(ErrorCode::limit,
                        Sentence(QL_TR("core", "The file is too large to belong to a tokenizer.")),
                        path.string());
        }
        const auto bytes = file.range(0, file.size());
        found.emplace(name, std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    }
    return found;
}

void write_text_file(const std::filesystem::path& path, const std::string& text) {
    AtomicFile file(path);
    file.write(std::as_bytes(std::span(text)));
    file.commit();
}

}  // namespace ql
