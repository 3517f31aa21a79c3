#include "app/pages/channel_table.h"

#include <QFont>
#include <algorithm>

#include "widgets/number_format.h"

namespace ql::gui {

ChannelTable::ChannelTable(QObject* parent) : QAbstractTableModel(parent) {}

void ChannelTable::setProfile(std::shared_ptr<const ActivationProfile> profile) {
    beginResetModel();
    profile_ = std::move(profile);
    endResetModel();
}

int ChannelTable::channel(int row) const {
    return static_cast<int>(profile_->peaks[static_cast<std::size_t>(row)].channel);
}

int ChannelTable::rowOf(int wanted) const {
    for (int row = 0; row < rowCount(); ++row) {
        if (channel(row) == wanted) {
            return row;
        }
    }
    return -1;
}

void ChannelTable::retranslate() {
    emit headerDataChanged(Qt::Horizontal, 0, kColumns - 1);
    if (rowCount() > 0) {
        emit dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
    }
}

int ChannelTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !profile_
               ? 0
               : std::min(kMost, static_cast<int>(profile_->peaks.size()));
}

int ChannelTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : kColumns;
}

QVariant ChannelTable::data(const QModelIndex& index, int role) const {
    const ChannelPeak& peak = profile_->peaks[static_cast<std::size_t>(index.row())];
    const bool outlier = peak.ratio >= ActivationProfile::kOutlierRatio;
    if (role == Qt::TextAlignmentRole) {
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role == Qt::FontRole && outlier) {
        QFont font;
        font.setBold(true);
        return font;
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (index.column()) {
        case kChannel:
            return formatExact(peak.channel);
        case kMaxAbs:
            return formatNumber(static_cast<double>(peak.max_abs));
        case kRatio:
            return peak.ratio > 0 ? formatFixed(peak.ratio, 1) : noValue();
        default:
            return peak.strong > 0 ? formatPercent(peak.strong) : noValue();
    }
}

QVariant ChannelTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role == Qt::ToolTipRole) {
        switch (section) {
            case kChannel:
                return tr("Input channel: a column of the matrix");
            case kMaxAbs:
                return tr("Its largest magnitude over all tokens");
            case kRatio:
                return tr("How many times the median channel's largest magnitude; bold from %1 on")
                    .arg(ActivationProfile::kOutlierRatio);
            default:
                return tr("Share of the tokens where its magnitude is %1 or more")
                    .arg(static_cast<double>(InputStatistics::kStrong));
        }
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
        case kChannel:
            return tr("channel");
        case kMaxAbs:
            return tr("max", "magnitude");
        case kRatio:
            //: to the median channel
            return tr("ratio");
        default:
            //: share of tokens with |x| of at least 6
            return tr("≥ 6");
    }
}

}  // namespace ql::gui
