#include "core/export/export_steps.h"

#include "core/base/hash.h"
#include "core/base/parallel.h"
#include "core/files/escape.h"

namespace ql {

namespace fs = std::filesystem;

UnchangedModel::UnchangedModel(const Model& model) : model_(model), before_(state_of(model)) {}

std::vector<UnchangedModel::FileState> UnchangedModel::state_of(const Model& model) {
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

void UnchangedModel::check() const {
    if (state_of(model_) != before_) {
        throw Error(ErrorCode::io,
                    Sentence(QL_TR("core", "The model was changed while it was being exported.")),
                    model_.checkpoint().path().string());
    }
}

void refuse_own_file(const Model& model, const fs::path& target) {
    for (const fs::path& file : model.checkpoint().files()) {
        std::error_code error;  // no target yet: not equivalent
        if (fs::equivalent(file, target, error) ||
            fs::equivalent(fs::absolute(file, error).parent_path(), target, error)) {
            throw Error(ErrorCode::usage,
                        Sentence(QL_TR("core",
                                       "This is where the model itself lies; choose another "
                                       "name.")),
                        target.string());
        }
    }
}

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

void fail_not_as_written(const fs::path& path) {
    throw Error(ErrorCode::io,
                Sentence(QL_TR("core",
                               "What was read back is not what was written; the disk or the "
                               "memory may be faulty. Nothing was replaced.")),
                path.string());
}

Error naming_tensor(const Error& error, const std::string& tensor) {
    const bool about_data = error.code() == ErrorCode::bad_data && error.context().empty();
    return about_data ? Error(error.code(), error.sentence(), tensor) : error;
}

void WriteProgress::add(std::uint64_t bytes, const std::string& tensor) {
    const std::scoped_lock lock(mutex_);
    done_ += bytes;
    progress_.report(kWritten * static_cast<double>(done_) / static_cast<double>(bytes_),
                     Sentence(QL_TR("core", "Writing {}"), escaped(tensor)));
}

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

}  // namespace ql
