#pragma once

#include <cstdint>
#include <filesystem>

#include "core/model/calibration/calibration.h"
#include "core/model/calibration/calibration_text.h"

namespace ql {

struct CalibrationOptions {
    static constexpr std::uint64_t kMemoryLimit = 4'000'000'000;

    std::size_t samples = 128;                  ///< 0: all that the text gives
    std::int64_t context = 512;                 ///< tokens in a sample
    bool grams = false;                         ///< keep the Gram matrices
    std::uint64_t memory_limit = kMemoryLimit;  ///< in bytes
    /// Where Gram matrices go that do not fit; empty: cache_folder().
    std::filesystem::path folder = {};
};

/// What a calibration will take.
struct CalibrationNeeds {
    std::uint64_t memory = 0;        ///< bytes at its peak, without kept Gram matrices
    std::uint64_t grams = 0;         ///< bytes of kept Gram matrices, in memory or on disk
    std::int64_t sample_tokens = 0;  ///< rows of every input that are kept

    /// Of `grams`, what a memory limit leaves to the disk.
    std::uint64_t disk(std::uint64_t memory_limit) const;
};

/// For `tokens` tokens in windows of `context`. Rows are kept of 256 tokens, fewer where those of
/// all inputs would take more than 256 MB.
CalibrationNeeds calibration_needs(const Decoder& decoder, std::int64_t tokens,
                                   std::int64_t context, bool grams);

/// Throws Error(limit) if the memory or the disk does not suffice.
void require_room(const CalibrationNeeds& needs, const CalibrationOptions& options);

/// Everything that is learned of a model on a text: cuts the text, looks first whether there is
/// room, then runs block by block. Throws what Tokenizer, CalibrationSamples::cut, require_room and
/// calibrate throw. `notes` (may be null) gets a sentence for the user where less was used than was
/// asked for.
Calibration calibrate_model(std::shared_ptr<const Model> model, const CalibrationText& text,
                            const CalibrationOptions& options = {}, const Progress& progress = {},
                            std::vector<Sentence>* notes = nullptr);

}  // namespace ql
