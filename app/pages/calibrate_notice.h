#pragma once

class QLabel;
class QPushButton;
class QWidget;

namespace ql::gui {

/// In place of what a page would show: why it is not there, and a button that helps where a
/// calibration does.
struct CalibrateNotice {
    QWidget* widget;
    QLabel* text;
    QPushButton* button;
};

CalibrateNotice makeCalibrateNotice(QWidget* parent);

}  // namespace ql::gui
