// The plots draw what they were given: bins, counts outside, log axes, linked ranges; they follow
// theme and language, and give pictures and CSV.
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <qcustomplot.h>

#include "widgets/curve_plot.h"
#include "widgets/histogram_plot.h"
#include "widgets/number_format.h"
#include "widgets/number_line_plot.h"
#include "widgets/theme.h"

using namespace ql::gui;

namespace {

ql::Histogram histogramOf(std::vector<std::uint64_t> counts) {
    ql::Histogram made(-1, 1, counts.size());
    made.counts = std::move(counts);
    return made;
}

}  // namespace

class TestPlots : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase();
    void stepsHaveTheCountsOfTheBins();
    void logAxisLiftsEmptyBins();
    void differentBinsAreRefused();
    void countsOutsideAreTold();
    void legendToggles();
    void zoomSurvivesNewCounts();
    void histogramCsv();
    void powersOfTwoAreSaid();
    void curveOrders();
    void markStandsAtItsChannel();
    void curvesMayFollowTheFirst();
    void numberLineMarksTheNearestValue();
    void curveClickNamesTheChannel();
    void onlyAClickOnTheCurveIsAClick();
    void followsTheTheme();
    void exportsInLight();
    void savesFiles();

  private:
    Theme* theme_ = nullptr;
};

void TestPlots::initTestCase() {
    QLocale::setDefault(QLocale::c());
    theme_ = new Theme(this);
    theme_->setMode(ThemeMode::dark);
}

void TestPlots::stepsHaveTheCountsOfTheBins() {
    HistogramPlot plot;
    plot.setSeries({{QStringLiteral("BF16"), kOriginalColor, histogramOf({1, 5, 0, 2}), true}});
    const QCPGraph* graph = plot.canvas()->graph(1);  // 0 holds the grid points
    QCOMPARE(graph->lineStyle(), QCPGraph::lsStepCenter);
    QCOMPARE(graph->dataCount(), 6);  // and an empty bin at each end
    const auto& data = *graph->data();
    QCOMPARE(data.at(1)->key, -0.75);
    QCOMPARE(data.at(2)->value, 5.0);
    QCOMPARE(data.at(3)->value, 0.0);
    QCOMPARE(plot.xLo(), -1.0);
    QCOMPARE(plot.xHi(), 1.0);
    QCOMPARE(plot.canvas()->yAxis->range().lower, 0.0);
    QVERIFY(plot.canvas()->yAxis->range().upper >= 5);
}

void TestPlots::logAxisLiftsEmptyBins() {
    HistogramPlot plot;
    plot.setSeries({{QStringLiteral("BF16"), kOriginalColor, histogramOf({1, 5000, 0, 2}), true}});
    plot.setLogarithmic(true);
    QCOMPARE(plot.canvas()->yAxis->scaleType(), QCPAxis::stLogarithmic);
    QCOMPARE(plot.canvas()->yAxis->range().lower, 0.5);
    QCOMPARE(plot.canvas()->graph(1)->data()->at(3)->value, 0.5);
    plot.setLogarithmic(false);
    QCOMPARE(plot.canvas()->graph(1)->data()->at(3)->value, 0.0);
}

void TestPlots::differentBinsAreRefused() {
    HistogramPlot plot;
    QVERIFY_EXCEPTION_THROWN(
        plot.setSeries({{QStringLiteral("a"), 0, histogramOf({1, 2}), true},
                        {QStringLiteral("b"), 1, histogramOf({1, 2, 3}), true}}),
        std::invalid_argument);
}

void TestPlots::countsOutsideAreTold() {
    HistogramPlot plot;
    auto histogram = histogramOf({1, 2});
    histogram.above = 12345;
    plot.setSeries({{QStringLiteral("a"), 0, histogram, true}});
    QStringList shown;
    for (int i = 0; i < plot.canvas()->itemCount(); ++i) {
        const auto* text = qobject_cast<const QCPItemText*>(plot.canvas()->item(i));
        if (text != nullptr && text->visible()) shown << text->text();
    }
    QCOMPARE(shown.size(), 1);
    QVERIFY2(shown.first().contains(QStringLiteral("12.3")), qPrintable(shown.first()));
}

void TestPlots::legendToggles() {
    HistogramPlot plot;
    plot.resize(400, 300);
    plot.setSeries({{QStringLiteral("a"), 0, histogramOf({1, 2}), true},
                    {QStringLiteral("b"), 1, histogramOf({2, 1}), true}});
    plot.show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    QSignalSpy changed(&plot, &HistogramPlot::visibilityChanged);
    const QPoint entry = plot.canvas()->legend->item(1)->outerRect().center();
    QTest::mouseClick(plot.canvas(), Qt::LeftButton, Qt::NoModifier, entry);
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed[0][0].toInt(), 1);
    QCOMPARE(changed[0][1].toBool(), false);
    QVERIFY(!plot.canvas()->graph(2)->visible());
    QTest::mouseClick(plot.canvas(), Qt::LeftButton, Qt::NoModifier, entry);
    QVERIFY(plot.canvas()->graph(2)->visible());
}

void TestPlots::zoomSurvivesNewCounts() {
    HistogramPlot plot;
    plot.setSeries({{QStringLiteral("a"), 0, histogramOf({1, 2}), true}});
    plot.setXRange(-0.1, 0.1);
    plot.setSeries({{QStringLiteral("a"), 0, histogramOf({5, 9}), true}});
    QCOMPARE(plot.xHi(), 0.1);
    plot.setSeries({{QStringLiteral("a"), 0, histogramOf({5, 9, 1}), true}});
    QCOMPARE(plot.xHi(), 1.0);
}

void TestPlots::histogramCsv() {
    HistogramPlot plot;
    auto histogram = histogramOf({3, 4});
    histogram.below = 7;
    plot.setSeries({{QStringLiteral("a \"b\""), 0, histogram, true}});
    QCOMPARE(
        plot.csv(),
        QStringLiteral("bin_low,bin_high,\"a \"\"b\"\"\"\n-inf,-1,7\n-1,0,3\n0,1,4\n1,inf,0\n"));
}

void TestPlots::powersOfTwoAreSaid() {
    HistogramPlot plot;
    plot.resize(500, 240);
    plot.setPowersOfTwo(true);
    ql::Histogram histogram(-10, 10, 2);
    histogram.counts = {3, 4};
    histogram.below = 7;
    plot.setSeries({{QStringLiteral("a"), 0, histogram, true}});
    QCOMPARE(plot.csv(), QStringLiteral("bin_low,bin_high,\"a\"\n0,0.0009765625,7\n0.0009765625,"
                                        "1,3\n1,1024,4\n1024,inf,0\n"));
    plot.show();
    plot.canvas()->replot();
    const auto labels = plot.canvas()->xAxis->tickVectorLabels();
    QVERIFY2(labels.contains(formatNumber(1, 1)), qPrintable(labels.join(u' ')));
    for (const double tick : plot.canvas()->xAxis->tickVector()) {  // powers of ten
        const double exponent = std::log10(std::exp2(tick));
        QVERIFY(std::fabs(exponent - std::round(exponent)) < 1e-9);
    }
    plot.setPowersOfTwo(false);
    QVERIFY(plot.csv().contains(QStringLiteral("\n-10,0,3\n")));
}

void TestPlots::markStandsAtItsChannel() {
    CurvePlot plot;
    plot.setSeries({{QStringLiteral("a"), 0, {1, 9, 4}}});
    const auto line = [&] { return qobject_cast<QCPItemStraightLine*>(plot.canvas()->item(0)); };
    QVERIFY(!line()->visible());
    plot.setMark(2);
    QVERIFY(line()->visible());
    QCOMPARE(line()->point1->coords().x(), 2.0);
    plot.setOrder(CurvePlot::Order::descending);
    QCOMPARE(line()->point1->coords().x(), 1.0);  // the second largest
    plot.setSeries({{QStringLiteral("a"), 0, {1, 9}}});
    QVERIFY(!line()->visible());
    plot.setMark(std::nullopt);
    QVERIFY(!plot.mark());
}

void TestPlots::curveOrders() {
    CurvePlot plot;
    plot.setSeries({{QStringLiteral("a"), 0, {1, 9, 4}}});
    const auto at = [&](int i) { return plot.canvas()->graph(0)->data()->at(i)->value; };
    QCOMPARE(at(1), 9.0);
    plot.setOrder(CurvePlot::Order::descending);
    QCOMPARE(at(0), 9.0);
    QCOMPARE(at(1), 4.0);
    QCOMPARE(at(2), 1.0);
    QCOMPARE(plot.csv(),
             QStringLiteral("channel,\"a\"\n0,1\n1,9\n2,4\n"));  // as given, whatever is drawn
}

void TestPlots::curvesMayFollowTheFirst() {
    CurvePlot plot;
    plot.setOrder(CurvePlot::Order::first);
    plot.setLogarithmic(true);
    plot.setSeries({{QStringLiteral("a"), 0, {1, 9, 4}}, {QStringLiteral("b"), 1, {0, 2, 16}}});
    const auto at = [&](int graph, int i) {
        return plot.canvas()->graph(graph)->data()->at(i)->value;
    };
    QCOMPARE(at(0, 0), 9.0);
    QCOMPARE(at(1, 0), 2.0);
    QCOMPARE(at(1, 1), 16.0);
    QCOMPARE(at(1, 2), 0.0);
    // All that a logarithmic axis can show is seen.
    QCOMPARE(plot.canvas()->yAxis->scaleType(), QCPAxis::stLogarithmic);
    const QCPRange range = plot.canvas()->yAxis->range();
    QVERIFY(range.lower > 0 && range.lower < 1 && range.upper > 16);
}

void TestPlots::numberLineMarksTheNearestValue() {
    NumberLinePlot plot;
    plot.resize(400, 200);
    ql::Histogram histogram(-8, 8, 16);
    plot.setSeries({{QStringLiteral("a"), 0, histogram}});
    plot.setValues({-8, -1, 0, 1, 8}, {-8, 8}, 0);
    plot.show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    QSignalSpy changed(&plot, &NumberLinePlot::currentChanged);
    const auto moveTo = [&plot](double x) {
        const auto pixel = static_cast<int>(std::lround(plot.canvas()->xAxis->coordToPixel(x)));
        QTest::mouseMove(plot.canvas(), QPoint(pixel, 80));
    };
    moveTo(3.5);
    QTRY_COMPARE(plot.current(), std::optional(3));
    moveTo(6);
    QTRY_COMPARE(plot.current(), std::optional(4));
    moveTo(-7.9);
    QTRY_COMPARE(plot.current(), std::optional(0));
    QCOMPARE(changed.size(), 3);
    plot.setCurrent(5);
    QVERIFY(!plot.current());
    plot.setCurrent(2);
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(plot.canvas(), &leave);
    QVERIFY(!plot.current());
}

void TestPlots::curveClickNamesTheChannel() {
    CurvePlot plot;
    plot.resize(400, 200);
    plot.setSeries({{QStringLiteral("a"), 0, {1, 9, 4}}});
    plot.setOrder(CurvePlot::Order::descending);
    plot.show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    QSignalSpy clicked(&plot, &CurvePlot::channelClicked);
    const int x = static_cast<int>(plot.canvas()->xAxis->coordToPixel(1));
    QTest::mouseClick(plot.canvas(), Qt::LeftButton, Qt::NoModifier, QPoint(x, 100));
    QCOMPARE(clicked.size(), 1);
    QCOMPARE(clicked[0][0].toInt(), 2);  // the second largest is channel 2
}

void TestPlots::onlyAClickOnTheCurveIsAClick() {
    CurvePlot plot;
    plot.resize(400, 200);
    plot.setSeries({{QStringLiteral("a"), 0, {1, 9, 4}}});
    plot.show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    QSignalSpy clicked(&plot, &CurvePlot::channelClicked);
    const int x = static_cast<int>(plot.canvas()->xAxis->coordToPixel(1));
    // A drag pans.
    QTest::mousePress(plot.canvas(), Qt::LeftButton, Qt::NoModifier, QPoint(x, 100));
    QTest::mouseMove(plot.canvas(), QPoint(x + 60, 100));
    QTest::mouseRelease(plot.canvas(), Qt::LeftButton, Qt::NoModifier, QPoint(x + 60, 100));
    plot.fit();
    // Below the axis are only numbers.
    QTest::mouseClick(plot.canvas(), Qt::LeftButton, Qt::NoModifier,
                      QPoint(x, plot.canvas()->axisRect()->rect().bottom() + 8));
    QTest::mouseClick(plot.canvas(), Qt::RightButton, Qt::NoModifier, QPoint(x, 100));
    QCOMPARE(clicked.size(), 0);
    // A double click fits; only its first half is a click.
    QTest::mouseClick(plot.canvas(), Qt::LeftButton, Qt::NoModifier, QPoint(x, 100));
    QTest::mouseDClick(plot.canvas(), Qt::LeftButton, Qt::NoModifier, QPoint(x, 100));
    QTest::mouseRelease(plot.canvas(), Qt::LeftButton, Qt::NoModifier, QPoint(x, 100));
    QCOMPARE(clicked.size(), 1);
}

void TestPlots::followsTheTheme() {
    HistogramPlot plot;
    plot.resize(300, 200);
    plot.setSeries({{QStringLiteral("a"), 7, histogramOf({1, 2}), true}});
    plot.show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    QCOMPARE(plot.grab().toImage().pixelColor(1, 1), themeColors(true).window);
    QCOMPARE(plot.canvas()->graph(1)->pen().color(), QColor(Qt::white));
    theme_->setMode(ThemeMode::light);
    QTRY_COMPARE(plot.grab().toImage().pixelColor(1, 1), themeColors(false).window);
    QCOMPARE(plot.canvas()->graph(1)->pen().color(), QColor(Qt::black));
    QCOMPARE(plot.canvas()->xAxis->tickLabelColor(), themeColors(false).muted);
    theme_->setMode(ThemeMode::dark);
    QTRY_COMPARE(plot.grab().toImage().pixelColor(1, 1), themeColors(true).window);
}

void TestPlots::exportsInLight() {
    HistogramPlot plot;
    plot.resize(300, 200);
    plot.setSeries({{QStringLiteral("a"), 7, histogramOf({1, 2}), true}});
    const QImage image = plot.picture(2);
    QCOMPARE(image.size(), QSize(600, 400));
    QCOMPARE(image.pixelColor(2, 2), QColor(Qt::white));
    QCOMPARE(plot.canvas()->graph(1)->pen().color(), QColor(Qt::white));  // the screen stays dark
    QVERIFY(plot.svg().contains("<svg"));
}

void TestPlots::savesFiles() {
    QTemporaryDir folder;
    CurvePlot plot;
    plot.resize(300, 200);
    plot.setSeries({{QStringLiteral("a"), 0, {1, 2}}});
    for (const char* name : {"a.png", "a.svg", "a.csv"}) {
        const QString path = folder.filePath(QString::fromLatin1(name));
        QCOMPARE(plot.save(path), QString());
        QVERIFY(QFile(path).size() > 10);
    }
    QVERIFY(!plot.save(folder.filePath(QStringLiteral("missing/a.png"))).isEmpty());
}

QTEST_MAIN(TestPlots)
#include "test_plots.moc"
