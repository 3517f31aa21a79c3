#pragma once

#include <QString>
#include <map>
#include <memory>
#include <vector>

#include "core/grids/block_anatomy.h"
#include "core/run/tensor_run.h"
#include "core/tensor/row_source.h"
#include "widgets/block_picture.h"

namespace ql::gui {

/// Original weights that are replaced to see what becomes of them: column -> weight.
using WeightEdits = std::map<qint64, float>;

/// One stored block of a tensor, with what it was made from.
struct BlockInspection {
    const BlockAnatomy* anatomy = nullptr;
    qint64 row = 0;
    qint64 firstCol = 0;
    std::vector<float> originals;   ///< edits included
    std::vector<std::byte> bytes;   ///< of these originals
    std::vector<std::byte> stored;  ///< of the tensor as it is
    BlockReading reading;           ///< of `bytes`
    std::vector<float> textbook;    ///< values for these originals
    double rmsError = 0;            ///< of the decoded values against the originals
    double textbookRmsError = 0;

    /// Numbers of the bits in which `bytes` differ from `stored`.
    std::vector<int> changedBits() const;
};

/// The layout of the blocks that a run stored; null for grids without such blocks.
const BlockAnatomy* anatomyOf(const TensorRun& run);

/// Why a row of this run cannot be encoded again with other weights; empty if it can.
QString noEditReason(const TensorRun& run);

/// The block that holds a weight. With edits the whole row is encoded again, with the scheme's own
/// grid and fit: some fits look at all of it. For a job. Preconditions: anatomyOf(run) is not null;
/// noEditReason(run) is empty where there are edits.
BlockInspection inspectBlock(const RowSource& rows, const TensorRun& run, qint64 row, qint64 col,
                             const WeightEdits& edits);

/// The block as plain values and texts in the user's language.
BlockPicture blockPicture(const BlockInspection& block);

/// What can be seen of a weight whose grid has no block layout: a sentence.
QString noBlockText(const TensorRun& run, const QString& scheme, qint64 row, qint64 col);

}  // namespace ql::gui
