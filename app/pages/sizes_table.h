#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <optional>
#include <vector>

#include "core/base/progress.h"
#include "core/measure/memory.h"
#include "core/run/model_run.h"

namespace ql::gui {

/// What the model would weigh under one plan.
struct FormatSize {
    static constexpr int kNoColor = -2;

    QString title;  ///< "Q4_K_M"
    QString text;   ///< canonical; empty for the model as it is stored
    bool recipe = false;
    int color = kNoColor;        ///< of a compared scheme, kOriginalColor, or none
    double covered = 0;          ///< bits per weight of the tensors that it covers
    double whole = 0;            ///< bits per weight of all tensors
    double bytes = 0;            ///< of all tensors
    std::optional<int> nominal;  ///< bits by its name: what the textbook estimate is made of
};

FormatSize sizeOf(const ModelRun& run, std::uint64_t parameters);
/// The model as it is stored, as every storage type, and by every recipe. For a job. Throws
/// Error(cancelled).
std::vector<FormatSize> formatSizes(const Model& model, const Progress& progress = {});

/// The KV cache that stands beside the weights.
struct CacheChoice {
    std::optional<KvCache> cache;
    QString problem;  ///< why there is none
    std::int64_t context = 0;
    DType type = DType::f16;
};

/// Sizes and memory as a table, a row for each format.
class SizesTable : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { kFormat, kBits, kSize, kCache, kTotal, kEstimate, kColumns };
    enum Role {
        kSortRole = Qt::UserRole,  ///< a text or an unformatted number; invalid where not known
        kTextRole,                 ///< canonical text; empty for the stored model
    };

    using QAbstractTableModel::QAbstractTableModel;

    void setSizes(const std::vector<FormatSize>& sizes, std::uint64_t parameters);
    void setCache(const CacheChoice& choice);
    void retranslate();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    std::optional<double> value(const FormatSize& size, int column) const;
    std::optional<double> cacheBytes() const;
    QString shown(const FormatSize& size, int column) const;
    QString toolTip(const FormatSize& size, int column) const;
    QString cacheFormula() const;

    std::vector<FormatSize> sizes_;
    std::uint64_t parameters_ = 0;
    CacheChoice choice_;
};

}  // namespace ql::gui
