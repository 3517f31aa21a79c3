#pragma once

#include <QObject>
#include <QString>
#include <memory>
#include <optional>
#include <vector>

#include "app/jobs.h"
#include "core/run/tensor_run.h"
#include "core/tensor/row_source.h"

namespace ql::gui {

/// One weight, before and after.
struct CellValues {
    qint64 row = 0;
    qint64 col = 0;
    float original = 0;
    float decoded = 0;
    CellInfo stored;

    float error() const { return decoded - original; }
};

/// "w 0.0312 · ŵ 0.0298 · error −0.00140"
QString valuesText(const CellValues& cell);
/// "block of columns 384–511 · scale 0.00312 · zero 8 · code 9 of 0…15"; of a type without codes:
/// that each value is stored by itself.
QString blockText(const CellInfo& stored);

/// Looks up single weights of a tensor and what a scheme made of them. Rows are read in a job, one
/// at a time, and the last one is kept: moving along a row answers at once.
class CellReader : public QObject {
    Q_OBJECT
  public:
    CellReader(Jobs* jobs, QObject* parent);

    void setSource(std::shared_ptr<const RowSource> rows, std::shared_ptr<const TensorRun> run);
    /// The weight, if its row is there; else nothing, and the row begins to be read (arrived()).
    std::optional<CellValues> at(qint64 row, qint64 col);

  signals:
    void arrived();

  private:
    struct Row {
        qint64 index = 0;
        std::vector<float> original;
        std::vector<float> decoded;
    };

    JobSlot reading_;
    std::shared_ptr<const RowSource> rows_;
    std::shared_ptr<const TensorRun> run_;
    std::shared_ptr<const Row> row_;
    qint64 wanted_ = -1;
};

}  // namespace ql::gui
