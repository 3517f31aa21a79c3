#include <QCheckBox>
#include <QLabel>
#include <QSpinBox>
#include <QTest>

#include "app/controls.h"
#include "app/pages/weights_page.h"
#include "tests/app/app_fixture.h"
#include "tests/app/page_fixture.h"
#include "widgets/curve_plot.h"
#include "widgets/histogram_plot.h"
#include "widgets/number_format.h"
#include "widgets/stat_table.h"

using namespace ql;
using namespace ql::gui;

class TestPagesWeights : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { usePrivatePaths(); }
    void cleanupTestCase() { removePrivatePaths(); }
    void init();
    void cleanup();

    void saysWhatToDoWithoutAModel();
    void histogramsOfAllEnabledSchemesShareTheBins();
    void statisticsAreThoseOfTheTensor();
    void gridPointsAreThoseOfTheChosenBlock();
    void schemesWithoutBlocksHaveNoGridPoints();
    void curvesOfBothKindsOfChannels();
    void hiddenSeriesStayHidden();
    void normsAndOddTensorsAreShown();
    void undecodableTensorGivesItsReason();
    void everyTextFollowsTheLanguage();

  private:
    QStringList visibleTexts() const;
    bool shows(const QString& text) const;
    QList<QSpinBox*> spinBoxes() const { return page_->findChildren<QSpinBox*>(); }

    std::unique_ptr<PageFixture> fixture_;
    std::unique_ptr<WeightsPage> page_;
};

void TestPagesWeights::init() {
    fixture_ = std::make_unique<PageFixture>();
    page_ = std::make_unique<WeightsPage>(&fixture_->workspace, &fixture_->jobs);
    page_->resize(900, 610);
    page_->show();
}

void TestPagesWeights::cleanup() {
    page_.reset();
    fixture_.reset();
}

QStringList TestPagesWeights::visibleTexts() const {
    QStringList texts;
    for (const QLabel* label : page_->findChildren<QLabel*>()) {
        if (label->isVisible() && !label->text().isEmpty()) {
            texts << label->text();
        }
    }
    return texts;
}

bool TestPagesWeights::shows(const QString& text) const {
    return visibleTexts().join(u'\n').contains(text);
}

void TestPagesWeights::saysWhatToDoWithoutAModel() {
    QTRY_VERIFY(shows(QStringLiteral("Open a model")));
    QVERIFY(!page_->histogram()->isVisible());
}

void TestPagesWeights::histogramsOfAllEnabledSchemesShareTheBins() {
    fixture_->openTensors();
    Workspace& workspace = fixture_->workspace;
    const int added = workspace.addScheme(parse_plan("q5_0"));
    workspace.addScheme(parse_plan("int4:g128:asym"));  // 96 columns: refused
    fixture_->settle();
    // The original, Q4_0, Q8_0 and Q5_0; both int4 schemes are refused.
    QTRY_COMPARE(page_->histogram()->series().size(), std::size_t{4});
    const auto& series = page_->histogram()->series();
    QCOMPARE(series[0].color, kOriginalColor);
    QCOMPARE(series[0].histogram.total(), std::uint64_t{64 * 96});
    for (const HistogramSeries& one : series) {
        QCOMPARE(one.histogram.counts.size(), series[0].histogram.counts.size());
        QCOMPARE(one.histogram.total(), std::uint64_t{64 * 96});
    }
    QCOMPARE(series[3].color, workspace.scheme(added)->color);
    workspace.setSchemeEnabled(added, false);
    QTRY_COMPARE(page_->histogram()->series().size(), std::size_t{3});
}

void TestPagesWeights::statisticsAreThoseOfTheTensor() {
    fixture_->openTensors();
    QTRY_VERIFY(page_->statistics()->isVisible());
    const auto [low, high] = std::minmax_element(fixture_->matrix.begin(), fixture_->matrix.end());
    const QString table = page_->statistics()->tsv();
    QVERIFY2(table.contains(QStringLiteral("count\t") + formatExact(64 * 96)), qPrintable(table));
    QVERIFY2(table.contains(QStringLiteral("min\t") + formatNumber(static_cast<double>(*low), 4)),
             qPrintable(table));
    QVERIFY2(table.contains(QStringLiteral("max\t") + formatNumber(static_cast<double>(*high), 4)),
             qPrintable(table));
    QVERIFY(shows(QStringLiteral("64 × 96")));
    fixture_->choose("holes");
    QTRY_VERIFY(page_->statistics()->tsv().contains(QStringLiteral("NaN\t1 (0.78")));
}

void TestPagesWeights::gridPointsAreThoseOfTheChosenBlock() {
    fixture_->openTensors();
    const int id = fixture_->only("q4_0");
    QTRY_COMPARE(spinBoxes().at(0)->maximum(), PageFixture::kRows - 1);
    QTRY_COMPARE(spinBoxes().at(1)->maximum(), 2);  // 96 / 32 blocks, once they are there
    page_->setCell(PageFixture::kLargeRow, 70);
    QCOMPARE(spinBoxes().at(0)->value(), PageFixture::kLargeRow);
    QCOMPARE(spinBoxes().at(1)->value(), 2);
    const CellInfo block =
        fixture_->workspace.tensorResult(id).run->quantized.inspect(PageFixture::kLargeRow, 64);
    QVERIFY(shows(QStringLiteral("columns 64–95")));
    QVERIFY(shows(QStringLiteral("scale ") + formatNumber(static_cast<double>(block.scale))));
    spinBoxes().at(1)->setValue(0);
    QVERIFY(shows(QStringLiteral("columns 0–31")));
}

void TestPagesWeights::schemesWithoutBlocksHaveNoGridPoints() {
    fixture_->openTensors();
    fixture_->only("bf16");
    QTRY_VERIFY(shows(QStringLiteral("has no block grid")));
    QVERIFY(!spinBoxes().at(0)->isEnabled());
    fixture_->only("int4:g128:asym");
    QTRY_VERIFY(shows(QStringLiteral("cannot be applied to this tensor")));
}

void TestPagesWeights::curvesOfBothKindsOfChannels() {
    fixture_->openTensors();
    QTRY_COMPARE(page_->curve()->series().size(), std::size_t{1});
    QCOMPARE(page_->curve()->series()[0].values.size(), std::size_t{96});
    const QList<Choice*> choices = page_->findChildren<Choice*>();
    choices.at(0)->setCurrentIndex(1);
    QTRY_COMPARE(page_->curve()->series()[0].values.size(), std::size_t{64});
    QVERIFY(shows(QStringLiteral("output channel 12")));
    choices.at(1)->setCurrentIndex(1);
    QCOMPARE(page_->curve()->order(), CurvePlot::Order::descending);
    emit page_->curve()->channelClicked(30);  // an output channel is a row
    QCOMPARE(spinBoxes().at(0)->value(), 30);
}

void TestPagesWeights::hiddenSeriesStayHidden() {
    fixture_->openTensors();
    const int id = fixture_->only("q4_0");
    QTRY_COMPARE(page_->histogram()->series().size(), std::size_t{2});
    emit page_->histogram()->visibilityChanged(1, false);
    fixture_->workspace.addScheme(parse_plan("q8_0"));
    fixture_->settle();
    QTRY_COMPARE(page_->histogram()->series().size(), std::size_t{3});
    QCOMPARE(fixture_->workspace.schemes().first().id, id);
    QVERIFY(!page_->histogram()->series()[1].visible);
    QVERIFY(page_->histogram()->series()[2].visible);
}

void TestPagesWeights::normsAndOddTensorsAreShown() {
    fixture_->openTensors();
    fixture_->choose("norm");
    QTRY_VERIFY(shows(QStringLiteral("norm")) && page_->histogram()->isVisible());
    QCOMPARE(page_->curve()->series()[0].values.size(), std::size_t{96});
    fixture_->choose("odd");
    fixture_->settle();
    QTRY_COMPARE(page_->curve()->series()[0].values.size(), std::size_t{7});
    QTRY_COMPARE(page_->histogram()->series().size(), std::size_t{1});  // all schemes are refused
}

void TestPagesWeights::undecodableTensorGivesItsReason() {
    fixture_->openTensors();
    fixture_->choose("complex");
    QTRY_VERIFY(shows(QStringLiteral("cannot be shown")));
    QVERIFY(!page_->histogram()->isVisible());
    fixture_->choose("matrix");
    QTRY_VERIFY(page_->histogram()->isVisible());
}

void TestPagesWeights::everyTextFollowsTheLanguage() {
    fixture_->openTensors();
    fixture_->settle();
    QTRY_VERIFY(shows(QStringLiteral("Statistics")));
    MarkingTranslator marks;
    QCoreApplication::installTranslator(&marks);
    QTRY_VERIFY(shows(QStringLiteral("«Statistics»")));
    QTRY_VERIFY(shows(QStringLiteral("«kurtosis»")));
    for (const QLabel* label : page_->findChildren<QLabel*>()) {
        static const QRegularExpression words(QStringLiteral("[A-Za-z]{4,}"));
        const QString text = label->text();
        const bool data = text.contains(QStringLiteral("matrix"));  // the tensor's own name
        QVERIFY2(!label->isVisible() || data || !text.contains(words) || text.contains(u'«'),
                 qPrintable(text));
    }
    for (const QCheckBox* box : page_->findChildren<QCheckBox*>()) {
        QVERIFY2(box->text().contains(u'«'), qPrintable(box->text()));
    }
    for (const Choice* choice : page_->findChildren<Choice*>()) {
        QVERIFY2(choice->currentText().contains(u'«'), qPrintable(choice->currentText()));
        QVERIFY(choice->accessibleName().contains(u'«'));
    }
    QVERIFY(page_->histogram()->series()[0].name.contains(u'«'));
    QCoreApplication::removeTranslator(&marks);
}

QTEST_MAIN(TestPagesWeights)
#include "test_pages_weights.moc"
