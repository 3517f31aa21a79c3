#include "widgets/block_bits.h"

#include <QCoreApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>

#include "widgets/style_draw.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kByteGap = 10;
constexpr int kRowGap = 3;
constexpr int kMargin = 4;
constexpr int kMostBytesInRow = 8;

struct RoleText {
    Q_DECLARE_TR_FUNCTIONS(ql::gui::RoleText)
};

// How much of a role's colour a bit gets over the ground of the view.
constexpr double kPlain = 0.45;
constexpr double kHighlighted = 0.8;
constexpr double kFaded = 0.14;

}  // namespace

QString bitRoleTitle(BitRole role) {
    switch (role) {
        case BitRole::scale:
            return RoleText::tr("scale of the block");
        case BitRole::minimum:
            return RoleText::tr("minimum of the block");
        case BitRole::subScale:
            return RoleText::tr("scale of a sub-block");
        case BitRole::subMinimum:
            return RoleText::tr("minimum of a sub-block");
        case BitRole::code:
            return RoleText::tr("code");
        case BitRole::codeHigh:
            return RoleText::tr("high bits of a code");
        case BitRole::digits:
            return RoleText::tr("codes as digits of base 3");
    }
    return {};
}

QColor bitRoleColor(BitRole role) {
    // Scales and minima in kindred colours, strong for the block and light for its parts.
    constexpr int kColors[kBitRoles] = {5, 6, 0, 3, 1, 4, 2};
    return schemeColor(kColors[static_cast<int>(role)]);
}

BlockBits::BlockBits(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setMouseTracking(true);
    measure();
    describe();
}

void BlockBits::setPicture(std::shared_ptr<const BlockPicture> picture) {
    const bool sameSize = picture && picture_ && picture->bytes.size() == picture_->bytes.size();
    picture_ = std::move(picture);
    fieldOfBit_.assign(picture_ ? static_cast<std::size_t>(picture_->bitCount()) : 0, -1);
    if (picture_) {
        for (std::size_t i = 0; i < picture_->fields.size(); ++i) {
            for (const int bit : picture_->fields[i].bits) {
                fieldOfBit_[static_cast<std::size_t>(bit)] = static_cast<int>(i);
            }
        }
    }
    highlighted_.clear();
    if (!sameSize) {
        current_ = -1;
        kept_ = -1;
        verticalScrollBar()->setValue(0);
    }
    relayout();
    describe();
}

void BlockBits::setHighlighted(const std::vector<int>& fields) {
    highlighted_.assign(fields.empty() || !picture_ ? 0 : picture_->fields.size(), false);
    for (const int field : fields) {
        highlighted_.at(static_cast<std::size_t>(field)) = true;
    }
    viewport()->update();
}

void BlockBits::setCurrentBit(int bit) {
    const int clamped = picture_ ? std::clamp(bit, -1, picture_->bitCount() - 1) : -1;
    if (clamped == current_) {
        return;
    }
    current_ = clamped;
    if (current_ >= 0) {
        showBit(current_);
    }
    viewport()->update();
    describe();
}

const BitField* BlockBits::fieldOf(int bit) const {
    if (bit < 0 || static_cast<std::size_t>(bit) >= fieldOfBit_.size()) {
        return nullptr;
    }
    const int field = fieldOfBit_[static_cast<std::size_t>(bit)];
    return field < 0 ? nullptr : &picture_->fields[static_cast<std::size_t>(field)];
}

bool BlockBits::isHighlighted(int bit) const {
    const BitField* field = fieldOf(bit);
    return field && !highlighted_.empty() &&
           highlighted_[static_cast<std::size_t>(field - picture_->fields.data())];
}

QString BlockBits::bitText(int bit) const {
    const BitField* field = fieldOf(bit);
    if (!field) {
        return {};
    }
    const unsigned byte = picture_->bytes[static_cast<std::size_t>(bit / 8)];
    //: %2 is the byte as two hexadecimal digits, %4 what the bit belongs to
    return tr("byte %1 (0x%2), bit %3: %4")
        .arg(bit / 8)
        .arg(byte, 2, 16, QLatin1Char('0'))
        .arg(bit % 8)
        .arg(field->text);
}

void BlockBits::measure() {
    const QFontMetrics metrics(monospaceFont(font()));
    cell_ = QSize(metrics.horizontalAdvance(u'0') + 5, metrics.height() + 4);
    labels_ = metrics.horizontalAdvance(QStringLiteral("000")) + 8;
}

int BlockBits::widthOf(int bytes) const {
    return 2 * kMargin + labels_ + bytes * 8 * cell_.width() + (bytes - 1) * kByteGap;
}

int BlockBits::widthFor(int room) const {
    const int scrollBar = verticalScrollBar()->sizeHint().width() + 2;
    int bytes = kMostBytesInRow;
    while (bytes > 2 && widthOf(bytes) + scrollBar > room) {
        bytes /= 2;
    }
    return widthOf(bytes) + scrollBar;
}

int BlockBits::rowCount() const {
    const int bytes = picture_ ? static_cast<int>(picture_->bytes.size()) : 0;
    return (bytes + bytesPerRow_ - 1) / bytesPerRow_;
}

void BlockBits::relayout() {
    bytesPerRow_ = kMostBytesInRow;
    while (bytesPerRow_ > 1 && widthOf(bytesPerRow_) > viewport()->width()) {
        bytesPerRow_ /= 2;
    }
    const int row = cell_.height() + kRowGap;
    const int height = cell_.height() + rowCount() * row + kMargin;  // with the header
    verticalScrollBar()->setSingleStep(row);
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
    viewport()->update();
}

QRect BlockBits::bitRect(int bit) const {
    const int byte = bit / 8;
    const int column = 8 * (byte % bytesPerRow_) + 7 - bit % 8;
    const int left = kMargin + labels_ + column * cell_.width() + byte % bytesPerRow_ * kByteGap;
    const int top = cell_.height() + byte / bytesPerRow_ * (cell_.height() + kRowGap) -
                    verticalScrollBar()->value();
    return {QPoint(left, top), cell_};
}

std::optional<int> BlockBits::bitAt(const QPoint& position) const {
    if (!picture_ || position.y() < cell_.height()) {  // the header lies above the bits
        return std::nullopt;
    }
    const int y = position.y() - cell_.height() + verticalScrollBar()->value();
    const int first = y / (cell_.height() + kRowGap) * bytesPerRow_ * 8;
    for (int bit = first; bit < std::min(first + 8 * bytesPerRow_, picture_->bitCount()); ++bit) {
        if (bitRect(bit).contains(position)) {
            return bit;
        }
    }
    return std::nullopt;
}

void BlockBits::showBit(int bit) {
    kept_ = bit;
    const QRect place = bitRect(bit);
    QScrollBar* bar = verticalScrollBar();
    if (place.top() < cell_.height()) {
        bar->setValue(bar->value() - (cell_.height() - place.top()));
    } else if (place.bottom() > viewport()->height() - kMargin) {
        bar->setValue(bar->value() + place.bottom() - viewport()->height() + kMargin);
    }
}

void BlockBits::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), themeColors().panel);
    if (!picture_) {
        return;
    }
    painter.setFont(monospaceFont(font()));
    for (int byte = 0; byte < static_cast<int>(picture_->bytes.size()); ++byte) {
        const QRect first = bitRect(8 * byte);
        if (first.bottom() >= 0 && first.top() <= viewport()->height()) {
            drawByte(painter, byte);
        }
    }
    drawHeader(painter);
    if (hasFocus()) {
        painter.setPen(themeColors().accent);
        painter.drawRect(viewport()->rect().adjusted(0, 0, -1, -1));
    }
}

// The numbers of the bits in a byte stay while the rows scroll.
void BlockBits::drawHeader(QPainter& painter) const {
    const ThemeColors& colors = themeColors();
    const QRect header(0, 0, viewport()->width(), cell_.height());
    painter.fillRect(header, colors.panel);
    painter.setPen(colors.mutedOn(colors.panel));
    for (int bit = 0; bit < std::min(8 * bytesPerRow_, picture_->bitCount()); ++bit) {
        const QRect place(bitRect(bit).left(), 0, cell_.width(), cell_.height());
        painter.drawText(place, Qt::AlignCenter, QString::number(bit % 8));
    }
}

void BlockBits::drawByte(QPainter& painter, int byte) const {
    if (byte % bytesPerRow_ == 0) {
        const ThemeColors& colors = themeColors();
        const QRect place(kMargin, bitRect(8 * byte).top(), labels_ - 8, cell_.height());
        painter.setPen(colors.mutedOn(colors.panel));
        painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter, QString::number(byte));
    }
    for (int bit = 8 * byte; bit < 8 * byte + 8; ++bit) {
        drawBit(painter, bit);
    }
}

void BlockBits::drawBit(QPainter& painter, int bit) const {
    const BitField* field = fieldOf(bit);
    if (!field) {
        return;
    }
    const ThemeColors& colors = themeColors();
    const double share = highlighted_.empty() ? kPlain : isHighlighted(bit) ? kHighlighted : kFaded;
    const QColor fill = draw::blend(colors.panel, bitRoleColor(field->role), share);
    QRect place = bitRect(bit);
    // A gap where another field begins; bits of one field touch.
    const bool startsLeft = bit % 8 == 7 || fieldOf(bit + 1) != field;
    painter.fillRect(place.adjusted(startsLeft ? 2 : 0, 0, 0, 0), fill);
    painter.setPen(readableOn(colors.text, fill));
    painter.drawText(place, Qt::AlignCenter,
                     picture_->bit(bit) ? QStringLiteral("1") : QStringLiteral("0"));
    if (std::binary_search(picture_->changed.begin(), picture_->changed.end(), bit)) {
        painter.setPen(QPen(colors.error, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(place.adjusted(2, 1, -1, -1));
    }
    if (bit == current_) {
        painter.setPen(QPen(hasFocus() ? colors.accent : colors.text, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(place.adjusted(1, 1, 0, -1));
    }
}

void BlockBits::resizeEvent(QResizeEvent*) {
    relayout();
    if (kept_ >= 0) {
        showBit(kept_);
    }
}

void BlockBits::mousePressEvent(QMouseEvent* event) {
    const auto bit = bitAt(event->position().toPoint());
    if (event->button() == Qt::LeftButton && bit) {
        setCurrentBit(*bit);
        emit bitChosen(*bit);
    }
}

void BlockBits::keyPressEvent(QKeyEvent* event) {
    // Along a row the highest bit of a byte comes first.
    const int place = current_ < 0 ? -1 : current_ / 8 * 8 + 7 - current_ % 8;
    int next = place;
    switch (event->key()) {
        case Qt::Key_Left:
            next = place - 1;
            break;
        case Qt::Key_Right:
            next = place + 1;
            break;
        case Qt::Key_Up:
            next = place - 8 * bytesPerRow_;
            break;
        case Qt::Key_Down:
            next = place + 8 * bytesPerRow_;
            break;
        case Qt::Key_Home:
            next = 0;
            break;
        case Qt::Key_End:
            next = picture_ ? picture_->bitCount() - 1 : -1;
            break;
        default:
            return QAbstractScrollArea::keyPressEvent(event);
    }
    if (!picture_) {
        return;
    }
    if (current_ < 0) {
        next = 0;
    }
    if (next >= 0 && next < picture_->bitCount()) {
        setCurrentBit(next / 8 * 8 + 7 - next % 8);
        emit bitChosen(current_);
    }
}

void BlockBits::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        describe();
    } else if (event->type() == QEvent::FontChange) {
        measure();
        relayout();
    }
    QAbstractScrollArea::changeEvent(event);
}

bool BlockBits::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto bit = bitAt(help->pos());
        QToolTip::showText(help->globalPos(), bit ? bitText(*bit) : QString(), viewport());
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void BlockBits::describe() {
    setAccessibleName(tr("Bits of the block"));
    setAccessibleDescription(bitText(current_));
}

QSize BlockBits::sizeHint() const { return {widthOf(4), cell_.height() * 12}; }

}  // namespace ql::gui
