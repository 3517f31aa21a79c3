#pragma once

#include <QWidget>

class QCheckBox;
class QLabel;
class QPushButton;
class QTableView;
class QToolButton;

namespace ql::gui {

class ComparisonModel;
class ComparisonSort;
class LinePlot;
class Workspace;

/// The whole-model table with its buttons: run (with or without predictions, on which text), copy,
/// save; and the chart of perplexities while they are measured. The selected row is the scheme in
/// focus.
class ComparisonTable : public QWidget {
    Q_OBJECT
  public:
    explicit ComparisonTable(Workspace* workspace, QWidget* parent = nullptr);

    void refresh();
    void retranslate();
    QTableView* view() const { return view_; }
    LinePlot* chart() const { return chart_; }

  public slots:
    void copy() const;
    void saveCsv();

  signals:
    void message(const QString& text, bool isError);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void buildRunRow();
    void refreshRunRow();
    void refreshChart();
    void choosePredictions();
    void selectFocus();
    void fitHeight();

    Workspace* workspace_;
    ComparisonModel* model_;
    ComparisonSort* sorted_;
    QTableView* view_;
    QWidget* runRow_;
    QPushButton* run_;
    QCheckBox* predictions_;  ///< whether a run measures them
    QPushButton* text_;       ///< on which text
    QLabel* hint_;
    QToolButton* showChart_;
    LinePlot* chart_;  ///< perplexity over the tokens scored so far
    QToolButton* copy_;
    QToolButton* save_;
};

}  // namespace ql::gui
