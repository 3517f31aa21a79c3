#pragma once

#include <vector>

#include "app/pages/method_view.h"
#include "app/pages/page.h"
#include "app/workspace.h"

class QLabel;
class QPushButton;
class QStackedLayout;

namespace ql::gui {

class Choice;
class FocusChoice;
class NumberLineView;
class TensorHeader;

/// The method of the scheme in focus, watched at its work on the current tensor: one view for each
/// of its axes that there is something to see of.
class MethodPage : public Page {
    Q_OBJECT
  public:
    MethodPage(Workspace* workspace, Jobs* jobs, QWidget* parent = nullptr);

    QString title() const override;
    QString description() const override;

    /// The view that is shown; null while there is a notice instead.
    MethodView* view() const;
    /// Which of the views that apply is shown.
    Choice* choice() const { return choice_; }
    QPushButton* calibrateButton() const { return calibrate_; }

  public slots:
    /// A weight was chosen on another page.
    void setCell(qint64 row, qint64 col);

  signals:
    /// The user wants a calibration, and Gram matrices with it.
    void calibrateRequested(bool keepGrams);

  protected:
    void refresh() override;
    void retranslate() override;

  private:
    QWidget* makeNotice();
    MethodSubject subject(const ComparedScheme& focus, const Scheme& scheme) const;
    MethodGap gap();
    MethodGap gapOf(MethodView* view, const MethodSubject& what);
    void offer(const std::vector<MethodView*>& views);
    void forget();

    TensorHeader* header_;
    FocusChoice* schemes_;
    Choice* choice_;
    QStackedLayout* stack_;
    QLabel* notice_;
    QPushButton* calibrate_;
    NumberLineView* numberLine_;
    std::vector<MethodView*> views_;
    std::vector<MethodView*> offered_;  ///< in choice_
    MethodView* preferred_ = nullptr;   ///< that was chosen last
    MethodGap::Remedy remedy_ = MethodGap::Remedy::none;
};

}  // namespace ql::gui
