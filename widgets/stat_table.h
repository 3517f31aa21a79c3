#pragma once

#include <QStringList>
#include <QWidget>
#include <vector>

#include "widgets/theme.h"

class QGridLayout;
class QLabel;

namespace ql::gui {

struct StatColumn {
    QString name;
    int color = kOriginalColor;  ///< index for schemeColor(), drawn as a dot before the name
};

struct StatRow {
    QString label;
    QStringList values;  ///< formatted, one for each column; missing ones show as a dash
    int best = -1;       ///< column whose value is best: bold and coloured
    QString help;        ///< tool tip of label and values
};

/// A compact table of labels and values: two columns without a header, or one column per scheme
/// with the best value marked. Copied as TSV (context menu, Ctrl+C).
class StatTable : public QWidget {
    Q_OBJECT
  public:
    explicit StatTable(QWidget* parent = nullptr);

    /// One value column, no header.
    void setRows(const std::vector<StatRow>& rows);
    /// One column per scheme, with a header.
    void setTable(const std::vector<StatColumn>& columns, const std::vector<StatRow>& rows);
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

    std::vector<StatColumn> columns_;
    std::vector<StatRow> rows_;
    QGridLayout* grid_;
};

}  // namespace ql::gui
