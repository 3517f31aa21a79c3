// What an interrupted evaluation goes on from. Only for core/run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/model/forward/token_scores.h"

namespace ql {

/// How far an evaluation has come.
struct EvaluationState {
    std::uint64_t windows_done = 0;          ///< whose scores are here
    std::vector<TokenScores> scores;         ///< of each model, over those windows
    std::int32_t blocks_done = 0;            ///< of the part after them
    std::vector<std::vector<float>> hidden;  ///< of each model, if blocks_done > 0
};

/// Keeps a state in a file. `fingerprint` stands for everything that the numbers depend on: the
/// model, the models' labels, the text.
class EvaluationFile {
  public:
    /// An empty path keeps nothing.
    EvaluationFile(std::filesystem::path path, std::uint64_t fingerprint);

    /// The state kept for this fingerprint, with `models` models; nothing if there is none, or if
    /// the file is not whole.
    std::optional<EvaluationState> load(std::size_t models) const;
    /// Atomically. Throws Error(io).
    void save(const EvaluationState& state) const;
    void remove() const;

    bool keeps() const { return !path_.empty(); }

  private:
    std::filesystem::path path_;
    std::uint64_t fingerprint_;
};

}  // namespace ql
