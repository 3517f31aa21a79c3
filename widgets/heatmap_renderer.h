#pragma once

#include <QImage>
#include <QRect>
#include <QRectF>
#include <memory>
#include <vector>

#include "core/measure/pyramid.h"
#include "widgets/color_map.h"

namespace ql::gui {

/// What a pixel shows of the weights it covers: the extreme with its sign, the extreme's magnitude,
/// or the mean.
enum class HeatmapMode { extreme, magnitude, mean };

/// A rectangle of single weights, row by row; x are columns, y are rows of the matrix.
struct HeatmapTile {
    QRect cells;
    std::vector<float> values;
};

/// Everything a picture of (a part of) a matrix depends on.
struct HeatmapScene {
    std::shared_ptr<const ql::Pyramid> pyramid;             ///< finished
    std::vector<std::shared_ptr<const HeatmapTile>> tiles;  ///< drawn over the pyramid
    QRectF view;                                            ///< x: columns, y: rows
    QSize pixels;                                           ///< device pixels of the picture
    HeatmapMode mode = HeatmapMode::extreme;
    ValueScale scale;
    bool dark = false;    ///< which diverging map
    QRgb background = 0;  ///< where the view leaves the matrix
};

/// Weights under one device pixel, along columns and rows.
QSizeF cellsPerPixel(const QRectF& view, const QSize& pixels);
/// The level to draw when a pixel covers so many weights: the coarser one for the axis with fewer
/// weights a pixel; along the other axis its cells are gathered, so that every drawn cell is at
/// least a pixel wide and high and no outlier is lost. At most the coarsest level.
std::size_t pyramidLevel(const ql::Pyramid& pyramid, const QSizeF& cellsPerPixel);
/// Whether the pyramid is too coarse and single weights are wanted: at most four under a pixel.
bool wantsTiles(const QSizeF& cellsPerPixel);

/// Draws the scene, RGB32. May run in any thread.
QImage renderHeatmap(const HeatmapScene& scene);

}  // namespace ql::gui
