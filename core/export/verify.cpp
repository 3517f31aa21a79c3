#include "core/export/verify.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "core/export/manifest.h"
#include "core/export/stored_values.h"
#include "core/files/checkpoint.h"
#include "core/files/escape.h"
#include "core/grids/grid.h"

namespace ql {

namespace {

constexpr const char* kConfig = "config.json";

/// Whether another program made this file of one of ours and kept our keys.
bool was_rewritten(const Checkpoint& checkpoint) {
    const GgufValue* types = checkpoint.gguf()->find(kTypesKey);
    return types != nullptr && types->as_uint() != hash_types(checkpoint.tensors());
}

/// The hashes that stand in the file; empty when there are none that are meant for it.
std::vector<std::uint64_t> stored_hashes(const Checkpoint& checkpoint, VerifyResult& result) {
    const GgufValue* value = checkpoint.gguf() ? checkpoint.gguf()->find(kHashesKey) : nullptr;
    if (value == nullptr || was_rewritten(checkpoint)) {
        return {};
    }
    if (value->type() != GgufType::array || value->element_type() != GgufType::uint64 ||
        value->count() != checkpoint.tensors().size()) {
        result.problems.emplace_back(
            QL_TR("core", "The key {} is not a list of one number for each of the {} tensors."),
            kHashesKey, checkpoint.tensors().size());
        return {};
    }
    std::vector<std::uint64_t> hashes(value->count());
    std::memcpy(hashes.data(), value->bytes().data(), value->bytes().size());
    return hashes;
}

/// One tensor after the other, with what was stored of its values.
class Verifier {
  public:
    Verifier(std::uint64_t all_bytes, const Progress& progress)
        : all_bytes_(std::max<std::uint64_t>(all_bytes, 1)), progress_(progress) {}

    void start(const std::string& tensor) const {
        progress_.check();
        progress_.report(static_cast<double>(done_) / static_cast<double>(all_bytes_),
                         Sentence(QL_TR("core", "Checking {}"), escaped(tensor)));
    }

    void take(const std::string& tensor, std::uint64_t bytes, const StoredValues& values,
              std::optional<std::uint64_t> expected) {
        done_ += bytes;
        if (values.non_finite > 0) {
            result.problems.emplace_back(
                QL_TR("core", "Tensor {} holds {} values that are NaN or infinite."),
                in_quotes(tensor), values.non_finite);
        }
        if (expected) {
            ++result.hashes_compared;
            if (values.hash != *expected) {
                result.problems.emplace_back(
                    QL_TR("core", "Tensor {} is not what was written: its values have changed."),
                    in_quotes(tensor));
            }
        }
    }

    VerifyResult result;

  private:
    std::uint64_t all_bytes_;
    std::uint64_t done_ = 0;
    const Progress& progress_;
};

template <class Tensors>
std::uint64_t sum_of_bytes(const Tensors& tensors) {
    std::uint64_t bytes = 0;
    for (const auto& tensor : tensors) {
        bytes += tensor.bytes;
    }
    return bytes;
}

VerifyResult verify_gguf(const Checkpoint& checkpoint, const Progress& progress) {
    Verifier verifier(sum_of_bytes(checkpoint.tensors()), progress);
    const std::vector<std::uint64_t> hashes = stored_hashes(checkpoint, verifier.result);
    for (std::size_t i = 0; i < checkpoint.tensors().size(); ++i) {
        const StoredTensor& tensor = checkpoint.tensors()[i];
        verifier.start(tensor.name);
        verifier.take(tensor.name, tensor.bytes, read_stored(checkpoint, tensor, progress),
                      hashes.empty() ? std::nullopt : std::optional(hashes[i]));
        verifier.result.tensors += can_decode(tensor.dtype) ? 1U : 0U;
    }
    return std::move(verifier.result);
}

/// Files that say how a model is asked, not what it computes.
bool is_about_use(const std::string& file) {
    return file == "generation_config.json" || file.starts_with("chat_template.");
}

/// A folder of an export: what its manifest says of the files beside the tensors.
void compare_files(const std::filesystem::path& folder, const Manifest& manifest,
                   const Progress& progress, VerifyResult& result) {
    for (const std::string& file : manifest.files) {
        progress.check();
        if (std::error_code ignored; !std::filesystem::exists(folder / file, ignored)) {
            result.problems.emplace_back(QL_TR("core", "The file {} is missing."), in_quotes(file));
            continue;
        }
        const auto expected = manifest.file_hashes.find(file);
        if (expected != manifest.file_hashes.end() &&
            hash_of_file(folder / file, progress) != expected->second) {
            std::vector<Sentence>& said = is_about_use(file) ? result.notes : result.problems;
            said.emplace_back(QL_TR("core", "The file {} was changed after the export."),
                              in_quotes(file));
        }
    }
}

/// The weight that a stored tensor is a part of: "x.weight" of "x.qzeros".
std::string weight_of(const std::string& part) {
    return part.substr(0, part.find_last_of('.')) + ".weight";
}

/// What decoding does not see: stored tensors that runtimes read beside the codes. `changed` are
/// the tensors of which it has seen it.
void compare_parts(const Model& model, const Manifest& manifest,
                   const std::set<std::string>& changed, const Progress& progress,
                   VerifyResult& result) {
    const Checkpoint& checkpoint = model.checkpoint();
    for (const auto& [name, hash] : manifest.part_hashes) {
        progress.check();
        const std::string weight = weight_of(name);
        const StoredTensor* part = checkpoint.find(name);
        if (part == nullptr) {
            result.problems.emplace_back(QL_TR("core", "Tensor {} is missing."), in_quotes(name));
        } else if (model.find(weight) != nullptr && !changed.contains(weight) &&
                   hash_of_bytes(checkpoint, *part, progress) != hash) {
            result.problems.emplace_back(
                QL_TR("core", "Tensor {} is not what was written: its values have changed."),
                in_quotes(name));
        }
    }
    for (const StoredTensor& stored : checkpoint.tensors()) {
        if (!manifest.part_hashes.empty() && !manifest.part_hashes.contains(stored.name) &&
            model.find(stored.name) == nullptr) {
            result.problems.emplace_back(
                QL_TR("core", "Tensor {} was not there when the model was written."),
                in_quotes(stored.name));
        }
    }
}

/// Safetensors, with matrices that several tensors make up, and what a manifest says of them.
VerifyResult verify_model(const Model& model, const std::optional<Manifest>& manifest,
                          const Progress& progress) {
    Verifier verifier(sum_of_bytes(model.tensors()), progress);
    std::set<std::string> changed;
    for (const ModelTensor& tensor : model.tensors()) {
        verifier.start(tensor.name);
        std::optional<std::uint64_t> expected;
        if (manifest) {
            const auto found = manifest->hashes.find(tensor.name);
            if (found != manifest->hashes.end()) {
                expected = found->second;
            } else if (!manifest->part_hashes.contains(tensor.name)) {
                verifier.result.problems.emplace_back(
                    QL_TR("core", "Tensor {} was not there when the model was written."),
                    in_quotes(tensor.name));
            }
        }
        const StoredValues values = values_of_tensor(model, tensor, progress);
        if (expected && values.hash != *expected) {
            changed.insert(tensor.name);
        }
        verifier.take(tensor.name, tensor.bytes, values, expected);
        verifier.result.tensors += can_decode(tensor.dtype) ? 1U : 0U;
    }
    if (manifest && verifier.result.hashes_compared < manifest->hashes.size()) {
        verifier.result.problems.emplace_back(
            QL_TR("core", "{} of the {} tensors that were written are missing."),
            manifest->hashes.size() - verifier.result.hashes_compared, manifest->hashes.size());
    }
    if (manifest) {
        compare_parts(model, *manifest, changed, progress, verifier.result);
    }
    return std::move(verifier.result);
}

/// A folder or file of safetensors.
VerifyResult verify_safetensors(const std::filesystem::path& path,
                                const std::filesystem::path& folder, const Progress& progress) {
    const std::optional<Manifest> manifest = read_manifest(folder);
    VerifyResult beside;
    if (manifest) {
        compare_files(folder, *manifest, progress, beside);
        const std::vector<std::string>& files = manifest->files;
        if (std::error_code ignored;
            std::find(files.begin(), files.end(), kConfig) != files.end() &&
            !std::filesystem::exists(folder / kConfig, ignored)) {
            // Without it no tensor is what it was, which need not be said of each.
            beside.problems = {
                Sentence(QL_TR("core",
                               "The file {} is missing, and without it nobody knows what the "
                               "tensors mean."),
                         in_quotes(kConfig))};
            return beside;
        }
    }
    std::shared_ptr<const Model> model;
    try {
        model = Model::open(path);
    } catch (const Error&) {
        if (beside.ok()) {
            throw;
        }
        return beside;  // the file that was changed is the reason
    }
    VerifyResult result = verify_model(*model, manifest, progress);
    result.problems.insert(result.problems.begin(), beside.problems.begin(), beside.problems.end());
    result.notes = std::move(beside.notes);
    return result;
}

}  // namespace

VerifyResult verify_file(const std::filesystem::path& path, const Progress& progress) {
    VerifyResult result;
    if (std::error_code ignored; std::filesystem::exists(path / Manifest::kFileName, ignored)) {
        result = verify_safetensors(path, path, progress);  // files that are missing have a name
    } else {
        const auto checkpoint = Checkpoint::open(path);
        result = checkpoint->format() == CheckpointFormat::gguf
                     ? verify_gguf(*checkpoint, progress)
                     : verify_safetensors(path, checkpoint->directory(), progress);
    }
    progress.report(1);
    return result;
}

}  // namespace ql
