#include "core/export/manifest.h"

#include <atomic>
#include <charconv>

#include <nlohmann/json.hpp>

#include "core/base/hash.h"
#include "core/base/parallel.h"
#include "core/export/model_files.h"
#include "core/tensor/convert.h"

namespace ql {

namespace {

std::uint64_t number_of(const std::string& hexadecimal) {
    std::uint64_t number = 0;
    const char* end = hexadecimal.data() + hexadecimal.size();
    const auto [stop, error] = std::from_chars(hexadecimal.data(), end, number, 16);
    if (error != std::errc() || stop != end) {
        fail_bad_file(Sentence(QL_TR("core", "A hash is no hexadecimal number.")));
    }
    return number;
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
    nlohmann::ordered_json hashes;
    for (const auto& [tensor, hash] : manifest.hashes) {
        hashes[tensor] = fmt::format("{:016x}", hash);
    }
    const nlohmann::ordered_json json = {{"quantloupe", QL_VERSION},
                                         {"format", manifest.format},
                                         {"plan", manifest.plan},
                                         {"files", manifest.files},
                                         {"hashes", hashes}};
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
        manifest.files = json.at("files").get<std::vector<std::string>>();
        for (const auto& [tensor, hash] : json.at("hashes").items()) {
            manifest.hashes[tensor] = number_of(hash.get<std::string>());
        }
        return manifest;
    } catch (const nlohmann::json::exception&) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core", "The file is not what an export writes.")),
                    path.string());
    }
}

StoredValues values_of_tensor(const Model& model, const ModelTensor& tensor,
                              const Progress& progress) {
    const Checkpoint& checkpoint = model.checkpoint();
    return tensor.packed != nullptr
               ? values_of_packed(model, tensor, progress)
               : read_stored(checkpoint, checkpoint.tensors()[tensor.stored], progress);
}

}  // namespace ql
