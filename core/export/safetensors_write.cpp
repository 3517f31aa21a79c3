#include <chrono>
#include <cstring>

#include <nlohmann/json.hpp>

#include "core/base/hash.h"
#include "core/base/parallel.h"
#include "core/export/export_steps.h"
#include "core/export/manifest.h"
#include "core/export/model_files.h"
#include "core/export/safetensors_export.h"
#include "core/export/stored_codes.h"
#include "core/export/stored_values.h"
#include "core/files/atomic_folder.h"
#include "core/files/escape.h"
#include "core/files/safetensors_writer.h"
#include "core/files/temporary_name.h"
#include "core/model/calibration/input_place.h"
#include "core/model/resolve_plan.h"
#include "core/model/tensor_rows.h"
#include "core/run/plan_weights.h"
#include "core/run/row_encoder.h"
#include "core/schemes/activations.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

/// The rows of a matrix that is used [out, in] as they are stored, [in, out].
class TurnedRows final : public RowSource {
  public:
    explicit TurnedRows(const RowSource& source)
        : RowSource(source.cols(), source.rows()),
          values_(static_cast<std::size_t>(source.size())) {
        source.read(0, source.rows(), values_.data());
    }

    void read(std::int64_t first, std::int64_t count, float* out) const override {
        for (std::int64_t row = 0; row < count; ++row) {
            for (std::int64_t col = 0; col < cols(); ++col) {
                out[row * cols() + col] =
                    values_[static_cast<std::size_t>(col * rows() + first + row)];
            }
        }
    }

  private:
    std::vector<float> values_;  ///< [out, in]
};

/// Encodes all rows; returns the hash of what they decode to.
std::uint64_t encode_all(const RowSource& source, const RowEncoder& encoder, QuantizedTensor& out,
                         const Progress& progress) {
    const auto encode = [&](std::int64_t first, std::int64_t count, std::byte* codes,
                            std::vector<float>& decoded) {
        std::vector<float> weights(decoded.size());
        source.read(first, count, weights.data());
        source.release(first, count);
        require_finite(weights);
        encoder.encode_and_decode(weights, first, count, codes, decoded.data());
    };
    const std::uint64_t hash = make_rows(out, encode, progress);
    source.release(0, source.rows());  // pages that two chunks share
    return hash;
}

/// Writes one export, a tensor at a time.
class FolderWriter {
  public:
    FolderWriter(const Model& model, const SafetensorsExport& plan, const fs::path& folder,
                 const Progress& progress)
        : model_(model),
          plan_(plan),
          folder_(folder),
          weights_(model.shared_from_this(), plan.plan, plan.options.importance,
                   plan.options.rounded, plan.options.limits),
          written_(progress, std::max<std::uint64_t>(plan.file_bytes, 1)) {}

    /// Writes everything but the manifest, which it returns.
    Manifest write() {
        manifest_.format = name(plan_.format);
        manifest_.plan = plan_.label;
        for (std::size_t shard = 0; shard < plan_.shards; ++shard) {
            write_shard(shard);
        }
        if (plan_.shards > 1) {
            write_json(
                "model.safetensors.index.json",
                {{"metadata", {{"total_size", plan_.file_bytes}}}, {"weight_map", weight_map_}});
        }
        if (plan_.config != nullptr) {
            write_json("config.json", *plan_.config);
            if (plan_.format == ExportFormat::gptq) {
                write_json("quantize_config.json", plan_.config->at("quantization_config"));
            }
        }
        for (const auto& [name, content] : plan_.companions) {
            write_text(name, content);
        }
        return std::move(manifest_);
    }

  private:
    static constexpr std::size_t kPiece = 8 << 20;  ///< bytes that are written at once

    void write_json(const std::string& name, const nlohmann::ordered_json& json) {
        write_text(name, json.dump(2) + '\n');
    }

    void write_text(const std::string& name, const std::string& text) {
        write_text_file(folder_ / name, text);
        manifest_.files.push_back(name);
        manifest_.file_hashes[name] = hash_bytes(text.data(), text.size());
    }

    std::string shard_name(std::size_t shard) const {
        return plan_.shards == 1
                   ? "model.safetensors"
                   : fmt::format("model-{:05}-of-{:05}.safetensors", shard + 1, plan_.shards);
    }

    void write_shard(std::size_t shard) {
        const std::string file_name = shard_name(shard);
        std::vector<SafetensorsTensor> stored;
        for (const SafetensorsExportTensor& tensor : plan_.tensors) {
            if (tensor.shard == shard) {
                for (const PackedPart& part : tensor.parts()) {
                    stored.push_back({tensor.part_name(part), part.dtype, part.shape});
                    weight_map_[stored.back().name] = file_name;
                }
            }
        }
        // Wider types first: all are aligned then.
        std::stable_sort(stored.begin(), stored.end(), [](const auto& a, const auto& b) {
            return traits(a.dtype).block_bytes > traits(b.dtype).block_bytes;
        });
        AtomicFile file(folder_ / file_name);
        file.write(write_safetensors_header(stored, {{"format", "pt"}}));
        if (!stored.empty() && stored.back().offset + stored.back().bytes > file.size()) {
            // The last byte first: all other writes then lie inside the file.
            constexpr std::byte kZero{0};
            file.write_at(stored.back().offset + stored.back().bytes - 1, std::span(&kZero, 1));
        }
        std::map<std::string_view, std::uint64_t> offsets;
        for (const SafetensorsTensor& tensor : stored) {
            offsets[tensor.name] = tensor.offset;
        }
        for (const SafetensorsExportTensor& tensor : plan_.tensors) {
            if (tensor.shard == shard) {
                try {
                    manifest_.hashes[tensor.name] = write_one(tensor, offsets, file);
                } catch (const Error& error) {
                    throw naming_tensor(error, tensor.name);
                }
            }
        }
        file.sync(written_.progress());
        file.commit();
        manifest_.files.push_back(file_name);
    }

    std::uint64_t write_one(const SafetensorsExportTensor& tensor,
                            const std::map<std::string_view, std::uint64_t>& offsets,
                            AtomicFile& file) {
        if (tensor.packed) {
            return write_packed(tensor, offsets, file);
        }
        return write_tensor(*plain_bytes(tensor), tensor.name, offsets.at(tensor.name), file,
                            written_);
    }

    std::unique_ptr<TensorBytes> plain_bytes(const SafetensorsExportTensor& tensor) const {
        const ModelTensor& source = model_.tensors()[tensor.tensor];
        const bool same = !tensor.entry.scheme || is_copied(model_, source, *tensor.entry.scheme);
        if (same && source.packed == nullptr && tensor.dtype == source.dtype &&
            model_.checkpoint().gguf() == nullptr && model_.change_of(source) == nullptr) {
            const Checkpoint& checkpoint = model_.checkpoint();
            return copied_tensor(checkpoint, checkpoint.tensors()[source.stored]);
        }
        std::unique_ptr<RowSource> rows =
            in_order(weights_.rows(source), model_, source, RowOrder::hugging_face);
        if (source.adjust == Adjust::transpose) {
            rows = std::make_unique<TurnedRows>(*rows);
        }
        return converted_tensor(std::move(rows), tensor.dtype);
    }

    std::uint64_t write_packed(const SafetensorsExportTensor& tensor,
                               const std::map<std::string_view, std::uint64_t>& offsets,
                               AtomicFile& file) {
        const ModelTensor& source = model_.tensors()[tensor.tensor];
        const PackedMatrix matrix(*tensor.packed, source.rows, source.cols);
        QuantizedTensor encoded{matrix.grid(), source.rows, source.cols, {}, {}};
        encoded.bytes.resize(static_cast<std::size_t>(source.rows) *
                             matrix.grid()->row_bytes(source.cols));
        const std::uint64_t hash =
            tensor.kept ? take_stored_codes(model_, source, encoded, written_.progress())
                        : encode(tensor, source, encoded);
        write_parts(tensor, packed(matrix, encoded), offsets, file);
        return hash;
    }

    std::uint64_t encode(const SafetensorsExportTensor& tensor, const ModelTensor& source,
                         QuantizedTensor& encoded) const {
        const auto rows = model_.rows(source, RowOrder::hugging_face);
        const MatrixImportance importance(importance_of(source, plan_.options.importance.get()),
                                          source.rows, source.cols);
        const RowEncoder encoder(*tensor.entry.scheme, *rows, importance, written_.progress(),
                                 rounded_rows(model_, tensor.tensor, tensor.entry,
                                              plan_.options.rounded.get(), RowOrder::hugging_face));
        encoded.params = encoder.params();
        return encode_all(*rows, encoder, encoded, written_.progress());
    }

    std::vector<std::vector<std::byte>> packed(const PackedMatrix& matrix,
                                               const QuantizedTensor& encoded) const {
        std::vector<std::vector<std::byte>> parts;
        for (std::size_t part = 0; part < matrix.parts().size(); ++part) {
            parts.emplace_back(matrix.part_bytes(part));
        }
        const std::vector<std::span<std::byte>> spans(parts.begin(), parts.end());
        const std::int64_t bands = (matrix.rows() + PackedMatrix::kBand - 1) / PackedMatrix::kBand;
        parallel_for(bands, written_.progress(), [&](std::int64_t band) {
            const std::int64_t first = band * PackedMatrix::kBand;
            matrix.pack(encoded, first, std::min(PackedMatrix::kBand, matrix.rows() - first),
                        spans);
        });
        return parts;
    }

    void write_parts(const SafetensorsExportTensor& tensor,
                     std::vector<std::vector<std::byte>> parts,
                     const std::map<std::string_view, std::uint64_t>& offsets, AtomicFile& file) {
        if (tensor.input_scale()) {
            const float scale = input_scale(tensor);
            const auto bytes = std::as_bytes(std::span(&scale, 1));
            parts.emplace_back(bytes.begin(), bytes.end());
        }
        const std::vector<PackedPart> wanted = tensor.parts();
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const std::string name = tensor.part_name(wanted[i]);
            const std::span<const std::byte> bytes(parts[i]);
            for (std::size_t done = 0; done < bytes.size(); done += kPiece) {
                written_.progress().check();
                const auto piece = bytes.subspan(done, std::min(kPiece, bytes.size() - done));
                file.write_at(offsets.at(name) + done, piece);
                written_.add(piece.size(), name);
            }
            manifest_.part_hashes[name] = hash_bytes(parts[i].data(), parts[i].size());
        }
    }

    /// The number that a runtime divides inputs by: what the largest of them is stored as 1 of.
    float input_scale(const SafetensorsExportTensor& tensor) const {
        const ModelTensor& source = model_.tensors()[tensor.tensor];
        if (!tensor.entry.scheme) {
            return source.packed->activations.scale;
        }
        const auto place = input_place(source);
        return weights_.activation_scale(place->layer, place->site);
    }

    const Model& model_;
    const SafetensorsExport& plan_;
    fs::path folder_;
    PlanWeights weights_;
    WriteProgress written_;
    Manifest manifest_;
    nlohmann::ordered_json weight_map_;
};

/// Opens the folder as any reader would and decodes all of it.
void check_folder(const fs::path& folder, const Manifest& manifest, const Progress& progress) {
    const auto model = Model::open(folder);
    bool same = model->tensors().size() == manifest.hashes.size();
    std::size_t done = 0;
    for (const ModelTensor& tensor : model->tensors()) {
        progress.report(static_cast<double>(done++) / static_cast<double>(model->tensors().size()),
                        Sentence(QL_TR("core", "Checking {}"), escaped(tensor.name)));
        const auto expected = manifest.hashes.find(tensor.name);
        same = same && expected != manifest.hashes.end() &&
               values_of_tensor(*model, tensor, progress).hash == expected->second;
    }
    for (const auto& [name, hash] : manifest.part_hashes) {
        const StoredTensor* part = model->checkpoint().find(name);
        progress.check();
        same =
            same && part != nullptr && hash_of_bytes(model->checkpoint(), *part, progress) == hash;
    }
    for (const auto& [name, hash] : manifest.file_hashes) {
        same = same && hash_of_file(folder / name, progress) == hash;
    }
    if (!same) {
        fail_not_as_written(folder);
    }
}

/// What would be lost if an export took the place of the folder `target`.
void require_replaceable(const Model& model, const fs::path& target) {
    refuse_own_file(model, target);
    std::error_code error;
    if (!fs::is_directory(target, error) || fs::is_empty(target, error)) {
        return;
    }
    const std::optional<Manifest> earlier = read_manifest(target);
    for (const auto& entry : fs::directory_iterator(target)) {
        const std::string file = entry.path().filename().string();
        const bool ours =
            earlier && entry.symlink_status().type() == fs::file_type::regular &&
            (file == Manifest::kFileName ||
             std::find(earlier->files.begin(), earlier->files.end(), file) != earlier->files.end());
        if (!ours) {
            throw Error(ErrorCode::io,
                        Sentence(QL_TR("core",
                                       "The folder has other files in it ({}); choose a new or an "
                                       "empty one."),
                                 in_quotes(file)),
                        target.string());
        }
    }
}

/// Looks at a folder; what the system cannot do is an error that names it.
template <class Action>
void naming_target(const fs::path& target, const Action& action) {
    try {
        action();
    } catch (const fs::filesystem_error& error) {
        throw Error(
            ErrorCode::io,
            Sentence(QL_TR("core", "The folder cannot be written: {}."), error.code().message()),
            target.string());
    }
}

std::uint64_t bytes_of(const fs::path& folder) {
    std::uint64_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
        bytes += entry.file_size();
    }
    return bytes;
}

}  // namespace

void check_folder_target(const Model& model, const SafetensorsExport& plan,
                         const fs::path& target) {
    naming_target(target, [&] {
        require_replaceable(model, target);
        require_space(target, plan.file_bytes);
    });
}

ExportResult write_safetensors(const Model& model, const SafetensorsExport& plan,
                               const fs::path& target, const Progress& progress) {
    const auto start = std::chrono::steady_clock::now();
    remove_abandoned_beside(target);
    check_folder_target(model, plan, target);
    const UnchangedModel unchanged(model);
    AtomicFolder folder(target);
    const fs::path& temporary = folder.temporary_path();
    std::uint64_t bytes = 0;
    try {
        naming_target(target, [&] {
            const Manifest manifest = FolderWriter(model, plan, temporary, progress).write();
            write_manifest(manifest, temporary);
            progress.check();
            check_folder(temporary, manifest, progress.part(kWritten, 1));
            bytes = bytes_of(temporary);
        });
    } catch (const Error& error) {
        const bool inside = error.context().starts_with(temporary.string());
        throw inside ? Error(error.code(), error.sentence(), target.string()) : error;
    }
    unchanged.check();
    progress.check();
    // Meanwhile something may have come there.
    naming_target(target, [&] { require_replaceable(model, target); });
    folder.commit();
    progress.report(1);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    return {target, bytes, seconds.count()};
}

}  // namespace ql
