#include "app/pages/block_panel.h"

#include <QDoubleSpinBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QStackedLayout>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>

#include "app/controls.h"
#include "app/text.h"
#include "core/grids/block_textbook.h"
#include "widgets/block_view.h"
#include "widgets/help_button.h"
#include "widgets/icons.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

namespace ql::gui {

/// A weight of any magnitude: as many decimals as seven digits need.
class WeightBox : public QDoubleSpinBox {
  public:
    explicit WeightBox(QWidget* parent) : QDoubleSpinBox(parent) {
        setDecimals(kMostDecimals);
        setRange(-kLargest, kLargest);
        setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
        setKeyboardTracking(false);
        setFixedWidth(fontMetrics().horizontalAdvance(QStringLiteral("-0.00000000000")) + 32);
    }

    QString textFromValue(double value) const override {
        constexpr int kDigits = 7;
        const double magnitude = std::max(std::abs(value), std::pow(10.0, -kMostDecimals));
        const int decimals = kDigits - 1 - static_cast<int>(std::floor(std::log10(magnitude)));
        QString text =
            locale().toString(value, 'f', std::clamp(decimals, 1, static_cast<int>(kMostDecimals)));
        while (text.endsWith(u'0') && text.at(text.size() - 2).isDigit()) {
            text.chop(1);
        }
        return text;
    }

  private:
    static constexpr int kMostDecimals = 12;
    static constexpr double kLargest = 1e6;
};

BlockPanel::BlockPanel(Jobs* jobs, QWidget* parent)
    : QWidget(parent),
      reading_(jobs),
      title_(new ElidedLabel(this)),
      weightLabel_(new QLabel(this)),
      weight_(new WeightBox(this)),
      reset_(new QToolButton(this)),
      help_(new HelpButton(this)),
      close_(new QToolButton(this)),
      stack_(new QStackedLayout),
      notes_(new QLabel(this)),
      view_(new BlockView(this)),
      notice_(new QLabel(this)) {
    ignoreWheelWithoutFocus(weight_);
    weightLabel_->setBuddy(weight_);
    reset_->setIcon(icon(QStringLiteral("undo")));
    close_->setIcon(icon(QStringLiteral("close")));
    for (QToolButton* button : {reset_, close_}) {
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::TabFocus);
    }
    notes_->setTextFormat(Qt::RichText);
    notes_->setWordWrap(true);
    notice_->setTextFormat(Qt::PlainText);
    notice_->setWordWrap(true);
    notice_->setAlignment(Qt::AlignCenter);
    setMuted(notice_);

    auto* bar = new QHBoxLayout;
    bar->setSpacing(8);
    bar->addWidget(title_, 1);
    bar->addWidget(weightLabel_);
    bar->addWidget(weight_);
    bar->addWidget(reset_);
    bar->addWidget(help_);
    bar->addWidget(close_);
    auto* filled = new QWidget(this);
    auto* content = new QVBoxLayout(filled);
    content->setContentsMargins(0, 0, 0, 0);
    content->setSpacing(4);
    content->addWidget(notes_);
    content->addWidget(view_, 1);
    stack_->addWidget(filled);
    stack_->addWidget(notice_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(bar);
    layout->addLayout(stack_, 1);

    connect(view_, &BlockView::currentValueChanged, this, [this](int value) {
        const bool wasElsewhere = !shows(row_, col_);  // another block is still being read
        row_ = block_->row;
        col_ = block_->firstCol + value;
        if (wasElsewhere) {
            edits_.clear();
            read();
        }
        showChosen();
        emit cellChosen(row_, col_);
    });
    connect(weight_, &QDoubleSpinBox::valueChanged, this, &BlockPanel::changeWeight);
    connect(reset_, &QToolButton::clicked, this, &BlockPanel::reset);
    connect(close_, &QToolButton::clicked, this, &BlockPanel::closed);
    retranslate();
}

void BlockPanel::setSource(std::shared_ptr<const RowSource> rows,
                           std::shared_ptr<const TensorRun> run, const QString& scheme) {
    if (rows == rows_ && (run == run_ || !run)) {
        return;  // without a run it is being made: the last block stays for the moment
    }
    scheme_ = scheme;
    if (rows != rows_) {  // other weights: the place means nothing in them
        row_ = -1;
        col_ = -1;
    }
    rows_ = std::move(rows);
    run_ = std::move(run);
    edits_.clear();
    block_.reset();
    read();
}

void BlockPanel::showCell(qint64 row, qint64 col) {
    if (row == row_ && col == col_) {
        return;
    }
    row_ = row;
    col_ = col;
    if (shows(row, col)) {
        view_->setCurrentValue(static_cast<int>(col - block_->firstCol));
        showChosen();
        return;
    }
    edits_.clear();
    read();
}

bool BlockPanel::shows(qint64 row, qint64 col) const {
    return block_ && row == block_->row && col >= block_->firstCol &&
           col < block_->firstCol + block_->anatomy->values;
}

void BlockPanel::changeWeight(double value) {
    if (shows(row_, col_) && noEditReason(*run_).isEmpty()) {
        edits_[col_] = static_cast<float>(value);
        read();
    }
}

void BlockPanel::reset() {
    if (!edits_.empty()) {
        edits_.clear();
        read();
    }
}

/// The block that was shown stays until the other one is there.
void BlockPanel::read() {
    reading_.cancel();
    if (isHidden()) {
        block_.reset();
        return;
    }
    const bool inside = rows_ && row_ >= 0 && row_ < rows_->rows() && col_ < rows_->cols();
    if (!run_ || !inside || !anatomyOf(*run_)) {
        block_.reset();
        return showBlock();
    }
    reading_.start(
        Lane::interactive, tr("Look into a block"), this,
        [rows = rows_, run = run_, row = row_, col = col_, edits = edits_](const Progress&) {
            return inspectBlock(*rows, *run, row, col, edits);
        },
        [this](const std::shared_ptr<const BlockInspection>& block) { adopt(block); },
        [this](const Error& error) {
            block_.reset();
            showNotice(translated(error));
        });
}

void BlockPanel::adopt(const std::shared_ptr<const BlockInspection>& block) {
    block_ = block;
    showBlock();
}

void BlockPanel::showBlock() {
    const bool open = block_ != nullptr;
    for (QWidget* control : {static_cast<QWidget*>(weightLabel_), static_cast<QWidget*>(weight_),
                             static_cast<QWidget*>(reset_)}) {
        control->setVisible(open);
    }
    if (!open) {
        title_->setText(tr("Block inspector"));
        view_->setPicture(nullptr);
        return showNotice(!run_ || row_ < 0 ? tr("Choose a weight to look into its block.")
                                            : noBlockText(*run_, scheme_, row_, col_));
    }
    showNotice({});
    const qint64 last = block_->firstCol + block_->anatomy->values - 1;
    //: %1 is a scheme; a block of values in a row of the matrix
    title_->setText(tr("%1: block of row %2, columns %3–%4")
                        .arg(scheme_)
                        .arg(block_->row)
                        .arg(block_->firstCol)
                        .arg(last));
    const BlockNotes notes = block_notes(*block_->anatomy, run_->scheme.fit);
    //: root mean squared error of the weights of a block
    const QString errors =
        tr("RMS error of this block: %1, textbook %2.")
            .arg(formatNumber(block_->rmsError), formatNumber(block_->textbookRmsError));
    notes_->setText(QStringLiteral("<b>%1</b> &nbsp; %2<br>%3 %4 %5")
                        .arg(toQString(notes.formula).toHtmlEscaped(),
                             translated(notes.origin).toHtmlEscaped(), tr("Textbook:"),
                             translated(notes.textbook).toHtmlEscaped(), errors));
    view_->setPicture(std::make_shared<BlockPicture>(blockPicture(*block_)));
    view_->setCurrentValue(static_cast<int>(col_ - block_->firstCol));
    showChosen();
}

void BlockPanel::showChosen() {
    const QString reason = noEditReason(*run_);
    const qint64 value = col_ - block_->firstCol;
    weightLabel_->setText(tr("Weight %1").arg(value));
    const QSignalBlocker quiet(weight_);
    weight_->setValue(static_cast<double>(block_->originals[static_cast<std::size_t>(value)]));
    weight_->setEnabled(reason.isEmpty());
    weight_->setToolTip(reason.isEmpty()
                            ? tr("Change this weight: the block is encoded again, and the bits "
                                 "that differ are framed. The model is not changed.")
                            : reason);
    reset_->setEnabled(!edits_.empty());
}

QString BlockPanel::notice() const { return notice_->text(); }

void BlockPanel::showNotice(const QString& text) {
    notice_->setText(text);
    stack_->setCurrentIndex(text.isEmpty() ? 0 : 1);
}

void BlockPanel::retranslate() {
    weight_->setAccessibleName(tr("Original weight"));
    reset_->setToolTip(tr("Take the weights of the model again"));
    reset_->setAccessibleName(tr("Reset the weights"));
    close_->setToolTip(tr("Close the block inspector"));
    close_->setAccessibleName(tr("Close the block inspector"));
    notes_->setAccessibleName(tr("How the format works"));
    help_->setHelp(
        tr("The block inspector"),
        tr("<p>The bytes of one stored block, bit by bit, exactly as they stand in an exported "
           "file; the number at the left is that of the first byte in the row. Colours say what "
           "a bit is for.</p>"
           "<p>Choose a value in the table (or a weight in the map) to see the bits that make it, "
           "or a bit to see what it belongs to. Change the weight and watch: a new largest weight "
           "changes the scale, and with it every code of the block.</p>"
           "<p>The last column shows what the simplified quantizer of textbooks would make of "
           "the same weights, with scales that are not rounded.</p>"));
    showBlock();
}

void BlockPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (!block_) {
        read();
    }
}

void BlockPanel::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    QWidget::changeEvent(event);
}

}  // namespace ql::gui
