#include "app/docks/tensor_tree.h"

#include <QApplication>
#include <QHash>
#include <QPair>
#include <QTextDocument>
#include <algorithm>
#include <limits>

#include "app/role_names.h"
#include "app/text.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

// The internal id of a group's index; that of a tensor is its group's number plus 1.
constexpr quintptr kGroupId = 0;

QString shapeText(const ModelTensor& tensor) {
    QStringList dimensions;
    for (const std::int64_t dimension : tensor.shape) {
        dimensions.append(QString::number(dimension));
    }
    return dimensions.isEmpty() ? QStringLiteral("1") : dimensions.join(u'×');
}

QString typeText(const ModelTensor& tensor) { return QString::fromStdString(tensor.stored_as()); }

}  // namespace

TensorTree::TensorTree(QObject* parent) : QAbstractItemModel(parent) {}

void TensorTree::setModel(std::shared_ptr<const Model> model) {
    beginResetModel();
    model_ = std::move(model);
    preview_.reset();
    run_.reset();
    scheme_.clear();
    largestError_ = 0;
    build();
    endResetModel();
}

void TensorTree::build() {
    groups_.clear();
    places_.clear();
    searchTexts_.clear();
    if (!model_) {
        return;
    }
    const auto tensors = model_->tensors();
    searchTexts_.resize(tensors.size());
    QHash<QPair<int, QString>, int> known;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const ModelTensor& tensor = tensors[i];
        const QPair<int, QString> key{tensor.layer,
                                      tensor.layer >= 0 ? QString() : groupTitle(tensor)};
        const auto found = known.constFind(key);
        const int number = found == known.cend() ? static_cast<int>(groups_.size()) : *found;
        if (found == known.cend()) {
            known.insert(key, number);
            groups_.emplace_back();
        }
        Group& group = groups_[static_cast<std::size_t>(number)];
        places_.push_back({number, static_cast<int>(group.tensors.size())});
        group.tensors.push_back(static_cast<int>(i));
        group.values += tensor.values();
        group.bytes += tensor.bytes;
    }
}

void TensorTree::setRun(std::shared_ptr<const ModelRun> preview,
                        std::shared_ptr<const ModelRun> run, const QString& scheme) {
    if (preview_ == preview && run_ == run && scheme_ == scheme) {
        return;
    }
    preview_ = std::move(preview);
    run_ = std::move(run);
    scheme_ = scheme;
    smallestError_ = std::numeric_limits<double>::infinity();
    largestError_ = 0;
    for (Group& group : groups_) {
        group.error = {};
        for (const int tensor : group.tensors) {
            const auto index = static_cast<std::size_t>(tensor);
            if (run_ && run_->tensors[index].error.count) {
                const ErrorSums& error = run_->tensors[index].error;
                group.error.merge(error);
                smallestError_ = std::min(smallestError_, error.relative_error());
                largestError_ = std::max(largestError_, error.relative_error());
            }
        }
    }
    // The views ask anew for what they show; telling them row by row would cost more.
    for (int group = 0; group < rowCount(); ++group) {
        const QModelIndex parent = index(group, 0);
        emit dataChanged(index(group, kScheme), index(group, kError));
        emit dataChanged(index(0, kScheme, parent), index(rowCount(parent) - 1, kError, parent));
    }
}

void TensorTree::retranslate() {
    std::fill(searchTexts_.begin(), searchTexts_.end(), QString());
    emit headerDataChanged(Qt::Horizontal, 0, kColumns - 1);
    for (int group = 0; group < rowCount(); ++group) {
        const QModelIndex parent = index(group, 0);
        emit dataChanged(parent, index(group, kColumns - 1));
        emit dataChanged(index(0, 0, parent), index(rowCount(parent) - 1, kColumns - 1, parent));
    }
}

QModelIndex TensorTree::indexOf(int tensor) const {
    if (tensor < 0 || tensor >= static_cast<int>(places_.size())) {
        return {};
    }
    const Place& place = places_[static_cast<std::size_t>(tensor)];
    return index(place.row, 0, index(place.group, 0));
}

bool TensorTree::accepts(int tensor, const TensorFilter& filter) const {
    const ModelTensor& t = tensorAt(tensor);
    const QString name = QString::fromStdString(t.name);
    const QString ggufName = QString::fromStdString(t.gguf_name);
    QString& text = searchTexts_[static_cast<std::size_t>(tensor)];
    if (text.isEmpty()) {
        text = QStringList{groupTitle(t), tensorTitle(t), name,
                           ggufName,      typeText(t),    toQString(ql::name(t.role))}
                   .join(u' ')
                   .toLower();
    }
    return filter.accepts({name, ggufName}, text, t.values());
}

const ModelTensor& TensorTree::tensorAt(int index) const {
    return model_->tensors()[static_cast<std::size_t>(index)];
}

const TensorTree::Group* TensorTree::groupAt(const QModelIndex& index) const {
    const bool isGroup = index.isValid() && index.internalId() == kGroupId;
    return isGroup ? &groups_[static_cast<std::size_t>(index.row())] : nullptr;
}

int TensorTree::tensorOf(const QModelIndex& index) const {
    if (!index.isValid() || index.internalId() == kGroupId) {
        return -1;
    }
    const Group& group = groups_[static_cast<std::size_t>(index.internalId() - 1)];
    return group.tensors[static_cast<std::size_t>(index.row())];
}

QModelIndex TensorTree::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) {
        return {};
    }
    const quintptr id =
        parent.isValid() ? static_cast<quintptr>(parent.row()) + 1 : quintptr{kGroupId};
    return createIndex(row, column, id);
}

QModelIndex TensorTree::parent(const QModelIndex& index) const {
    if (!index.isValid() || index.internalId() == kGroupId) {
        return {};
    }
    return createIndex(static_cast<int>(index.internalId() - 1), 0, quintptr{kGroupId});
}

int TensorTree::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid()) {
        return static_cast<int>(groups_.size());
    }
    const Group* group = parent.column() == 0 ? groupAt(parent) : nullptr;
    return group ? static_cast<int>(group->tensors.size()) : 0;
}

int TensorTree::columnCount(const QModelIndex&) const { return kColumns; }

std::optional<double> TensorTree::errorOf(const QModelIndex& index) const {
    if (!run_) {
        return std::nullopt;
    }
    const Group* group = groupAt(index);
    const ErrorSums& error =
        group ? group->error : run_->tensors[static_cast<std::size_t>(tensorOf(index))].error;
    return error.count ? std::optional(error.relative_error()) : std::nullopt;
}

QVariant TensorTree::groupText(const Group& group, int column) const {
    switch (column) {
        case kName:
            return groupTitle(tensorAt(group.tensors.front()));
        case kShape:
            return formatCount(static_cast<double>(group.values));
        case kSize:
            return formatBytes(static_cast<double>(group.bytes));
        default:
            return {};
    }
}

QVariant TensorTree::tensorText(const ModelTensor& tensor, int column) const {
    switch (column) {
        case kName:
            return tensorTitle(tensor);
        case kShape:
            return shapeText(tensor);
        case kType:
            return typeText(tensor);
        case kSize:
            return formatBytes(static_cast<double>(tensor.bytes));
        default:
            return {};
    }
}

const PlanEntry* TensorTree::entryOf(int tensor) const {
    return preview_ ? &preview_->tensors[static_cast<std::size_t>(tensor)].entry : nullptr;
}

/// What the scheme in focus makes of a tensor: its type, and the number of the rule that won; a
/// star stands for another type than was chosen.
QString TensorTree::schemeText(int tensor) const {
    const PlanEntry* entry = entryOf(tensor);
    if (!entry) {
        return {};
    }
    QString text = entry->scheme ? toQString(title({.grid = entry->scheme->grid}))
                                 : typeText(tensorAt(tensor));
    if (entry->rule >= 0) {
        text += QStringLiteral(" #%1").arg(entry->rule + 1);
    }
    return entry->fallback.empty() ? text : text + QStringLiteral(" *");
}

QString TensorTree::decisionText(const PlanEntry& entry) const {
    const QString what =
        entry.scheme ? QString::fromStdString(title(*entry.scheme)) : tr("stored type kept");
    if (entry.rule >= 0) {
        const auto rule = static_cast<std::size_t>(entry.rule);
        return tr("%1: %2, by rule %3 (%4)", "scheme: type, by a rule")
            .arg(scheme_, what)
            .arg(entry.rule + 1)
            .arg(QString::fromStdString(format(preview_->plan.rules[rule])));
    }
    if (entry.rule == PlanEntry::kNothing) {
        return tr("%1: stored type kept", "a scheme").arg(scheme_);
    }
    return std::holds_alternative<Recipe>(preview_->plan.base)
               ? tr("%1: %2, by the recipe", "scheme: type").arg(scheme_, what)
               : tr("%1: %2", "scheme: type").arg(scheme_, what);
}

QString TensorTree::toolTip(int tensor, std::optional<double> error) const {
    const ModelTensor& t = tensorAt(tensor);
    QStringList lines{
        QString::fromStdString(t.name),
        tr("%1 · %2 · %3", "shape, type, size")
            .arg(shapeText(t), typeText(t), formatBytes(static_cast<double>(t.bytes)))};
    if (const PlanEntry* entry = entryOf(tensor)) {
        lines.append(decisionText(*entry));
        if (!entry->fallback.empty()) {
            lines.append(translated(entry->fallback));
        }
    }
    if (error) {
        lines.append(tr("Relative error of %1: %2").arg(scheme_, formatPercent(*error)));
    }
    return Qt::convertFromPlainText(lines.join(u'\n'), Qt::WhiteSpaceNormal);
}

QVariant TensorTree::colorOf(const QModelIndex& index) const {
    const PlanEntry* entry = index.column() == kScheme && index.internalId() != kGroupId
                                 ? entryOf(tensorOf(index))
                                 : nullptr;
    if (!entry) {
        return {};
    }
    return !entry->fallback.empty() ? QVariant(themeColors().warning)
           : entry->scheme          ? QVariant()
                                    : QVariant(themeColors().muted);
}

QVariant TensorTree::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) {
        return {};
    }
    const Group* group = groupAt(index);
    const int tensor = tensorOf(index);
    switch (role) {
        case Qt::DisplayRole:
            if (index.column() == kError) {
                const auto error = errorOf(index);
                return error ? formatPercent(*error) : QVariant();
            }
            if (index.column() == kScheme) {
                return group ? QVariant() : schemeText(tensor);
            }
            return group ? groupText(*group, index.column())
                         : tensorText(tensorAt(tensor), index.column());
        case Qt::ToolTipRole:
            return group ? QVariant() : toolTip(tensor, errorOf(index));
        case Qt::ForegroundRole:
            return colorOf(index);
        case Qt::TextAlignmentRole:
            return QVariant(index.column() == kShape || index.column() == kSize
                                ? Qt::AlignRight | Qt::AlignVCenter
                                : Qt::AlignLeft | Qt::AlignVCenter);
        case Qt::FontRole:
            return index.column() == kName ? QVariant() : smallFont(QApplication::font());
        case kTensorRole:
            return tensor;
        case kErrorRole: {
            const auto error = errorOf(index);
            return error ? QVariant(*error) : QVariant();
        }
        case kErrorScaleRole:
            return largestError_;
        case kErrorRankRole: {
            const double range = largestError_ - smallestError_;
            return range > 0 ? (errorOf(index).value_or(0) - smallestError_) / range : 1.0;
        }
        case kValuesRole:
            return static_cast<qulonglong>(group ? group->values : tensorAt(tensor).values());
        default:
            return {};
    }
}

QVariant TensorTree::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant(section == kShape || section == kSize ? Qt::AlignRight | Qt::AlignVCenter
                                                              : Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (role == Qt::ToolTipRole && section == kError) {
        return tr("‖ŵ − w‖ / ‖w‖ of the scheme in focus. Run the comparison (F5) to see it.");
    }
    if (role == Qt::ToolTipRole && section == kScheme) {
        return tr(
            "What the scheme in focus makes of the tensor: # and a number for the rule that "
            "decided, * where it is not what was chosen; muted where the stored type is kept.");
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
        case kName:
            return tr("Tensor");
        case kShape:
            return tr("Shape");
        case kType:
            return tr("Type");
        case kSize:
            return tr("Size");
        case kScheme:
            return tr("Scheme");
        case kError:
            return tr("Error");
        default:
            return {};
    }
}

FilteredTensors::FilteredTensors(TensorTree* tree) : QSortFilterProxyModel(tree), tree_(tree) {
    setRecursiveFilteringEnabled(true);
    setSourceModel(tree);
}

void FilteredTensors::setFilter(const TensorFilter& filter) {
    filter_ = filter;
    invalidateFilter();
}

bool FilteredTensors::filterAcceptsRow(int row, const QModelIndex& parent) const {
    if (filter_.isEmpty()) {
        return true;
    }
    // Groups are kept by the recursion, when one of their tensors is.
    const QModelIndex index = tree_->index(row, 0, parent);
    const int tensor = tree_->data(index, TensorTree::kTensorRole).toInt();
    return tensor >= 0 && tree_->accepts(tensor, filter_);
}

}  // namespace ql::gui
