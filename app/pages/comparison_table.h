#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QTableView;
class QToolButton;

namespace ql::gui {

class ComparisonModel;
class ComparisonSort;
class Workspace;

/// The whole-model table with its buttons: run, copy, save. The selected row is the scheme in
/// focus.
class ComparisonTable : public QWidget {
    Q_OBJECT
  public:
    explicit ComparisonTable(Workspace* workspace, QWidget* parent = nullptr);

    void refresh();
    void retranslate();
    QTableView* view() const { return view_; }

  public slots:
    void copy() const;
    void saveCsv();

  signals:
    void message(const QString& text, bool isError);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void selectFocus();
    void fitHeight();

    Workspace* workspace_;
    ComparisonModel* model_;
    ComparisonSort* sorted_;
    QTableView* view_;
    QWidget* runRow_;  ///< shown while there is something to run
    QPushButton* run_;
    QLabel* hint_;
    QToolButton* copy_;
    QToolButton* save_;
};

}  // namespace ql::gui
