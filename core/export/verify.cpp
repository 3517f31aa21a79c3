#include "core/export/verify.h"

#include <cstring>

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

}  // namespace

VerifyResult verify_file(const std::filesystem::path& path, const Progress& progress) {
    const auto checkpoint = Checkpoint::open(path);
    VerifyResult result;
    const std::vector<std::uint64_t> hashes = stored_hashes(*checkpoint, result);
    std::uint64_t all_bytes = 1;
    for (const StoredTensor& tensor : checkpoint->tensors()) {
        all_bytes += tensor.bytes;
    }
    std::uint64_t done = 0;
    for (std::size_t i = 0; i < checkpoint->tensors().size(); ++i) {
        const StoredTensor& tensor = checkpoint->tensors()[i];
        progress.check();
        progress.report(static_cast<double>(done) / static_cast<double>(all_bytes),
                        Sentence(QL_TR("core", "Checking {}"), escaped(tensor.name)));
        const StoredValues values = read_stored(*checkpoint, tensor, progress);
        done += tensor.bytes;
        if (values.non_finite > 0) {
            result.problems.emplace_back(
                QL_TR("core", "Tensor {} holds {} values that are NaN or infinite."),
                in_quotes(tensor.name), values.non_finite);
        }
        if (!hashes.empty()) {
            ++result.hashes_compared;
            if (values.hash != hashes[i]) {
                result.problems.emplace_back(
                    QL_TR("core", "Tensor {} is not what was written: its values have changed."),
                    in_quotes(tensor.name));
            }
        }
        result.tensors += can_decode(tensor.dtype) ? 1U : 0U;
    }
    progress.report(1);
    return result;
}

}  // namespace ql
