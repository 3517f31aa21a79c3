#pragma once

#include <QWidget>
#include <memory>

#include "widgets/block_picture.h"

class QLabel;
class QSplitter;
class QTableView;

namespace ql::gui {

class BlockBits;
class BlockTable;

/// One stored block: its bits coloured by what they are for, with a legend, and beside them its
/// values as a table. Choosing a value, or pointing at it, highlights the bits that make it;
/// choosing a bit says what it belongs to, and chooses its value where it has one only. Arrow keys
/// work in both.
class BlockView : public QWidget {
    Q_OBJECT
  public:
    explicit BlockView(QWidget* parent = nullptr);

    /// Null: nothing. Keeps the chosen value where the new block has as many.
    void setPicture(std::shared_ptr<const BlockPicture> picture);

    int currentValue() const { return value_; }  ///< -1: none
    void setCurrentValue(int value);

    BlockBits* bits() const { return bits_; }
    QTableView* table() const { return table_; }
    /// The line below: the formula of the chosen value, or the field of the chosen bit.
    QString explanation() const;

  signals:
    void currentValueChanged(int value);

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void chooseBit(int bit);
    void showValue(int value);
    void highlight(int value);
    void keepInSight();
    void fitColumns();
    void divide();
    void retranslate();
    void fillLegend();

    QLabel* legend_;
    QSplitter* splitter_;
    BlockBits* bits_;
    BlockTable* model_;
    QTableView* table_;
    QLabel* explanation_;
    std::shared_ptr<const BlockPicture> picture_;
    int value_ = -1;
    bool choosing_ = false;  ///< the table follows a bit
    bool divided_ = false;   ///< the user has moved the handle between bits and table
};

}  // namespace ql::gui
