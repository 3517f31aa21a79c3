#include "core/files/checkpoint.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/files/escape.h"
#include "core/files/weight_files.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIndexSuffix = ".safetensors.index.json";

bool has_ending(const fs::path& path, std::string_view ending) {
    return path.filename().string().ends_with(ending);
}

bool is_pickle(const fs::path& path) {
    constexpr std::array<std::string_view, 5> kEndings = {".bin", ".pt", ".pth", ".ckpt", ".pkl"};
    return std::find(kEndings.begin(), kEndings.end(), path.extension().string()) != kEndings.end();
}

[[noreturn]] void refuse_pickle(const fs::path& path) {
    throw Error(ErrorCode::unsupported,
                Sentence(QL_TR("core",
                               "This is a pickle checkpoint, and reading it could run any "
                               "program; convert it to safetensors first.")),
                path.string());
}

/// The files of a folder in the order of their names.
std::vector<fs::path> files_of(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        files.push_back(entry.path());
    }
    if (error) {
        throw Error(ErrorCode::io,
                    Sentence(QL_TR("core", "The folder cannot be read: {}."), error.message()),
                    folder.string());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<fs::path> ending_in(const std::vector<fs::path>& files, std::string_view ending) {
    std::vector<fs::path> chosen;
    std::copy_if(files.begin(), files.end(), std::back_inserter(chosen),
                 [&](const fs::path& file) { return has_ending(file, ending); });
    return chosen;
}

/// Whether all files are parts of one split GGUF model.
bool is_one_split(const std::vector<fs::path>& files) {
    const auto first = SplitName::parse(files.front().filename().string());
    return first && std::all_of(files.begin(), files.end(), [&](const fs::path& file) {
               const auto name = SplitName::parse(file.filename().string());
               return name && name->stem == first->stem && name->count == first->count;
           });
}

/// The file of a folder that stands for its model.
fs::path model_file_of(const fs::path& folder) {
    for (const char* name : {"model.safetensors.index.json", "model.safetensors"}) {
        if (fs::exists(folder / name)) {
            return folder / name;
        }
    }
    const std::vector<fs::path> files = files_of(folder);
    for (const std::string_view ending :
         {kIndexSuffix, std::string_view(".safetensors"), std::string_view(".gguf")}) {
        const std::vector<fs::path> candidates = ending_in(files, ending);
        if (candidates.empty()) {
            continue;
        }
        if (candidates.size() > 1 && !is_one_split(candidates)) {
            throw Error(ErrorCode::not_found,
                        Sentence(QL_TR("core",
                                       "The folder has {} models ({} and others); open one "
                                       "of them instead of the folder."),
                                 candidates.size(), in_quotes(candidates[0].filename().string())),
                        folder.string());
        }
        return candidates.front();
    }
    const auto pickle = std::find_if(files.begin(), files.end(), is_pickle);
    if (pickle != files.end()) {
        refuse_pickle(*pickle);
    }
    throw Error(ErrorCode::not_found,
                Sentence(QL_TR("core", "The folder has no model: neither safetensors nor GGUF.")),
                folder.string());
}

bool starts_with_gguf(const fs::path& path) {
    const MappedFile file(path);
    constexpr std::string_view kMagic = "GGUF";
    const auto bytes = file.bytes();
    return bytes.size() >= kMagic.size() &&
           std::equal(kMagic.begin(), kMagic.end(), reinterpret_cast<const char*>(bytes.data()));
}

WeightFiles open_weights(const fs::path& file) {
    if (has_ending(file, kIndexSuffix)) {
        return open_safetensors_index(file);
    }
    if (has_ending(file, ".safetensors")) {
        return open_safetensors(file);
    }
    if (has_ending(file, ".gguf") || starts_with_gguf(file)) {
        return open_gguf(file);
    }
    if (is_pickle(file)) {
        refuse_pickle(file);
    }
    throw Error(ErrorCode::unsupported,
                Sentence(QL_TR("core",
                               "This is no model file that can be read; safetensors, their "
                               "index files and GGUF can be.")),
                file.string());
}

}  // namespace

struct Checkpoint::Impl {
    WeightFiles weights;
    nlohmann::json config;
    std::unordered_map<std::string_view, const StoredTensor*> by_name;
};

Checkpoint::Checkpoint() : impl_(std::make_unique<Impl>()) {}
Checkpoint::~Checkpoint() = default;

std::shared_ptr<const Checkpoint> Checkpoint::open(const fs::path& path) {
    try {
        const std::shared_ptr<Checkpoint> checkpoint(new Checkpoint);
        checkpoint->load(path);
        return checkpoint;
    } catch (const fs::filesystem_error& error) {
        throw Error(
            ErrorCode::io,
            Sentence(QL_TR("core", "The file cannot be opened: {}."), error.code().message()),
            error.path1().string());
    }
}

void Checkpoint::load(const fs::path& path) {
    const fs::path file = fs::is_directory(path) ? model_file_of(path) : path;
    path_ = path;
    directory_ = folder_of(file);
    const bool safetensors = has_ending(file, ".safetensors") || has_ending(file, kIndexSuffix);
    format_ = safetensors ? CheckpointFormat::safetensors : CheckpointFormat::gguf;
    WeightFiles& weights = impl_->weights;
    weights = open_weights(file);
    tensors_ = std::move(weights.tensors);
    impl_->by_name.reserve(tensors_.size());
    for (const StoredTensor& tensor : tensors_) {
        impl_->by_name.emplace(tensor.name, &tensor);
    }
    const fs::path config = directory_ / "config.json";
    if (safetensors && fs::exists(config)) {
        impl_->config = read_json_file(config);
        if (!impl_->config.is_object()) {
            throw Error(ErrorCode::bad_file,
                        Sentence(QL_TR("core", "The file is valid JSON, but not an object.")),
                        config.string());
        }
    }
}

std::uint64_t Checkpoint::file_bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& file : impl_->weights.files) {
        bytes += file->size();
    }
    return bytes;
}

std::vector<fs::path> Checkpoint::files() const {
    std::vector<fs::path> paths;
    for (const auto& file : impl_->weights.files) {
        paths.push_back(file->path());
    }
    return paths;
}

const StoredTensor* Checkpoint::find(std::string_view name) const {
    const auto found = impl_->by_name.find(name);
    return found == impl_->by_name.end() ? nullptr : found->second;
}

std::span<const std::byte> Checkpoint::bytes(const StoredTensor& tensor) const {
    return bytes(tensor, 0, tensor.bytes);
}

std::span<const std::byte> Checkpoint::bytes(const StoredTensor& tensor, std::uint64_t offset,
                                             std::uint64_t length) const {
    if (offset > tensor.bytes || length > tensor.bytes - offset) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core",
                                   "{} bytes from offset {} lie outside tensor {} of {} "
                                   "bytes."),
                             length, offset, in_quotes(tensor.name), tensor.bytes));
    }
    return impl_->weights.files[tensor.file]->range(tensor.offset + offset, length);
}

void Checkpoint::release(const StoredTensor& tensor, std::uint64_t offset,
                         std::uint64_t length) const {
    if (offset <= tensor.bytes && length <= tensor.bytes - offset) {
        impl_->weights.files[tensor.file]->release(tensor.offset + offset, length);
    }
}

const nlohmann::json& Checkpoint::config() const { return impl_->config; }

const GgufMetadata* Checkpoint::gguf() const {
    return impl_->weights.gguf ? &*impl_->weights.gguf : nullptr;
}

}  // namespace ql
