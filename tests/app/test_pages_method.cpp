#include <QCheckBox>
#include <QLabel>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>
#include <QToolButton>

#include "app/calibration_request.h"
#include "app/controls.h"
#include "app/pages/awq_view.h"
#include "app/pages/gptq_view.h"
#include "app/pages/method_page.h"
#include "app/pages/number_line_view.h"
#include "app/pages/smooth_view.h"
#include "app/predictions.h"
#include "tests/app/app_fixture.h"
#include "tests/app/page_fixture.h"
#include "widgets/curve_plot.h"
#include "widgets/heatmap_view.h"
#include "widgets/line_plot.h"
#include "widgets/number_line_plot.h"

using namespace ql;
using namespace ql::gui;

/// The Method page on the demo model: each view against what the schemes really did.
class TestPagesMethod : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { usePrivatePaths(); }
    void cleanupTestCase() { removePrivatePaths(); }
    void init();
    void cleanup();

    void saysWhatIsMissing();
    void schemesThatRoundToNearestSaySo();
    void gptqEndsWithTheExportedCodes();
    void gptqPlaysColumnAfterColumn();
    void gptaqSaysWhyItIsNotShown();
    void awqMarksTheLeastLoss();
    void awqByModulesIsAPreviewAtFirst();
    void smoothQuantShowsMaximaBeforeAndAfter();
    void fp8ShowsTheStoredValues();
    void viewsThatApplyAreOffered();
    void stoppedWorkIsBegunAnew();
    void everyTextFollowsTheLanguage();

  private:
    void open(const char* scheme);
    void calibrate(bool grams);
    bool shows(const QString& text) const;
    template <class View>
    View* view() const {
        return page_->findChild<View*>();
    }
    /// Waits for it to come up.
    template <class View>
    bool comesUp() const {
        return QTest::qWaitFor([this] { return page_->view() == view<View>(); }, 30000);
    }
    GptqView* watchGptq(const char* scheme);

    std::unique_ptr<PageFixture> fixture_;
    std::unique_ptr<MethodPage> page_;
    int scheme_ = 0;
};

void TestPagesMethod::init() {
    fixture_ = std::make_unique<PageFixture>();
    fixture_->workspace.predictions()->setWanted(false);
    page_ = std::make_unique<MethodPage>(&fixture_->workspace, &fixture_->jobs);
    page_->resize(900, 610);
    page_->show();
}

void TestPagesMethod::cleanup() {
    page_.reset();
    fixture_.reset();
}

void TestPagesMethod::open(const char* scheme) {
    fixture_->workspace.open(demoModel());
    QTRY_VERIFY(fixture_->workspace.profile());
    fixture_->choose("model.layers.1.mlp.up_proj.weight");
    scheme_ = fixture_->only(scheme);
}

void TestPagesMethod::calibrate(bool grams) {
    CalibrationRequest request;
    request.options.samples = 2;
    request.options.context = 64;
    request.options.grams = grams;
    request.importance = false;
    fixture_->workspace.calibrate(request);
    QTRY_VERIFY_WITH_TIMEOUT(!fixture_->workspace.calibrating(), 60000);
    QVERIFY(fixture_->workspace.calibration());
}

bool TestPagesMethod::shows(const QString& text) const {
    QStringList texts;
    for (const QLabel* label : page_->findChildren<QLabel*>()) {
        if (label->isVisible()) {
            texts << label->text();
        }
    }
    return texts.join(u'\n').contains(text);
}

GptqView* TestPagesMethod::watchGptq(const char* scheme) {
    open(scheme);
    calibrate(true);
    auto* gptq = comesUp<GptqView>() ? view<GptqView>() : nullptr;
    return gptq && QTest::qWaitFor([gptq] { return gptq->frame() != nullptr; }, 30000) ? gptq
                                                                                       : nullptr;
}

void TestPagesMethod::saysWhatIsMissing() {
    QTRY_VERIFY(shows(QStringLiteral("Open a model")));
    QVERIFY(!page_->calibrateButton()->isVisible());
    open("int4:g128:sym+gptq");
    QTRY_VERIFY(shows(QStringLiteral("run the model over a text")));
    QSignalSpy wanted(page_.get(), &MethodPage::calibrateRequested);
    page_->calibrateButton()->click();
    QCOMPARE(wanted.takeFirst().front().toBool(), true);  // once is enough
    calibrate(false);
    QTRY_VERIFY(shows(QStringLiteral("keep Gram matrices")));
    page_->calibrateButton()->click();
    QCOMPARE(wanted.takeFirst().front().toBool(), true);
    calibrate(true);
    QVERIFY(comesUp<GptqView>());
    QVERIFY(!page_->calibrateButton()->isVisible());
    fixture_->choose("model.norm.weight");
    QTRY_VERIFY(shows(QStringLiteral("this tensor is none")));
    fixture_->workspace.closeModel();
    QTRY_VERIFY(shows(QStringLiteral("Open a model")));
    QVERIFY(!view<GptqView>()->frame());
}

void TestPagesMethod::schemesThatRoundToNearestSaySo() {
    open("q4_0");
    QTRY_VERIFY(shows(QStringLiteral("Q4_0 rounds every weight to the nearest value")));
    QVERIFY(!page_->calibrateButton()->isVisible());
    fixture_->only("keep");
    QTRY_VERIFY(shows(QStringLiteral("nothing to watch")));
    fixture_->workspace.removeScheme(fixture_->workspace.focus());
    QTRY_VERIFY(shows(QStringLiteral("Add a scheme")));
}

void TestPagesMethod::gptqEndsWithTheExportedCodes() {
    GptqView* gptq = watchGptq("int4:g128:sym+gptq(order=static)");
    QVERIFY(gptq);
    gptq->step()->setValue(gptq->step()->maximum());
    QTRY_COMPARE(gptq->frame()->done, std::int64_t{256});
    const GptqSweep& sweep = *gptq->sweep();
    QCOMPARE(gptq->map()->rows(), std::int64_t{64});
    QCOMPARE(gptq->map()->cols(), std::int64_t{256});
    // What the document exports of this scheme: the same bytes, decoded.
    const SchemeResult result = fixture_->workspace.tensorResult(scheme_);
    QCOMPARE(result.state, SchemeResult::State::ready);
    std::vector<float> decoded(256);
    std::vector<float> weights(256);
    for (std::size_t i = 0; i < sweep.rows.size(); ++i) {
        result.run->quantized.decode_rows(sweep.rows[i], 1, decoded.data());
        fixture_->workspace.rows()->read(sweep.rows[i], 1, weights.data());
        for (std::size_t place = 0; place < 256; ++place) {
            const auto col = static_cast<std::size_t>(sweep.factor->order[place]);
            QCOMPARE(*gptq->map()->value(static_cast<qint64>(i), static_cast<qint64>(place)),
                     decoded[col] - weights[col]);
        }
    }
    QVERIFY2(gptq->facts().contains(QStringLiteral("all 256 columns")), qPrintable(gptq->facts()));
    QVERIFY(gptq->facts().contains(QStringLiteral("damping 0.0")));
}

void TestPagesMethod::gptqPlaysColumnAfterColumn() {
    GptqView* gptq = watchGptq("q4_k+gptq");
    QVERIFY(gptq);
    QCOMPARE(gptq->frame()->done, std::int64_t{128});  // half way
    // Free columns are moved, from the frame's line on.
    const auto at = [gptq](int col) { return *gptq->map()->value(5, col); };
    QVERIFY(at(128) != 0 || at(129) != 0);
    gptq->step()->setValue(0);
    QTRY_COMPARE(gptq->frame()->done, std::int64_t{0});
    QCOMPARE(at(200), 0.0F);
    gptq->playButton()->click();
    QTRY_VERIFY(gptq->frame()->done > 2);
    gptq->playButton()->click();
    QTRY_COMPARE(gptq->frame()->done, std::int64_t{gptq->step()->value()});
    QVERIFY(gptq->frame()->done < 256);
    // From the end it starts again, and stops there.
    gptq->step()->setValue(254);
    gptq->playButton()->click();
    QTRY_VERIFY(!gptq->playButton()->isChecked());
    QTRY_COMPARE(gptq->frame()->done, std::int64_t{256});
    gptq->playButton()->click();
    QTRY_VERIFY(gptq->frame()->done < 200);
}

void TestPagesMethod::gptaqSaysWhyItIsNotShown() {
    open("q4_k+gptq(gptaq)");
    calibrate(true);
    QTRY_VERIFY(shows(QStringLiteral("GPTAQ compares the inputs of two models")));
    QVERIFY(!view<GptqView>()->frame());
    fixture_->only("q4_k+gptq");
    QVERIFY(comesUp<GptqView>());
}

void TestPagesMethod::awqMarksTheLeastLoss() {
    open("awq/int4:g128:asym");
    calibrate(true);
    QVERIFY(comesUp<AwqView>());
    auto* awq = view<AwqView>();
    QTRY_VERIFY_WITH_TIMEOUT(awq->report(), 30000);
    const auto& series = awq->plot()->series();
    QCOMPARE(series.size(), std::size_t{4});
    QVERIFY(series[0].y.size() >= std::size_t{21} && series[1].y.size() >= std::size_t{20});
    QVERIFY(series[0].y.size() + series[1].y.size() > std::size_t{41});
    QVERIFY(std::is_sorted(series[0].x.begin(), series[0].x.end()));
    QVERIFY(std::is_sorted(series[1].x.begin(), series[1].x.end()));
    double least = series[0].y.front();
    for (const LineSeries* curve : {&series[0], &series[1]}) {
        least = std::min(least, *std::min_element(curve->y.begin(), curve->y.end()));
    }
    QCOMPARE(series[3].y.front(), least);
    QCOMPARE(series[2].y.front(), series[0].y.front());
    QVERIFY2(awq->facts().contains(QStringLiteral("gate, up")), qPrintable(awq->facts()));
    QVERIFY(awq->facts().contains(QStringLiteral("from the calibration")));
    // A comparison on the same text comes to the same.
    const std::vector<float> scales = awq->report()->scales;
    fixture_->workspace.runComparison();
    QTRY_VERIFY_WITH_TIMEOUT(!fixture_->workspace.comparisonRunning(), 60000);
    QTRY_VERIFY(awq->facts().contains(QStringLiteral("from the comparison")));
    QVERIFY(awq->report()->scales == scales);
    QVERIFY(awq->facts().contains(QStringLiteral("at the outputs of the linears")));
}

void TestPagesMethod::awqByModulesIsAPreviewAtFirst() {
    open("awq(module)/int4:g128:asym");
    calibrate(true);
    QVERIFY(comesUp<AwqView>());
    auto* awq = view<AwqView>();
    QTRY_VERIFY_WITH_TIMEOUT(awq->report(), 30000);
    QVERIFY(awq->facts().contains(QStringLiteral("a preview, measured at the outputs of the")));
    fixture_->workspace.runComparison();
    QTRY_VERIFY_WITH_TIMEOUT(!fixture_->workspace.comparisonRunning(), 60000);
    QTRY_VERIFY(awq->facts().contains(QStringLiteral("from the comparison")));
    QVERIFY(awq->facts().contains(QStringLiteral("at the output of the whole MLP")));
    const auto& all = awq->report()->candidates;
    const double chosen = all[awq->report()->chosen].loss;
    QVERIFY(std::all_of(all.begin(), all.end(),
                        [chosen](const AwqCandidate& one) { return one.loss >= chosen; }));
    QCOMPARE(awq->plot()->series()[3].y.front(), chosen);
}

void TestPagesMethod::smoothQuantShowsMaximaBeforeAndAfter() {
    open("smooth(0.5)/int8:channel:narrow");
    calibrate(false);
    QVERIFY(comesUp<SmoothView>());
    auto* smooth = view<SmoothView>();
    QTRY_VERIFY_WITH_TIMEOUT(smooth->report(), 30000);
    const auto& series = smooth->plot()->series();
    QCOMPARE(series.size(), std::size_t{4});
    const InputStatistics& input =
        *fixture_->workspace.calibration()->of(*fixture_->workspace.tensor());
    QVERIFY(series[0].values == input.max_abs);
    for (std::size_t i = 0; i < input.max_abs.size(); ++i) {
        // At α = 0.5 activations and weights meet.
        QVERIFY(std::fabs(series[1].values[i] / series[3].values[i] - 1) < 0.02F);
    }
    // Beside them what other strengths would do.
    QTRY_COMPARE_WITH_TIMEOUT(smooth->sweepPlot()->series().size(), std::size_t{1}, 30000);
    QCOMPARE(smooth->sweepPlot()->series()[0].x.size(), std::size_t{21});
    QVERIFY(smooth->facts().contains(QStringLiteral("the output error is least at α = ")));
    fixture_->choose("model.layers.1.mlp.down_proj.weight");
    QTRY_VERIFY(shows(QStringLiteral("No scales come to this matrix")));
    QVERIFY(smooth->plot()->series().empty());
    QVERIFY(smooth->sweepPlot()->series().empty());
}

void TestPagesMethod::fp8ShowsTheStoredValues() {
    open("fp8_e4m3:channel");
    QVERIFY(comesUp<NumberLineView>());
    auto* fp8 = view<NumberLineView>();
    QTRY_VERIFY(fp8->line());
    QVERIFY(fp8->logAxis()->isChecked());
    fp8->logAxis()->setChecked(false);
    const HistogramPlot& plot = *fp8->plot();
    QCOMPARE(plot.series()[0].histogram.total(), std::uint64_t{768 * 256});
    fp8->plot()->setCurrent(252);
    QVERIFY2(fp8->valueText().contains(QStringLiteral("0 1111 110 = 448")),
             qPrintable(fp8->valueText()));
    fp8->plot()->setCurrent(126 + 0x38);
    QVERIFY2(fp8->valueText().contains(QStringLiteral("0 0111 000 = 1 ")),
             qPrintable(fp8->valueText()));
    // How many weights have the code that is marked.
    const auto bytes = fixture_->workspace.tensorResult(scheme_).run->quantized.bytes;
    qint64 count = 0;
    for (std::size_t row = 0; row < 768; ++row) {
        const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(row * (256 + sizeof(float)));
        count += std::count(begin, begin + 256, std::byte{0x38});
    }
    QVERIFY(count > 0);
    QVERIFY(fp8->valueText().contains(QStringLiteral("%1 weights").arg(QLocale().toString(count))));
    // A weight that is chosen elsewhere is marked as it was stored.
    page_->setCell(5, 7);
    const CellInfo cell = fixture_->workspace.tensorResult(scheme_).run->quantized.inspect(5, 7);
    QVERIFY2(fp8->valueText().contains(QStringLiteral("row 5, column 7")),
             qPrintable(fp8->valueText()));
    QCOMPARE(fp8->line()->values[static_cast<std::size_t>(*fp8->plot()->current())].value,
             cell.level());
    // On the logarithmic axis only magnitudes remain.
    fp8->logAxis()->setChecked(true);
    fp8->plot()->setCurrent(0);
    QVERIFY(fp8->valueText().contains(QStringLiteral("0 0000 001")));
}

void TestPagesMethod::viewsThatApplyAreOffered() {
    open("smooth(0.5)/fp8_e4m3:channel");
    calibrate(true);
    QVERIFY(comesUp<SmoothView>());
    QVERIFY(page_->choice()->isVisible());
    QCOMPARE(page_->choice()->count(), 2);
    page_->choice()->setCurrentIndex(1);
    emit page_->choice()->activated(1);
    QTRY_VERIFY(shows(QStringLiteral("run the comparison")));  // only that makes its bytes
    fixture_->workspace.runComparison();
    QTRY_VERIFY_WITH_TIMEOUT(!fixture_->workspace.comparisonRunning(), 60000);
    QVERIFY(comesUp<NumberLineView>());
    QTRY_VERIFY(view<NumberLineView>()->line());
    QCOMPARE(view<NumberLineView>()->line()->scaled.total(), std::uint64_t{768 * 256});
    fixture_->only("int4:g128:sym+gptq");
    QVERIFY(comesUp<GptqView>());
    QVERIFY(!page_->choice()->isVisible());
}

void TestPagesMethod::stoppedWorkIsBegunAnew() {
    page_->hide();
    open("q4_0+gptq");
    calibrate(true);
    // Every thread is held, so that the view's work has to wait, and can be stopped.
    for (int i = 0; i < 2 * QThread::idealThreadCount(); ++i) {
        fixture_->jobs.start(
            Lane::interactive, QStringLiteral("hold"), page_.get(),
            [](const Progress& progress) {
                while (true) {
                    progress.check();
                    QThread::msleep(1);
                }
            },
            [] {}, [](const Error&) {});
    }
    page_->show();
    QVERIFY(comesUp<GptqView>());
    auto* gptq = view<GptqView>();
    QTRY_COMPARE(gptq->facts().trimmed(), QStringLiteral("Rounding the columns…"));
    gptq->retranslate();  // another language does not blank it
    QCOMPARE(gptq->facts().trimmed(), QStringLiteral("Rounding the columns…"));
    fixture_->jobs.cancelLane(Lane::interactive);
    QTRY_COMPARE(gptq->facts().trimmed(), QStringLiteral("Stopped on request."));
    emit fixture_->workspace.focusChanged();
    QTRY_VERIFY_WITH_TIMEOUT(gptq->frame(), 30000);
}

void TestPagesMethod::everyTextFollowsTheLanguage() {
    GptqView* gptq = watchGptq("int4:g128:sym+gptq");
    QVERIFY(gptq);
    MarkingTranslator marks;
    QCoreApplication::installTranslator(&marks);
    for (const char* scheme : {"int4:g128:sym+gptq", "awq/int4:g128:asym",
                               "smooth(0.5)/int8:channel:narrow", "fp8_e4m3:channel", "q4_0"}) {
        fixture_->only(scheme);
        QTRY_VERIFY(fixture_->jobs.idle());
        QTest::qWait(1);
        QTRY_VERIFY(fixture_->jobs.idle());
        for (const QLabel* label : page_->findChildren<QLabel*>()) {
            static const QRegularExpression words(QStringLiteral("[A-Za-z]{5,}"));
            const QString text = label->text();
            const bool data = text.contains(QStringLiteral("up_proj"));  // the tensor's own name
            QVERIFY2(!label->isVisible() || data || !text.contains(words) || text.contains(u'«'),
                     qPrintable(text));
        }
        for (const QCheckBox* box : page_->findChildren<QCheckBox*>()) {
            QVERIFY2(box->text().contains(u'«'), qPrintable(box->text()));
        }
    }
    QCoreApplication::removeTranslator(&marks);
}

QTEST_MAIN(TestPagesMethod)
#include "test_pages_method.moc"
