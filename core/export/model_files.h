// The files of a model's folder beside its weights. Only for core/export.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace ql {

/// The files beside weights and configuration that belong to a model in Hugging Face form and lie
/// in `folder`, by name: tokenizer, templates, settings of generation. Throws Error(io), and
/// Error(limit) for one that is too large to be that.
std::map<std::string, std::string> companion_files(const std::filesystem::path& folder);

/// Writes a whole small file, and syncs it. Throws Error(io).
void write_text_file(const std::filesystem::path& path, const std::string& text);

}  // namespace ql
