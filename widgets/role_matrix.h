#pragma once

#include <QStringList>
#include <QWidget>
#include <limits>
#include <optional>
#include <vector>

#include "widgets/color_map.h"

namespace ql::gui {

/// A field of a RoleMatrix.
struct MatrixCell {
    static constexpr int kNothing = -1;

    int id = kNothing;  ///< what is chosen by a click; kNothing: an empty field
    double value = std::numeric_limits<double>::quiet_NaN();  ///< NaN: not known
    QString text;         ///< the value, short, drawn where there is room
    QString description;  ///< one line: what it is, and its value
};

/// A table of coloured fields with titles, such as layers × roles. One field is chosen with the
/// mouse or with arrows and Enter. Higher tables than the widget belong into a scroll area.
class RoleMatrix : public QWidget {
    Q_OBJECT
  public:
    explicit RoleMatrix(QWidget* parent = nullptr);

    /// `cells` row by row, rows × columns of them.
    void setCells(const QStringList& rows, const QStringList& columns,
                  std::vector<MatrixCell> cells);
    void setScale(const ValueScale& scale);
    /// Which field is outlined; an id that no field has: none.
    void setCurrent(int id);

    /// The field where the pointer is, or else the one that the keyboard has reached; null: none.
    const MatrixCell* pointed() const;
    /// Where a field is drawn; empty for an id that no field has.
    QRect cellRect(int id) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  signals:
    /// pointed() is another one.
    void pointedChanged();
    void chosen(int id);
    /// The keyboard reached this place: to scroll to.
    void reached(const QRect& place);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    int rowCount() const { return static_cast<int>(rows_.size()); }
    int columnCount() const { return static_cast<int>(columns_.size()); }
    void measureTitles();
    double columnWidth() const;
    int titleLines() const;
    int headerHeight() const;
    QRect fieldRect(int row, int column) const;
    std::optional<int> indexAt(const QPoint& position) const;
    std::optional<int> indexOf(int id) const;
    bool isField(int row, int column) const;
    void moveCursor(int rows, int columns);
    void setCursorIndex(std::optional<int> index);
    void describe();
    void drawTitles(QPainter& painter) const;
    void drawField(QPainter& painter, int index) const;

    QStringList rows_;
    QStringList columns_;
    std::vector<MatrixCell> cells_;
    int rowTitles_ = 0;     ///< pixels that the widest takes
    int columnTitles_ = 0;  ///< likewise
    ValueScale scale_;
    int current_ = MatrixCell::kNothing;
    std::optional<int> hovered_;  ///< index into cells_
    std::optional<int> cursor_;   ///< likewise, of the keyboard
};

}  // namespace ql::gui
