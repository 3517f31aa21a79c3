#include "app/docks/scheme_explanation.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include "app/docks/storage_explanation.h"
#include "app/text.h"
#include "core/grids/grid.h"
#include "core/schemes/recipes.h"
#include "widgets/number_format.h"

namespace ql::gui {

namespace {

// A row to speak of while no tensor is open.
constexpr std::int64_t kTypicalSize = 4096;

struct SchemeExplanation {
    Q_DECLARE_TR_FUNCTIONS(ql::gui::SchemeExplanation)
};

QString integerExplanation(const IntegerGrid& grid) {
    QString who;
    switch (grid.granularity) {
        case Granularity::tensor:
            who = SchemeExplanation::tr(
                "One scale for the whole tensor: a single outlier coarsens every weight.");
            break;
        case Granularity::channel:
            who = SchemeExplanation::tr("One scale for each output channel (row of the matrix).");
            break;
        case Granularity::group:
            who = SchemeExplanation::tr("One scale for every %n weight(s) along a row.", nullptr,
                                        grid.group);
            break;
    }
    switch (grid.symmetry) {
        case Symmetry::symmetric:
            return who + u' ' +
                   SchemeExplanation::tr(
                       "Symmetric: zero is a level, and codes from %1 to %2 cover both sides; "
                       "s = 2a/(2^%3 − 1) with a = max |w|.")
                       .arg(-(1 << (grid.bits - 1)))
                       .arg((1 << (grid.bits - 1)) - 1)
                       .arg(grid.bits);
        case Symmetry::narrow:
            return who + u' ' +
                   SchemeExplanation::tr(
                       "Symmetric, narrow: codes from −%1 to %1, the lowest code stays unused; "
                       "s = max |w| / %1.")
                       .arg((1 << (grid.bits - 1)) - 1);
        case Symmetry::asymmetric:
            return who + u' ' +
                   SchemeExplanation::tr(
                       "Asymmetric: %1 levels from the smallest to the largest weight, shifted "
                       "by an integer zero point.")
                       .arg(1 << grid.bits);
    }
    return who;
}

QString textbookExplanation(const TextbookGrid& grid) {
    const QString what =
        grid.kind == TextbookKind::q4_0
            ? SchemeExplanation::tr(
                  "Q4_0 as textbooks tell it: scale max |w| / 7, so the level −8 is wasted.")
        : grid.kind == TextbookKind::symmetric
            ? SchemeExplanation::tr(
                  "Symmetric rounding as in a textbook: one scale for the whole tensor.")
            : SchemeExplanation::tr(
                  "Asymmetric rounding as in a textbook: one scale and one zero point for the "
                  "whole tensor.");
    return what + u' ' +
           SchemeExplanation::tr(
               "Here to show what the simplification costs; no runtime stores it, so it cannot "
               "be exported.");
}

QString fp8Explanation(const Fp8Grid& grid) {
    const bool e4m3 = grid.dtype == DType::f8_e4m3;
    const QString who =
        grid.scaling == Fp8Scaling::tensor
            ? SchemeExplanation::tr(
                  "One scale for the whole tensor: levels are closer near zero, "
                  "so outliers cost less than on integers.")
        : grid.scaling == Fp8Scaling::channel
            ? SchemeExplanation::tr("One scale for each output channel (row of the matrix).")
            : SchemeExplanation::tr("One scale for every block of 128 × 128 weights.");
    return who + u' ' +
           SchemeExplanation::tr(
               "8-bit floats: %1 bits of exponent, %2 of fraction, rounded to nearest even; "
               "s = max |w| / %3.")
               .arg(e4m3 ? 4 : 5)
               .arg(e4m3 ? 3 : 2)
               .arg(e4m3 ? 448 : 57344);
}

QString transformExplanation(const Scheme& scheme) {
    if (const auto* awq = std::get_if<Awq>(&scheme.transform)) {
        const QString what = SchemeExplanation::tr(
            "AWQ: columns that read large activations are stored larger, by what gives the least "
            "error of the output, and the activations are made smaller where they come from.");
        return awq->loss == AwqLoss::linears
                   ? what
                   : what + u' ' +
                         SchemeExplanation::tr(
                             "The output is that of the whole attention or MLP, as in the method's "
                             "first implementation.");
    }
    if (std::holds_alternative<Smooth>(scheme.transform)) {
        return SchemeExplanation::tr(
            "SmoothQuant: outliers are moved from activations to weights, so that both can be "
            "stored in 8 bits.");
    }
    return {};
}

QString activationExplanation(const Scheme& scheme) {
    if (!scheme.activations) {
        return {};
    }
    switch (scheme.activations->scaling) {
        case Activations::Scaling::token:
            return SchemeExplanation::tr(
                "Activations: what each linear reads is rounded too, with a scale for every "
                "token.");
        case Activations::Scaling::tensor:
            return SchemeExplanation::tr(
                "Activations: what each linear reads is rounded too, with one scale for a "
                "whole sequence, which an outlier channel coarsens.");
        case Activations::Scaling::fixed:
            return SchemeExplanation::tr(
                "Activations: what each linear reads is rounded too, with one scale for all texts "
                "that a calibration has found: nothing to compute while the model runs, and what "
                "reaches further saturates.");
    }
    return {};
}

// "4 + 16/32": the codes, and what else is stored, over the weights that share it.
QString sum(const QString& codes, const QStringList& shared, const QString& sharers) {
    if (shared.isEmpty()) {
        return codes;
    }
    const QString numerator =
        shared.size() == 1 ? shared.first() : u'(' + shared.join(QStringLiteral(" + ")) + u')';
    return codes + QStringLiteral(" + ") + numerator + u'/' + sharers;
}

QString number(double value) { return QLocale().toString(value); }

QString integerSum(const IntegerGrid& grid, std::int64_t rows, std::int64_t cols) {
    QStringList shared{number(bits_per_value(grid.scale))};
    if (grid.symmetry == Symmetry::asymmetric) {
        shared.append(QString::number(grid.bits));
    }
    const std::int64_t sharers = grid.granularity == Granularity::group     ? grid.group
                                 : grid.granularity == Granularity::channel ? cols
                                                                            : rows * cols;
    return sum(QString::number(grid.bits), shared, QString::number(sharers));
}

QString fp8Sum(const Fp8Grid& grid, std::int64_t rows, std::int64_t cols) {
    const QString sharers = grid.scaling == Fp8Scaling::tensor    ? QString::number(rows * cols)
                            : grid.scaling == Fp8Scaling::channel ? QString::number(cols)
                                                                  : QStringLiteral("(128 · 128)");
    return sum(QStringLiteral("8"), {QStringLiteral("32")}, sharers);
}

QString gridExplanation(const GridSpec& grid) {
    if (const auto* storage = std::get_if<StorageGrid>(&grid)) {
        return storageExplanation(storage->dtype);
    }
    if (const auto* integer = std::get_if<IntegerGrid>(&grid)) {
        return integerExplanation(*integer);
    }
    if (const auto* fp8 = std::get_if<Fp8Grid>(&grid)) {
        return fp8Explanation(*fp8);
    }
    return textbookExplanation(std::get<TextbookGrid>(grid));
}

QString bitsFormula(const GridSpec& grid, std::int64_t rows, std::int64_t cols) {
    const std::shared_ptr<const Grid> codec = make_grid(grid);
    if (codec->refuses(cols)) {
        return {};
    }
    const double bits =
        codec->bits_stored(rows, cols) / (static_cast<double>(rows) * static_cast<double>(cols));
    const auto* storage = std::get_if<StorageGrid>(&grid);
    const auto* integer = std::get_if<IntegerGrid>(&grid);
    const auto* fp8 = std::get_if<Fp8Grid>(&grid);
    const QString formula = storage   ? storageSum(storage->dtype)
                            : integer ? integerSum(*integer, rows, cols)
                            : fp8     ? fp8Sum(*fp8, rows, cols)
                                      : QString();
    const QString result = SchemeExplanation::tr("%1 bits per weight").arg(bitsText(bits));
    return formula.isEmpty() ? result : formula + QStringLiteral(" = ") + result;
}

QString fitExplanation(const Fit& fit) {
    QStringList sentences;
    if (fit.search) {
        sentences << SchemeExplanation::tr(
            "Search: of many scales for each block the one with the least squared error is kept. "
            "Slower to make; just as large and as fast to use.");
    }
    if (fit.importance) {
        sentences << SchemeExplanation::tr(
            "Weighted: errors count more in columns whose inputs are large, as the importance "
            "matrix says.");
    }
    if (fit.clip) {
        sentences << SchemeExplanation::tr(
            "Clipped: weights are kept within bounds that give the least error of the output.");
    }
    return sentences.join(u' ');
}

QString roundingExplanation(const std::optional<Gptq>& gptq, bool weighsInputs) {
    if (!gptq) {
        return {};
    }
    QStringList sentences{SchemeExplanation::tr(
        "GPTQ: columns are rounded one after the other, and those after a column make up for what "
        "its rounding does to the output.")};
    if (gptq->gptaq) {
        sentences << SchemeExplanation::tr(
            "GPTAQ: they also make up for what quantized blocks before have changed about the "
            "inputs.");
    }
    if (weighsInputs) {
        sentences << SchemeExplanation::tr(
            "Scales are fitted with errors weighted by the strength of the "
            "same inputs; an importance matrix would take their place.");
    }
    return sentences.join(u' ');
}

QString keepExplanation() {
    return SchemeExplanation::tr(
        "Every tensor keeps its stored type, except where a rule says "
        "otherwise.");
}

QString schemeExplanation(const Scheme& scheme, const ModelTensor* tensor) {
    const bool known = tensor && tensor->matrix();
    QString formula = bitsFormula(scheme.grid, known ? tensor->rows : kTypicalSize,
                                  known ? tensor->cols : kTypicalSize);
    if (formula.isEmpty()) {
        formula = bitsFormula(scheme.grid, kTypicalSize, kTypicalSize);
    }
    QStringList sentences{transformExplanation(scheme), gridExplanation(scheme.grid),
                          fitExplanation(scheme.fit),
                          roundingExplanation(scheme.gptq, scheme.weighs_own_inputs()),
                          activationExplanation(scheme)};
    sentences.removeAll(QString());
    const QString text = sentences.join(u' ');
    return QStringLiteral("%1<br><b>%2</b>").arg(text.toHtmlEscaped(), formula);
}

}  // namespace

QString bitsText(double bits) {
    constexpr int kMost = 4;
    QString text = formatFixed(bits, kMost);
    for (int decimals = kMost; decimals > 2 && text.endsWith(u'0'); --decimals) {
        text.chop(1);
    }
    return text;
}

QString recipeExplanation(DType base) {
    return SchemeExplanation::tr(
               "llama.cpp's mixture: most matrices as %1, those that suffer most in a larger "
               "type, embeddings and output included. The model tree shows who gets what.")
        .arg(toQString(name(base)));
}

QString planExplanation(const Plan& plan, const ModelTensor* tensor) {
    if (const auto* scheme = std::get_if<Scheme>(&plan.base)) {
        return schemeExplanation(*scheme, tensor);
    }
    if (const auto* recipe = std::get_if<Recipe>(&plan.base)) {
        const DType base = find_recipe(recipe->name)->base;
        const Scheme most{.grid = StorageGrid{base}, .fit = recipe->fit, .gptq = recipe->gptq};
        return QStringList{recipeExplanation(base), fitExplanation(recipe->fit),
                           roundingExplanation(recipe->gptq, most.weighs_own_inputs())}
            .join(u' ')
            .toHtmlEscaped();
    }
    return keepExplanation().toHtmlEscaped();
}

}  // namespace ql::gui
