#pragma once

#include <QHash>
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
    /// Perplexity over the tokens scored so far; for the page to show where there is room.
    LinePlot* chart() const { return chart_; }

  public slots:
    void copy() const;
    void saveCsv();

  signals:
    void message(const QString& text, bool isError);
    void chartToggled(bool shown);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void buildRunRow();
    void refreshRunRow();
    void refreshChart();
    void choosePredictions();
    /// Room is scarce at 1366 pixels: whether a column that nobody chose has something to say.
    bool worthShowing(int column) const;
    void chooseColumns(const QPoint& position);
    void selectFocus();
    void fitHeight();

    Workspace* workspace_;
    ComparisonModel* model_;
    ComparisonSort* sorted_;
    QTableView* view_;
    QHash<int, bool> chosen_;  ///< columns that the user showed or hid
    QWidget* runRow_;
    QPushButton* run_;
    QCheckBox* predictions_;  ///< whether a run measures them
    QPushButton* text_;       ///< on which text
    QLabel* hint_;
    QToolButton* showChart_;
    LinePlot* chart_;
    QToolButton* copy_;
    QToolButton* save_;
};

}  // namespace ql::gui
