#pragma once

#include <QAbstractScrollArea>
#include <memory>
#include <optional>
#include <vector>

#include "widgets/block_picture.h"

namespace ql::gui {

/// The bytes of a block as rows of bits, the highest bit of a byte at the left, coloured by what
/// they are for. Neighbouring bits of one field stand together. A click or the arrow keys choose a
/// bit; the fields that are told to be highlighted keep their full colour, the others fade.
class BlockBits : public QAbstractScrollArea {
    Q_OBJECT
  public:
    explicit BlockBits(QWidget* parent = nullptr);

    /// Null: nothing. Keeps the current bit where the new block is as long.
    void setPicture(std::shared_ptr<const BlockPicture> picture);
    void setHighlighted(const std::vector<int>& fields);

    int currentBit() const { return current_; }  ///< -1: none
    void setCurrentBit(int bit);
    /// The field of a bit; null outside.
    const BitField* fieldOf(int bit) const;
    bool isHighlighted(int bit) const;
    /// "byte 7 (0x3F), bit 4: " and the text of its field.
    QString bitText(int bit) const;
    /// Scrolls until the bit is seen, and keeps it in sight when the room changes.
    void showBit(int bit);

    int bytesPerRow() const { return bytesPerRow_; }
    /// The width that shows as many bytes in a row as fit `room`, and two at least.
    int widthFor(int room) const;
    /// Where a bit is drawn, in coordinates of the viewport.
    QRect bitRect(int bit) const;
    std::optional<int> bitAt(const QPoint& position) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {120, 100}; }

  signals:
    /// By mouse or keyboard, also the one that was chosen already.
    void bitChosen(int bit);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;

  private:
    void measure();
    void relayout();
    void drawHeader(QPainter& painter) const;
    void drawByte(QPainter& painter, int byte) const;
    void drawBit(QPainter& painter, int bit) const;
    void describe();
    int rowCount() const;
    int widthOf(int bytes) const;

    std::shared_ptr<const BlockPicture> picture_;
    std::vector<int> fieldOfBit_;
    std::vector<bool> highlighted_;  ///< by field; empty: nothing is
    int current_ = -1;
    int kept_ = -1;  ///< the bit that stays in sight
    int bytesPerRow_ = 4;
    int labels_ = 0;  ///< width of the numbers of bytes at the left
    QSize cell_;
};

}  // namespace ql::gui
