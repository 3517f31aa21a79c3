#pragma once

#include <QDialog>
#include <memory>
#include <optional>
#include <vector>

#include "app/jobs.h"
#include "app/plan_calibration.h"
#include "core/export/export_plan.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QTableView;
class QToolButton;

namespace ql::gui {

class Callout;
class ExportTable;
class Settings;
class Workspace;

/// Writes the open model with one scheme, as a file or a folder. First a dry run of every format in
/// the background: those that cannot hold the scheme are not offered, and say why; of the chosen
/// one size, type of every tensor, fallbacks. Then the writing, which can be stopped and leaves
/// nothing behind; then the command that runs what was written.
class ExportDialog : public QDialog {
    Q_OBJECT

  public:
    ExportDialog(Workspace* workspace, Jobs* jobs, Settings* settings, QWidget* parent = nullptr);

    QString destination() const;
    void setDestination(const QString& path);

  public slots:
    /// While it writes: asks the writing to stop and stays open.
    void reject() override;

  protected:
    void changeEvent(QEvent* event) override;

  private:
    enum class State { planning, refused, ready, writing, stopped, failed, done };

    void buildLayout();
    void fillChoices();
    void plan();
    void takePlans();
    void offerFormats();
    void choosePlan();
    void suggestDestination();
    void browse();
    void startWriting();
    void confirmAndWrite();
    void showProgress();
    void setState(State state, const QString& message = {});
    void showPlan();
    void showMessage();
    void copyCommand() const;
    ExportFormat format() const;
    void retranslate();

    Workspace* workspace_;
    Jobs* jobs_;
    Settings* settings_;
    std::shared_ptr<const Model> model_;
    Plan wanted_;
    ExportOptions options_;
    CalibratedPlan calibrated_;  ///< what a comparison made of it, if there was one
    /// What became of planning in one format: a plan, or the reason why there is none.
    struct Planned {
        ExportFormat format = ExportFormat::gguf;
        std::shared_ptr<const ExportPlan> plan;
        std::optional<Error> refusal;
    };
    std::shared_ptr<const std::vector<Planned>> planned_;  ///< in all formats
    std::shared_ptr<const ExportPlan> plan_;               ///< in the chosen one; null: refused
    JobSlot planning_;
    JobId writing_ = kNoJob;
    State state_ = State::planning;
    QString confirmed_;  ///< a destination that may be replaced
    ExportTable* tensors_;

    QLabel* schemeLabel_;
    QComboBox* scheme_;
    QLabel* formatLabel_;
    QComboBox* format_;
    QLabel* restLabel_;
    QComboBox* rest_;
    QLabel* destinationLabel_;
    QLineEdit* destination_;
    QPushButton* browse_;
    QLabel* summary_;
    QTableView* table_;
    Callout* message_;
    QProgressBar* progress_;
    QWidget* commandRow_;
    QLineEdit* command_;
    QToolButton* copyCommand_;
    QPushButton* showInFolder_;
    QPushButton* export_;
    QPushButton* close_;
};

}  // namespace ql::gui
