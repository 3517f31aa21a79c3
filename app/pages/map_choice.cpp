#include "app/pages/map_choice.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <vector>

namespace ql::gui {

namespace {

struct MapChoice {
    Q_DECLARE_TR_FUNCTIONS(ql::gui::MapChoice)
};

constexpr std::size_t kLimitCells = 65536;
constexpr double kClippedShare = 0.001;

}  // namespace

QString mapTitle(MapKind kind) {
    switch (kind) {
        case MapKind::error:
            return MapChoice::tr("Error");
        case MapKind::relative_error:
            return MapChoice::tr("Relative error");
        case MapKind::original:
            return MapChoice::tr("Original weights");
        case MapKind::decoded:
            return MapChoice::tr("Decoded weights");
        //: the scale factor of a block of weights
        case MapKind::scale:
            return MapChoice::tr("Block scales");
    }
    return {};
}

QString modeTitle(HeatmapMode mode) {
    switch (mode) {
        //: magnitudes, without sign
        case HeatmapMode::magnitude:
            return MapChoice::tr("absolute");
        //: with sign
        case HeatmapMode::extreme:
            return MapChoice::tr("signed");
        //: average of the weights under a pixel
        case HeatmapMode::mean:
            return MapChoice::tr("mean");
    }
    return {};
}

QString mapSymbol(MapKind kind, HeatmapMode mode) {
    QString symbol;
    switch (kind) {
        case MapKind::error:
            symbol = QStringLiteral("ŵ−w");
            break;
        case MapKind::relative_error:
            symbol = QStringLiteral("(ŵ−w)/|w|");
            break;
        case MapKind::original:
            symbol = QStringLiteral("w");
            break;
        case MapKind::decoded:
            symbol = QStringLiteral("ŵ");
            break;
        case MapKind::scale:
            symbol = QStringLiteral("s");
            break;
    }
    if (mode != HeatmapMode::magnitude) {
        return symbol;
    }
    return kind == MapKind::relative_error ? QStringLiteral("|ŵ−w|/|w|")
                                           : QStringLiteral("|%1|").arg(symbol);
}

HeatmapMode defaultMode(MapKind kind) {
    const bool weights = kind == MapKind::original || kind == MapKind::decoded;
    return weights ? HeatmapMode::extreme : HeatmapMode::magnitude;
}

QString limitTitle(LimitRule rule) {
    return rule == LimitRule::clip ? MapChoice::tr("99.9 % clip") : MapChoice::tr("full range");
}

QString limitExplanation(LimitRule rule) {
    return rule == LimitRule::clip
               ? MapChoice::tr(
                     "All but the largest 0.1 % of the overview's cells lie within the "
                     "limits; larger values take the last colour.")
               : MapChoice::tr("The largest value lies at the end of the scale.");
}

double colorLimit(const Pyramid& pyramid, HeatmapMode mode, LimitRule rule) {
    if (pyramid.levels.empty()) {
        return 0;
    }
    if (rule == LimitRule::full && mode != HeatmapMode::mean) {
        return static_cast<double>(pyramid.abs_max());
    }
    const auto level =
        std::find_if(pyramid.levels.begin(), pyramid.levels.end(),
                     [](const PyramidLevel& one) { return one.cells.size() <= kLimitCells; });
    std::vector<float> magnitudes;
    magnitudes.reserve(level->cells.size());
    for (const PyramidCell& cell : level->cells) {
        magnitudes.push_back(std::fabs(mode == HeatmapMode::mean ? cell.mean : cell.extreme()));
    }
    const double left = rule == LimitRule::clip ? kClippedShare : 0;
    const auto beyond = static_cast<std::ptrdiff_t>(left * static_cast<double>(magnitudes.size()));
    const auto place = magnitudes.begin() + beyond;
    std::nth_element(magnitudes.begin(), place, magnitudes.end(), std::greater<>());
    // More than 99.9 % zeros: a limit of zero would show nothing of the rest.
    return *place > 0 ? static_cast<double>(*place) : static_cast<double>(pyramid.abs_max());
}

ValueScale colorScale(HeatmapMode mode, double limit, bool log) {
    return {.lo = 0,
            .hi = limit > 0 ? limit : 1,
            .transform = log ? Transform::log : Transform::linear,
            .hasSign = mode != HeatmapMode::magnitude};
}

}  // namespace ql::gui
