#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <memory>
#include <vector>

#include "core/base/progress.h"
#include "core/model/model.h"

namespace ql::gui {

/// What the model would weigh as one type or recipe.
struct FormatSize {
    QString title;  ///< "Q4_K_M"
    QString text;   ///< canonical; empty for the model as it is stored
    bool recipe = false;
    double covered = 0;  ///< bits per weight of the tensors that it covers
    double whole = 0;    ///< bits per weight of all tensors
    double bytes = 0;    ///< of all tensors
};

/// The model as it is stored, as every storage type, and by every recipe. For a job. Throws
/// Error(cancelled).
std::vector<FormatSize> formatSizes(const Model& model, const Progress& progress = {});

/// Sizes as a table, a row for each format.
class SizesTable : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { kFormat, kKind, kCovered, kWhole, kSize, kColumns };
    enum Role {
        kSortRole = Qt::UserRole,  ///< a text or an unformatted number
        kTextRole,                 ///< canonical text; empty for the stored model
    };

    using QAbstractTableModel::QAbstractTableModel;

    void setSizes(const std::vector<FormatSize>& sizes);
    void retranslate();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    std::vector<FormatSize> sizes_;
};

}  // namespace ql::gui
