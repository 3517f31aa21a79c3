#pragma once

#include <QComboBox>

namespace ql::gui {

/// A combo box whose entries stand in groups under headings, each with its bits per weight at the
/// right edge of the list.
class GroupedChoice : public QComboBox {
    Q_OBJECT

  public:
    explicit GroupedChoice(QWidget* parent = nullptr);

    /// A line that cannot be chosen.
    void addHeading(const QString& text);
    void addEntry(const QString& text, const QVariant& value, const QString& bits,
                  const QString& toolTip = {});
};

}  // namespace ql::gui
