// What writing a model takes, whatever it is written as. Only for core/export.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/export/tensor_bytes.h"
#include "core/files/atomic_file.h"
#include "core/model/model.h"

namespace ql {

inline constexpr double kWritten = 0.85;  ///< share of the time that encoding and writing take

/// Notices when files of a model are changed while it is read.
class UnchangedModel {
  public:
    explicit UnchangedModel(const Model& model);
    /// Throws Error(io) if they were.
    void check() const;

  private:
    /// What tells that a file was changed: its size and the time of the last change.
    struct FileState {
        std::uintmax_t bytes = 0;
        std::filesystem::file_time_type changed;
        bool operator==(const FileState&) const = default;
    };
    static std::vector<FileState> state_of(const Model& model);

    const Model& model_;
    std::vector<FileState> before_;
};

/// Throws Error(usage) if `target` is one of the model's files, or the folder of one.
void refuse_own_file(const Model& model, const std::filesystem::path& target);

/// Throws Error(io) if the disk has not as much room. Said before the work rather than after it; a
/// file system that does not tell is tried.
void require_space(const std::filesystem::path& target, std::uint64_t bytes);

/// Throws Error(io): what was read back is something else.
[[noreturn]] void fail_not_as_written(const std::filesystem::path& path);

/// An error about weights with the name of their tensor; others as they are.
Error naming_tensor(const Error& error, const std::string& tensor);

/// How many bytes are written, for the progress up to kWritten.
class WriteProgress {
  public:
    WriteProgress(const Progress& progress, std::uint64_t bytes)
        : progress_(progress), bytes_(bytes) {}

    void add(std::uint64_t bytes, const std::string& tensor);
    const Progress& progress() const { return progress_; }

  private:
    const Progress& progress_;
    std::uint64_t bytes_;
    std::uint64_t done_ = 0;
    std::mutex mutex_;
};

/// Writes one tensor at `offset`; returns the hash of its decoded values.
std::uint64_t write_tensor(const TensorBytes& tensor, const std::string& name, std::uint64_t offset,
                           AtomicFile& file, WriteProgress& progress);

}  // namespace ql
