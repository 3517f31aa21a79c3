#include <QTest>

#include <qcustomplot.h>

#include "widgets/line_plot.h"

using namespace ql::gui;

class TestLinePlot : public QObject {
    Q_OBJECT

  private slots:
    void showsAllPoints();
    void keepsTheZoomOfTheUser();
    void csvHasEveryPoint();
};

void TestLinePlot::showsAllPoints() {
    LinePlot plot;
    plot.setSeries({{QStringLiteral("a"), 0, {1, 2, 3}, {5, 7, 6}},
                    {QStringLiteral("b"), 1, {2, 10}, {1, 2}}});
    QCOMPARE(plot.canvas()->graphCount(), 2);
    QVERIFY(plot.canvas()->xAxis->range().contains(1));
    QVERIFY(plot.canvas()->xAxis->range().contains(10));
    QVERIFY(plot.canvas()->yAxis->range().contains(1));
    QVERIFY(plot.canvas()->yAxis->range().contains(7));
    plot.setSeries({});
    QCOMPARE(plot.canvas()->graphCount(), 0);
}

void TestLinePlot::keepsTheZoomOfTheUser() {
    LinePlot plot;
    plot.resize(400, 200);
    plot.show();
    plot.setSeries({{QStringLiteral("a"), 0, {0, 10}, {0, 10}}});
    plot.canvas()->replot();
    const QPointF middle = plot.canvas()->axisRect()->rect().center();
    QWheelEvent wheel(middle, middle, {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QApplication::sendEvent(plot.canvas(), &wheel);
    const QCPRange zoomed = plot.canvas()->xAxis->range();
    QVERIFY(zoomed.size() < 10);
    plot.setSeries({{QStringLiteral("a"), 0, {0, 10, 20}, {0, 10, 20}}});
    QCOMPARE(plot.canvas()->xAxis->range(), zoomed);
    plot.fit();
    QVERIFY(plot.canvas()->xAxis->range().contains(20));
}

void TestLinePlot::csvHasEveryPoint() {
    LinePlot plot;
    plot.setSeries({{QStringLiteral("q4 \"x\""), 0, {1, 2}, {0.5, 0.25}}});
    QCOMPARE(plot.csv(),
             QStringLiteral("series,x,y\n\"q4 \"\"x\"\"\",1,0.5\n\"q4 \"\"x\"\"\",2,0.25\n"));
}

QTEST_MAIN(TestLinePlot)
#include "test_line_plot.moc"
