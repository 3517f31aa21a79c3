#include "app/pages/focus_choice.h"

#include "widgets/color_dot.h"

namespace ql::gui {

FocusChoice::FocusChoice(Workspace* workspace, QWidget* parent)
    : Choice(parent), workspace_(workspace) {
    connect(this, &QComboBox::activated, workspace,
            [this](int index) { workspace_->setFocus(itemData(index).toInt()); });
}

void FocusChoice::refresh() {
    const QList<ComparedScheme>& schemes = workspace_->schemes();
    if (schemes != listed_) {
        listed_ = schemes;
        clear();
        for (const ComparedScheme& scheme : schemes) {
            addItem(colorDotIcon(scheme.color), scheme.title(), scheme.id);
            setItemData(count() - 1, scheme.text(), Qt::ToolTipRole);
        }
        setEnabled(!schemes.isEmpty());
    }
    setCurrentIndex(findData(workspace_->focus()));
}

}  // namespace ql::gui
