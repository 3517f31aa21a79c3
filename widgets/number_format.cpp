#include "widgets/number_format.h"

#include <QCoreApplication>
#include <QLocale>
#include <array>
#include <cmath>

namespace ql::gui {

/// Gives the texts of this file a context for translators.
class NumberFormat {
    Q_DECLARE_TR_FUNCTIONS(ql::gui::NumberFormat)
};

namespace {

constexpr QChar kNoBreakSpace(0x00a0);

QString withUnit(const QString& number, const QString& unit) {
    return number + kNoBreakSpace + unit;
}

/// Decimals that leave about three significant digits of a number from 1 to 999.
int decimalsFor(double value) {
    const double magnitude = std::abs(value);
    return magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0;
}

}  // namespace

QString noValue() { return QStringLiteral("–"); }

QString formatBytes(double bytes) {
    static constexpr std::array<const char*, 5> kUnits = {"kB", "MB", "GB", "TB", "PB"};
    if (!std::isfinite(bytes) || bytes < 0) return noValue();
    if (bytes < 999.5)
        return withUnit(QLocale().toString(std::round(bytes), 'f', 0), NumberFormat::tr("B"));
    double value = bytes / 1000;
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    return withUnit(QLocale().toString(value, 'f', value < 99.95 ? 1 : 0),
                    QString::fromLatin1(kUnits[unit]));
}

QString formatCount(double count) {
    static constexpr std::array<const char*, 4> kUnits = {"k", "M", "G", "T"};
    if (!std::isfinite(count)) return noValue();
    if (std::abs(count) < 9999.5) return QLocale().toString(std::round(count), 'f', 0);
    double value = count / 1000;
    std::size_t unit = 0;
    while (std::abs(value) >= 999.5 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    return withUnit(QLocale().toString(value, 'f', decimalsFor(value)),
                    QString::fromLatin1(kUnits[unit]));
}

QString formatExact(qint64 number) { return QLocale().toString(number); }

QString formatNumber(double value, int digits) {
    if (std::isnan(value)) return noValue();
    if (std::isinf(value)) return value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
    if (value == 0) return QStringLiteral("0");
    const int exponent = static_cast<int>(std::floor(std::log10(std::abs(value))));
    if (exponent < -4 || exponent >= 6) return QLocale().toString(value, 'e', digits - 1).toLower();
    return QLocale().toString(value, 'f', std::max(0, digits - 1 - exponent));
}

QString formatFixed(double value, int decimals) {
    return std::isfinite(value) ? QLocale().toString(value, 'f', decimals) : noValue();
}

QString formatPercent(double ratio, int decimals) {
    if (!std::isfinite(ratio)) return noValue();
    return withUnit(QLocale().toString(100 * ratio, 'f', decimals), QStringLiteral("%"));
}

QString formatDecibel(double decibel) {
    if (std::isinf(decibel) && decibel > 0) return NumberFormat::tr("exact");
    return std::isfinite(decibel)
               ? withUnit(QLocale().toString(decibel, 'f', 2), QStringLiteral("dB"))
               : noValue();
}

QString formatBits(double bitsPerWeight) {
    return std::isfinite(bitsPerWeight)
               ? withUnit(QLocale().toString(bitsPerWeight, 'f', 2), NumberFormat::tr("bits"))
               : noValue();
}

QString formatDuration(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return noValue();
    const QLocale locale;
    if (seconds < 0.0995)
        return withUnit(locale.toString(seconds * 1000, 'f', seconds < 0.00995 ? 1 : 0),
                        NumberFormat::tr("ms"));
    if (seconds < 9.95) return withUnit(locale.toString(seconds, 'f', 1), NumberFormat::tr("s"));
    const auto whole = static_cast<qint64>(std::llround(seconds));
    if (whole < 60) return withUnit(locale.toString(whole), NumberFormat::tr("s"));
    const auto twoDigits = [](qint64 number) {
        return QStringLiteral("%1").arg(number, 2, 10, QLatin1Char('0'));
    };
    if (whole < 3600) {
        //: minutes and seconds, e.g. 3 min 20 s
        return NumberFormat::tr("%1 min %2 s")
            .arg(whole / 60)
            .arg(twoDigits(whole % 60))
            .replace(u' ', kNoBreakSpace);
    }
    //: hours and minutes, e.g. 1 h 05 min
    return NumberFormat::tr("%1 h %2 min")
        .arg(locale.toString(whole / 3600), twoDigits(whole % 3600 / 60))
        .replace(u' ', kNoBreakSpace);
}

QString formatTimeLeft(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return {};
    double rounded = std::max(1.0, std::ceil(seconds));
    if (seconds > 60) rounded = std::ceil(seconds / 10) * 10;
    if (seconds > 3600) rounded = std::ceil(seconds / 300) * 300;
    const auto whole = static_cast<qint64>(rounded);
    const QString text = whole < 60 ? withUnit(QLocale().toString(whole), NumberFormat::tr("s"))
                                    : formatDuration(rounded);
    //: %1 is a duration such as 12 s
    return NumberFormat::tr("%1 left").arg(text);
}

QString formatShape(qint64 rows, qint64 cols) {
    return QStringLiteral("%1 × %2").arg(rows).arg(cols).replace(u' ', kNoBreakSpace);
}

}  // namespace ql::gui
