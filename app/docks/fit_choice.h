#pragma once

#include <QWidget>

#include "core/grids/fit.h"

class QCheckBox;
class QComboBox;
class QLabel;

namespace ql::gui {

/// The fit axis of a scheme: the grid's reference or our search, and whether errors are weighted.
/// What a grid has no fit for is not offered.
class FitChoice : public QWidget {
    Q_OBJECT

  public:
    explicit FitChoice(QWidget* parent = nullptr);

    /// `reference` says what the grid's own fit is; `search` and `importance` what there is beyond
    /// it, and whether weights may be clipped.
    void setFit(const Fit& fit, const QString& reference, bool search, bool importance, bool clip);
    void retranslate();

  signals:
    void chosen(const ql::Fit& fit);

  private:
    void tell();

    QLabel* only_;  ///< instead of the box where there is nothing to choose
    QComboBox* search_;
    QCheckBox* importance_;
    QCheckBox* clip_;
};

}  // namespace ql::gui
