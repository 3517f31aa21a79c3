#include <chrono>

#include "core/export/export_steps.h"
#include "core/export/file_layout.h"
#include "core/export/gguf_export.h"
#include "core/export/stored_values.h"
#include "core/export/tensor_bytes.h"
#include "core/export/verify.h"
#include "core/files/atomic_file.h"
#include "core/files/escape.h"
#include "core/files/temporary_name.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

std::vector<std::uint64_t> write_tensors(const Model& model, const GgufExport& plan,
                                         const FileLayout& layout, AtomicFile& file,
                                         const Progress& progress) {
    WriteProgress written(progress, layout.file_bytes);
    std::vector<std::uint64_t> hashes;
    for (std::size_t i = 0; i < plan.tensors.size(); ++i) {
        const GgufExportTensor& tensor = plan.tensors[i];
        try {
            const auto bytes = make_tensor_bytes(model, tensor, plan, progress);
            hashes.push_back(write_tensor(*bytes, tensor.name, layout.offset_of(i), file, written));
        } catch (const Error& error) {
            throw naming_tensor(error, tensor.name);
        }
    }
    return hashes;
}

/// Opens what was written as any reader would and decodes all of it.
void check_written(const fs::path& path, const GgufExport& plan,
                   const std::vector<std::uint64_t>& hashes, const Progress& progress) {
    const auto checkpoint = Checkpoint::open(path);
    bool same = checkpoint->tensors().size() == plan.tensors.size();
    for (std::size_t i = 0; same && i < plan.tensors.size(); ++i) {
        const StoredTensor& stored = checkpoint->tensors()[i];
        progress.report(static_cast<double>(i) / static_cast<double>(plan.tensors.size()),
                        Sentence(QL_TR("core", "Checking {}"), escaped(stored.name)));
        same = stored.name == plan.tensors[i].name && stored.dtype == plan.tensors[i].dtype &&
               read_stored(*checkpoint, stored, progress).hash == hashes[i];
    }
    if (!same) {
        fail_not_as_written(path);
    }
}

}  // namespace

ExportResult write_gguf(const Model& model, const GgufExport& plan, const fs::path& target,
                        const Progress& progress) {
    const auto start = std::chrono::steady_clock::now();
    refuse_own_file(model, target);
    const UnchangedModel unchanged(model);
    FileLayout layout(plan);
    remove_abandoned_beside(target);
    require_space(target, layout.file_bytes);
    AtomicFile file(target);
    // The last byte first: all other writes then lie inside the file, and gaps between tensors are
    // 0.
    constexpr std::byte kZero{0};
    file.write_at(layout.file_bytes - 1, std::span(&kZero, 1));
    const std::vector<std::uint64_t> hashes = write_tensors(model, plan, layout, file, progress);

    GgufMetadata metadata = plan.metadata;
    metadata.set(std::string(kHashesKey), GgufValue::of_u64s(hashes));
    file.write_at(0, write_gguf_header(metadata, layout.tensors, layout.alignment));
    progress.check();
    progress.report(kWritten, Sentence(QL_TR("core", "Waiting for the disk")));
    file.sync(progress);
    try {
        check_written(file.temporary_path(), plan, hashes, progress.part(kWritten, 1));
    } catch (const Error& error) {
        throw Error(error.code(), error.sentence(), target.string());  // not the temporary name
    }
    unchanged.check();
    progress.check();
    file.commit();
    progress.report(1);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    return {target, layout.file_bytes, seconds.count()};
}

}  // namespace ql
