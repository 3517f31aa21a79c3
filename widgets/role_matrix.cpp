#include "widgets/role_matrix.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>

#include "widgets/theme.h"

namespace ql::gui {
namespace {

constexpr int kGap = 2;       // between fields
constexpr int kTitleGap = 8;  // between row titles and fields
constexpr int kMinRow = 10;   // pixels with the gap; titles are left out then, numbers too
constexpr int kUsualRow = 30;
constexpr int kMaxRow = 44;  // a table of few rows does not fill a large window
constexpr int kUsualColumn = 64;
constexpr int kMaxColumn = 128;
constexpr int kMinColumn = 24;
constexpr int kTextMargin = 4;

}  // namespace

RoleMatrix::RoleMatrix(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setFont(smallFont(font()));
}

void RoleMatrix::setCells(const QStringList& rows, const QStringList& columns,
                          std::vector<MatrixCell> cells) {
    Q_ASSERT(cells.size() == static_cast<std::size_t>(rows.size() * columns.size()));
    if (rows.size() != rows_.size() || columns.size() != columns_.size()) {
        hovered_.reset();
        cursor_.reset();
    }
    rows_ = rows;
    columns_ = columns;
    cells_ = std::move(cells);
    measureTitles();
    updateGeometry();
    describe();
    update();
    emit pointedChanged();
}

void RoleMatrix::setScale(const ValueScale& scale) {
    scale_ = scale;
    update();
}

void RoleMatrix::setCurrent(int id) {
    if (id == current_) {
        return;
    }
    current_ = id;
    if (const std::optional<int> index = indexOf(id)) {
        cursor_ = index;  // the keyboard goes on from there
    }
    describe();
    update();
}

const MatrixCell* RoleMatrix::pointed() const {
    const std::optional<int> index = hovered_ ? hovered_ : hasFocus() ? cursor_ : std::nullopt;
    return index ? &cells_[static_cast<std::size_t>(*index)] : nullptr;
}

QRect RoleMatrix::cellRect(int id) const {
    const std::optional<int> index = indexOf(id);
    return index ? fieldRect(*index / columnCount(), *index % columnCount()) : QRect();
}

QSize RoleMatrix::sizeHint() const {
    return {rowTitles_ + kTitleGap + columnCount() * kUsualColumn,
            headerHeight() + rowCount() * kUsualRow};
}

QSize RoleMatrix::minimumSizeHint() const {
    return {rowTitles_ + kTitleGap + columnCount() * kMinColumn,
            headerHeight() + rowCount() * kMinRow};
}

double RoleMatrix::columnWidth() const {
    return std::min<double>(kMaxColumn,
                            static_cast<double>(width() - rowTitles_ - kTitleGap) / columnCount());
}

/// Titles that are too long for their column break at their spaces, into two lines.
int RoleMatrix::titleLines() const { return columnTitles_ <= columnWidth() - kGap ? 1 : 2; }

int RoleMatrix::headerHeight() const { return titleLines() * fontMetrics().height() + 4; }

/// Once for all fields: text is slow to measure.
void RoleMatrix::measureTitles() {
    const auto widest = [this](const QStringList& titles) {
        int width = 0;
        for (const QString& title : titles) {
            width = std::max(width, fontMetrics().horizontalAdvance(title));
        }
        return width;
    };
    rowTitles_ = widest(rows_);
    columnTitles_ = widest(columns_);
}

QRect RoleMatrix::fieldRect(int row, int column) const {
    const int left = rowTitles_ + kTitleGap;
    const int top = headerHeight();
    const double wide = columnWidth();
    const double high = std::min<double>(kMaxRow, static_cast<double>(height() - top) / rowCount());
    const int x = left + static_cast<int>(column * wide);
    const int y = top + static_cast<int>(row * high);
    return {x, y, left + static_cast<int>((column + 1) * wide) - x - kGap,
            top + static_cast<int>((row + 1) * high) - y - kGap};
}

std::optional<int> RoleMatrix::indexAt(const QPoint& position) const {
    for (int index = 0; index < static_cast<int>(cells_.size()); ++index) {
        if (fieldRect(index / columnCount(), index % columnCount())
                .adjusted(0, 0, kGap, kGap)
                .contains(position)) {
            return isField(index / columnCount(), index % columnCount()) ? std::optional(index)
                                                                         : std::nullopt;
        }
    }
    return std::nullopt;
}

std::optional<int> RoleMatrix::indexOf(int id) const {
    const auto found = std::find_if(cells_.begin(), cells_.end(), [id](const MatrixCell& cell) {
        return cell.id == id && id != MatrixCell::kNothing;
    });
    return found == cells_.end() ? std::nullopt
                                 : std::optional(static_cast<int>(found - cells_.begin()));
}

bool RoleMatrix::isField(int row, int column) const {
    return row >= 0 && row < rowCount() && column >= 0 && column < columnCount() &&
           cells_[static_cast<std::size_t>(row * columnCount() + column)].id !=
               MatrixCell::kNothing;
}

/// To the next field in this direction; over empty ones.
void RoleMatrix::moveCursor(int rows, int columns) {
    if (!cursor_) {
        return setCursorIndex(indexOf(current_));
    }
    int row = *cursor_ / columnCount() + rows;
    int column = *cursor_ % columnCount() + columns;
    while (row >= 0 && row < rowCount() && column >= 0 && column < columnCount()) {
        if (isField(row, column)) {
            return setCursorIndex(row * columnCount() + column);
        }
        row += rows;
        column += columns;
    }
}

void RoleMatrix::setCursorIndex(std::optional<int> index) {
    if (!index) {
        for (int i = 0; i < static_cast<int>(cells_.size()) && !index; ++i) {
            index = isField(i / columnCount(), i % columnCount()) ? std::optional(i) : std::nullopt;
        }
    }
    cursor_ = index;
    hovered_.reset();  // the keyboard has moved on
    if (cursor_) {
        emit reached(fieldRect(*cursor_ / columnCount(), *cursor_ % columnCount()));
    }
    describe();
    update();
    emit pointedChanged();
}

void RoleMatrix::describe() {
    const std::optional<int> index = cursor_ ? cursor_ : indexOf(current_);
    setAccessibleDescription(index ? cells_[static_cast<std::size_t>(*index)].description
                                   : QString());
}

void RoleMatrix::drawTitles(QPainter& painter) const {
    painter.setPen(themeColors().mutedOn(palette().color(backgroundRole())));
    for (int column = 0; column < columnCount(); ++column) {
        const QRect field = fieldRect(0, column);
        const QRect place(field.left(), 0, field.width(), titleLines() * fontMetrics().height());
        painter.drawText(place, Qt::AlignHCenter | Qt::AlignBottom | Qt::TextWordWrap,
                         columns_[column]);
    }
    int free = 0;  // where rows are lower than text, only every so many are named
    for (int row = 0; row < rowCount(); ++row) {
        const QRect field = fieldRect(row, 0);
        const QRect place(0, field.center().y() - fontMetrics().height() / 2, rowTitles_,
                          fontMetrics().height());
        if (place.top() >= free || row == 0) {
            painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter, rows_[row]);
            free = place.bottom();
        }
    }
}

void RoleMatrix::drawField(QPainter& painter, int index) const {
    const MatrixCell& cell = cells_[static_cast<std::size_t>(index)];
    const ThemeColors& colors = themeColors();
    const QRect field = fieldRect(index / columnCount(), index % columnCount());
    if (cell.id == MatrixCell::kNothing) {
        return;
    }
    const bool known = !std::isnan(cell.value);
    const ColorMap& map = ColorMap::forScale(scale_, colors.dark);
    const QColor fill = known ? QColor::fromRgb(map(scale_.position(cell.value))) : colors.line;
    painter.setPen(Qt::NoPen);
    painter.setBrush(fill);
    painter.drawRoundedRect(field, 2, 2);
    const bool fits = field.height() >= fontMetrics().height() &&
                      field.width() >= fontMetrics().horizontalAdvance(cell.text) + 2 * kTextMargin;
    if (fits) {
        painter.setPen(contrast(Qt::white, fill) > contrast(Qt::black, fill) ? Qt::white
                                                                             : Qt::black);
        painter.drawText(field, Qt::AlignCenter, cell.text);
    }
    painter.setBrush(Qt::NoBrush);
    if (cell.id == current_) {
        // Two lines stand out from every colour below them.
        painter.setPen(QPen(colors.panel, 1));
        painter.drawRoundedRect(field.adjusted(1, 1, -2, -2), 2, 2);
        painter.setPen(QPen(colors.text, 2));
        painter.drawRoundedRect(field, 2, 2);
    }
    if (hasFocus() && cursor_ == index) {
        painter.setPen(QPen(colors.accent, 2));
        painter.drawRoundedRect(field, 2, 2);
    }
}

void RoleMatrix::paintEvent(QPaintEvent*) {
    if (cells_.empty()) {
        return;
    }
    QPainter painter(this);
    drawTitles(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    for (int index = 0; index < static_cast<int>(cells_.size()); ++index) {
        drawField(painter, index);
    }
}

void RoleMatrix::mouseMoveEvent(QMouseEvent* event) {
    const std::optional<int> index = indexAt(event->position().toPoint());
    if (index == hovered_) {
        return;
    }
    hovered_ = index;
    setCursor(index ? Qt::PointingHandCursor : Qt::ArrowCursor);
    emit pointedChanged();
}

void RoleMatrix::mousePressEvent(QMouseEvent* event) {
    const std::optional<int> index = indexAt(event->position().toPoint());
    if (event->button() == Qt::LeftButton && index) {
        setCursorIndex(index);
        emit chosen(cells_[static_cast<std::size_t>(*index)].id);
    }
}

void RoleMatrix::leaveEvent(QEvent* event) {
    hovered_.reset();
    emit pointedChanged();
    QWidget::leaveEvent(event);
}

void RoleMatrix::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left:
            return moveCursor(0, -1);
        case Qt::Key_Right:
            return moveCursor(0, 1);
        case Qt::Key_Up:
            return moveCursor(-1, 0);
        case Qt::Key_Down:
            return moveCursor(1, 0);
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            if (cursor_) {
                emit chosen(cells_[static_cast<std::size_t>(*cursor_)].id);
            }
            return;
        default:
            QWidget::keyPressEvent(event);
    }
}

void RoleMatrix::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    // A click sets the cursor itself.
    if (event->reason() != Qt::MouseFocusReason && !cells_.empty()) {
        setCursorIndex(cursor_ ? cursor_ : indexOf(current_));
    }
}

void RoleMatrix::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange) {
        measureTitles();
        updateGeometry();
    }
    QWidget::changeEvent(event);
}

void RoleMatrix::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
    emit pointedChanged();
}

}  // namespace ql::gui
