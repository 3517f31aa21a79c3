#include "app/pages/awq_view.h"

#include <QLabel>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "widgets/help_button.h"
#include "widgets/line_plot.h"
#include "widgets/number_format.h"

namespace ql::gui {

AwqView::AwqView(Jobs* jobs, QWidget* parent)
    : ReportView(jobs, parent), plot_(new LinePlot(this)) {
    plot_->setFileName(QStringLiteral("awq-search"));
    arrange({plot_});
}

bool AwqView::applies(const Scheme& scheme) const {
    return std::holds_alternative<Awq>(scheme.transform);
}

QString AwqView::title() const { return QStringLiteral("AWQ"); }

void AwqView::fill() {
    if (!report() || report()->candidates.empty()) {
        plot_->setSeries({});
        plot_->setDescription(plot_->accessibleName(), QString());
        return;
    }
    const int color = subject()->color;
    LineSeries plain{tr("s = mean|x|^α"), color, {}, {}};
    LineSeries duo{tr("s = mean|x|^α / mean|w|^(1−α)"), (color + 1) % kSchemeColors, {}, {}};
    std::vector<AwqCandidate> tried = report()->candidates;
    std::stable_sort(tried.begin(), tried.end(), [](const AwqCandidate& a, const AwqCandidate& b) {
        return a.alpha < b.alpha;
    });
    for (const AwqCandidate& candidate : tried) {
        LineSeries& of = candidate.duo ? duo : plain;
        if (std::isfinite(candidate.loss)) {  // else the scaled weights left the grid's range
            of.x.push_back(candidate.alpha);
            of.y.push_back(candidate.loss);
        }
    }
    const AwqCandidate& identity = report()->candidates.front();
    const AwqCandidate& chosen = report()->candidates[report()->chosen];
    plot_->setSeries(
        {plain,
         duo,
         {tr("identity"), kOriginalColor, {0, 1}, {identity.loss, identity.loss}},
         {tr("chosen"), chosen.duo ? duo.color : color, {chosen.alpha}, {chosen.loss}, true}});
    plot_->setDescription(tr("Loss of AWQ's candidates"),
                          tr("Least at α = %1: %2; without scales: %3")
                              .arg(QLocale().toString(chosen.alpha), formatNumber(chosen.loss),
                                   formatNumber(identity.loss)));
    QStringList facts{(chosen.duo ? tr("chosen: α = %1, weights count too") : tr("chosen: α = %1"))
                          .arg(QLocale().toString(chosen.alpha))};
    facts << tr("loss %1, without scales %2 (%3 less)")
                 .arg(formatNumber(chosen.loss), formatNumber(identity.loss),
                      formatPercent(identity.loss > 0 ? 1 - chosen.loss / identity.loss : 0));
    facts << whatIsMeasured();
    facts << (report()->sampled > 0
                  ? tr("on %n sampled token(s)", nullptr, static_cast<int>(report()->sampled))
                  : tr("on all tokens"));
    facts << origin();
    setFacts(facts);
}

QString AwqView::whatIsMeasured() const {
    const bool attention = report()->mapping.place.site == InputSite::attention;
    if (report()->measured == AwqLoss::module) {
        return attention ? tr("measured at the output of the whole attention")
                         : tr("measured at the output of the whole MLP");
    }
    const bool preview =
        report()->mapping.norm && report()->transform == ql::Transform(Awq{AwqLoss::module});
    return preview ? tr("a preview, measured at the outputs of the linears alone")
                   : tr("measured at the outputs of the linears");
}

void AwqView::retranslate() {
    name()->setText(tr("Loss over α"));
    plot_->setAxisLabels(tr("α: how far scales follow the activations"), tr("loss of outputs"));
    help()->setHelp(
        tr("AWQ's search"),
        tr("<p>AWQ multiplies columns of weights that meet large activations by s before they are "
           "rounded, and divides what they read by s. Larger weights lose relatively less, but "
           "they also widen the range that their group has to share: so the best α lies somewhere "
           "in between, and is searched for.</p>"
           "<p>Each point is a set of scales that was really tried: the weights of all linears "
           "that read this input were rounded on their own grids, and the loss is the sum of their "
           "outputs' relative squared errors, or with awq(module) the relative squared error of "
           "what the attention or MLP behind them makes of them. The search goes in steps of 0.05, "
           "then of 0.01 around the best. The second curve lets the weights' own sizes count. "
           "The grey line is what rounding costs without scales; the ring marks what is used.</p>"
           "<p>Until the scheme has been compared on the whole model, the candidates are measured "
           "on what the calibration kept.</p>"));
    showReport();
}

}  // namespace ql::gui
