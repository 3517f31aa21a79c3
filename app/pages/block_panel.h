#pragma once

#include <QWidget>
#include <memory>

#include "app/jobs.h"
#include "app/pages/block_inspection.h"

class QLabel;
class QStackedLayout;
class QToolButton;

namespace ql::gui {

class BlockView;
class ElidedLabel;
class HelpButton;
class WeightBox;

/// The block inspector: the stored block around a weight, bit by bit, and what becomes of it when a
/// weight changes. Blocks are read and encoded in jobs, and only while the panel is shown.
class BlockPanel : public QWidget {
    Q_OBJECT
  public:
    explicit BlockPanel(Jobs* jobs, QWidget* parent = nullptr);

    /// What the panel looks into; `scheme` is the title of it. Without rows the panel is empty;
    /// without a run only, it keeps what it shows.
    void setSource(std::shared_ptr<const RowSource> rows, std::shared_ptr<const TensorRun> run,
                   const QString& scheme);
    /// Shows the block of a weight and chooses the weight in it. Changes of weights of another
    /// block are forgotten.
    void showCell(qint64 row, qint64 col);

    BlockView* view() const { return view_; }
    /// The block that is shown; null while it is read and where there is none.
    const BlockInspection* block() const { return block_.get(); }
    /// The sentence in place of the block; empty while there is one.
    QString notice() const;

  public slots:
    /// Gives another value to the chosen weight and encodes the block again.
    void changeWeight(double value);
    void reset();

  signals:
    /// Another value of the block was chosen.
    void cellChosen(qint64 row, qint64 col);
    void closed();

  protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void read();
    void adopt(const std::shared_ptr<const BlockInspection>& block);
    bool shows(qint64 row, qint64 col) const;
    void showBlock();
    void showChosen();
    void showNotice(const QString& text);
    void retranslate();

    JobSlot reading_;
    std::shared_ptr<const RowSource> rows_;
    std::shared_ptr<const TensorRun> run_;
    QString scheme_;
    qint64 row_ = -1;
    qint64 col_ = -1;
    WeightEdits edits_;
    std::shared_ptr<const BlockInspection> block_;

    ElidedLabel* title_;
    QLabel* weightLabel_;
    WeightBox* weight_;
    QToolButton* reset_;
    HelpButton* help_;
    QToolButton* close_;
    QStackedLayout* stack_;
    QLabel* notes_;
    BlockView* view_;
    QLabel* notice_;
};

}  // namespace ql::gui
