#include "core/export/verify.h"

#include <cstring>

#include "core/export/manifest.h"
#include "core/export/stored_values.h"
#include "core/files/checkpoint.h"
#include "core/files/escape.h"
#include "core/grids/grid.h"

namespace ql {

namespace {

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

/// Safetensors, with matrices that several tensors make up, and what a manifest says of them.
VerifyResult verify_model(const Model& model, const Progress& progress) {
    Verifier verifier(sum_of_bytes(model.tensors()), progress);
    const std::optional<Manifest> manifest = read_manifest(model.checkpoint().directory());
    for (const ModelTensor& tensor : model.tensors()) {
        verifier.start(tensor.name);
        std::optional<std::uint64_t> expected;
        if (manifest) {
            const auto found = manifest->hashes.find(tensor.name);
            if (found != manifest->hashes.end()) {
                expected = found->second;
            } else {
                verifier.result.problems.emplace_back(
                    QL_TR("core", "Tensor {} was not there when the model was written."),
                    in_quotes(tensor.name));
            }
        }
        verifier.take(tensor.name, tensor.bytes, values_of_tensor(model, tensor, progress),
                      expected);
        verifier.result.tensors += can_decode(tensor.dtype) ? 1U : 0U;
    }
    for (const std::string& file : manifest ? manifest->files : std::vector<std::string>()) {
        if (std::error_code ignored;
            !std::filesystem::exists(model.checkpoint().directory() / file, ignored)) {
            verifier.result.problems.emplace_back(QL_TR("core", "The file {} is missing."),
                                                  in_quotes(file));
        }
    }
    if (manifest && verifier.result.hashes_compared < manifest->hashes.size()) {
        verifier.result.problems.emplace_back(
            QL_TR("core", "{} of the {} tensors that were written are missing."),
            manifest->hashes.size() - verifier.result.hashes_compared, manifest->hashes.size());
    }
    return std::move(verifier.result);
}

}  // namespace

VerifyResult verify_file(const std::filesystem::path& path, const Progress& progress) {
    const auto checkpoint = Checkpoint::open(path);
    VerifyResult result = checkpoint->format() == CheckpointFormat::gguf
                              ? verify_gguf(*checkpoint, progress)
                              : verify_model(*Model::open(path), progress);
    progress.report(1);
    return result;
}

}  // namespace ql
