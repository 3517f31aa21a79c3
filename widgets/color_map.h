#pragma once

#include <QRgb>
#include <array>
#include <cmath>

namespace ql::gui {

/// How values become positions on a colour scale.
enum class Transform { linear, log };

/// What the ends of a colour scale mean. Without sign: [lo, hi], log needs lo > 0 (else hi / 10000
/// stands in). With sign: [-hi, hi], symmetric around zero; log then is symmetric too: magnitudes
/// from lo (else hi / 1000) to hi spread over each half, smaller ones fall onto the middle.
struct ValueScale {
    double lo = 0;
    double hi = 1;
    Transform transform = Transform::linear;
    bool hasSign = false;

    /// 0 to 1, clamped; NaN stays NaN.
    double position(double value) const;
    /// The value at a position: inverse of position within the limits.
    double value(double position) const;
    /// The smallest magnitude that the log transform tells apart.
    double logFloor() const;

    bool operator==(const ValueScale&) const = default;
};

/// 256 colours made from published values, and one for NaN and infinities.
class ColorMap {
  public:
    /// Sequential, for magnitudes (matplotlib's viridis, by van der Walt and Smith, CC0).
    static const ColorMap& viridis();
    /// Diverging, for signed values: blue below, red above zero (ColorBrewer RdBu). The middle is
    /// white in the light theme; in the dark theme it is dark grey and the ends are light, so that
    /// large values stand out in both.
    static const ColorMap& diverging(bool dark);
    /// What fits: diverging for a scale with sign, else viridis.
    static const ColorMap& forScale(const ValueScale& scale, bool dark);

    QRgb at(int index) const { return table_[static_cast<std::size_t>(index)]; }
    /// Colour at a position in [0, 1] (clamped), NaN: nanColor().
    QRgb operator()(double position) const {
        if (!(position > 0)) return std::isnan(position) ? nanColor_ : table_.front();
        return position >= 1 ? table_.back() : table_[static_cast<std::size_t>(position * 256)];
    }
    QRgb nanColor() const { return nanColor_; }

  private:
    ColorMap() = default;
    std::array<QRgb, 256> table_{};
    QRgb nanColor_ = 0xffff00ff;
};

}  // namespace ql::gui
