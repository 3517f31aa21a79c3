#include "app/pages/comparison_columns.h"

#include <QCoreApplication>
#include <array>

#include "app/pages/comparison_model.h"
#include "widgets/number_format.h"

namespace ql::gui {

namespace {

QString number(double value) { return formatNumber(value); }
QString bits(double value) { return formatFixed(value, 2); }
QString perplexity(double value) { return value < 1000 ? formatFixed(value, 3) : number(value); }
QString percent(double value) { return formatPercent(value, 2); }

// In the order of ComparisonModel::Column.
constexpr std::array<ComparisonColumn, ComparisonModel::kColumns> kColumns = {{
    {"scheme", QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "whole model"), nullptr,
     Better::neither, number},
    {"bytes", QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "size"),
     QT_TRANSLATE_NOOP("ql::gui::ComparisonModel",
                       "All tensors, kept ones included, without file headers"),
     Better::less, formatBytes},
    //: bits per weight, the usual abbreviation
    {"bits_per_weight", QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "bpw"),
     QT_TRANSLATE_NOOP(
         "ql::gui::ComparisonModel",
         "Bits stored for each weight that the scheme covers, scales and zero points included"),
     Better::less, bits},
    {"rmse", QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "RMSE"),
     QT_TRANSLATE_NOOP("ql::gui::ComparisonModel",
                       "Root of the mean squared difference between decoded and original weights"),
     Better::less, number},
    //: RMSE weighted by importance; keep it short
    {"weighted_rmse", QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "weighted"),
     QT_TRANSLATE_NOOP(
         "ql::gui::ComparisonModel",
         "RMSE with squared errors weighted by the importance of their columns, over the tensors "
         "that the importance matrix knows"),
     Better::less, number},
    {"sqnr_db", QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "SQNR"),
     QT_TRANSLATE_NOOP(
         "ql::gui::ComparisonModel",
         "Signal to quantization noise: sum of squared weights over sum of squared errors, in "
         "decibels. More is better"),
     Better::more, formatDecibel},
    {"max_error", QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "max error"),
     QT_TRANSLATE_NOOP("ql::gui::ComparisonModel",
                       "Largest difference between a decoded and its original weight"),
     Better::less, number},
    {"cosine_loss", QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "1 − cosine"),
     QT_TRANSLATE_NOOP(
         "ql::gui::ComparisonModel",
         "1 − cosine of the angle between decoded and original weights: 0 is the same direction"),
     Better::less, number},
    {"output_error", QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "output error"),
     QT_TRANSLATE_NOOP(
         "ql::gui::ComparisonModel",
         "‖XΔWᵀ‖ / ‖XWᵀ‖ of each linear on the text, X being what it reads in the original model; "
         "the mean over all linears"),
     Better::less, percent},
    {"perplexity", QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "perplexity"),
     QT_TRANSLATE_NOOP(
         "ql::gui::ComparisonModel",
         "e to the mean negative log-likelihood of the text's tokens, with its standard error: "
         "among how many tokens the model is undecided. Less is better"),
     Better::less, perplexity},
    //: the Kullback-Leibler divergence, its mean
    {"kl_mean", QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "KL mean"),
     QT_TRANSLATE_NOOP(
         "ql::gui::ComparisonModel",
         "Kullback–Leibler divergence of the predictions from the original's, mean over the text's "
         "tokens, in nats. It tells schemes apart sooner than perplexity"),
     Better::less, number},
    {"kl_p99_9", QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "KL 99.9 %"),
     QT_TRANSLATE_NOOP("ql::gui::ComparisonModel",
                       "999 of 1000 tokens diverge less than this, in nats: how bad it gets"),
     Better::less, number},
    //: share of tokens for which both models find the same token likeliest
    {"same_top_token", QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "same top"),
     QT_TRANSLATE_NOOP("ql::gui::ComparisonModel",
                       "How often the likeliest token is still the original's"),
     Better::more, percent},
    {"encode_seconds", QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "time"),
     QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "Encoding alone, summed over threads"),
     Better::less, formatDuration},
    //: tensors that could not take what was chosen for them
    {"tensors_fallback", QT_TRANSLATE_NOOP("ql::gui::ComparisonModel", "fallback"),
     QT_TRANSLATE_NOOP(
         "ql::gui::ComparisonModel",
         "Tensors that get something else than was chosen for them: a replacement, or their stored "
         "type"),
     Better::neither, formatCount},
}};

}  // namespace

const ComparisonColumn& comparisonColumn(int column) {
    return kColumns[static_cast<std::size_t>(column)];
}

}  // namespace ql::gui
