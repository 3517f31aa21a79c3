#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;

namespace ql {
struct ModelTensor;
}

namespace ql::gui {

class ElidedLabel;
class Workspace;

/// The first line of a page about the current tensor: what it is, and at the right the page's own
/// controls.
class TensorHeader : public QWidget {
    Q_OBJECT
  public:
    explicit TensorHeader(QWidget* parent = nullptr);

    /// Null: no tensor.
    void setTensor(const ModelTensor* tensor);
    /// Appends a control at the right end.
    void addControl(QWidget* control);

    QString text() const;

  private:
    QLabel* title_;
    ElidedLabel* facts_;
    QHBoxLayout* row_;
};

/// Why nothing can be shown of the current tensor yet, as a sentence for the user: no model, no
/// tensor, still being read, a type that cannot be decoded. Empty when profile and rows are there.
QString tensorNotice(const Workspace& workspace);

/// A sentence in the place of a view that has nothing to show.
QLabel* makeNotice(QWidget* parent);

}  // namespace ql::gui
