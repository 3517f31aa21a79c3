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
    std::uint64_t windows_done = 0;    ///< whose scores are here
    std::vector<TokenScores> scores;   ///< of each model, over those windows
    std::int32_t blocks_done = 0;      ///< of the part after them
    std::vector<HiddenStates> hidden;  ///< of each model in that part, if blocks_done > 0
};

/// What an evaluation is about: a kept state has to fit.
struct EvaluationShape {
    std::size_t models = 0;
    std::uint64_t windows = 0;
    std::uint64_t windows_at_once = 0;  ///< in a part
    std::int64_t context = 0;
    std::int64_t width = 0;
    std::int32_t blocks = 0;
};

/// Keeps a state in a file. `fingerprint` stands for everything that the numbers depend on: the
/// model, the models' labels, the text.
class EvaluationFile {
  public:
    /// An empty path keeps nothing.
    EvaluationFile(std::filesystem::path path, std::uint64_t fingerprint);

    /// The state kept for this fingerprint; nothing if there is none, if the file is not whole, or
    /// if it does not fit.
    std::optional<EvaluationState> load(const EvaluationShape& shape,
                                        const Progress& progress = {}) const;
    /// Atomically, without a copy in memory. Throws Error(io), and Error(cancelled): what was kept
    /// before is then still there.
    void save(const EvaluationState& state, const Progress& progress = {}) const;
    void remove() const;

    bool keeps() const { return !path_.empty(); }

  private:
    std::filesystem::path path_;
    std::uint64_t fingerprint_;
};

}  // namespace ql
