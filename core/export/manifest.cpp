#include "core/export/manifest.h"

#include <atomic>
#include <charconv>

#include <nlohmann/json.hpp>

#include "core/base/hash.h"
#include "core/base/hash_in_pieces.h"
#include "core/base/parallel.h"
#include "core/export/model_files.h"
#include "core/files/escape.h"
#include "core/files/mapped_file.h"
#include "core/tensor/convert.h"

namespace ql {

namespace {

using Hashes = std::map<std::string, std::uint64_t>;

nlohmann::ordered_json hexadecimal(const Hashes& hashes) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (const auto& [name, hash] : hashes) {
        json[name] = fmt::format("{:016x}", hash);
    }
    return json;
}

Hashes read_hashes(const nlohmann::json& json) {
    Hashes hashes;
    for (const auto& [name, value] : json.items()) {
        const auto& text = value.get_ref<const std::string&>();
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, hashes[name], 16);
        if (error != std::errc() || stop != end) {
            fail_bad_file(Sentence(QL_TR("core", "The hash of {} is no hexadecimal number."),
                                   in_quotes(name)));
        }
    }
    return hashes;
}

/// Hashes that exports of earlier versions lack.
Hashes read_hashes(const nlohmann::json& json, const char* key) {
    const auto found = json.find(key);
    return found == json.end() ? Hashes() : read_hashes(*found);
}

/// Names of files in the folder itself: a hostile manifest might lead to others.
std::vector<std::string> read_files(const nlohmann::json& json) {
    auto files = json.get<std::vector<std::string>>();
    for (const std::string& file : files) {
        if (file.empty() || std::filesystem::path(file).filename() != file) {
            fail_bad_file(
                Sentence(QL_TR("core", "{} is no name of a file in the folder."), in_quotes(file)));
        }
    }
    return files;
}

StoredValues values_of_packed(const Model& model, const ModelTensor& tensor,
                              const Progress& progress) {
    const auto rows = model.rows(tensor);
    const RowChunks chunks(rows->rows(), rows->cols());
    std::vector<std::uint64_t> hashes(static_cast<std::size_t>(rows->rows()));
    std::atomic<std::uint64_t> bad = 0;
    parallel_for(chunks.count(), progress, [&](std::int64_t chunk) {
        const std::int64_t first = chunks.first(chunk);
        const std::int64_t count = chunks.size(chunk);
        std::vector<float> values(static_cast<std::size_t>(count * rows->cols()));
        rows->read(first, count, values.data());
        bad += count_non_finite(values.data(), values.size());
        hash_rows(std::span<const float>(values),
                  std::span(hashes).subspan(static_cast<std::size_t>(first),
                                            static_cast<std::size_t>(count)));
    });
    rows->release(0, rows->rows());
    return {hash_row_hashes(hashes.data(), hashes.size()), bad};
}

}  // namespace

void write_manifest(const Manifest& manifest, const std::filesystem::path& folder) {
    const nlohmann::ordered_json json = {{"quantloupe", QL_VERSION},
                                         {"format", manifest.format},
                                         {"plan", manifest.plan},
                                         {"files", manifest.files},
                                         {"file_hashes", hexadecimal(manifest.file_hashes)},
                                         {"hashes", hexadecimal(manifest.hashes)},
                                         {"part_hashes", hexadecimal(manifest.part_hashes)}};
    write_text_file(folder / Manifest::kFileName, json.dump(1) + '\n');
}

std::optional<Manifest> read_manifest(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder / Manifest::kFileName;
    if (std::error_code ignored; !std::filesystem::exists(path, ignored)) {
        return std::nullopt;
    }
    const nlohmann::json json = read_json_file(path);
    try {
        Manifest manifest;
        manifest.format = json.at("format").get<std::string>();
        manifest.plan = json.at("plan").get<std::string>();
        manifest.files = read_files(json.at("files"));
        manifest.file_hashes = read_hashes(json, "file_hashes");
        manifest.hashes = read_hashes(json.at("hashes"));
        manifest.part_hashes = read_hashes(json, "part_hashes");
        return manifest;
    } catch (const Error& error) {
        throw Error(error.code(), error.sentence(), path.string());
    } catch (const nlohmann::json::exception&) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core", "The file is not what an export writes.")),
                    path.string());
    }
}

std::uint64_t hash_of_file(const std::filesystem::path& path, const Progress& progress) {
    const MappedFile file(path);
    return hash_in_pieces(file.range(0, file.size()), progress);
}

std::uint64_t hash_of_bytes(const Checkpoint& checkpoint, const StoredTensor& tensor,
                            const Progress& progress) {
    return hash_in_pieces(checkpoint.bytes(tensor), progress);
}

StoredValues values_of_tensor(const Model& model, const ModelTensor& tensor,
                              const Progress& progress) {
    const Checkpoint& checkpoint = model.checkpoint();
    return tensor.packed != nullptr
               ? values_of_packed(model, tensor, progress)
               : read_stored(checkpoint, checkpoint.tensors()[tensor.stored], progress);
}

}  // namespace ql
