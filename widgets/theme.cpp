#include "widgets/theme.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QFontDatabase>
#include <QVariant>
#include <QWidget>
#include <array>
#include <cmath>

#include "widgets/style.h"

namespace ql::gui {
namespace {

const QString kPortal = QStringLiteral("org.freedesktop.portal.Desktop");
const QString kPortalPath = QStringLiteral("/org/freedesktop/portal/desktop");
const QString kPortalSettings = QStringLiteral("org.freedesktop.portal.Settings");
const QString kAppearance = QStringLiteral("org.freedesktop.appearance");
const QString kColorScheme = QStringLiteral("color-scheme");
constexpr uint kPreferDark = 1;  // 0: no preference, 2: prefer light

ThemeColors lightColors() {
    ThemeColors c;
    c.window = "#f4f5f7";
    c.panel = "#ffffff";
    c.bar = "#eceef1";
    c.line = "#d5d9df";
    c.text = "#1d232b";
    c.muted = "#66707d";
    c.accent = "#1f6fc2";
    c.onAccent = "#ffffff";
    c.selection = "#d6e6f7";
    c.good = "#1a7f4b";
    c.warning = "#96590a";
    c.error = "#c0362c";
    c.best = "#8a5a00";
    c.original = "#7d8794";
    c.dark = false;
    return c;
}

ThemeColors darkColors() {
    ThemeColors c;
    c.window = "#1e2126";
    c.panel = "#24282e";
    c.bar = "#2b3037";
    c.line = "#3a4049";
    c.text = "#e6e9ee";
    c.muted = "#9aa4b2";
    c.accent = "#4c9be8";
    c.onAccent = "#101418";
    c.selection = "#2f4a68";
    c.good = "#4cc38a";
    c.warning = "#f0b84a";
    c.error = "#ff8a7a";
    c.best = "#ffd166";
    c.original = "#9aa4b2";
    c.dark = true;
    return c;
}

double linearChannel(double channel) {
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& color) {
    return 0.2126 * linearChannel(color.redF()) + 0.7152 * linearChannel(color.greenF()) +
           0.0722 * linearChannel(color.blueF());
}

QColor mix(const QColor& from, const QColor& to, double share) {
    const auto channel = [share](int a, int b) {
        return static_cast<int>(std::lround(a + (b - a) * share));
    };
    return QColor(channel(from.red(), to.red()), channel(from.green(), to.green()),
                  channel(from.blue(), to.blue()));
}

bool hasDarkWindow(const QPalette& palette) {
    return palette.color(QPalette::Window).lightness() <
           palette.color(QPalette::WindowText).lightness();
}

}  // namespace

QColor ThemeColors::mutedOn(const QColor& background) const {
    return readableOn(muted, background);
}

const ThemeColors& themeColors(bool dark) {
    static const ThemeColors lights = lightColors();
    static const ThemeColors darks = darkColors();
    return dark ? darks : lights;
}

const ThemeColors& themeColors() { return themeColors(hasDarkWindow(QApplication::palette())); }

QPalette themePalette(bool dark) {
    const ThemeColors& c = themeColors(dark);
    QPalette palette;
    const auto set = [&palette](QPalette::ColorRole role, const QColor& color) {
        palette.setColor(QPalette::All, role, color);
    };
    set(QPalette::Window, c.window);
    set(QPalette::WindowText, c.text);
    set(QPalette::Base, c.panel);
    set(QPalette::AlternateBase, mix(c.panel, c.window, 0.6));
    set(QPalette::Text, c.text);
    set(QPalette::Button, c.bar);
    set(QPalette::ButtonText, c.text);
    set(QPalette::BrightText, c.error);
    set(QPalette::PlaceholderText, c.muted);
    set(QPalette::Highlight, c.selection);
    set(QPalette::HighlightedText, c.text);
    set(QPalette::Link, c.accent);
    set(QPalette::LinkVisited, c.accent);
    set(QPalette::ToolTipBase, c.dark ? c.bar : c.panel);
    set(QPalette::ToolTipText, c.text);
    set(QPalette::Light, mix(c.bar, Qt::white, dark ? 0.1 : 0.8));
    set(QPalette::Midlight, mix(c.bar, c.line, 0.5));
    set(QPalette::Mid, c.line);
    set(QPalette::Dark, mix(c.line, dark ? Qt::white : Qt::black, 0.2));
    set(QPalette::Shadow, QColor(0, 0, 0));

    const QColor pale = mix(c.muted, c.window, 0.35);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText,
                            QPalette::HighlightedText, QPalette::PlaceholderText, QPalette::Link,
                            QPalette::LinkVisited, QPalette::ToolTipText}) {
        palette.setColor(QPalette::Disabled, role, pale);
    }
    palette.setColor(QPalette::Disabled, QPalette::Highlight, c.line);
    palette.setColor(QPalette::Disabled, QPalette::Base, c.window);
    return palette;
}

QColor schemeColor(int index, bool dark) {
    static const std::array<QColor, kSchemeColors> colors = {
        QColor("#e69f00"), QColor("#56b4e9"), QColor("#009e73"), QColor("#f0e442"),
        QColor("#0072b2"), QColor("#d55e00"), QColor("#cc79a7"), QColor("#000000")};
    if (index < 0) return themeColors(dark).original;
    const int place = index % kSchemeColors;
    if (place == kSchemeColors - 1 && dark) return Qt::white;
    return colors[static_cast<std::size_t>(place)];
}

QColor schemeColor(int index) { return schemeColor(index, themeColors().dark); }

double contrast(const QColor& one, const QColor& other) {
    const double a = luminance(one);
    const double b = luminance(other);
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

QColor readableOn(const QColor& color, const QColor& background, double ratio) {
    const QColor end =
        contrast(Qt::white, background) > contrast(Qt::black, background) ? Qt::white : Qt::black;
    constexpr int kSteps = 50;
    for (int step = 0; step < kSteps; ++step) {
        const QColor moved = mix(color, end, static_cast<double>(step) / kSteps);
        if (contrast(moved, background) >= ratio) return moved;
    }
    return end;
}

QFont smallFont(const QFont& base) {
    QFont font = base;
    if (base.pointSizeF() > 0) {
        font.setPointSizeF(base.pointSizeF() * 0.88);
    } else {
        font.setPixelSize(std::max(9, base.pixelSize() - 2));
    }
    return font;
}

QFont monospaceFont(const QFont& base) {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    const QFont sized = smallFont(base);
    if (sized.pointSizeF() > 0) {
        font.setPointSizeF(sized.pointSizeF());
    } else {
        font.setPixelSize(sized.pixelSize());
    }
    return font;
}

QFont titleFont(const QFont& base) {
    QFont font = base;
    font.setWeight(QFont::DemiBold);
    return font;
}

void setPrimary(QWidget* button, bool primary) {
    button->setProperty("qlPrimary", primary);
    button->update();
}

void setMuted(QWidget* label, bool muted) {
    label->setForegroundRole(muted ? QPalette::PlaceholderText : QPalette::NoRole);
    label->setFont(muted ? smallFont(QApplication::font()) : QApplication::font());
}

Theme::Theme(QObject* parent) : QObject(parent) {
    // Before ours is set, the application has the platform's palette.
    systemDark_ = hasDarkWindow(QApplication::palette());
    QApplication::setStyle(new Style);
    dark_ = systemDark_;
    QApplication::setPalette(themePalette(dark_));
    askPortal();
}

void Theme::setMode(ThemeMode mode) {
    mode_ = mode;
    apply();
}

void Theme::apply() {
    const bool dark = mode_ == ThemeMode::dark || (mode_ == ThemeMode::system && systemDark_);
    if (dark == dark_) return;
    dark_ = dark;
    QApplication::setPalette(themePalette(dark_));
    // Widgets take the palette over by an event that is still on its way.
    QMetaObject::invokeMethod(this, &Theme::changed, Qt::QueuedConnection);
}

void Theme::askPortal() {
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    bus.connect(kPortal, kPortalPath, kPortalSettings, QStringLiteral("SettingChanged"), this,
                SLOT(portalSettingChanged(QString, QString, QDBusVariant)));
    QDBusMessage question = QDBusMessage::createMethodCall(kPortal, kPortalPath, kPortalSettings,
                                                           QStringLiteral("Read"));
    question << kAppearance << kColorScheme;
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(question), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
            [this](QDBusPendingCallWatcher* call) {
                const QDBusPendingReply<QDBusVariant> reply = *call;
                if (!reply.isError())
                    portalSettingChanged(kAppearance, kColorScheme, reply.value());
                call->deleteLater();
            });
}

void Theme::portalSettingChanged(const QString& group, const QString& key,
                                 const QDBusVariant& value) {
    if (group != kAppearance || key != kColorScheme) return;
    // The older Read method wraps the value twice.
    QVariant plain = value.variant();
    if (plain.canConvert<QDBusVariant>()) plain = plain.value<QDBusVariant>().variant();
    const uint scheme = plain.toUInt();
    if (scheme == 0) return;  // no preference: what the platform's palette says stays
    systemDark_ = scheme == kPreferDark;
    apply();
}

}  // namespace ql::gui
