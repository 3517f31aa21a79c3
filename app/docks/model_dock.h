#pragma once

#include "app/docks/dock.h"

class QLabel;
class QLineEdit;
class QTreeView;

namespace ql::gui {

class FilteredTensors;
class Settings;
class TensorTree;
class Workspace;

/// The left side: a filter box and the model's tensors. The selected tensor is the workspace's.
class ModelDock : public Dock {
    Q_OBJECT

  public:
    ModelDock(Workspace* workspace, Settings* settings, QWidget* parent = nullptr);

    void focusFilter();
    /// Default columns and widths.
    void resetLayout();
    /// Columns and widths as they were saved, if they were.
    void restoreLayout();
    void saveLayout() const;

  protected:
    void retranslate() override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void adoptModel();
    void fitShapeColumn();
    void showScheme();
    void showCurrentTensor();
    void applyFilter();
    void selectTensor(const QModelIndex& index);
    void showColumnMenu(const QPoint& position);
    void copyName() const;

    Workspace* workspace_;
    Settings* settings_;
    TensorTree* tensors_;
    FilteredTensors* filtered_;
    QLineEdit* filter_;
    QTreeView* view_;
    QLabel* nothing_;
    bool following_ = false;  ///< the selection moves, but not by the user
};

}  // namespace ql::gui
