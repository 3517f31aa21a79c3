#include "app/pages/calibrate_notice.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/controls.h"
#include "app/pages/tensor_header.h"

namespace ql::gui {

CalibrateNotice makeCalibrateNotice(QWidget* parent) {
    auto* widget = new QWidget(parent);
    auto* text = makeNotice(widget);
    text->setAlignment(Qt::AlignHCenter | Qt::AlignBottom);
    auto* button = new QPushButton(widget);
    setPrimary(button);
    auto* layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(text, 1);
    layout->addWidget(button, 0, Qt::AlignHCenter);
    layout->addStretch(1);
    return {widget, text, button};
}

}  // namespace ql::gui
