#include <algorithm>
#include <set>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"
#include "core/files/safetensors.h"
#include "core/files/weight_files.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

bool is_plain_file_name(const std::string& name) {
    return !name.empty() && name != "." && name != ".." && is_clean_text(name) &&
           name.find_first_of("/\\") == name.npos;
}

/// Where the shard really lies. A link may lead out of the folder only into the store of the
/// Hugging Face cache that the folder belongs to: snapshots/REVISION/file -> blobs/HASH.
void require_inside(const fs::path& shard, const fs::path& folder) {
    const fs::path real_folder = fs::canonical(folder);
    const fs::path place = fs::canonical(shard).parent_path();
    const fs::path snapshots = real_folder.parent_path();
    const bool cached =
        snapshots.filename() == "snapshots" && place == snapshots.parent_path() / "blobs";
    const bool inside =
        std::mismatch(real_folder.begin(), real_folder.end(), place.begin(), place.end()).first ==
        real_folder.end();
    if (!inside && !cached) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core", "The shard is a link that leads out of its folder.")),
                    shard.string());
    }
}

void add_file(WeightFiles& weights, const fs::path& path) {
    auto file = std::make_unique<MappedFile>(path);
    SafetensorsHeader header = in_context(path, [&] { return parse_safetensors(file->bytes()); });
    const auto index = static_cast<std::uint32_t>(weights.files.size());
    for (SafetensorsTensor& tensor : header.tensors) {
        weights.tensors.push_back({std::move(tensor.name), tensor.dtype, std::move(tensor.shape),
                                   tensor.offset, tensor.bytes, index});
    }
    weights.files.push_back(std::move(file));
}

/// Compares what the index says with what the shards hold.
void check_weight_map(const WeightFiles& weights,
                      const std::map<std::string, std::string>& weight_map) {
    std::unordered_map<std::string_view, std::string> shard_of;
    for (const StoredTensor& tensor : weights.tensors) {
        std::string shard = weights.files[tensor.file]->path().filename().string();
        const auto [entry, is_new] = shard_of.emplace(tensor.name, shard);
        if (!is_new) {
            throw Error(
                ErrorCode::bad_file,
                Sentence(QL_TR("core", "Tensor {} stands in two shards: {} and {}."),
                         in_quotes(tensor.name), in_quotes(entry->second), in_quotes(shard)));
        }
    }
    for (const auto& [tensor, shard] : weight_map) {
        const auto found = shard_of.find(tensor);
        if (found == shard_of.end() || found->second != shard) {
            throw Error(ErrorCode::bad_file,
                        Sentence(QL_TR("core",
                                       "The index says that tensor {} is in {}, but that "
                                       "file does not have it."),
                                 in_quotes(tensor), in_quotes(shard)));
        }
    }
}

}  // namespace

fs::path folder_of(const fs::path& file) {
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

WeightFiles open_safetensors(const fs::path& file) {
    WeightFiles weights;
    add_file(weights, file);
    return weights;
}

std::map<std::string, std::string> parse_weight_map(const nlohmann::json& index) {
    const auto entries = index.is_object() ? index.find("weight_map") : index.end();
    if (entries == index.end() || !entries->is_object() || entries->empty()) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core", "The index has no weight_map that names the shards.")));
    }
    std::map<std::string, std::string> weight_map;
    for (const auto& [tensor, shard] : entries->items()) {
        if (!shard.is_string()) {
            throw Error(ErrorCode::bad_file,
                        Sentence(QL_TR("core", "The shard of tensor {} is not a text."),
                                 in_quotes(tensor)));
        }
        const auto& name = shard.get_ref<const std::string&>();
        if (!is_plain_file_name(name)) {
            throw Error(ErrorCode::bad_file,
                        Sentence(QL_TR("core",
                                       "The shard {} of tensor {} is not the name of a file "
                                       "in the folder of the index."),
                                 in_quotes(name), in_quotes(tensor)));
        }
        weight_map.emplace(tensor, name);
    }
    return weight_map;
}

WeightFiles open_safetensors_index(const fs::path& index) {
    const nlohmann::json json = read_json_file(index);
    return in_context(index, [&] {
        const auto weight_map = parse_weight_map(json);
        std::set<std::string> shards;
        for (const auto& [tensor, shard] : weight_map) {
            shards.insert(shard);
        }
        const fs::path folder = folder_of(index);
        WeightFiles weights;
        for (const std::string& shard : shards) {
            const fs::path path = folder / shard;
            if (std::error_code ignored; !fs::exists(path, ignored)) {
                throw Error(ErrorCode::not_found,
                            Sentence(QL_TR("core",
                                           "The index names the shard {}, but there is no "
                                           "such file."),
                                     in_quotes(shard)));
            }
            require_inside(path, folder);
            add_file(weights, path);
        }
        check_weight_map(weights, weight_map);
        return weights;
    });
}

}  // namespace ql
