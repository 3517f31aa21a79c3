#include "widgets/heatmap_view.h"

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QHelpEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QRubberBand>
#include <QSaveFile>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/icons.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

namespace ql::gui {
namespace {

constexpr int kTileRows = 128;
constexpr int kTileCols = 1024;
constexpr int kGridFrom = 12;     // pixels a cell
constexpr int kNumbersFrom = 40;  // pixels a cell
constexpr double kMinCells = 4;   // never closer than this many cells across
constexpr double kWheelStep = 1.25;
constexpr int kKeepTiles = 96;  // 48 MiB of weights at most

/// A round step so that ticks stand at least `minPixels` apart.
std::int64_t tickStep(double cellPixels, double minPixels) {
    std::int64_t step = 1;
    while (true) {
        for (const int times : {1, 2, 4, 8}) {
            if (static_cast<double>(step * times) * cellPixels >= minPixels) return step * times;
        }
        step *= 16;
    }
}

/// The number with as many digits as fit, without the zero before the point if need be.
QString fittingNumber(double value, const QFontMetrics& metrics, double width) {
    QString text;
    for (const int digits : {3, 2, 1}) {
        text = formatNumber(value, digits);
        if (metrics.horizontalAdvance(text) <= width) return text;
        const qsizetype zero = text.startsWith(u'-') ? 1 : 0;
        if (text.mid(zero).startsWith(u'0') && text.size() > zero + 1) text.remove(zero, 1);
        if (metrics.horizontalAdvance(text) <= width) return text;
    }
    return text;
}

QPen cosmeticPen(const QColor& color, qreal width = 1) {
    QPen pen(color, width);
    pen.setCosmetic(true);
    return pen;
}

}  // namespace

struct HeatmapView::Tile {
    enum class State { requested, ready, unreadable };
    State state = State::requested;
    std::shared_ptr<const HeatmapTile> data;
};

HeatmapView::HeatmapView(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

HeatmapView::~HeatmapView() = default;

void HeatmapView::setPyramid(std::shared_ptr<const ql::Pyramid> pyramid,
                             std::shared_ptr<const HeatmapTile> whole) {
    const bool sameSize = pyramid && scene_.pyramid && pyramid->rows == scene_.pyramid->rows &&
                          pyramid->cols == scene_.pyramid->cols;
    scene_.pyramid = std::move(pyramid);
    whole_ = std::move(whole);
    tiles_.clear();
    pending_ = 0;
    ++generation_;
    if (!sameSize) {
        current_.reset();
        crosshair_.reset();
        mark_ = {};
        fit();
    }
    invalidate();
    describeCurrent();
}

std::int64_t HeatmapView::rows() const { return scene_.pyramid ? scene_.pyramid->rows : 0; }
std::int64_t HeatmapView::cols() const { return scene_.pyramid ? scene_.pyramid->cols : 0; }

void HeatmapView::setMode(HeatmapMode mode) {
    if (scene_.mode == mode) return;
    scene_.mode = mode;
    invalidate();
}

void HeatmapView::setScale(const ValueScale& scale) {
    if (scene_.scale == scale) return;
    scene_.scale = scale;
    invalidate();
}

void HeatmapView::setTile(const QRect& cells, std::vector<float> values, quint64 generation) {
    if (generation != generation_) return;
    const QPoint place(cells.left() / kTileCols, cells.top() / kTileRows);
    const auto found = tiles_.find(place);
    if (found == tiles_.end() || found->state != Tile::State::requested) return;
    --pending_;
    const auto expected =
        static_cast<std::size_t>(cells.width()) * static_cast<std::size_t>(cells.height());
    if (cells == tileCells(place) && values.size() == expected) {
        found->state = Tile::State::ready;
        found->data = std::make_shared<HeatmapTile>(HeatmapTile{cells, std::move(values)});
        invalidate();
        describeCurrent();
    } else {
        found->state = Tile::State::unreadable;
    }
    requestTiles();
}

void HeatmapView::setViewRange(const QRectF& range) {
    if (!scene_.pyramid) return;
    const auto allCols = static_cast<double>(cols());
    const auto allRows = static_cast<double>(rows());
    const double width = std::clamp(range.width(), std::min(kMinCells, allCols), allCols);
    const double height = std::clamp(range.height(), std::min(kMinCells, allRows), allRows);
    const QRectF clamped(std::clamp(range.left(), 0.0, allCols - width),
                         std::clamp(range.top(), 0.0, allRows - height), width, height);
    if (clamped == scene_.view) return;
    scene_.view = clamped;
    invalidate();
    emit viewRangeChanged(clamped);
}

void HeatmapView::setCrosshair(std::optional<QPoint> cell) {
    if (crosshair_ == cell) return;
    crosshair_ = cell;
    update();
}

void HeatmapView::setMark(const QRect& cells) {
    if (mark_ == cells) return;
    mark_ = cells;
    update();
}

void HeatmapView::setCurrentCell(const QPoint& cell) {
    if (!scene_.pyramid || rows() == 0 || cols() == 0) return;
    const QPoint inside(std::clamp(cell.x(), 0, static_cast<int>(cols()) - 1),
                        std::clamp(cell.y(), 0, static_cast<int>(rows()) - 1));
    QRectF view = scene_.view;
    view.moveLeft(std::clamp(view.left(), inside.x() + 1.0 - view.width(), double(inside.x())));
    view.moveTop(std::clamp(view.top(), inside.y() + 1.0 - view.height(), double(inside.y())));
    setViewRange(view);
    if (current_ == inside) return;
    current_ = inside;
    describeCurrent();
    update();
    emit currentCellChanged(inside.y(), inside.x());
}

void HeatmapView::setCellText(std::function<QString(qint64, qint64)> text) {
    cellText_ = std::move(text);
    describeCurrent();
}

std::optional<float> HeatmapView::value(qint64 row, qint64 col) const {
    if (row < 0 || col < 0 || row >= rows() || col >= cols()) return std::nullopt;
    std::shared_ptr<const HeatmapTile> tile = whole_;
    if (!tile) {
        tile =
            tiles_
                .value(QPoint(static_cast<int>(col) / kTileCols, static_cast<int>(row) / kTileRows))
                .data;
    }
    if (!tile) return std::nullopt;
    const QRect& cells = tile->cells;
    return tile->values[static_cast<std::size_t>((row - cells.top()) * cells.width() + col -
                                                 cells.left())];
}

void HeatmapView::setAxesVisible(bool visible) {
    axes_ = visible;
    invalidate();
}

QRect HeatmapView::matrixRect() const {
    if (!axes_) return rect();
    const QFontMetrics metrics(smallFont(font()));
    const int left =
        metrics.horizontalAdvance(QString::number(std::max<std::int64_t>(rows(), 10))) + 8;
    return rect().adjusted(left, 0, 0, -metrics.height() - 4);
}

std::optional<QPoint> HeatmapView::cellAt(const QPointF& position) const {
    const QRectF place = matrixRect();
    if (!scene_.pyramid || place.isEmpty() || !place.contains(position)) return std::nullopt;
    const QRectF& view = scene_.view;
    const QPointF cell(view.left() + (position.x() - place.left()) / place.width() * view.width(),
                       view.top() + (position.y() - place.top()) / place.height() * view.height());
    const QPoint whole(static_cast<int>(std::floor(cell.x())),
                       static_cast<int>(std::floor(cell.y())));
    if (whole.x() >= cols() || whole.y() >= rows()) return std::nullopt;
    return whole;
}

QRectF HeatmapView::cellRect(const QPoint& cell) const {
    const QRectF place = matrixRect();
    const QRectF& view = scene_.view;
    if (view.isEmpty()) return {};
    const double x = place.width() / view.width();
    const double y = place.height() / view.height();
    return {place.left() + (cell.x() - view.left()) * x, place.top() + (cell.y() - view.top()) * y,
            x, y};
}

void HeatmapView::fit() {
    if (scene_.pyramid) {
        setViewRange(QRectF(0, 0, static_cast<double>(cols()), static_cast<double>(rows())));
    }
}

void HeatmapView::zoom(double factor) { zoomAt(QRectF(matrixRect()).center(), factor); }

void HeatmapView::zoomAt(const QPointF& position, double factor) {
    const QRectF place = matrixRect();
    if (!scene_.pyramid || place.isEmpty() || !(factor > 0)) return;
    const double x = std::clamp((position.x() - place.left()) / place.width(), 0.0, 1.0);
    const double y = std::clamp((position.y() - place.top()) / place.height(), 0.0, 1.0);
    const QRectF& view = scene_.view;
    // Both axes stop together, so that the stretch stays.
    const double closest = std::min(view.width() / std::min(kMinCells, double(cols())),
                                    view.height() / std::min(kMinCells, double(rows())));
    const double step = std::min(factor, closest);
    const double width = view.width() / step;
    const double height = view.height() / step;
    setViewRange(QRectF(view.left() + x * (view.width() - width),
                        view.top() + y * (view.height() - height), width, height));
}

void HeatmapView::copyPicture() { QApplication::clipboard()->setPixmap(grab(matrixRect())); }

void HeatmapView::invalidate() {
    imageValid_ = false;
    update();
}

QRect HeatmapView::tileCells(const QPoint& tile) const {
    const QRect whole(tile.x() * kTileCols, tile.y() * kTileRows, kTileCols, kTileRows);
    return whole & QRect(0, 0, static_cast<int>(cols()), static_cast<int>(rows()));
}

std::vector<QPoint> HeatmapView::visibleTiles() const {
    std::vector<QPoint> places;
    const QRect seen = scene_.view.toAlignedRect() &
                       QRect(0, 0, static_cast<int>(cols()), static_cast<int>(rows()));
    if (seen.isEmpty()) return places;
    for (int row = seen.top() / kTileRows; row <= seen.bottom() / kTileRows; ++row) {
        for (int col = seen.left() / kTileCols; col <= seen.right() / kTileCols; ++col) {
            places.emplace_back(col, row);
        }
    }
    return places;
}

void HeatmapView::requestTiles() {
    if (whole_ || !scene_.pyramid || !isVisible() ||
        !wantsTiles(cellsPerPixel(scene_.view, scene_.pixels)))
        return;
    std::vector<QRect> wanted;
    for (const QPoint& place : visibleTiles()) {
        if (pending_ >= kPendingTiles) break;
        if (tiles_.contains(place)) continue;
        tiles_.insert(place, Tile{});
        ++pending_;
        wanted.push_back(tileCells(place));
    }
    // An answer may come at once and change the tiles: so only now.
    const quint64 asked = generation_;
    for (const QRect& cells : wanted) emit tileRequested(cells, asked);
}

void HeatmapView::dropFarTiles() {
    if (tiles_.size() <= kKeepTiles) return;
    const auto seen = visibleTiles();
    for (auto it = tiles_.begin(); it != tiles_.end();) {
        const bool open = it->state == Tile::State::requested;
        const bool visible = std::find(seen.begin(), seen.end(), it.key()) != seen.end();
        it = open || visible ? std::next(it) : tiles_.erase(it);
    }
}

void HeatmapView::renderIfNeeded() {
    const double ratio = devicePixelRatioF();
    const QSize pixels = (QSizeF(matrixRect().size()) * ratio).toSize();
    if (imageValid_ && pixels == scene_.pixels) return;
    scene_.pixels = pixels;
    scene_.dark = themeColors().dark;
    scene_.background = palette().color(QPalette::Window).rgb();
    scene_.tiles.clear();
    if (pixels.isEmpty()) {
        image_ = {};
    } else {
        if (whole_) {
            scene_.tiles.push_back(whole_);
        } else if (wantsTiles(cellsPerPixel(scene_.view, pixels))) {
            for (const QPoint& place : visibleTiles()) {
                const auto found = tiles_.constFind(place);
                if (found != tiles_.constEnd() && found->data) scene_.tiles.push_back(found->data);
            }
        }
        image_ = renderHeatmap(scene_);
    }
    imageValid_ = true;
    dropFarTiles();
    // After the paint: a slot may answer at once.
    QMetaObject::invokeMethod(this, &HeatmapView::requestTiles, Qt::QueuedConnection);
}

void HeatmapView::paintEvent(QPaintEvent*) {
    renderIfNeeded();
    QPainter painter(this);
    const QRect place = matrixRect();
    if (place != rect()) painter.fillRect(rect(), palette().color(QPalette::Window));
    if (image_.isNull()) {
        painter.fillRect(rect(), palette().color(QPalette::Window));
    } else {
        // In device pixels, so that nothing is scaled: a blit, also at a ratio of 1.5.
        const double ratio = devicePixelRatioF();
        painter.save();
        painter.scale(1 / ratio, 1 / ratio);
        painter.drawImage((QPointF(place.topLeft()) * ratio).toPoint(), image_);
        painter.restore();
    }
    if (scene_.pyramid) drawOverlays(painter);
}

void HeatmapView::drawOverlays(QPainter& painter) {
    const QRect place = matrixRect();
    const QSizeF cell = cellRect(QPoint(0, 0)).size();
    const ThemeColors& colors = themeColors();
    painter.save();
    painter.setClipRect(place);
    if (showsCells()) drawGrid(painter, cell);
    if (std::min(cell.width(), cell.height()) >= kNumbersFrom) drawNumbers(painter, cell);
    painter.setBrush(Qt::NoBrush);
    if (!mark_.isEmpty()) {
        const QRectF first = cellRect(mark_.topLeft());
        const QRectF last = cellRect(mark_.bottomRight());
        painter.setPen(cosmeticPen(colors.warning, 2));
        painter.drawRect(first.united(last));
    }
    if (crosshair_) {
        const QPointF middle = cellRect(*crosshair_).center();
        for (const auto& [color, width] :
             {std::pair{QColor(0, 0, 0, 70), 3.0}, {QColor(255, 255, 255, 170), 1.0}}) {
            painter.setPen(cosmeticPen(color, width));
            painter.drawLine(QPointF(place.left(), middle.y()), QPointF(place.right(), middle.y()));
            painter.drawLine(QPointF(middle.x(), place.top()), QPointF(middle.x(), place.bottom()));
        }
    }
    if (current_) {
        // A frame that is seen on any colour, and at any zoom.
        QRectF frame = cellRect(*current_);
        const QPointF middle = frame.center();
        frame.setSize(frame.size().expandedTo(QSizeF(7, 7)));
        frame.moveCenter(middle);
        painter.setPen(cosmeticPen(Qt::black, 3));
        painter.drawRect(frame);
        painter.setPen(cosmeticPen(hasFocus() ? QColor(colors.accent) : QColor(Qt::white), 1.5));
        painter.drawRect(frame);
    }
    painter.restore();
    if (axes_) drawAxes(painter);
    if (hasFocus()) {
        painter.setPen(cosmeticPen(colors.accent));
        painter.drawRect(place.adjusted(0, 0, -1, -1));
    }
}

bool HeatmapView::showsCells() const {
    const QSizeF cell = cellRect(QPoint(0, 0)).size();
    return scene_.pyramid && std::min(cell.width(), cell.height()) >= kGridFrom;
}

void HeatmapView::drawGrid(QPainter& painter, const QSizeF& cell) {
    const QRect place = matrixRect();
    painter.setPen(cosmeticPen(palette().color(QPalette::Window)));
    const QRectF& view = scene_.view;
    for (double col = std::ceil(view.left()); col <= view.right(); ++col) {
        const double x = std::round(place.left() + (col - view.left()) * cell.width());
        painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()));
    }
    for (double row = std::ceil(view.top()); row <= view.bottom(); ++row) {
        const double y = std::round(place.top() + (row - view.top()) * cell.height());
        painter.drawLine(QPointF(place.left(), y), QPointF(place.right(), y));
    }
}

void HeatmapView::drawNumbers(QPainter& painter, const QSizeF& cell) {
    QFont font = smallFont(this->font());
    painter.setFont(font);
    const ColorMap& map = ColorMap::forScale(scene_.scale, scene_.dark);
    const QRect seen = scene_.view.toAlignedRect() &
                       QRect(0, 0, static_cast<int>(cols()), static_cast<int>(rows()));
    for (int row = seen.top(); row <= seen.bottom(); ++row) {
        for (int col = seen.left(); col <= seen.right(); ++col) {
            const auto weight = value(row, col);
            if (!weight) continue;
            const float shown = scene_.mode == HeatmapMode::magnitude ? std::abs(*weight) : *weight;
            const QColor ground(map(scene_.scale.position(shown)));
            painter.setPen(contrast(Qt::white, ground) > contrast(Qt::black, ground) ? Qt::white
                                                                                     : Qt::black);
            painter.drawText(cellRect(QPoint(col, row)), Qt::AlignCenter,
                             fittingNumber(shown, painter.fontMetrics(), cell.width() - 4));
        }
    }
}

void HeatmapView::drawAxes(QPainter& painter) {
    const QRect place = matrixRect();
    const QSizeF cell = cellRect(QPoint(0, 0)).size();
    const QFont font = smallFont(this->font());
    const QFontMetrics metrics(font);
    painter.setFont(font);
    const QColor ink = themeColors().mutedOn(palette().color(QPalette::Window));
    const QColor line = themeColors().line;
    const QRectF& view = scene_.view;

    const int widest = metrics.horizontalAdvance(QString::number(cols())) + 24;
    const std::int64_t colStep = tickStep(cell.width(), widest);
    for (auto col = static_cast<std::int64_t>(std::ceil(view.left() / double(colStep))) * colStep;
         double(col) < view.right(); col += colStep) {
        const double x = place.left() + (double(col) + 0.5 - view.left()) * cell.width();
        painter.setPen(cosmeticPen(line));
        painter.drawLine(QPointF(x, place.bottom() + 1), QPointF(x, place.bottom() + 4));
        const QString text = QString::number(col);
        const double half = metrics.horizontalAdvance(text) / 2.0;
        const double left = std::clamp(x - half, double(place.left()), place.right() - 2 * half);
        painter.setPen(ink);
        painter.drawText(QPointF(left, place.bottom() + 4 + metrics.ascent()), text);
    }
    const std::int64_t rowStep = tickStep(cell.height(), metrics.height() * 2.5);
    for (auto row = static_cast<std::int64_t>(std::ceil(view.top() / double(rowStep))) * rowStep;
         double(row) < view.bottom(); row += rowStep) {
        const double y = place.top() + (double(row) + 0.5 - view.top()) * cell.height();
        painter.setPen(cosmeticPen(line));
        painter.drawLine(QPointF(place.left() - 4, y), QPointF(place.left() - 1, y));
        const double top = std::clamp(y - metrics.height() / 2.0, double(place.top()),
                                      double(place.bottom() - metrics.height()));
        painter.setPen(ink);
        painter.drawText(QRectF(0, top, place.left() - 6, metrics.height()),
                         Qt::AlignRight | Qt::AlignVCenter, QString::number(row));
    }
}

void HeatmapView::resizeEvent(QResizeEvent*) { invalidate(); }

void HeatmapView::wheelEvent(QWheelEvent* event) {
    const double notches = event->angleDelta().y() / 120.0;
    if (notches == 0) return event->ignore();
    zoomAt(event->position(), std::pow(kWheelStep, notches));
    event->accept();
}

void HeatmapView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return QWidget::mousePressEvent(event);
    pressed_ = event->position();
    pressedView_ = scene_.view;
    dragging_ = false;
    if (event->modifiers() & Qt::ShiftModifier) {
        if (band_ == nullptr) band_ = new QRubberBand(QRubberBand::Rectangle, this);
        band_->setGeometry(QRect(pressed_.toPoint(), QSize()));
        band_->show();
    }
}

void HeatmapView::mouseMoveEvent(QMouseEvent* event) {
    const QPointF position = event->position();
    if (band_ != nullptr && band_->isVisible()) {
        band_->setGeometry(QRect(pressed_.toPoint(), position.toPoint()).normalized() &
                           matrixRect());
    } else if (event->buttons() & Qt::LeftButton) {
        const QPointF moved = position - pressed_;
        if (dragging_ || moved.manhattanLength() >= QApplication::startDragDistance()) {
            dragging_ = true;
            setCursor(Qt::ClosedHandCursor);
            const QRectF place = matrixRect();
            setViewRange(
                pressedView_.translated(-moved.x() / place.width() * pressedView_.width(),
                                        -moved.y() / place.height() * pressedView_.height()));
        }
    }
    if (const auto cell = cellAt(position)) {
        emit hovered(cell->y(), cell->x());
    } else {
        emit left();
    }
}

void HeatmapView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return QWidget::mouseReleaseEvent(event);
    unsetCursor();
    if (band_ != nullptr && band_->isVisible()) {
        const QRect chosen = band_->geometry();
        band_->hide();
        if (chosen.width() > 4 && chosen.height() > 4) {
            const QRectF first = cellRect(QPoint(0, 0));
            setViewRange(QRectF((chosen.left() - first.left()) / first.width(),
                                (chosen.top() - first.top()) / first.height(),
                                chosen.width() / first.width(), chosen.height() / first.height()));
        }
    } else if (!std::exchange(dragging_, false)) {
        if (const auto cell = cellAt(event->position())) {
            setCurrentCell(*cell);
            emit cellActivated(cell->y(), cell->x());
        }
    }
}

void HeatmapView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) fit();
}

void HeatmapView::moveCurrent(int rowSteps, int colSteps) {
    if (!scene_.pyramid) return;
    if (!current_) return setCurrentCell(scene_.view.center().toPoint());
    // One step is what can be told apart on the screen.
    const QSizeF perPixel = cellsPerPixel(scene_.view, matrixRect().size());
    const int colStep = std::max(1, static_cast<int>(std::ceil(perPixel.width())));
    const int rowStep = std::max(1, static_cast<int>(std::ceil(perPixel.height())));
    setCurrentCell(*current_ + QPoint(colSteps * colStep, rowSteps * rowStep));
}

void HeatmapView::keyPressEvent(QKeyEvent* event) {
    const bool pans = event->modifiers() & Qt::ControlModifier;
    const int times = event->modifiers() & Qt::ShiftModifier ? 10 : 1;
    const auto go = [&](int rowSteps, int colSteps) {
        if (pans) {
            setViewRange(scene_.view.translated(colSteps * scene_.view.width() / 8,
                                                rowSteps * scene_.view.height() / 8));
        } else {
            moveCurrent(rowSteps * times, colSteps * times);
        }
    };
    switch (event->key()) {
        case Qt::Key_Left:
            return go(0, -1);
        case Qt::Key_Right:
            return go(0, 1);
        case Qt::Key_Up:
            return go(-1, 0);
        case Qt::Key_Down:
            return go(1, 0);
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            return current_ ? zoomAt(cellRect(*current_).center(), kWheelStep) : zoom(kWheelStep);
        case Qt::Key_Minus:
            return zoom(1 / kWheelStep);
        case Qt::Key_0:
        case Qt::Key_Home:
            return fit();
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (current_) emit cellActivated(current_->y(), current_->x());
            return;
        default:
            break;
    }
    if (event->matches(QKeySequence::Copy)) return copyPicture();
    QWidget::keyPressEvent(event);
}

void HeatmapView::leaveEvent(QEvent*) { emit left(); }

void HeatmapView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) invalidate();
    if (event->type() == QEvent::LanguageChange) describeCurrent();
    QWidget::changeEvent(event);
}

bool HeatmapView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto cell = cellAt(help->pos());
        if (cell) QToolTip::showText(help->globalPos(), cellText(cell->y(), cell->x()), this);
        return true;
    }
    return QWidget::event(event);
}

void HeatmapView::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    menu.addAction(icon(QStringLiteral("copy")), tr("Copy picture"), this,
                   &HeatmapView::copyPicture);
    menu.addAction(icon(QStringLiteral("save")), tr("Save picture…"), this, &HeatmapView::saveAs);
    menu.addSeparator();
    menu.addAction(icon(QStringLiteral("fit")), tr("Show all"), this, &HeatmapView::fit);
    menu.exec(event->globalPos());
}

void HeatmapView::saveAs() {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save picture"), fileName_ + QStringLiteral(".png"), tr("PNG picture (*.png)"));
    if (path.isEmpty()) return;
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || !grab(matrixRect()).save(&file, "PNG") ||
        !file.commit())
        emit saveFailed(path, file.errorString());
}

QString HeatmapView::cellText(qint64 row, qint64 col) const {
    if (cellText_) return cellText_(row, col);
    const QString place = tr("Row %1, column %2").arg(row).arg(col);
    const auto weight = value(row, col);
    //: %1 is "Row 3, column 5", %2 is a number
    return weight ? tr("%1: %2").arg(place, formatNumber(*weight, 4)) : place;
}

void HeatmapView::describeCurrent() {
    const QString size = scene_.pyramid ? tr("Matrix of %1.").arg(formatShape(rows(), cols()))
                                        : tr("Nothing to show.");
    setAccessibleDescription(current_ ? cellText(current_->y(), current_->x()) : size);
}

}  // namespace ql::gui
