#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "core/run/tensor_rounding.h"

namespace ql {

/// Keeps what GPTQ has rounded in a file, tensor after tensor, so that an interrupted run goes on
/// and ends with the very bytes it would have had. Plans of one model and one calibration share a
/// file. Tensors are added at the end, so that at most the one in work is lost however the program
/// ends; nothing is synced, as what a power cut takes can be made again. What is not whole, or was
/// made of something else, is not found.
class RoundingFile {
  public:
    /// An empty path keeps nothing. Throws Error(usage) if the file is something else.
    explicit RoundingFile(std::filesystem::path path);

    /// Before anything is looked for or kept. `about` stands for model and calibration: what was
    /// kept of others is dropped. Throws Error(io), Error(cancelled).
    void open(std::uint64_t about, const Progress& progress = {});

    /// What became of a tensor, whose codes these are. `plan` stands for all else that the bytes
    /// depend on. Throws Error(io), Error(cancelled).
    std::optional<RoundedTensor> find(std::uint64_t plan, std::size_t tensor,
                                      std::shared_ptr<const Grid> grid, std::int64_t rows,
                                      std::int64_t cols, const Progress& progress = {});
    /// Tensors that could not be compensated for are left out: they have nothing to keep. Throws
    /// Error(io), Error(cancelled).
    void keep(std::uint64_t plan, std::size_t tensor, const RoundedTensor& rounded,
              const Progress& progress = {});

    /// When all work is done. A file that was never opened stays, and one that has been replaced.
    void remove();

  private:
    using Key = std::pair<std::uint64_t, std::size_t>;

    void look_through(const Progress& progress);
    [[noreturn]] void fail(int error) const;

    std::filesystem::path path_;
    std::fstream file_;
    std::uint64_t about_ = 0;
    std::uint64_t end_ = 0;                ///< of the last whole record
    std::map<Key, std::uint64_t> places_;  ///< where records begin
};

}  // namespace ql
