#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "core/files/spill_file.h"
#include "core/model/calibration/input_place.h"
#include "core/model/calibration/input_statistics.h"

namespace ql {

/// The Gram matrices of a model's inputs, kept for later: in memory as far as they fit, the others
/// on disk. A matrix is kept as its upper triangle in float64, since methods that factorise it
/// need that precision, so what comes back is exactly symmetric, and the same from either place.
/// Filling belongs to one thread; then it may be read by several at once.
class GramStore {
  public:
    /// `folder` is where what goes beyond `memory_limit` bytes is written; see SpillFile.
    GramStore(std::uint64_t memory_limit, std::filesystem::path folder);

    /// Each place once. Throws Error(io).
    void put(const InputPlace& place, const GramMatrix& gram);
    bool has(const InputPlace& place) const { return kept_.count(place) != 0; }
    /// Throws Error(io, cancelled), and Error(not_found) for a place that was not put.
    GramMatrix get(const InputPlace& place, const Progress& progress = {}) const;

    std::size_t size() const { return kept_.size(); }
    std::uint64_t memory_bytes() const { return memory_bytes_; }
    std::uint64_t disk_bytes() const { return spill_ ? spill_->size() : 0; }
    /// Of one matrix, as it is kept.
    static std::uint64_t bytes_of(std::int64_t channels) {
        return static_cast<std::uint64_t>(channels) * static_cast<std::uint64_t>(channels + 1) / 2 *
               sizeof(double);
    }

  private:
    struct Kept {
        std::int64_t channels = 0;
        std::int64_t tokens = 0;
        std::vector<double> triangle;  ///< row by row from the diagonal on; empty: on disk
        std::uint64_t offset = 0;
    };

    std::uint64_t memory_limit_;
    std::filesystem::path folder_;
    std::map<InputPlace, Kept> kept_;
    std::unique_ptr<SpillFile> spill_;
    std::uint64_t memory_bytes_ = 0;
};

}  // namespace ql
