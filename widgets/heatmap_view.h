#pragma once

#include <QHash>
#include <QPoint>
#include <QWidget>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "widgets/file_name.h"
#include "widgets/heatmap_renderer.h"

class QRubberBand;

namespace ql::gui {

/// A matrix as a picture, from the whole of it down to single weights. Coarse views come from a
/// pyramid; finer ones from tiles of weights that the view asks for and shows when they arrive.
///
/// The matrix is stretched to the widget; zooming keeps that stretch. Wheel zooms at the pointer,
/// drag pans, double click (and 0) fits, Shift+drag zooms into a rectangle, a click sets the
/// current cell. Arrows move the current cell (Ctrl: pan the view), + and - zoom. From 12 pixels a
/// cell grid lines are drawn, from 40 the numbers.
class HeatmapView : public QWidget {
    Q_OBJECT
  public:
    explicit HeatmapView(QWidget* parent = nullptr);
    ~HeatmapView() override;

    /// Shows another matrix (null: nothing) and forgets all tiles. Keeps the view when the matrix
    /// has the same size, else fits. `whole`: all its weights, if they are at hand; no tiles are
    /// asked for then.
    void setPyramid(std::shared_ptr<const ql::Pyramid> pyramid,
                    std::shared_ptr<const HeatmapTile> whole = nullptr);
    const ql::Pyramid* pyramid() const { return scene_.pyramid.get(); }
    std::int64_t rows() const;
    std::int64_t cols() const;

    void setMode(HeatmapMode mode);
    HeatmapMode mode() const { return scene_.mode; }
    /// Limits and transform of the colours. The default is [0, 1], linear.
    void setScale(const ValueScale& scale);
    const ValueScale& scale() const { return scene_.scale; }

    /// Answers tileRequested: the weights of `cells`, row by row. Answers of another generation are
    /// dropped. Every request must be answered; an empty vector means "cannot be read" and is not
    /// asked again. At most kPendingTiles requests are open, so what scrolled away is never waited
    /// for.
    void setTile(const QRect& cells, std::vector<float> values, quint64 generation);
    quint64 generation() const { return generation_; }
    static constexpr int kPendingTiles = 4;

    /// The visible part of the matrix: x are columns, y are rows.
    QRectF viewRange() const { return scene_.view; }
    /// Clamped to the matrix; emits viewRangeChanged when it changes something.
    void setViewRange(const QRectF& range);

    /// Thin lines through a cell, shown in linked views; nullopt hides them. x: column, y: row.
    void setCrosshair(std::optional<QPoint> cell);
    /// A frame around cells, e.g. the block under inspection; an empty rectangle removes it.
    void setMark(const QRect& cells);

    std::optional<QPoint> currentCell() const { return current_; }
    /// Also scrolls it into view.
    void setCurrentCell(const QPoint& cell);

    /// Text of one cell for screen readers and the tool tip; the default says row, column and
    /// value.
    void setCellText(std::function<QString(qint64 row, qint64 col)> text);
    /// The weight, if its tile is there.
    std::optional<float> value(qint64 row, qint64 col) const;

    /// Row and column numbers in thin margins (default off).
    void setAxesVisible(bool visible);
    /// Base name offered for saved pictures; what file names may not have is replaced.
    void setFileName(const QString& name) { fileName_ = safeFileName(name); }

    /// Where the matrix is drawn, in widget coordinates.
    QRect matrixRect() const;
    /// The cell under a position, nullopt outside.
    std::optional<QPoint> cellAt(const QPointF& position) const;
    /// Where a cell is drawn, in widget coordinates.
    QRectF cellRect(const QPoint& cell) const;
    /// Whether single cells can be told apart: grid lines are drawn.
    bool showsCells() const;

    QSize sizeHint() const override { return {480, 320}; }
    QSize minimumSizeHint() const override { return {80, 60}; }

  public slots:
    void fit();
    /// Factor > 1 goes closer, around the centre or a position in widget coordinates.
    void zoom(double factor);
    void zoomAt(const QPointF& position, double factor);
    void copyPicture();
    /// Tells screen readers about the current cell anew: call it when what cell texts are made of
    /// has changed.
    void describeCurrent();

  signals:
    /// Please answer with setTile. `cells` lies within the matrix; x: columns, y: rows.
    void tileRequested(const QRect& cells, quint64 generation);
    void hovered(qint64 row, qint64 col);
    void left();
    void viewRangeChanged(const QRectF& range);
    void currentCellChanged(qint64 row, qint64 col);
    /// A click on a cell, or Enter: it is the current cell, also when it was before.
    void cellActivated(qint64 row, qint64 col);
    /// "Save picture" from the context menu did not succeed.
    void saveFailed(const QString& path, const QString& problem);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool event(QEvent* event) override;

  private:
    struct Tile;

    void invalidate();
    void renderIfNeeded();
    std::vector<QPoint> visibleTiles() const;
    QRect tileCells(const QPoint& tile) const;
    void requestTiles();
    void dropFarTiles();
    void drawOverlays(QPainter& painter);
    void drawGrid(QPainter& painter, const QSizeF& cell);
    void drawNumbers(QPainter& painter, const QSizeF& cell);
    void drawAxes(QPainter& painter);
    void moveCurrent(int rowSteps, int colSteps);
    QString cellText(qint64 row, qint64 col) const;
    void saveAs();

    HeatmapScene scene_;
    std::shared_ptr<const HeatmapTile> whole_;
    QImage image_;
    bool imageValid_ = false;
    QHash<QPoint, Tile> tiles_;  ///< by tile column and row
    int pending_ = 0;
    quint64 generation_ = 0;
    std::function<QString(qint64, qint64)> cellText_;
    std::optional<QPoint> crosshair_;
    std::optional<QPoint> current_;
    QRect mark_;
    QString fileName_ = QStringLiteral("heatmap");
    QRubberBand* band_ = nullptr;
    QPointF pressed_;
    QRectF pressedView_;
    bool dragging_ = false;
    bool axes_ = false;
};

}  // namespace ql::gui
