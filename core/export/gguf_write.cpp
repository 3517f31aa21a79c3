#include <chrono>
#include <mutex>

#include "core/base/hash.h"
#include "core/base/parallel.h"
#include "core/export/file_layout.h"
#include "core/export/gguf_export.h"
#include "core/export/stored_values.h"
#include "core/export/tensor_bytes.h"
#include "core/export/verify.h"
#include "core/files/atomic_file.h"
#include "core/files/escape.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

constexpr double kWritten = 0.85;  // share of the time that encoding and writing take

/// What tells that a file was changed: its size and the time of the last change.
struct FileState {
    std::uintmax_t bytes = 0;
    fs::file_time_type changed;
    bool operator==(const FileState&) const = default;
};

std::vector<FileState> state_of(const Model& model) {
    std::vector<FileState> states;
    for (const fs::path& file : model.checkpoint().files()) {
        std::error_code error;
        FileState state;
        state.bytes = fs::file_size(file, error);
        state.changed = fs::last_write_time(file, error);
        states.push_back(state);
    }
    return states;
}

void refuse_own_file(const Model& model, const fs::path& target) {
    for (const fs::path& file : model.checkpoint().files()) {
        std::error_code error;  // no target yet: not equivalent
        if (fs::equivalent(file, target, error)) {
            throw Error(
                ErrorCode::usage,
                Sentence(QL_TR("core", "This is the model's own file; choose another name.")),
                target.string());
        }
    }
}

/// Said before the work rather than after it; a file system that does not tell is tried.
void require_space(const fs::path& target, std::uint64_t bytes) {
    std::error_code error;
    const fs::path folder = fs::absolute(target, error).parent_path();
    const fs::space_info space = fs::space(folder, error);
    if (!error && space.available < bytes) {
        throw Error(
            ErrorCode::io,
            Sentence(QL_TR("core", "The file needs {} bytes, but the disk has only {} left."),
                     bytes, space.available),
            target.string());
    }
}

/// How many bytes of the file are written, for the progress.
class WriteProgress {
  public:
    WriteProgress(const Progress& progress, std::uint64_t bytes)
        : progress_(progress), bytes_(bytes) {}

    void add(std::uint64_t bytes, const std::string& tensor) {
        const std::scoped_lock lock(mutex_);
        done_ += bytes;
        progress_.report(kWritten * static_cast<double>(done_) / static_cast<double>(bytes_),
                         Sentence(QL_TR("core", "Writing {}"), escaped(tensor)));
    }

    const Progress& progress() const { return progress_; }

  private:
    const Progress& progress_;
    std::uint64_t bytes_;
    std::uint64_t done_ = 0;
    std::mutex mutex_;
};

/// Writes one tensor at `offset`; returns the hash of its decoded values.
std::uint64_t write_tensor(const TensorBytes& tensor, const std::string& name, std::uint64_t offset,
                           AtomicFile& file, WriteProgress& progress) {
    std::vector<std::uint64_t> hashes(static_cast<std::size_t>(tensor.rows()));
    const RowChunks chunks(tensor.rows(), tensor.cols());
    parallel_for(chunks.count(), progress.progress(), [&](std::int64_t chunk) {
        const auto first = static_cast<std::size_t>(chunks.first(chunk));
        const auto count = static_cast<std::size_t>(chunks.size(chunk));
        const std::vector<std::byte> bytes =
            tensor.read(chunks.first(chunk), std::span(hashes).subspan(first, count));
        file.write_at(offset + first * (bytes.size() / count), bytes);
        tensor.release(chunks.first(chunk), chunks.size(chunk));
        progress.add(bytes.size(), name);
    });
    tensor.release(0, tensor.rows());  // pages that two chunks share
    return hash_row_hashes(hashes.data(), hashes.size());
}

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
            const bool about_data = error.code() == ErrorCode::bad_data && error.context().empty();
            throw about_data ? Error(error.code(), error.sentence(), tensor.name) : error;
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
        throw Error(ErrorCode::io,
                    Sentence(QL_TR("core",
                                   "What was read back is not what was written; the disk or the "
                                   "memory may be faulty. Nothing was replaced.")),
                    path.string());
    }
}

}  // namespace

ExportResult write_gguf(const Model& model, const GgufExport& plan, const fs::path& target,
                        const Progress& progress) {
    const auto start = std::chrono::steady_clock::now();
    refuse_own_file(model, target);
    const std::vector<FileState> before = state_of(model);
    FileLayout layout(plan);
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
    file.sync();
    try {
        check_written(file.temporary_path(), plan, hashes, progress.part(kWritten, 1));
    } catch (const Error& error) {
        throw Error(error.code(), error.sentence(), target.string());  // not the temporary name
    }
    if (state_of(model) != before) {
        throw Error(ErrorCode::io,
                    Sentence(QL_TR("core", "The model was changed while it was being exported.")),
                    model.checkpoint().path().string());
    }
    progress.check();
    file.commit();
    progress.report(1);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    return {target, layout.file_bytes, seconds.count()};
}

ExportResult write_calibrated_gguf(const Model& model, const GgufExport& planned,
                                   const CalibratedPlan& made, GgufExportOptions options,
                                   const fs::path& target, const Progress& progress) {
    if (made.transformed == nullptr) {
        GgufExport whole = planned;
        whole.rounded = made.rounded;
        return write_gguf(model, whole, target, progress);
    }
    const TransformedModel& transformed = *made.transformed;
    options.importance = transformed.importance;
    options.rounded = made.rounded;
    return write_gguf(*transformed.model, plan_gguf(*transformed.model, transformed.plan, options),
                      target, progress);
}

}  // namespace ql
