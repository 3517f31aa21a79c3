#pragma once

#include <QStringList>
#include <array>

#include "core/measure/pyramid.h"
#include "core/run/tensor_run.h"
#include "widgets/color_map.h"
#include "widgets/heatmap_renderer.h"

namespace ql::gui {

/// The maps in the order in which they are offered.
inline constexpr std::array kMapKinds = {MapKind::error, MapKind::relative_error, MapKind::original,
                                         MapKind::decoded, MapKind::scale};
inline constexpr std::array kHeatmapModes = {HeatmapMode::magnitude, HeatmapMode::extreme,
                                             HeatmapMode::mean};

QString mapTitle(MapKind kind);           ///< "Relative error"
QString modeTitle(HeatmapMode mode);      ///< "Absolute"
QString mapSymbol(MapKind, HeatmapMode);  ///< "|ŵ−w|", for the head of the colour scale
HeatmapMode defaultMode(MapKind kind);    ///< signed for weights, absolute for errors and scales

/// Where a colour scale ends.
enum class LimitRule {
    clip,  ///< all but the largest 0.1 % of cells lie within
    full,  ///< the largest value lies at the end
};
inline constexpr std::array kLimitRules = {LimitRule::clip, LimitRule::full};
QString limitTitle(LimitRule rule);
QString limitExplanation(LimitRule rule);

/// The largest magnitude that the colours of a map should reach. Looks at the finest level of the
/// pyramid with at most 65,536 cells: quick enough for the GUI thread at any size of the matrix,
/// and the same at every zoom. 0 for a map of zeros.
double colorLimit(const Pyramid& pyramid, HeatmapMode mode, LimitRule rule);

/// The colour scale up to a limit; signed modes are symmetric around zero.
ValueScale colorScale(HeatmapMode mode, double limit, bool log);

}  // namespace ql::gui
