#include "core/export/model_files.h"

#include <algorithm>
#include <array>
#include <span>

#include "core/files/atomic_file.h"

namespace ql {

std::vector<std::string> companion_files(const std::filesystem::path& folder) {
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
    std::vector<std::string> found;
    for (const std::string_view name : kNames) {
        std::error_code ignored;
        if (std::filesystem::is_regular_file(folder / name, ignored)) {
            found.emplace_back(name);
        }
    }
    return found;
}

void write_text_file(const std::filesystem::path& path, const std::string& text) {
    AtomicFile file(path);
    file.write(std::as_bytes(std::span(text)));
    file.commit();
}

}  // namespace ql
