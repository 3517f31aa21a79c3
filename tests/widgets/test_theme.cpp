// Both themes can be read (contrast of every text role), reach every widget, and give the colours
// that were agreed; icons and colour maps follow.
#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "widgets/color_map.h"
#include "widgets/icons.h"
#include "widgets/theme.h"

using namespace ql::gui;

class TestTheme : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { theme_ = new Theme(this); }
    void agreedColors();
    void textContrast_data();
    void textContrast();
    void readableOnAnyBackground();
    void switchesAtOnce();
    void primaryButtonIsFilled();
    void iconsFollow();
    void everyIconDraws();
    void colorMapEnds();
    void scaleInverts_data();
    void scaleInverts();

  private:
    Theme* theme_ = nullptr;
};

void TestTheme::agreedColors() {
    QCOMPARE(themeColors(true).window, QColor("#1e2126"));
    QCOMPARE(themeColors(true).selection, QColor("#2f4a68"));
    QCOMPARE(themeColors(false).accent, QColor("#1f6fc2"));
    QCOMPARE(themeColors(false).line, QColor("#d5d9df"));
    QCOMPARE(schemeColor(0, true), QColor("#e69f00"));
    QCOMPARE(schemeColor(1, false), QColor("#56b4e9"));
    QCOMPARE(schemeColor(2, false), QColor("#009e73"));
    QCOMPARE(schemeColor(8, false), schemeColor(0, false));
    QCOMPARE(schemeColor(7, true), QColor(Qt::white));
    QCOMPARE(schemeColor(kOriginalColor, true), themeColors(true).original);
}

void TestTheme::textContrast_data() {
    QTest::addColumn<QColor>("text");
    QTest::addColumn<QColor>("ground");
    for (const bool dark : {false, true}) {
        const ThemeColors& c = themeColors(dark);
        const QPalette palette = themePalette(dark);
        const auto row = [dark](const char* name, const QColor& text, const QColor& ground) {
            QTest::addRow("%s %s", dark ? "dark" : "light", name) << text << ground;
        };
        for (const QColor& ground : {c.window, c.panel, c.bar, c.selection}) {
            const QByteArray name = ground.name().toLatin1();
            row("text on " + name, c.text, ground);
            row("muted on " + name, c.mutedOn(ground), ground);
        }
        for (const QColor& ground : {c.window, c.panel}) {
            const QByteArray name = ground.name().toLatin1();
            row("plain muted on " + name, c.muted, ground);
            row("accent on " + name, c.accent, ground);
            row("good on " + name, c.good, ground);
            row("warning on " + name, c.warning, ground);
            row("error on " + name, c.error, ground);
            row("best on " + name, c.best, ground);
        }
        row("best on a selected row", readableOn(c.best, c.selection), c.selection);
        row("primary button", c.onAccent, c.accent);
        using Role = QPalette::ColorRole;
        const std::vector<std::tuple<const char*, Role, Role>> roles = {
            {"WindowText", QPalette::WindowText, QPalette::Window},
            {"Text", QPalette::Text, QPalette::Base},
            {"Text, alternate", QPalette::Text, QPalette::AlternateBase},
            {"ButtonText", QPalette::ButtonText, QPalette::Button},
            {"HighlightedText", QPalette::HighlightedText, QPalette::Highlight},
            {"ToolTipText", QPalette::ToolTipText, QPalette::ToolTipBase},
            {"PlaceholderText", QPalette::PlaceholderText, QPalette::Base},
            {"Link", QPalette::Link, QPalette::Base},
            {"LinkVisited", QPalette::LinkVisited, QPalette::Window}};
        for (const auto& [name, text, ground] : roles) {
            row(name, palette.color(text), palette.color(ground));
        }
    }
}

void TestTheme::textContrast() {
    QFETCH(const QColor, text);
    QFETCH(const QColor, ground);
    const double ratio = contrast(text, ground);
    QVERIFY2(ratio >= 4.5,
             qPrintable(QStringLiteral("%1 on %2: %3").arg(text.name(), ground.name()).arg(ratio)));
}

void TestTheme::readableOnAnyBackground() {
    QCOMPARE(contrast(Qt::black, Qt::white), 21.0);
    QCOMPARE(readableOn(Qt::black, Qt::white), QColor(Qt::black));
    for (int grey = 0; grey < 256; grey += 5) {
        const QColor ground(grey, grey, grey);
        QVERIFY(contrast(readableOn(ground, ground), ground) >= 4.5);
    }
}

void TestTheme::switchesAtOnce() {
    theme_->setMode(ThemeMode::light);
    QLabel label(QStringLiteral("text"));
    label.show();
    QSignalSpy changed(theme_, &Theme::changed);
    theme_->setMode(ThemeMode::dark);
    QTRY_COMPARE(changed.size(), 1);
    QVERIFY(theme_->isDark());
    QVERIFY(themeColors().dark);
    QCOMPARE(label.palette().color(QPalette::Window), themeColors(true).window);
    theme_->setMode(ThemeMode::dark);
    QCoreApplication::processEvents();
    QCOMPARE(changed.size(), 1);
    theme_->setMode(ThemeMode::light);
    QTRY_COMPARE(label.palette().color(QPalette::WindowText), themeColors(false).text);
}

void TestTheme::primaryButtonIsFilled() {
    QPushButton button(QString(), nullptr);
    button.resize(80, 28);
    setPrimary(&button);
    QCOMPARE(button.grab().toImage().pixelColor(40, 14), themeColors().accent);
    setPrimary(&button, false);
    QCOMPARE(button.grab().toImage().pixelColor(40, 14), themeColors().bar);
}

void TestTheme::iconsFollow() {
    const QIcon stop = icon(QStringLiteral("stop"));
    theme_->setMode(ThemeMode::dark);
    QCOMPARE(stop.pixmap(16, 16).toImage().pixelColor(8, 8), themeColors(true).text);
    theme_->setMode(ThemeMode::light);
    QCOMPARE(stop.pixmap(16, 16).toImage().pixelColor(8, 8), themeColors(false).text);
    const QColor disabled = stop.pixmap(QSize(16, 16), QIcon::Disabled).toImage().pixelColor(8, 8);
    QCOMPARE(disabled, QApplication::palette().color(QPalette::Disabled, QPalette::WindowText));
    QVERIFY(icon(QStringLiteral("no such icon")).isNull());
    QVERIFY(!appIcon().pixmap(64, 64).isNull());
}

void TestTheme::everyIconDraws() {
    const QStringList names = iconNames();
    for (const char* needed :
         {"open", "export", "run", "stop", "theme", "language", "search", "filter", "close", "info",
          "warning", "error", "tensor", "plus", "remove", "copy", "save", "help", "fit"}) {
        QVERIFY2(names.contains(QString::fromLatin1(needed)), needed);
    }
    for (const QString& name : names) {
        const QImage image = icon(name).pixmap(16, 16).toImage();
        const int area = image.width() * image.height();
        int drawn = 0;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) drawn += qAlpha(image.pixel(x, y)) > 128;
        }
        QVERIFY2(drawn >= area / 32 && drawn < area * 3 / 4, qPrintable(name));
    }
}

void TestTheme::colorMapEnds() {
    const ColorMap& viridis = ColorMap::viridis();
    QCOMPARE(viridis(0), qRgb(0x44, 0x01, 0x54));
    QCOMPARE(viridis(1), qRgb(0xfd, 0xe7, 0x25));
    QCOMPARE(viridis(-3), viridis(0));
    QCOMPARE(viridis(std::nan("")), viridis.nanColor());
    for (const bool dark : {false, true}) {
        const ColorMap& map = ColorMap::diverging(dark);
        QVERIFY(qBlue(map(0.1)) > qRed(map(0.1)));
        QVERIFY(qRed(map(0.9)) > qBlue(map(0.9)));
        // The largest values stand out from zero, and ever more so.
        const QColor zero(map(0.5));
        for (const double side : {-1.0, 1.0}) {
            double last = 1;
            for (const double distance : {0.1, 0.2, 0.3, 0.4, 0.5}) {
                const double now = contrast(QColor(map(0.5 + side * distance)), zero);
                QVERIFY(now > last);
                last = now;
            }
            QVERIFY(last > 4.5);
        }
    }
}

void TestTheme::scaleInverts_data() {
    QTest::addColumn<bool>("log");
    QTest::addColumn<bool>("hasSign");
    for (const bool log : {false, true}) {
        for (const bool hasSign : {false, true}) {
            QTest::addRow("%s %s", log ? "log" : "linear", hasSign ? "with sign" : "without sign")
                << log << hasSign;
        }
    }
}

void TestTheme::scaleInverts() {
    QFETCH(const bool, log);
    QFETCH(const bool, hasSign);
    const ValueScale scale{0.001, 0.5, log ? Transform::log : Transform::linear, hasSign};
    for (const double value : {0.002, 0.03, 0.4}) {
        QVERIFY(std::abs(scale.value(scale.position(value)) - value) < 1e-12);
        if (hasSign) QVERIFY(std::abs(scale.value(scale.position(-value)) + value) < 1e-12);
    }
    QCOMPARE(scale.position(7.0), 1.0);
    QCOMPARE(scale.position(-7.0), 0.0);
    QVERIFY(std::isnan(scale.position(std::nan(""))));
}

QTEST_MAIN(TestTheme)
#include "test_theme.moc"
