#pragma once

#include <QAbstractTableModel>
#include <memory>

#include "core/measure/activation_profile.h"

namespace ql::gui {

/// The input channels that stand out most, the largest first; outliers are bold.
class ChannelTable : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { kChannel, kMaxAbs, kRatio, kStrong, kColumns };
    static constexpr int kMost = 64;  ///< channels

    explicit ChannelTable(QObject* parent = nullptr);

    void setProfile(std::shared_ptr<const ActivationProfile> profile);
    /// The channel of a row, and the row of a channel (-1 if it is not among them).
    int channel(int row) const;
    int rowOf(int channel) const;
    void retranslate();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    std::shared_ptr<const ActivationProfile> profile_;
};

}  // namespace ql::gui
