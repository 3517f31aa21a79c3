#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <initializer_list>

class QHBoxLayout;

namespace ql::gui {

/// A text for a menu, where a single & would mark the next letter.
QString menuText(QString text);

/// The wheel scrolls the page and does not change this control (a combo or spin box) unless it has
/// the focus.
void ignoreWheelWithoutFocus(QWidget* control);

/// The first line of a card: its title, and controls at the right.
QHBoxLayout* makeCardHead(QLabel* title, std::initializer_list<QWidget*> controls);

/// A combo box as wide as its longest entry, safe from the wheel.
class Choice : public QComboBox {
    Q_OBJECT
  public:
    explicit Choice(QWidget* parent = nullptr);

    /// The entries' texts, in order: made at the first call, renamed in place later, so that a
    /// change of language keeps the selection and emits nothing.
    void setTexts(const QStringList& texts);
    /// What it chooses, for screen readers, and why, for the tooltip.
    void describe(const QString& name, const QString& toolTip);
};

/// One line of muted text that ends in "…" where there is not enough room; the whole of it is in
/// the tooltip.
class ElidedLabel : public QLabel {
    Q_OBJECT
  public:
    explicit ElidedLabel(QWidget* parent = nullptr);

    QSize minimumSizeHint() const override;
    QSize sizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
};

}  // namespace ql::gui
