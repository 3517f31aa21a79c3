#include "app/pages/sizes_table.h"

#include "app/text.h"
#include "core/schemes/recipes.h"
#include "widgets/color_dot.h"
#include "widgets/number_format.h"

namespace ql::gui {

namespace {

// Three decimals tell 2.625 from 2.63, and stand below each other.
QString shownBits(double bits) {
    constexpr int kDecimals = 3;
    return formatFixed(bits, kDecimals);
}

QString exactBytes(double bytes) { return formatExact(static_cast<qint64>(bytes)); }

FormatSize sizeOf(const Model& model, const Plan& plan) {
    return gui::sizeOf(preview(model, plan), model.parameters());
}

FormatSize storedSize(const Model& model) {
    FormatSize size = sizeOf(model, {});
    size.text.clear();
    size.color = kOriginalColor;
    size.nominal = nominal_bits(model);
    return size;
}

}  // namespace

FormatSize sizeOf(const ModelRun& run, std::uint64_t parameters) {
    FormatSize size;
    size.title = QString::fromStdString(run.plan.title());
    size.text = QString::fromStdString(run.label);
    size.recipe = std::holds_alternative<Recipe>(run.plan.base);
    size.covered = run.bits_per_weight;
    size.whole = 8 * run.bytes / static_cast<double>(parameters);
    size.bytes = run.bytes;
    size.nominal = nominal_bits(run.plan);
    return size;
}

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

void SizesTable::setSizes(const std::vector<FormatSize>& sizes, std::uint64_t parameters) {
    parameters_ = parameters;
    if (sizes.size() == sizes_.size()) {
        sizes_ = sizes;
        return retranslate();
    }
    beginResetModel();
    sizes_ = sizes;
    endResetModel();
}

void SizesTable::setCache(const CacheChoice& choice) {
    choice_ = choice;
    retranslate();
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

std::optional<double> SizesTable::cacheBytes() const {
    return choice_.cache ? choice_.cache->bytes(choice_.context, choice_.type) : std::nullopt;
}

std::optional<double> SizesTable::value(const FormatSize& size, int column) const {
    switch (column) {
        case kBits:
            return size.whole;
        case kSize:
            return size.bytes;
        case kCache:
            return cacheBytes();
        case kTotal: {
            const auto cache = cacheBytes();
            return cache ? std::optional(size.bytes + *cache) : std::nullopt;
        }
        case kEstimate:
            return size.nominal ? std::optional(survey_estimate(parameters_, *size.nominal))
                                : std::nullopt;
        default:
            return std::nullopt;
    }
}

QString SizesTable::shown(const FormatSize& size, int column) const {
    if (column == kFormat) {
        if (size.text.isEmpty()) {
            return tr("as stored");
        }
        //: a recipe, which may have the same name as a type
        return size.recipe ? tr("%1 (recipe)").arg(size.title) : size.title;
    }
    const auto number = value(size, column);
    if (!number) {
        return noValue();
    }
    if (column == kBits) {
        return shownBits(*number);
    }
    if (column == kEstimate) {
        const QString deviation = formatPercent(*number / size.bytes - 1, 0);
        //: an estimate and by how much it is wrong: 3.2 MB (−12 %)
        return tr("%1 (%2)").arg(formatBytes(*number), *number < size.bytes
                                                           ? deviation
                                                           : QStringLiteral("+") + deviation);
    }
    return formatBytes(*number);
}

QString SizesTable::cacheFormula() const {
    const auto bytes = cacheBytes();
    if (!bytes) {
        return choice_.cache ? tr("Heads of %1 values are no whole blocks of %2.")
                                   .arg(choice_.cache->head_dim)
                                   .arg(toQString(name(choice_.type)))
                             : choice_.problem;
    }
    const KvCache& cache = *choice_.cache;
    const QString perValue = formatNumber(bits_per_value(choice_.type) / 8, 5);
    const QString result = exactBytes(*bytes);
    const QString context = formatExact(choice_.context);
    if (cache.windowed == 0) {
        return tr("%1 layers × %2 KV heads × %3 values × 2 (key and value) × %4 tokens × %5 bytes "
                  "= %6 bytes")
            .arg(cache.layers)
            .arg(cache.kv_heads)
            .arg(cache.head_dim)
            .arg(context, perValue, result);
    }
    return tr("(%1 layers × %2 tokens + %3 layers with a sliding window × %4 tokens) × %5 KV heads "
              "× %6 values × 2 (key and value) × %7 bytes = %8 bytes. A layer with a window has "
              "room for the window and for %9 tokens that are computed at once, as in llama.cpp.")
        .arg(cache.layers - cache.windowed)
        .arg(context)
        .arg(cache.windowed)
        .arg(formatExact(std::min(choice_.context, cache.kept)))
        .arg(cache.kv_heads)
        .arg(cache.head_dim)
        .arg(perValue, result, formatExact(kMicroBatch));
}

QString SizesTable::toolTip(const FormatSize& size, int column) const {
    const QString parameters = formatExact(static_cast<qint64>(parameters_));
    switch (column) {
        case kFormat:
            return size.text;
        case kBits:
            return size.covered > 0 ? tr("%1 of all tensors; %2 of those that it covers")
                                          .arg(formatBits(size.whole), formatBits(size.covered))
                                    : QString();
        case kSize:
            return tr("%1 parameters × %2 bits ÷ 8 = %3 bytes: the sum over all tensors, each with "
                      "the type that it gets")
                .arg(parameters, formatFixed(size.whole, 5), exactBytes(size.bytes));
        case kCache:
            return cacheFormula();
        case kTotal: {
            const auto cache = cacheBytes();
            return cache ? tr("%1 bytes of weights + %2 bytes of KV cache = %3 bytes")
                               .arg(exactBytes(size.bytes), exactBytes(*cache),
                                    exactBytes(size.bytes + *cache))
                         : cacheFormula();
        }
        case kEstimate:
            return size.nominal
                       ? tr("%1 parameters × %2 bits ÷ 8 × %3 = %4 bytes, %5 of the exact size. "
                            "The estimate knows neither what scales take nor which tensors keep "
                            "their type.")
                             .arg(parameters)
                             .arg(*size.nominal)
                             .arg(formatNumber(1 + kSurveyOverhead),
                                  exactBytes(survey_estimate(parameters_, *size.nominal)),
                                  formatPercent(survey_estimate(parameters_, *size.nominal) /
                                                size.bytes))
                       : tr("The plan has no type of its own to estimate from.");
        default:
            return {};
    }
}

QVariant SizesTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) {
        return {};
    }
    const FormatSize& size = sizes_[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole:
            return shown(size, column);
        case Qt::TextAlignmentRole:
            return static_cast<int>(Qt::AlignVCenter |
                                    (column == kFormat ? Qt::AlignLeft : Qt::AlignRight));
        case Qt::DecorationRole:
            return column == kFormat && size.color != FormatSize::kNoColor
                       ? QVariant(colorDotIcon(size.color))
                       : QVariant();
        case Qt::ToolTipRole:
            return toolTip(size, column);
        case kTextRole:
            return size.text;
        case kSortRole: {
            if (column == kFormat) {
                return shown(size, column);
            }
            const auto number = value(size, column);
            return number ? QVariant(*number) : QVariant();
        }
        default:
            return {};
    }
}

QVariant SizesTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return static_cast<int>(Qt::AlignVCenter |
                                (section == kFormat ? Qt::AlignLeft : Qt::AlignRight));
    }
    if (role == Qt::ToolTipRole) {
        switch (section) {
            case kFormat:
                return tr(
                    "One type covers the decoder's linears (a float type every matrix), a recipe "
                    "chooses for every tensor");
            case kBits:
                return tr("Bits per weight of all tensors, kept ones included");
            case kSize:
                return tr("All tensors, without file headers");
            case kCache:
                return tr("Keys and values of the tokens in the context");
            case kTotal:
                return tr("Weights and KV cache; runtimes add buffers of their own");
            case kEstimate:
                return tr(
                    "The textbook estimate, parameters × bits ÷ 8 and a tenth more, and how far "
                    "it is from the exact size");
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
        case kBits:
            return tr("Bits/weight");
        case kSize:
            return tr("Size");
        case kCache:
            return tr("KV cache");
        case kTotal:
            return tr("Total");
        case kEstimate:
            return tr("Estimate");
        default:
            return {};
    }
}

}  // namespace ql::gui
