// Numbers as people read them, through the default QLocale. Used by everything visible, so that one
// quantity looks the same everywhere. A no-break space stands between number and unit. What is not
// known or not finite becomes a dash or a word, never "nan".
#pragma once

#include <QString>

namespace ql::gui {

/// Sizes of files and memory, decimal: 1 kB = 1000 bytes. "512 B", "3.9 MB", "15.2 GB".
QString formatBytes(double bytes);
/// Large counts, three significant digits: "42", "5,770", "17.5 k", "5.77 M", "7.24 G". Values
/// below 10,000 are exact.
QString formatCount(double count);
/// Every digit, grouped: "5,770,496".
QString formatExact(qint64 number);
/// A measured value with significant digits, exponent only where needed: "0.00785", "1.2e-07".
QString formatNumber(double value, int digits = 3);
/// A fixed number of decimals: "4.50", "22.31".
QString formatFixed(double value, int decimals);
/// A ratio as percent: 0.089 -> "8.9 %".
QString formatPercent(double ratio, int decimals = 1);
/// "20.95 dB"; infinity: "exact".
QString formatDecibel(double decibel);
/// "4.50 bits"
QString formatBits(double bitsPerWeight);
/// "0.1 s", "12 s", "3 min 20 s", "1 h 05 min".
QString formatDuration(double seconds);
/// "12 s left", coarser than a duration so that it does not flicker.
QString formatTimeLeft(double seconds);
/// "256 × 768"
QString formatShape(qint64 rows, qint64 cols);
/// What stands for a value that is not there.
QString noValue();

}  // namespace ql::gui
