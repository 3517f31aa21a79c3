#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ql {

/// How much each input column of a weight matrix matters: sums of squared activations.
struct ImportanceEntry {
    /// For every column the sum of its squared activations over all tokens; of an expert stack one
    /// such row after another. counts.size() * columns values.
    std::vector<float> sums;
    /// Tokens that were summed, one number for each expert (or a single one).
    std::vector<float> counts;

    std::size_t columns() const { return counts.empty() ? 0 : sums.size() / counts.size(); }
    /// The weights that quantizers use: sum / count; all ones for an expert that was never used.
    std::vector<float> importance() const;
};

/// An importance matrix as llama.cpp's tools make and read it. Immutable once it is shared.
struct ImportanceMatrix {
    std::map<std::string, ImportanceEntry>
        entries;                        ///< by GGUF tensor name ("blk.0.attn_q.weight")
    std::vector<std::string> datasets;  ///< names of the texts
    std::uint32_t chunk_count = 0;
    std::uint32_t chunk_size = 0;  ///< tokens in a chunk; 0 if unknown (.dat files do not say)
    std::filesystem::path path;    ///< where it was read; empty if it was not

    const ImportanceEntry* find(std::string_view gguf_name) const;
};

/// Reads either form (told apart by content, not by name). Throws Error(bad_file) for anything that
/// is not whole: counts that do not fit, values that are negative or not finite.
ImportanceMatrix read_imatrix(const std::filesystem::path& path);

enum class ImportanceFormat { gguf, dat };

/// Writes atomically. The legacy form has no chunk size and one data set only.
void write_imatrix(const ImportanceMatrix& matrix, const std::filesystem::path& path,
                   ImportanceFormat format);

}  // namespace ql
