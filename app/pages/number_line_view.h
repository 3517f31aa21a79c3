#pragma once

#include <QPoint>
#include <memory>
#include <optional>
#include <vector>

#include "app/pages/method_view.h"
#include "core/measure/number_line.h"

class QCheckBox;
class QLabel;

namespace ql::gui {

class HelpButton;
class NumberLinePlot;

/// FP8: the values that can be stored as a number line, and above it where the scaled weights lie.
class NumberLineView : public MethodView {
    Q_OBJECT
  public:
    NumberLineView(Jobs* jobs, QWidget* parent);

    bool applies(const Scheme& scheme) const override;
    QString title() const override;
    MethodGap gap(const MethodSubject& subject) const override;
    void retranslate() override;

    NumberLinePlot* plot() const { return plot_; }
    /// Null while there is nothing.
    const NumberLine* line() const { return line_.get(); }
    QCheckBox* logAxis() const { return logAxis_; }
    /// What is told of the value under the pointer.
    QString valueText() const;
    QString facts() const;

    /// Marks the value that a weight (x: its column) is stored as, now or when that is known.
    void setCell(std::optional<QPoint> cell);

  protected:
    MethodSubject relevant(MethodSubject subject) const override;
    void start() override;
    void forget() override;
    QString workingText() const override;
    void showStatus() override { fill(); }

  private:
    void fill();
    void markCell();
    void showValue();
    float cellLevel() const;

    JobSlot counting_;
    std::shared_ptr<const NumberLine> line_;
    std::vector<Fp8Value> shown_;   ///< the values of the plot
    std::optional<QPoint> cell_;    ///< the weight that was chosen: x is its column
    std::optional<int> cellValue_;  ///< the index of its value in shown_

    QLabel* name_;
    QCheckBox* logAxis_;
    QCheckBox* logCounts_;
    HelpButton* help_;
    NumberLinePlot* plot_;
    QLabel* value_;
    QLabel* facts_;
};

}  // namespace ql::gui
