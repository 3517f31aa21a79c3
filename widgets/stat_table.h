#pragma once

#include <QString>
#include <QWidget>
#include <vector>

class QGridLayout;
class QLabel;

namespace ql::gui {

struct StatRow {
    QString label;
    QString value;      ///< formatted; an empty one shows as a dash
    bool best = false;  ///< bold and coloured
    QString help;       ///< tool tip of label and value
};

/// A compact table of labels and values, two columns without a header. Copied as TSV (context menu,
/// Ctrl+C).
class StatTable : public QWidget {
    Q_OBJECT
  public:
    explicit StatTable(QWidget* parent = nullptr);

    void setRows(const std::vector<StatRow>& rows);
    QString tsv() const;

  public slots:
    void copy() const;

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    QLabel* cell(int row, int col);
    void refresh();

    std::vector<StatRow> rows_;
    QGridLayout* grid_;
};

}  // namespace ql::gui
