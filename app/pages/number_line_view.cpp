#include "app/pages/number_line_view.h"

#include <QCheckBox>
#include <QLabel>
#include <QLocale>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/controls.h"
#include "app/text.h"
#include "widgets/help_button.h"
#include "widgets/number_format.h"
#include "widgets/number_line_plot.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr std::uint8_t kSignBit = 0x80;

/// "1 0111 101": sign, exponent and mantissa.
QString bitsOf(std::uint8_t code, DType dtype) {
    const int mantissa = dtype == DType::f8_e4m3 ? 3 : 2;
    QString bits = QStringLiteral("%1").arg(code, 8, 2, QLatin1Char('0'));
    bits.insert(8 - mantissa, u' ');
    return bits.insert(1, u' ');
}

/// All its digits, as far as they matter: values of FP8 are short.
QString valueOf(float value) { return QLocale().toString(static_cast<double>(value), 'g', 6); }

QString scaleOf(float scale) { return formatNumber(static_cast<double>(scale)); }

}  // namespace

NumberLineView::NumberLineView(Jobs* jobs, QWidget* parent)
    : MethodView(parent),
      counting_(jobs),
      name_(new QLabel(this)),
      logAxis_(new QCheckBox(this)),
      logCounts_(new QCheckBox(this)),
      help_(new HelpButton(this)),
      plot_(new NumberLinePlot(this)),
      value_(new QLabel(this)),
      facts_(new QLabel(this)) {
    value_->setFont(monospaceFont(font()));
    for (QLabel* label : {value_, facts_}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    logAxis_->setChecked(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(makeCardHead(name_, {logAxis_, logCounts_, help_}));
    layout->addWidget(plot_, 1);
    layout->addWidget(value_);
    layout->addWidget(facts_);
    connect(logAxis_, &QCheckBox::toggled, this, &NumberLineView::fill);
    connect(logCounts_, &QCheckBox::toggled, plot_, &HistogramPlot::setLogarithmic);
    connect(plot_, &NumberLinePlot::currentChanged, this, &NumberLineView::showValue);
    connect(plot_, &Plot::saveFailed, this, &NumberLineView::saveFailed);
}

bool NumberLineView::applies(const Scheme& scheme) const {
    return std::holds_alternative<Fp8Grid>(scheme.grid);
}

QString NumberLineView::title() const { return QStringLiteral("FP8"); }

MethodGap NumberLineView::gap(const MethodSubject& subject) const {
    if (!subject.run) {
        return {subject.problem.empty() ? tr("This scheme has no result on this tensor yet.")
                                        : translated(subject.problem)};
    }
    return {};
}

MethodSubject NumberLineView::relevant(MethodSubject subject) const {
    MethodSubject needed;
    needed.model = subject.model;
    needed.tensor = subject.tensor;
    needed.scheme = subject.scheme;
    needed.color = subject.color;
    needed.run = subject.run;
    return needed;
}

void NumberLineView::start() {
    counting_.start(
        Lane::interactive, tr("Count weights along the number line"), this,
        [subject = *subject()](const Progress& progress) {
            std::unique_ptr<RowSource> rows = subject.model->rows(subject.of());
            if (subject.run->change) {
                rows = changed_rows(std::move(rows), *subject.run->change);
            }
            return number_line(*rows, subject.run->quantized, progress);
        },
        [this](const std::shared_ptr<const NumberLine>& line) {
            line_ = line;
            finish();
            fill();
        },
        [this](const Error& error) { fail(error); });
}

void NumberLineView::forget() {
    counting_.cancel();
    line_.reset();
    fill();
}

QString NumberLineView::workingText() const { return tr("Counting…"); }

void NumberLineView::fill() {
    facts_->setText(status());
    shown_.clear();
    if (!line_) {
        plot_->setSeries({});
        plot_->setValues({}, {}, kOriginalColor);
        plot_->setDescription(plot_->accessibleName(), QString());
        showValue();
        return;
    }
    const bool log = logAxis_->isChecked();
    std::copy_if(line_->values.begin(), line_->values.end(), std::back_inserter(shown_),
                 [log](const Fp8Value& one) { return !log || one.value > 0; });
    std::vector<double> positions;
    for (const Fp8Value& one : shown_) {
        const auto value = static_cast<double>(one.value);
        positions.push_back(log ? std::log2(value) : value);
    }
    std::vector<double> limits{positions.back()};
    if (!log) {
        limits.push_back(positions.front());
    }
    plot_->setPowersOfTwo(log);
    plot_->setAxisTexts(log ? tr("magnitude |w / s|") : tr("weight in units of its scale, w / s"),
                        tr("weights per bin"));
    plot_->setSeries({{.name = tr("weights"),
                       .color = subject()->color,
                       .histogram = log ? line_->magnitudes : line_->scaled}});
    plot_->setValues(positions, limits, subject()->color);
    plot_->setDescription(tr("Weights along the values of FP8"),
                          tr("%1 values up to %2")
                              .arg(line_->values.size())
                              .arg(valueOf(line_->values.back().value)));
    const auto share = [this](std::uint64_t count) {
        return formatPercent(static_cast<double>(count) /
                             static_cast<double>(subject()->of().values()));
    };
    const QString scales =
        line_->least_scale == line_->largest_scale
            ? tr("scale %1").arg(scaleOf(line_->largest_scale))
            : tr("scales %1 to %2").arg(scaleOf(line_->least_scale), scaleOf(line_->largest_scale));
    const QStringList facts{
        tr("%1 values from −%2 to %2")
            .arg(line_->values.size())
            .arg(valueOf(line_->values.back().value)),
        scales, tr("stored at a limit: %1").arg(formatExact(static_cast<qint64>(line_->saturated))),
        tr("subnormal: %1").arg(share(line_->subnormal)), tr("as 0: %1").arg(share(line_->zeros))};
    facts_->setText(facts.join(QStringLiteral(" · ")));
    markCell();
}

void NumberLineView::setCell(std::optional<QPoint> cell) {
    cell_ = cell;
    markCell();
}

/// What the chosen weight is stored as. Precondition: it is one of the tensor's.
float NumberLineView::cellLevel() const {
    return subject()->run->quantized.inspect(cell_->y(), cell_->x()).level();
}

void NumberLineView::markCell() {
    cellValue_.reset();
    if (line_ && cell_ && cell_->x() < subject()->of().cols && cell_->y() < subject()->of().rows) {
        // A magnitude is a code without its sign, and so is the one zero that is shown.
        const float stored = cellLevel();
        const float wanted = logAxis_->isChecked() ? std::fabs(stored) : stored;
        const auto found =
            std::find_if(shown_.begin(), shown_.end(),
                         [wanted](const Fp8Value& one) { return one.value == wanted; });
        if (found != shown_.end()) {  // 0 has no place on a logarithmic axis
            cellValue_ = static_cast<int>(found - shown_.begin());
            plot_->setCurrent(cellValue_);
        }
    }
    showValue();
}

void NumberLineView::showValue() {
    const std::optional<int> current = plot_->current();
    if (!line_ || !current) {
        value_->setText(line_ ? tr("Point at a value to read its bits.") : QString());
        return;
    }
    const auto at = static_cast<std::size_t>(*current);
    const Fp8Value& one = shown_[at];
    const bool log = logAxis_->isChecked();  // then a place is a magnitude, of both signs
    std::uint8_t code = one.code;
    QStringList texts;
    if (current == cellValue_) {
        texts << tr("row %1, column %2").arg(cell_->y()).arg(cell_->x());
        if (log && std::signbit(cellLevel())) {
            code |= kSignBit;
        }
    }
    texts << QStringLiteral("%1 = %2").arg(bitsOf(code, line_->dtype),
                                           valueOf(code == one.code ? one.value : -one.value));
    const auto count = [this](std::uint8_t of) { return static_cast<qint64>(line_->stored[of]); };
    //: of a code: how many weights are stored as it
    texts << (log ? tr("%1 weights of either sign")
                        .arg(formatExact(count(one.code) + count(one.code | kSignBit)))
                  : tr("%1 weights").arg(formatExact(count(one.code))));
    if (at > 0 && at + 1 < shown_.size()) {
        texts << tr("next: %1 and %2")
                     .arg(valueOf(shown_[at - 1].value), valueOf(shown_[at + 1].value));
    } else if (at + 1 == shown_.size()) {
        texts << tr("the limit: what is larger saturates");
    }
    value_->setText(texts.join(QStringLiteral(" · ")));
}

QString NumberLineView::valueText() const { return value_->text(); }
QString NumberLineView::facts() const { return facts_->text(); }

void NumberLineView::retranslate() {
    name_->setText(tr("Number line"));
    logAxis_->setText(tr("log axis"));
    logAxis_->setToolTip(tr("Magnitudes on a logarithmic axis, or values on a linear one"));
    logCounts_->setText(tr("log counts"));
    logCounts_->setToolTip(tr("Counts on a logarithmic axis"));
    help_->setHelp(
        tr("The number line of FP8"),
        tr("<p>Ticks are all values that the format can store; above them is where the weights lie "
           "once they are divided by their scale. On the logarithmic axis ticks are equally dense "
           "in every octave: a weight keeps the same number of significant bits whether it is "
           "large or small. On the linear one they crowd around zero.</p>"
           "<p>E4M3 has 4 bits of exponent and 3 of mantissa and reaches 448; E5M2 has 5 and 2 and "
           "reaches 57,344: more range, half the precision. The least values have an exponent "
           "field of zero (subnormal) and lose bits; what is smaller than half the least one "
           "becomes 0. The dashed line is the limit: the scale puts the largest weight there, and "
           "anything beyond would be stored as the limit.</p>"));
    fill();
}

}  // namespace ql::gui
