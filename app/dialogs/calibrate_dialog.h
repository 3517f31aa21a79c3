#pragma once

#include <QDialog>
#include <QTimer>
#include <memory>

#include "app/calibration_request.h"
#include "app/jobs.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;
class QSpinBox;

namespace ql::gui {

class Settings;
class Workspace;

/// On which text the model is calibrated: says beforehand what the text gives and how much memory
/// it takes. Accepting it starts the work. Also the place where the calibration that is there is
/// saved, opened and exported. A text may be dropped on it.
class CalibrateDialog : public QDialog {
    Q_OBJECT

  public:
    CalibrateDialog(Workspace* workspace, Jobs* jobs, Settings* settings,
                    QWidget* parent = nullptr);

    void setText(const QString& path);
    /// Asks for Gram matrices, too; the user may take it back.
    void keepGrams();
    void accept() override;

  protected:
    void changeEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    struct Estimate;

    void buildLayout();
    CalibrationRequest request() const;
    void browse();
    void plan();
    void startPlan();
    void showEstimate(const std::shared_ptr<const Estimate>& estimate);
    void refuse(const QString& reason);
    void openFile();
    void save();
    void exportImportance();
    void write(const QString& path, const std::function<void(const std::string& path)>& writer);
    void showCurrent();
    void retranslate();

    Workspace* workspace_;
    Jobs* jobs_;
    Settings* settings_;
    JobSlot planning_;
    QTimer pause_;  ///< a spin box is being turned
    std::shared_ptr<const Estimate> estimate_;
    bool chosen_ = false;  ///< the number of samples is the user's, not ours

    QLabel* textLabel_;
    QRadioButton* builtIn_;
    QRadioButton* ownFile_;
    QLineEdit* file_;
    QPushButton* browse_;
    QLabel* samplesLabel_;
    QSpinBox* samples_;
    QLabel* contextLabel_;
    QSpinBox* context_;
    QCheckBox* importance_;
    QCheckBox* grams_;
    QLabel* note_;
    QLabel* currentTitle_;
    QLabel* current_;
    QPushButton* open_;
    QPushButton* save_;
    QPushButton* export_;
    QPushButton* calibrate_;
    QPushButton* close_;
};

}  // namespace ql::gui
