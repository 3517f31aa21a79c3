#include "widgets/heatmap_renderer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace ql::gui {
namespace {

/// log2 of a positive finite float within 0.0004: exponent from the bits, the rest from a table.
/// A picture of a full screen takes two million logarithms.
class FastLog2 {
  public:
    static const FastLog2& table() {
        static const FastLog2 made;
        return made;
    }
    FastLog2() {
        for (std::size_t i = 0; i < kEntries; ++i) {
            table_[i] = static_cast<float>(
                std::log2(1.0 + (static_cast<double>(i) + 0.5) / static_cast<double>(kEntries)));
        }
    }
    float operator()(float value) const {
        const auto bits = std::bit_cast<std::uint32_t>(value);
        const int exponent = static_cast<int>(bits >> 23) - 127;
        return static_cast<float>(exponent) + table_[(bits >> (23 - kBits)) & (kEntries - 1)];
    }

  private:
    static constexpr int kBits = 11;
    static constexpr std::size_t kEntries = 1u << kBits;
    std::array<float, kEntries> table_;
};

/// Value to colour, the same as ColorMap(ValueScale::position(value)) but for many values: what
/// does not change from value to value is decided at compile time or before.
template <bool Log, bool Sign>
class Painter {
  public:
    Painter(const ValueScale& scale, const ColorMap& map) : map_(map), log2_(FastLog2::table()) {
        constexpr double kReach = Sign ? 128 : 256;  // colours from the offset to the limit
        if constexpr (Log) {
            offset_ = static_cast<float>(std::log2(scale.logFloor()));
            factor_ = static_cast<float>(kReach / std::log2(scale.hi / scale.logFloor()));
        } else {
            const double lo = Sign ? 0 : scale.lo;
            offset_ = static_cast<float>(lo);
            factor_ = static_cast<float>(scale.hi > lo ? kReach / (scale.hi - lo) : 0);
        }
    }

    QRgb operator()(float value) const {
        if (!(std::abs(value) <= std::numeric_limits<float>::max())) return map_.nanColor();
        const float plain = Sign ? std::abs(value) : value;
        float reach = 0;
        if constexpr (Log) {
            if (plain > 0) reach = std::max(0.0f, (log2_(plain) - offset_) * factor_);
        } else {
            reach = (plain - offset_) * factor_;
        }
        const float place = !Sign ? reach : value < 0 ? 128 - reach : 128 + reach;
        return map_.at(static_cast<int>(std::clamp(place, 0.0f, 255.0f)));
    }

  private:
    const ColorMap& map_;
    const FastLog2& log2_;
    float offset_ = 0;
    float factor_ = 0;
};

/// Extremes and sums of columns over a few rows, in loops that compilers turn into vector code.
class Columns {
  public:
    template <class Value>
    void start(const Value* row, std::size_t width) {
        low_.assign(width, std::numeric_limits<float>::infinity());
        high_.assign(width, -std::numeric_limits<float>::infinity());
        sum_.assign(width, 0.0f);
        rows_ = 0;
        add(row);
    }
    void add(const float* row) {
        for (std::size_t i = 0; i < sum_.size(); ++i) {
            low_[i] = row[i] < low_[i] ? row[i] : low_[i];
            high_[i] = row[i] > high_[i] ? row[i] : high_[i];
            sum_[i] += row[i];
        }
        ++rows_;
    }
    void add(const ql::PyramidCell* row) {
        for (std::size_t i = 0; i < sum_.size(); ++i) {
            low_[i] = std::min(low_[i], row[i].min);
            high_[i] = std::max(high_[i], row[i].max);
            sum_[i] += row[i].mean;
        }
        ++rows_;
    }
    /// What columns [first, last) show together; NaN when a value among them is not finite.
    float value(std::size_t first, std::size_t last, HeatmapMode mode) const {
        float low = low_[first];
        float high = high_[first];
        float sum = sum_[first];
        for (std::size_t i = first + 1; i < last; ++i) {
            low = std::min(low, low_[i]);
            high = std::max(high, high_[i]);
            sum += sum_[i];
        }
        if (!std::isfinite(sum)) return std::numeric_limits<float>::quiet_NaN();
        if (mode == HeatmapMode::mean) {
            return sum / static_cast<float>(rows_ * static_cast<int>(last - first));
        }
        const float extreme = -low > high ? low : high;
        return mode == HeatmapMode::magnitude ? std::abs(extreme) : extreme;
    }

  private:
    std::vector<float> low_;
    std::vector<float> high_;
    std::vector<float> sum_;
    int rows_ = 0;
};

/// What a single weight or cell shows.
float plainValue(float weight, HeatmapMode mode) {
    return mode == HeatmapMode::magnitude ? std::abs(weight) : weight;
}
float plainValue(const ql::PyramidCell& cell, HeatmapMode mode) {
    if (mode == HeatmapMode::mean) return cell.mean;
    return plainValue(cell.extreme(), mode);
}

/// For each pixel of one axis the index of the group of `step` weights in its middle, or -1
/// outside.
std::vector<int> groupsOfPixels(double from, double length, int pixels, std::int64_t count,
                                std::int64_t step) {
    std::vector<int> groups(static_cast<std::size_t>(pixels));
    const double perPixel = length / pixels;
    for (int i = 0; i < pixels; ++i) {
        const double place = std::floor(from + (i + 0.5) * perPixel);
        const bool inside = place >= 0 && place < static_cast<double>(count);
        groups[static_cast<std::size_t>(i)] =
            inside ? static_cast<int>(static_cast<std::int64_t>(place) / step) : -1;
    }
    return groups;
}

/// The pixels [first, last) whose groups lie within [from, to).
struct Span {
    int first = 0;
    int last = 0;
};

Span pixelsWithin(const std::vector<int>& groups, int from, int to) {
    const auto outsideLeft = [&](int group) { return group >= 0 && group < from; };
    int first = 0;
    const int size = static_cast<int>(groups.size());
    while (first < size && (groups[static_cast<std::size_t>(first)] < 0 ||
                            outsideLeft(groups[static_cast<std::size_t>(first)]))) {
        ++first;
    }
    int last = first;
    while (last < size && groups[static_cast<std::size_t>(last)] >= 0 &&
           groups[static_cast<std::size_t>(last)] < to) {
        ++last;
    }
    return {first, last};
}

/// Fills the pixels of `xs` x `ys` from `color(row group, column group)`: each group is asked once,
/// pixels of one group share its colour, and rows of one group share their pixels.
template <class Color>
void fillPixels(QImage& image, const std::vector<int>& rowGroups, const std::vector<int>& colGroups,
                Span ys, Span xs, Color color) {
    if (xs.first >= xs.last) return;
    const int firstGroup = colGroups[static_cast<std::size_t>(xs.first)];
    const int groups = colGroups[static_cast<std::size_t>(xs.last - 1)] - firstGroup + 1;
    std::vector<QRgb> line(static_cast<std::size_t>(groups));
    const auto bytes = static_cast<std::size_t>(xs.last - xs.first) * sizeof(QRgb);
    int drawn = -1;
    const QRgb* above = nullptr;
    for (int y = ys.first; y < ys.last; ++y) {
        auto* pixels = reinterpret_cast<QRgb*>(image.scanLine(y)) + xs.first;
        const int rowGroup = rowGroups[static_cast<std::size_t>(y)];
        if (rowGroup == drawn) {
            std::memcpy(pixels, above, bytes);
        } else {
            color(rowGroup, firstGroup, line);
            for (int x = xs.first; x < xs.last; ++x) {
                pixels[x - xs.first] = line[static_cast<std::size_t>(
                    colGroups[static_cast<std::size_t>(x)] - firstGroup)];
            }
            drawn = rowGroup;
        }
        above = pixels;
    }
}

/// Values of a rectangle of the matrix, row by row, each covering unit x unit weights.
template <class Value>
struct Source {
    const Value* values;
    QRect area;  ///< in units; left and top are multiples of every step
    std::int64_t unit;
};

/// Smallest power of two that is at least so large: the coarser grouping, so that every group is at
/// least a pixel.
std::int64_t groupSize(double units) {
    std::int64_t size = 1;
    while (static_cast<double>(size) < units) size *= 2;
    return size;
}

template <class Value, class Paint>
void drawSource(QImage& image, const HeatmapScene& scene, const Source<Value>& source,
                const Paint& paint) {
    const QSizeF perPixel = cellsPerPixel(scene.view, scene.pixels);
    const auto unit = static_cast<double>(source.unit);
    const auto rowStep = static_cast<int>(groupSize(perPixel.height() / unit));
    const auto colStep = static_cast<int>(groupSize(perPixel.width() / unit));
    const QRect& area = source.area;
    const auto rows = groupsOfPixels(scene.view.top(), scene.view.height(), scene.pixels.height(),
                                     scene.pyramid->rows, rowStep * source.unit);
    const auto cols = groupsOfPixels(scene.view.left(), scene.view.width(), scene.pixels.width(),
                                     scene.pyramid->cols, colStep * source.unit);
    const Span ys = pixelsWithin(rows, area.top() / rowStep, area.bottom() / rowStep + 1);
    const Span xs = pixelsWithin(cols, area.left() / colStep, area.right() / colStep + 1);
    Columns columns;
    fillPixels(image, rows, cols, ys, xs, [&](int rowGroup, int firstCol, std::vector<QRgb>& line) {
        const int top = rowGroup * rowStep - area.top();
        if (rowStep == 1 && colStep == 1) {
            const Value* values = source.values + static_cast<std::ptrdiff_t>(top) * area.width() +
                                  (firstCol - area.left());
            for (std::size_t i = 0; i < line.size(); ++i)
                line[i] = paint(plainValue(values[i], scene.mode));
            return;
        }
        const int bottom = std::min(top + rowStep, area.height());
        const int left = firstCol * colStep - area.left();
        const int right = std::min(left + static_cast<int>(line.size()) * colStep, area.width());
        const auto width = static_cast<std::size_t>(right - left);
        const auto step = static_cast<std::size_t>(colStep);
        const auto rowAt = [&](int row) {
            return source.values + static_cast<std::ptrdiff_t>(row) * area.width() + left;
        };
        columns.start(rowAt(top), width);
        for (int row = top + 1; row < bottom; ++row) columns.add(rowAt(row));
        for (std::size_t i = 0; i < line.size(); ++i) {
            line[i] = paint(columns.value(i * step, std::min((i + 1) * step, width), scene.mode));
        }
    });
}

/// Whether the tiles alone fill the view. They do not overlap.
bool tilesCover(const HeatmapScene& scene) {
    const QRect seen =
        scene.view.toAlignedRect() &
        QRect(0, 0, static_cast<int>(scene.pyramid->cols), static_cast<int>(scene.pyramid->rows));
    std::int64_t missing = std::int64_t{seen.width()} * seen.height();
    for (const auto& tile : scene.tiles) {
        const QRect part = tile->cells & seen;
        missing -= std::int64_t{part.width()} * part.height();
    }
    return missing <= 0;
}

template <class Paint>
void drawScene(QImage& image, const HeatmapScene& scene, const Paint& paint) {
    const QSizeF perPixel = cellsPerPixel(scene.view, scene.pixels);
    const bool fine = wantsTiles(perPixel);
    if (!fine || !tilesCover(scene)) {
        const ql::PyramidLevel& level =
            scene.pyramid->levels[pyramidLevel(*scene.pyramid, perPixel)];
        const QRect area(0, 0, static_cast<int>(level.cols), static_cast<int>(level.rows));
        drawSource(image, scene, Source<ql::PyramidCell>{level.cells.data(), area, level.scale},
                   paint);
    }
    if (!fine) return;
    for (const auto& tile : scene.tiles) {
        drawSource(image, scene, Source<float>{tile->values.data(), tile->cells, 1}, paint);
    }
}

}  // namespace

QSizeF cellsPerPixel(const QRectF& view, const QSize& pixels) {
    return {view.width() / std::max(1, pixels.width()),
            view.height() / std::max(1, pixels.height())};
}

std::size_t pyramidLevel(const ql::Pyramid& pyramid, const QSizeF& cellsPerPixel) {
    // A matrix squeezed along one axis keeps its detail along the other, within reason: at most
    // kMaxStretch cells are gathered for a pixel.
    constexpr double kMaxStretch = 4;
    const auto [low, high] = std::minmax({cellsPerPixel.width(), cellsPerPixel.height()});
    const double wanted = std::max(low, high / kMaxStretch);
    std::size_t level = 0;
    while (level + 1 < pyramid.levels.size() &&
           static_cast<double>(pyramid.levels[level].scale) < wanted) {
        ++level;
    }
    return level;
}

bool wantsTiles(const QSizeF& cellsPerPixel) {
    const double low = std::min(cellsPerPixel.width(), cellsPerPixel.height());
    return low <= 2 && cellsPerPixel.width() * cellsPerPixel.height() <= ql::Pyramid::kBase;
}

QImage renderHeatmap(const HeatmapScene& scene) {
    QImage image(scene.pixels, QImage::Format_RGB32);
    image.fill(scene.background);
    if (!scene.pyramid || scene.pyramid->levels.empty() || scene.view.isEmpty()) return image;
    const ColorMap& map = ColorMap::forScale(scene.scale, scene.dark);
    const bool log = scene.scale.transform == Transform::log && scene.scale.hi > 0;
    if (scene.scale.hasSign) {
        log ? drawScene(image, scene, Painter<true, true>(scene.scale, map))
            : drawScene(image, scene, Painter<false, true>(scene.scale, map));
    } else {
        log ? drawScene(image, scene, Painter<true, false>(scene.scale, map))
            : drawScene(image, scene, Painter<false, false>(scene.scale, map));
    }
    return image;
}

}  // namespace ql::gui
