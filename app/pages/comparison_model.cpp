#include "app/pages/comparison_model.h"

#include <QFont>
#include <QTextDocument>
#include <algorithm>
#include <cmath>

#include "app/pages/comparison_columns.h"
#include "app/predictions.h"
#include "app/text.h"
#include "app/workspace.h"
#include "widgets/color_dot.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

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
    std::optional<std::string> type;
    bool oneType = true;
    for (const ModelTensor& tensor : workspace_->model()->tensors()) {
        bytes += static_cast<double>(tensor.bytes);
        if (tensor.linear) {
            linearBits += 8 * static_cast<double>(tensor.bytes);
            linearValues += static_cast<double>(tensor.values());
            oneType = oneType && (!type || *type == tensor.stored_as());
            type = tensor.stored_as();
        }
    }
    row.title =
        type && oneType ? tr("%1 (as stored)").arg(QString::fromStdString(*type)) : tr("as stored");
    row.values[kSize] = bytes;
    if (linearValues > 0) {
        row.values[kBits] = linearBits / linearValues;
    }
    takePredictions(row);
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
    takePredictions(row);
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

void ComparisonModel::takePredictions(Row& row) const {
    row.predictions = workspace_->predictions()->of(row.scheme);
    if (!row.predictions) {
        return;
    }
    row.values[kPerplexity] = row.predictions->evaluation.perplexity.value;
    if (const auto& divergence = row.predictions->evaluation.divergence) {
        row.values[kKl] = divergence->mean_kl.value;
        row.values[kKlTail] = divergence->kl.p99_9;
        row.values[kSameTop] = divergence->same_top.value;
    }
    if (const auto& outputs = row.predictions->outputs) {
        row.values[kOutput] = outputs->mean_relative;
    }
}

void ComparisonModel::findBest() {
    for (int column = 0; column < kColumns; ++column) {
        auto& best = best_[static_cast<std::size_t>(column)];
        best.reset();
        const Better better = comparisonColumn(column).better;
        bool differ = false;
        for (const Row& row : rows_) {
            const auto& value = row.values[static_cast<std::size_t>(column)];
            if (better == Better::neither || !value || row.color == kOriginalColor) {
                continue;
            }
            differ = differ || (best && *best != *value);
            const bool wins = !best || (better == Better::more ? *value > *best : *value < *best);
            best = wins ? value : best;
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
            return value ? shownValue(row, column, *value) : noValue();
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

QString ComparisonModel::shownValue(const Row& row, int column, double value) {
    const QString text = comparisonColumn(column).shown(value);
    return column == kPerplexity
               ? tr("%1 ± %2", "a value and its standard error")
                     .arg(text, formatNumber(row.predictions->evaluation.perplexity.error, 2))
               : text;
}

QString ComparisonModel::measuredOn() const {
    const auto text = workspace_->predictions()->text();
    if (!text) {
        return {};
    }
    return tr("Measured on %1 tokens in %2 windows of %3 (protocol: %4).")
        .arg(formatExact(text->scored_tokens()),
             formatExact(static_cast<qint64>(text->windows.size())), formatExact(text->context),
             toQString(name(text->protocol)));
}

QString ComparisonModel::predictionToolTip(const Row& row) const {
    if (!row.predictions) {
        const Sentence& problem = workspace_->predictions()->problem();
        return problem.empty() ? tr("Not measured yet: run the comparison with predictions.")
                               : translated(problem);
    }
    QStringList lines = {measuredOn()};
    if (const auto& d = row.predictions->evaluation.divergence) {
        lines << tr("Perplexity is %1 ± %2 times the original's.")
                     .arg(formatFixed(d->ratio.value, 4), formatNumber(d->ratio.error, 2));
        lines << tr("Divergence: mean %1 ± %2, median %3, 99 % below %4, largest %5 nats.")
                     .arg(formatNumber(d->mean_kl.value), formatNumber(d->mean_kl.error, 2),
                          formatNumber(d->kl.median), formatNumber(d->kl.p99),
                          formatNumber(d->kl.max));
    }
    return lines.join(u'\n');
}

QString ComparisonModel::toolTip(const Row& row, int column) const {
    if (column == kScheme) {
        return row.text;
    }
    if (row.color == kOriginalColor && column != kPerplexity) {
        return column > kBits ? tr("The original has no error.") : QString();
    }
    if (column >= kOutput && column <= kSameTop) {
        return predictionToolTip(row);
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
    const ComparisonColumn& column = comparisonColumn(section);
    if (role == Qt::DisplayRole) {
        return tr(column.title);
    }
    if (role == Qt::ToolTipRole && column.toolTip) {
        return tr(column.toolTip);
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
    for (int column = 0; column < ComparisonModel::kColumns; ++column) {
        cells << QString::fromLatin1(comparisonColumn(column).key);
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

bool ComparisonModel::anyPredictions() const {
    return std::any_of(rows_.begin(), rows_.end(),
                       [](const Row& row) { return row.predictions != nullptr; });
}

bool ComparisonModel::anyImportance() const { return workspace_->importance() != nullptr; }

bool ComparisonModel::anyFallback() const {
    return std::any_of(rows_.begin(), rows_.end(),
                       [](const Row& row) { return row.values[kFallbacks].value_or(0) > 0; });
}

}  // namespace ql::gui
