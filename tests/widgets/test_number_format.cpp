// Numbers read as documented, in English and with other decimal signs.
#include <QTest>
#include <cmath>
#include <limits>

#include "widgets/number_format.h"

using namespace ql::gui;

namespace {

/// The text with plain spaces, so that the tables below are readable.
QString plain(QString text) { return text.replace(QChar::Nbsp, u' '); }

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

}  // namespace

class TestNumberFormat : public QObject {
    Q_OBJECT
  private slots:
    void init() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }
    void formats_data();
    void formats();
    void unitsDoNotBreak();
    void followsTheLocale();
};

void TestNumberFormat::formats_data() {
    QTest::addColumn<QString>("made");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const QString& made, const char* expected) {
        QTest::newRow(name) << made << QString::fromUtf8(expected);
    };
    row("no bytes", formatBytes(0), "0 B");
    row("bytes", formatBytes(999), "999 B");
    row("kilobyte is 1000", formatBytes(1000), "1.0 kB");
    row("megabytes", formatBytes(3.9e6), "3.9 MB");
    row("rounds up to the next unit", formatBytes(999.6e6), "1.0 GB");
    row("gigabytes", formatBytes(15.23e9), "15.2 GB");
    row("many gigabytes", formatBytes(144e9), "144 GB");
    row("unknown size", formatBytes(kNan), "–");
    row("small count", formatCount(42), "42");
    row("exact below ten thousand", formatCount(5770), "5,770");
    row("thousands", formatCount(17526), "17.5 k");
    row("millions", formatCount(5770496), "5.77 M");
    row("billions", formatCount(7.24e9), "7.24 G");
    row("exact", formatExact(5770496), "5,770,496");
    row("zero", formatNumber(0), "0");
    row("significant", formatNumber(0.0078512), "0.00785");
    row("larger", formatNumber(20.953), "21.0");
    row("tiny", formatNumber(1.234e-7, 2), "1.2e-07");
    row("huge", formatNumber(3.2e7, 2), "3.2e+07");
    row("negative", formatNumber(-0.05), "-0.0500");
    row("nan", formatNumber(kNan), "–");
    row("infinite", formatNumber(-kInf), "−∞");
    row("percent", formatPercent(0.0894), "8.9 %");
    row("decibel", formatDecibel(20.951), "20.95 dB");
    row("no error at all", formatDecibel(kInf), "exact");
    row("bits", formatBits(4.5), "4.50 bits");
    row("milliseconds", formatDuration(0.0042), "4.2 ms");
    row("tenths", formatDuration(0.1), "0.1 s");
    row("seconds", formatDuration(12.4), "12 s");
    row("minutes", formatDuration(200), "3 min 20 s");
    row("no 60 s", formatDuration(59.7), "1 min 00 s");
    row("hours", formatDuration(3900), "1 h 05 min");
    row("left", formatTimeLeft(11.2), "12 s left");
    row("left, minutes in tens", formatTimeLeft(183), "3 min 10 s left");
    row("left, unknown", formatTimeLeft(-1), "");
    row("shape", formatShape(256, 768), "256 × 768");
}

void TestNumberFormat::formats() {
    QFETCH(const QString, made);
    QFETCH(const QString, expected);
    QCOMPARE(plain(made), expected);
}

void TestNumberFormat::unitsDoNotBreak() {
    for (const QString& text :
         {formatBytes(3.9e6), formatPercent(0.5), formatDuration(200), formatShape(2, 3)}) {
        QVERIFY2(!text.contains(u' '), qPrintable(text));
        QVERIFY2(text.contains(QChar::Nbsp), qPrintable(text));
    }
}

void TestNumberFormat::followsTheLocale() {
    QLocale::setDefault(QLocale(QLocale::German));
    QCOMPARE(plain(formatBytes(3.9e6)), QStringLiteral("3,9 MB"));
    QCOMPARE(formatExact(5770496), QStringLiteral("5.770.496"));
}

QTEST_MAIN(TestNumberFormat)
#include "test_number_format.moc"
