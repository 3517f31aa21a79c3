#pragma once

#include <QString>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/progress.h"
#include "core/run/tensor_run.h"
#include "core/tensor/row_source.h"

namespace ql::gui {

/// Rows (or columns) that carry much more of the squared error than their share of the weights.
struct ErrorConcentration {
    bool columns = false;
    std::vector<std::int64_t> lines;  ///< worst first, at most kMaxLines
    double share = 0;                 ///< of the squared error, all of them together
    double worst = 0;                 ///< of the first alone
    std::int64_t count = 0;           ///< rows (or columns) of the matrix

    static constexpr std::size_t kMaxLines = 3;
    /// A line stands out from this many times its even share.
    static constexpr double kStandsOut = 3;
    /// Whether the lines stand out; else `lines` is just the worst one.
    bool concentrated() const;
};

/// The concentration in sums of squared errors, one for each line.
ErrorConcentration concentration(const std::vector<double>& squared, bool columns);

/// What can be said in a sentence about the error of a scheme on a tensor.
struct ErrorFinding {
    double largest = 0;  ///< the largest error, with its sign
    std::int64_t row = 0;
    std::int64_t col = 0;
    CellInfo stored;  ///< of that weight
    /// Not worked out for tensors of more than kMaxValues values.
    std::optional<ErrorConcentration> concentration;

    static constexpr std::int64_t kMaxValues = std::int64_t{64} << 20;
};

/// Finds the largest error by way of the run's pyramid, and reads the tensor once for the shares of
/// its rows and columns. For a job. Throws Error(cancelled).
ErrorFinding find_error(const RowSource& rows, const TensorRun& run, const Progress& progress = {});

/// One or two sentences.
QString findingText(const ErrorFinding& finding);

}  // namespace ql::gui
