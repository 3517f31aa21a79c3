#pragma once

#include <QWidget>
#include <optional>

#include "core/schemes/gptq/gptq_options.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;

namespace ql::gui {

/// The rounding axis of a scheme: to nearest, or GPTQ with its options. GPTQ is not offered where a
/// grid has no parameters to round under.
class RoundingChoice : public QWidget {
    Q_OBJECT

  public:
    explicit RoundingChoice(QWidget* parent = nullptr);

    void setRounding(const std::optional<Gptq>& gptq, bool possible);
    void retranslate();

  signals:
    void chosen(const std::optional<ql::Gptq>& gptq);

  private:
    void tell();

    QLabel* only_;  ///< instead of the box where there is nothing to choose
    QComboBox* method_;
    QWidget* options_;  ///< of GPTQ
    QLabel* dampLabel_;
    QDoubleSpinBox* damp_;
    QLabel* orderLabel_;
    QComboBox* order_;
    QCheckBox* independent_;
    QCheckBox* refit_;
    QCheckBox* gptaq_;
};

}  // namespace ql::gui
