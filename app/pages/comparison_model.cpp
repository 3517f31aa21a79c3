#include "app/pages/comparison_model.h"

#include <QFont>
#include <QTextDocument>
#include <algorithm>
#include <cmath>

#include "app/text.h"
#include "app/workspace.h"
#include "widgets/color_dot.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

/// Names of the columns in CSV files; the same in every language.
constexpr std::array<const char*, ComparisonModel::kColumns> kKeys = {
    "scheme",  "bytes",     "bits_per_weight", "rmse",           "weighted_rmse",
    "sqnr_db", "max_error", "cosine_loss",     "encode_seconds", "tensors_fallback"};

/// Whether more is better; nothing: neither is.
std::optional<bool> moreIsBetter(int column) {
    switch (column) {
        case ComparisonModel::kSize:
        case ComparisonModel::kBits:
        case ComparisonModel::kRmse:
        case ComparisonModel::kWeighted:
        case ComparisonModel::kMaxError:
        case ComparisonModel::kCosine:
        case ComparisonModel::kSeconds:
            return false;
        case ComparisonModel::kSqnr:
            return true;
        default:
            return std::nullopt;
    }
}

QString shown(int column, double value) {
    switch (column) {
        case ComparisonModel::kSize:
            return formatBytes(value);
        case ComparisonModel::kBits:
            return formatFixed(value, 2);
        case ComparisonModel::kSqnr:
            return formatDecibel(value);
        case ComparisonModel::kSeconds:
            return formatDuration(value);
        case ComparisonModel::kFallbacks:
            return formatCount(value);
        default:
            return formatNumber(value);
    }
}

QString quoted(QString text) { return u'"' + text.replace(u'"', QStringLiteral("\"\"")) + u'"'; }

}  // namespace

ComparisonModel::ComparisonModel(Workspace* workspace, QObject* parent)
    : QAbstractTableModel(parent), workspace_(workspace) {}

void ComparisonModel::update() {
    std::vector<Row> rows;
    if (workspace_->model()) {
        rows.push_back(originalRow());
        for (const ComparedScheme& scheme : workspace_->enabledSchemes()) {
            rows.push_back(schemeRow(scheme.id));
        }
    }
    const auto same = [](const Row& a, const Row& b) { return a.scheme == b.scheme; };
    if (std::equal(rows.begin(), rows.end(), rows_.begin(), rows_.end(), same)) {
        rows_ = std::move(rows);
        findBest();
        if (!rows_.empty()) {
            emit dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
        }
    } else {
        beginResetModel();
        rows_ = std::move(rows);
        findBest();
        endResetModel();
    }
    emit headerDataChanged(Qt::Horizontal, 0, kColumns - 1);
}

ComparisonModel::Row ComparisonModel::originalRow() const {
    Row row;
    row.color = kOriginalColor;
    double bytes = 0;
    double linearBits = 0;
    double linearValues = 0;
    std::optional<DType> type;
    bool oneType = true;
    for (const ModelTensor& tensor : workspace_->model()->tensors()) {
        bytes += static_cast<double>(tensor.bytes);
        if (tensor.linear) {
            linearBits += 8 * static_cast<double>(tensor.bytes);
            linearValues += static_cast<double>(tensor.values());
            oneType = oneType && (!type || *type == tensor.dtype);
            type = tensor.dtype;
        }
    }
    row.title =
        type && oneType ? tr("%1 (as stored)").arg(toQString(ql::name(*type))) : tr("as stored");
    row.values[kSize] = bytes;
    if (linearValues > 0) {
        row.values[kBits] = linearBits / linearValues;
    }
    return row;
}

ComparisonModel::Row ComparisonModel::schemeRow(int id) const {
    const ComparedScheme& scheme = *workspace_->scheme(id);
    Row row;
    row.scheme = id;
    row.color = scheme.color;
    row.title = scheme.title();
    row.text = scheme.text();
    const std::shared_ptr<const ModelRun> measured = workspace_->modelRun(id);
    row.measured = measured != nullptr;
    const std::shared_ptr<const ModelRun> run = measured ? measured : workspace_->modelPreview(id);
    if (!run) {
        return row;
    }
    row.values[kSize] = run->bytes;
    if (run->weights > 0) {
        row.values[kBits] = run->bits_per_weight;
    }
    const auto fallbacks =
        std::count_if(run->tensors.begin(), run->tensors.end(),
                      [](const auto& one) { return !one.entry.fallback.empty(); });
    row.values[kFallbacks] = static_cast<double>(fallbacks);
    if (measured && measured->error.count > 0) {
        row.values[kRmse] = measured->error.rmse();
        if (measured->error.importance > 0) {
            row.values[kWeighted] = measured->error.weighted_rmse();
        }
        row.values[kSqnr] = measured->error.sqnr_db();
        row.values[kMaxError] = measured->error.max_error;
        row.values[kCosine] = std::max(0.0, 1 - measured->error.cosine());
        row.values[kSeconds] = measured->encode_seconds;
    }
    return row;
}

void ComparisonModel::findBest() {
    for (int column = 0; column < kColumns; ++column) {
        auto& best = best_[static_cast<std::size_t>(column)];
        best.reset();
        const std::optional<bool> more = moreIsBetter(column);
        bool differ = false;
        for (const Row& row : rows_) {
            const auto& value = row.values[static_cast<std::size_t>(column)];
            if (!more || !value || row.color == kOriginalColor) {
                continue;
            }
            differ = differ || (best && *best != *value);
            const bool better = !best || (*more ? *value > *best : *value < *best);
            best = better ? value : best;
        }
        if (!differ) {
            best.reset();  // all are equal: none is to be praised
        }
    }
}

int ComparisonModel::rowOf(int schemeId) const {
    const auto found = std::find_if(rows_.begin(), rows_.end(),
                                    [schemeId](const Row& row) { return row.scheme == schemeId; });
    return found == rows_.end() ? -1 : static_cast<int>(found - rows_.begin());
}

int ComparisonModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int ComparisonModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : kColumns;
}

QVariant ComparisonModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) {
        return {};
    }
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    const auto& value = row.values[static_cast<std::size_t>(column)];
    const auto& best = best_[static_cast<std::size_t>(column)];
    const bool isBest = row.color != kOriginalColor && best && value == best;
    switch (role) {
        case Qt::DisplayRole:
            if (column == kScheme) {
                return row.title;
            }
            return value ? shown(column, *value) : noValue();
        case Qt::DecorationRole:
            return column == kScheme ? colorDotIcon(row.color) : QVariant();
        case Qt::ToolTipRole:
            return toolTip(row, column);
        case Qt::TextAlignmentRole:
            return static_cast<int>(Qt::AlignVCenter |
                                    (column == kScheme ? Qt::AlignLeft : Qt::AlignRight));
        case Qt::FontRole:
            if (isBest) {
                QFont font;
                font.setBold(true);
                return font;
            }
            return {};
        case Qt::ForegroundRole:
            if (isBest) {
                return themeColors().best;
            }
            return value || column == kScheme ? QVariant() : QVariant(themeColors().muted);
        case kSchemeRole:
            return row.scheme;
        case kNumberRole:
            return value ? QVariant(*value) : QVariant();
        case Qt::AccessibleDescriptionRole:
            return isBest ? tr("best of all") : QString();
        default:
            return {};
    }
}

QString ComparisonModel::toolTip(const Row& row, int column) const {
    if (column == kScheme) {
        return row.text;
    }
    if (row.color == kOriginalColor) {
        return column > kBits ? tr("The original has no error.") : QString();
    }
    if (!row.measured && column >= kRmse && column <= kSeconds) {
        return tr("Not measured yet: run the comparison on the whole model.");
    }
    if (column == kFallbacks) {
        const auto run = workspace_->modelPreview(row.scheme);
        QStringList reasons;
        if (run) {
            for (const TensorOutcome& one : run->tensors) {
                if (!one.entry.fallback.empty()) {
                    const ModelTensor& tensor = workspace_->model()->tensors()[one.tensor];
                    reasons << QStringLiteral("%1: %2").arg(QString::fromStdString(tensor.name),
                                                            translated(one.entry.fallback));
                }
            }
        }
        constexpr qsizetype kListed = 8;
        if (reasons.size() > kListed) {
            reasons = reasons.mid(0, kListed);
            reasons << QStringLiteral("…");
        }
        return Qt::convertFromPlainText(reasons.join(u'\n'), Qt::WhiteSpaceNormal);
    }
    return {};
}

QVariant ComparisonModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return static_cast<int>(Qt::AlignVCenter |
                                (section == kScheme ? Qt::AlignLeft : Qt::AlignRight));
    }
    if (role == Qt::DisplayRole) {
        switch (section) {
            case kScheme:
                return tr("whole model");
            case kSize:
                return tr("size");
            case kBits:
                return tr("bits/weight");
            case kRmse:
                return tr("RMSE");
            //: RMSE weighted by importance; keep it short
            case kWeighted:
                return tr("weighted");
            case kSqnr:
                return tr("SQNR");
            case kMaxError:
                return tr("max error");
            case kCosine:
                return tr("1 − cosine");
            case kSeconds:
                return tr("time");
            //: tensors that could not take what was chosen for them
            case kFallbacks:
                return tr("fallback");
            default:
                return {};
        }
    }
    if (role == Qt::ToolTipRole) {
        switch (section) {
            case kSize:
                return tr("All tensors, kept ones included, without file headers");
            case kBits:
                return tr(
                    "Bits stored for each weight that the scheme covers, scales and "
                    "zero points included");
            case kRmse:
                return tr(
                    "Root of the mean squared difference between decoded and original "
                    "weights");
            case kWeighted:
                return tr(
                    "RMSE with squared errors weighted by the importance of their columns, over "
                    "the tensors that the importance matrix knows");
            case kSqnr:
                return tr(
                    "Signal to quantization noise: sum of squared weights over sum of "
                    "squared errors, in decibels. More is better");
            case kMaxError:
                return tr(
                    "Largest difference between a decoded and its original "
                    "weight");
            case kCosine:
                return tr(
                    "1 − cosine of the angle between decoded and original weights: "
                    "0 is the same direction");
            case kSeconds:
                return tr("Encoding alone, summed over threads");
            case kFallbacks:
                return tr(
                    "Tensors that get something else than was chosen for them: a replacement, "
                    "or their stored type");
            default:
                return {};
        }
    }
    return {};
}

bool ComparisonSort::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const bool descending = sortOrder() == Qt::DescendingOrder;
    const auto isOriginal = [](const QModelIndex& index) {
        return index.data(ComparisonModel::kSchemeRole).toInt() == Workspace::kNoScheme;
    };
    if (isOriginal(left) || isOriginal(right)) {
        return isOriginal(left) != descending;
    }
    if (left.column() == ComparisonModel::kScheme) {
        return QString::localeAwareCompare(left.data().toString(), right.data().toString()) < 0;
    }
    const QVariant one = left.data(ComparisonModel::kNumberRole);
    const QVariant other = right.data(ComparisonModel::kNumberRole);
    if (!one.isValid() || !other.isValid()) {
        return one.isValid() != other.isValid() && one.isValid() != descending;
    }
    return one.toDouble() < other.toDouble();
}

QString tableAsTsv(const QAbstractItemModel& table) {
    QStringList lines;
    QStringList cells;
    for (int column = 0; column < table.columnCount(); ++column) {
        cells << table.headerData(column, Qt::Horizontal).toString();
    }
    lines << cells.join(u'\t');
    for (int row = 0; row < table.rowCount(); ++row) {
        cells.clear();
        for (int column = 0; column < table.columnCount(); ++column) {
            cells << table.index(row, column).data().toString();
        }
        lines << cells.join(u'\t');
    }
    return lines.join(u'\n') + u'\n';
}

QString comparisonAsCsv(const QAbstractItemModel& table) {
    QStringList lines;
    QStringList cells;
    for (const char* key : kKeys) {
        cells << QString::fromLatin1(key);
    }
    lines << cells.join(u',');
    for (int row = 0; row < table.rowCount(); ++row) {
        cells.clear();
        for (int column = 0; column < table.columnCount(); ++column) {
            const QModelIndex index = table.index(row, column);
            if (column == ComparisonModel::kScheme) {
                const QString text = index.data(Qt::ToolTipRole).toString();
                cells << quoted(text.isEmpty() ? QStringLiteral("original") : text);
            } else {
                const QVariant number = index.data(ComparisonModel::kNumberRole);
                cells << (number.isValid() ? QString::number(number.toDouble(), 'g', 9)
                                           : QString());
            }
        }
        lines << cells.join(u',');
    }
    return lines.join(u'\n') + u'\n';
}

bool ComparisonModel::anyImportance() const { return workspace_->importance() != nullptr; }

bool ComparisonModel::anyFallback() const {
    return std::any_of(rows_.begin(), rows_.end(),
                       [](const Row& row) { return row.values[kFallbacks].value_or(0) > 0; });
}

}  // namespace ql::gui
