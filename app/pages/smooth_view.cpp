#include "app/pages/smooth_view.h"

#include <QLabel>
#include <QLocale>
#include <algorithm>

#include "app/text.h"
#include "widgets/curve_plot.h"
#include "widgets/help_button.h"
#include "widgets/line_plot.h"
#include "widgets/number_format.h"

namespace ql::gui {

namespace {

/// How far the largest channel stands out: over the median one; 0 where that is 0.
double spread(std::vector<float> maxima) {
    const auto middle = maxima.begin() + static_cast<std::ptrdiff_t>(maxima.size() / 2);
    std::nth_element(maxima.begin(), middle, maxima.end());
    const auto median = static_cast<double>(*middle);
    return median > 0
               ? static_cast<double>(*std::max_element(maxima.begin(), maxima.end())) / median
               : 0;
}

}  // namespace

SmoothView::SmoothView(Jobs* jobs, QWidget* parent)
    : ReportView(jobs, parent),
      sweeping_(jobs),
      plot_(new CurvePlot(this)),
      sweepPlot_(new LinePlot(this)) {
    plot_->setOrder(CurvePlot::Order::first);
    plot_->setLogarithmic(true);
    plot_->setFileName(QStringLiteral("smoothquant"));
    sweepPlot_->setFileName(QStringLiteral("smoothquant-alpha"));
    arrange({plot_, sweepPlot_});
}

bool SmoothView::applies(const Scheme& scheme) const {
    return std::holds_alternative<Smooth>(scheme.transform);
}

QString SmoothView::title() const { return QStringLiteral("SmoothQuant"); }

MethodSubject SmoothView::relevant(MethodSubject subject) const {
    MethodSubject needed = ReportView::relevant(subject);
    needed.calibration = std::move(subject.calibration);  // the sweep goes by them in any case
    needed.plan = std::move(subject.plan);
    return needed;
}

void SmoothView::start() {
    ReportView::start();
    if (!subject()->calibration || !subject()->plan) {
        return;
    }
    sweeping_.start(
        Lane::interactive, tr("Try other strengths of SmoothQuant"), this,
        [subject = *subject()](const Progress& progress) {
            const std::vector<PlanEntry> entries = entriesOf(subject);
            return kept_sweep({*subject.model, entries, subject.importance.get()}, subject.tensor,
                              *subject.calibration, progress);
        },
        [this](const std::shared_ptr<const std::vector<SmoothTrial>>& sweep) {
            sweep_ = sweep;
            showReport();
        },
        [this](const Error& error) {
            if (error.code() == ErrorCode::cancelled) {
                fail(error);
            } else {
                sweepError_ = error;
                showReport();
            }
        });
}

void SmoothView::forget() {
    sweeping_.cancel();
    sweep_.reset();
    sweepError_.reset();
    ReportView::forget();
}

void SmoothView::fillSweep() {
    sweepPlot_->setVisible(sweep_ && !sweep_->empty());
    if (!sweepPlot_->isVisibleTo(this)) {
        sweepPlot_->setSeries({});
        return;
    }
    LineSeries errors{tr("output error"), subject()->color, {}, {}};
    for (const SmoothTrial& trial : *sweep_) {
        errors.x.push_back(trial.alpha);
        errors.y.push_back(100 * trial.error);
    }
    sweepPlot_->setSeries({errors});
    sweepPlot_->setDescription(tr("Output error over SmoothQuant's strength"), sweepFact());
}

QString SmoothView::sweepFact() const {
    if (sweepError_) {
        return translated(*sweepError_);
    }
    if (!sweep_ || sweep_->empty()) {
        return {};
    }
    const auto least = std::min_element(
        sweep_->begin(), sweep_->end(),
        [](const SmoothTrial& a, const SmoothTrial& b) { return a.error < b.error; });
    return tr("on the calibration's sample the output error is least at α = %1: %2")
        .arg(QLocale().toString(least->alpha), formatPercent(least->error));
}

void SmoothView::fill() {
    fillSweep();
    if (!report() || report()->input_max.empty()) {
        plot_->setSeries({});
        plot_->setDescription(plot_->accessibleName(), QString());
        return;
    }
    const int color = subject()->color;
    const std::vector<float> input = report()->scaled_input_max();
    const std::vector<float> weight = report()->scaled_weight_max();
    plot_->setSeries({{tr("largest |x| before"), kOriginalColor, report()->input_max},
                      {tr("largest |x| after"), color, input},
                      {tr("largest |w| before"), (color + 2) % kSchemeColors, report()->weight_max},
                      {tr("largest |w| after"), (color + 5) % kSchemeColors, weight}});
    const QString x =
        tr("activations stand out %1× before, %2× after")
            .arg(formatNumber(spread(report()->input_max)), formatNumber(spread(input)));
    const QString w =
        tr("weights %1× before, %2× after")
            .arg(formatNumber(spread(report()->weight_max)), formatNumber(spread(weight)));
    plot_->setDescription(tr("Largest activations and weights of every channel"), x + u' ' + w);
    const auto* smooth = std::get_if<Smooth>(&report()->transform);
    QStringList facts{tr("α = %1").arg(QLocale().toString(smooth ? smooth->alpha : 0)), x, w};
    facts << sweepFact();
    facts.removeAll(QString());
    setFacts(facts + origin());
}

void SmoothView::retranslate() {
    name()->setText(tr("Largest values of every channel"));
    plot_->setAxisTexts(tr("input channel, from the largest |x| down"), tr("largest magnitude"));
    sweepPlot_->setAxisLabels(tr("α: how much the weights take over"), tr("output error, %"));
    help()->setHelp(
        tr("SmoothQuant's migration"),
        tr("<p>A few input channels are far larger than all others, and one scale for a whole "
           "token must reach them: the others are left with a few steps. SmoothQuant divides each "
           "channel by s = max|x|^α / max|w|^(1−α) and multiplies the weights that meet it by the "
           "same s. The product stays as it was.</p>"
           "<p>Channels stand in the order of their activations before. With a small α the "
           "activations keep their outliers, with a large one the weights get them; at α = 0.5 "
           "both end at the same height. A channel stands out by how many times the "
           "median one it is.</p>"
           "<p>The second curve shows what every other α would do to the outputs of the linears "
           "that read this, on the rows that a calibration kept: weights are rounded to nearest on "
           "the scheme's grid (without GPTQ and clipping), and activations as it says; where a "
           "sequence shares one scale, all these rows do.</p>"));
    showReport();
}

}  // namespace ql::gui
