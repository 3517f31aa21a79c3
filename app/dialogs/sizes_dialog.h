#pragma once

#include <QDialog>

#include "app/jobs.h"

class QLabel;
class QPushButton;
class QSortFilterProxyModel;
class QTableView;

namespace ql::gui {

class SizesTable;
class Workspace;

/// What the open model would weigh in every format: a table to sort and copy, from which formats
/// can be taken into the comparison.
class SizesDialog : public QDialog {
    Q_OBJECT

  public:
    SizesDialog(Workspace* workspace, Jobs* jobs, QWidget* parent = nullptr);

  protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void buildLayout();
    void compute();
    void compareSelected();
    void copy() const;
    void updateButtons();
    QString selectedText() const;
    void retranslate();

    Workspace* workspace_;
    JobSlot computing_;
    SizesTable* sizes_;
    QSortFilterProxyModel* sorted_;
    QLabel* note_;
    QTableView* view_;
    QPushButton* compare_;
    QPushButton* copy_;
    QPushButton* close_;
};

}  // namespace ql::gui
