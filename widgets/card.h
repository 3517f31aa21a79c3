#pragma once

#include <QFrame>

class QLabel;

namespace ql::gui {

/// A panel with rounded corners that groups a part of a page. No frame; put no card into a card.
class Card : public QFrame {
    Q_OBJECT
  public:
    explicit Card(QWidget* parent = nullptr);

  protected:
    void paintEvent(QPaintEvent* event) override;
};

/// A short explanation or finding with an accent bar at its left edge. Rich text.
class Callout : public QFrame {
    Q_OBJECT
  public:
    explicit Callout(QWidget* parent = nullptr);
    void setText(const QString& richText);
    QString text() const;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QLabel* label_;
};

}  // namespace ql::gui
