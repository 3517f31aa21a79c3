// Message strip, job strip, tables, colour scale and help: values go in, wishes come out.
#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "widgets/card.h"
#include "widgets/color_scale.h"
#include "widgets/help_button.h"
#include "widgets/job_strip.h"
#include "widgets/message_strip.h"
#include "widgets/stat_table.h"
#include "widgets/theme.h"

using namespace ql::gui;

namespace {

template <class Button>
Button* named(const QWidget& widget, const QString& name) {
    for (Button* button : widget.findChildren<Button*>()) {
        if (button->text() == name || button->accessibleName() == name) return button;
    }
    return nullptr;
}

}  // namespace

class TestStrips : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase();
    void messageShowsCopiesAndGoes();
    void severeMessagesComeFirst();
    void jobShowsProgressAndCancels();
    void jobWithoutEndIsIndeterminate();
    void idleHidesTheJob();
    void tableCopiesAsTsv();
    void tableIsReused();
    void everyButtonHasANameAndATip();
    void colorScaleDescribesItself();
    void namesAreNoRichText();
    void helpOpensAndCloses();
};

void TestStrips::initTestCase() {
    QLocale::setDefault(QLocale::c());
    new Theme(this);
}

void TestStrips::messageShowsCopiesAndGoes() {
    MessageStrip strip;
    QVERIFY(strip.isHidden());
    strip.showMessage(Severity::error, QStringLiteral("The file is too short."),
                      QStringLiteral("model.gguf"));
    QVERIFY(strip.isVisible());
    QVERIFY(strip.findChild<QPlainTextEdit*>()->isHidden());
    QTest::mouseClick(named<QToolButton>(strip, QStringLiteral("Details")), Qt::LeftButton);
    QVERIFY(strip.findChild<QPlainTextEdit*>()->isVisible());
    QTest::mouseClick(named<QToolButton>(strip, QStringLiteral("Copy message")), Qt::LeftButton);
    QCOMPARE(QApplication::clipboard()->text(),
             QStringLiteral("The file is too short.\nmodel.gguf"));
    QSignalSpy dismissed(&strip, &MessageStrip::dismissed);
    QTest::mouseClick(named<QToolButton>(strip, QStringLiteral("Dismiss")), Qt::LeftButton);
    QCOMPARE(dismissed.size(), 1);
    QVERIFY(strip.isHidden());
    QVERIFY(!strip.isShowing());
}

void TestStrips::severeMessagesComeFirst() {
    MessageStrip strip;
    strip.showMessage(Severity::error, QStringLiteral("bad"));
    strip.showMessage(Severity::info, QStringLiteral("by the way"));
    QCOMPARE(strip.text(), QStringLiteral("bad"));
    QTest::keyClick(&strip, Qt::Key_Escape);
    QCOMPARE(strip.text(), QStringLiteral("by the way"));
    strip.showMessage(Severity::warning, QStringLiteral("careful"));
    QCOMPARE(strip.text(), QStringLiteral("careful"));
}

void TestStrips::jobShowsProgressAndCancels() {
    JobStrip strip;
    strip.show();
    strip.setJob(
        {QStringLiteral("GPTQ 4-bit"), QStringLiteral("layer 3 of 6"), 0.5, 12, 11.5, 0, false});
    const auto* bar = strip.findChild<QProgressBar*>();
    QVERIFY(bar->isVisible());
    QCOMPARE(bar->value() * 2, bar->maximum());
    QVERIFY(strip.accessibleDescription().contains(QStringLiteral("12\u00a0s left")));
    QSignalSpy cancelled(&strip, &JobStrip::cancelRequested);
    auto* cancel = named<QPushButton>(strip, QStringLiteral("Cancel"));
    QTest::mouseClick(cancel, Qt::LeftButton);
    QCOMPARE(cancelled.size(), 1);
    strip.setJob({QStringLiteral("GPTQ 4-bit"), {}, 0.6, 13, 9, 2, true});
    QVERIFY(!cancel->isEnabled());
    QVERIFY(named<QToolButton>(strip, QStringLiteral("Jobs (2 waiting)")) != nullptr);
    QSignalSpy log(&strip, &JobStrip::logRequested);
    QTest::mouseClick(named<QToolButton>(strip, QStringLiteral("Log")), Qt::LeftButton);
    QCOMPARE(log.size(), 1);
}

void TestStrips::jobWithoutEndIsIndeterminate() {
    JobStrip strip;
    strip.setJob({QStringLiteral("Opening"), {}, -1, 1, -1, 0, false});
    QCOMPARE(strip.findChild<QProgressBar*>()->maximum(), 0);
    strip.setJob({QStringLiteral("Opening"), {}, 2.0, 1, -1, 0, false});
    QCOMPARE(strip.findChild<QProgressBar*>()->value(),
             strip.findChild<QProgressBar*>()->maximum());
}

void TestStrips::idleHidesTheJob() {
    JobStrip strip;
    strip.show();
    strip.setJob({QStringLiteral("GPTQ"), {}, 0.5, 1, 1, 0, false});
    QVERIFY(!strip.isIdle());
    strip.setIdle(QStringLiteral("GPTQ finished in 3.2 s"));
    QVERIFY(strip.isIdle());
    QVERIFY(strip.findChild<QProgressBar*>()->isHidden());
    QVERIFY(named<QPushButton>(strip, QStringLiteral("Cancel"))->isHidden());
    QCOMPARE(strip.accessibleDescription(), QStringLiteral("GPTQ finished in 3.2 s"));
}

void TestStrips::tableCopiesAsTsv() {
    StatTable table;
    table.setRows({{QStringLiteral("size"), QStringLiteral("3.6 MB"), true, {}},
                   {QStringLiteral("SQNR"), QStringLiteral("20.95 dB"), false, {}}});
    QCOMPARE(table.tsv(), QStringLiteral("size\t3.6 MB\nSQNR\t20.95 dB\n"));
    table.show();
    QTest::keySequence(&table, QKeySequence::Copy);
    QCOMPARE(QApplication::clipboard()->text(), table.tsv());
    // The best value is told by weight, not by colour alone.
    for (const QLabel* label : table.findChildren<QLabel*>()) {
        if (label->text() == QStringLiteral("3.6 MB"))
            QVERIFY(label->font().weight() > QFont::Normal);
        if (label->text() == QStringLiteral("20.95 dB"))
            QCOMPARE(label->font().weight(), int(QFont::Normal));
    }
}

void TestStrips::tableIsReused() {
    StatTable table;
    table.show();
    table.setRows({{QStringLiteral("w"), QStringLiteral("1"), false, {}},
                   {QStringLiteral("error"), QStringLiteral("2"), false, {}}});
    const auto labels = table.findChildren<QLabel*>().size();
    table.setRows({{QStringLiteral("w"), QStringLiteral("3"), false, {}}});
    QCOMPARE(table.findChildren<QLabel*>().size(), labels);
    QStringList shown;
    for (const QLabel* label : table.findChildren<QLabel*>()) {
        if (label->isVisible()) shown << label->text();
    }
    QCOMPARE(shown, (QStringList{QStringLiteral("w"), QStringLiteral("3")}));
}

void TestStrips::everyButtonHasANameAndATip() {
    MessageStrip messages;
    messages.showMessage(Severity::info, QStringLiteral("text"), QStringLiteral("details"));
    JobStrip jobs;
    jobs.setJob({QStringLiteral("GPTQ"), {}, 0.5, 1, 1, 0, false});
    HelpButton help;
    for (const QWidget* widget : {static_cast<QWidget*>(&messages), static_cast<QWidget*>(&jobs)}) {
        for (const QAbstractButton* button : widget->findChildren<QAbstractButton*>()) {
            QVERIFY(!button->text().isEmpty() || !button->accessibleName().isEmpty());
            QVERIFY(!button->toolTip().isEmpty());
            QVERIFY(button->focusPolicy() & Qt::TabFocus);
        }
    }
    QVERIFY(!help.accessibleName().isEmpty());
    QVERIFY(!help.toolTip().isEmpty());
}

void TestStrips::colorScaleDescribesItself() {
    ColorScale scale;
    scale.setScale({0, 0.031, Transform::linear, false});
    scale.setTexts(QStringLiteral("|ŵ − w|"), QStringLiteral("99.9 % clip"));
    QCOMPARE(scale.accessibleDescription(),
             QStringLiteral("Colours from 0 to 0.0310 |ŵ − w| 99.9 % clip"));
    scale.resize(scale.sizeHint());
    scale.show();
    QVERIFY(QTest::qWaitForWindowExposed(&scale));
    const QImage image = scale.grab().toImage();
    const ColorMap& map = ColorMap::viridis();
    const QPointF lowest(5, scale.height() - scale.fontMetrics().height() / 2 - 0.5);
    const QRgb shown = image.pixel((lowest * image.devicePixelRatio()).toPoint() - QPoint(0, 1));
    QVERIFY(shown == map.at(0) || shown == map.at(1));  // at a ratio of 1.5 rows share pixels
    QSignalSpy clicked(&scale, &ColorScale::clicked);
    QTest::mouseClick(&scale, Qt::LeftButton);
    QCOMPARE(clicked.size(), 1);
}

void TestStrips::helpOpensAndCloses() {
    HelpButton help;
    help.setHelp(QStringLiteral("KL divergence"), QStringLiteral("<p>How two differ.</p>"));
    help.show();
    QVERIFY(QTest::qWaitForWindowExposed(&help));
    QTest::mouseClick(&help, Qt::LeftButton);
    const auto bodies = help.findChildren<QLabel*>();
    QCOMPARE(bodies.size(), 2);
    QVERIFY(bodies.last()->isVisible());
    QTest::keyClick(bodies.last(), Qt::Key_Escape);
    QTRY_VERIFY(help.findChildren<QLabel*>().isEmpty());  // the pop-over is gone
}

void TestStrips::namesAreNoRichText() {
    MessageStrip messages;
    messages.showMessage(Severity::info, QStringLiteral("<b>odd</b>.gguf"));
    JobStrip jobs;
    jobs.setJob({QStringLiteral("<b>odd</b>"), QStringLiteral("<i>odd</i>"), 0.5, 1, 1, 0, false});
    for (const QWidget* widget : {static_cast<QWidget*>(&messages), static_cast<QWidget*>(&jobs)}) {
        for (const QLabel* label : widget->findChildren<QLabel*>()) {
            QVERIFY(label->text().isEmpty() || !label->text().contains(u'<') ||
                    label->textFormat() == Qt::PlainText);
        }
    }
}

QTEST_MAIN(TestStrips)
#include "test_strips.moc"
