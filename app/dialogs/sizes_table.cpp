#include "app/dialogs/sizes_table.h"

#include "app/text.h"
#include "core/run/model_run.h"
#include "core/schemes/recipes.h"
#include "widgets/number_format.h"

namespace ql::gui {

namespace {

// Three decimals tell 2.625 from 2.63, and stand below each other.
QString shownBits(double bits) {
    constexpr int kDecimals = 3;
    return formatFixed(bits, kDecimals);
}

FormatSize sizeOf(const Model& model, const Plan& plan) {
    const ModelRun run = preview(model, plan);
    FormatSize size;
    size.title = QString::fromStdString(plan.title());
    size.text = QString::fromStdString(run.label);
    size.recipe = std::holds_alternative<Recipe>(plan.base);
    size.covered = run.bits_per_weight;
    size.whole = 8 * run.bytes / static_cast<double>(model.parameters());
    size.bytes = run.bytes;
    return size;
}

FormatSize storedSize(const Model& model) {
    FormatSize size = sizeOf(model, {});
    size.text.clear();
    return size;
}

}  // namespace

std::vector<FormatSize> formatSizes(const Model& model, const Progress& progress) {
    std::vector<FormatSize> sizes;
    if (model.parameters() == 0) {
        return sizes;
    }
    sizes.push_back(storedSize(model));
    for (const DType dtype : encodable_dtypes()) {
        progress.check();
        sizes.push_back(sizeOf(model, Plan::of({.grid = StorageGrid{dtype}})));
    }
    for (const RecipeInfo& recipe :
         knows_recipes(model) ? recipes() : std::span<const RecipeInfo>()) {
        progress.check();
        sizes.push_back(sizeOf(model, {Recipe{std::string(recipe.name)}, {}}));
    }
    return sizes;
}

void SizesTable::setSizes(const std::vector<FormatSize>& sizes) {
    beginResetModel();
    sizes_ = sizes;
    endResetModel();
}

void SizesTable::retranslate() {
    emit headerDataChanged(Qt::Horizontal, 0, kColumns - 1);
    if (rowCount() > 0) {
        emit dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
    }
}

int SizesTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(sizes_.size());
}

int SizesTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : kColumns;
}

QVariant SizesTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) {
        return {};
    }
    const FormatSize& size = sizes_[static_cast<std::size_t>(index.row())];
    if (role == Qt::TextAlignmentRole) {
        return QVariant((index.column() >= kCovered ? Qt::AlignRight : Qt::AlignLeft) |
                        Qt::AlignVCenter);
    }
    if (role == kTextRole) {
        return size.text;
    }
    if (role != Qt::DisplayRole && role != kSortRole) {
        return {};
    }
    const bool shown = role == Qt::DisplayRole;
    switch (index.column()) {
        case kFormat:
            return size.text.isEmpty() ? tr("as stored") : size.title;
        case kKind:
            return size.text.isEmpty() ? QString() : size.recipe ? tr("recipe") : tr("one type");
        case kCovered:
            return !shown             ? QVariant(size.covered)
                   : size.covered > 0 ? QVariant(shownBits(size.covered))
                                      : QVariant(noValue());
        case kWhole:
            return shown ? QVariant(shownBits(size.whole)) : QVariant(size.whole);
        case kSize:
            return shown ? QVariant(formatBytes(size.bytes)) : QVariant(size.bytes);
        default:
            return {};
    }
}

QVariant SizesTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant((section >= kCovered ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    if (role == Qt::ToolTipRole) {
        switch (section) {
            case kKind:
                return tr(
                    "One type covers the decoder's linears (a float type every matrix), a recipe "
                    "chooses for every tensor");
            case kCovered:
                return tr("Bits per weight of the tensors that it covers");
            case kWhole:
                return tr("Bits per weight of all tensors, kept ones included");
            case kSize:
                return tr("All tensors, without file headers");
            default:
                return {};
        }
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
        case kFormat:
            return tr("Format");
        case kKind:
            return tr("Kind");
        case kCovered:
            return tr("Bits/weight, covered");
        case kWhole:
            return tr("Bits/weight, all");
        case kSize:
            return tr("Size");
        default:
            return {};
    }
}

}  // namespace ql::gui
