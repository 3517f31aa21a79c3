#pragma once

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;
class QSpinBox;

namespace ql::gui {

class Predictions;
struct PredictionSettings;

/// On which text predictions are measured, and how. Accepting it changes the settings; a text file
/// may be dropped on it.
class PredictionsDialog : public QDialog {
    Q_OBJECT

  public:
    explicit PredictionsDialog(Predictions* predictions, QWidget* parent = nullptr);

    void accept() override;

  protected:
    void changeEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void buildLayout();
    void show(const PredictionSettings& settings);
    void browse();
    void setFile(const QString& path);
    void updateNote();
    void retranslate();

    Predictions* predictions_;
    QLabel* textLabel_;
    QRadioButton* builtIn_;
    QRadioButton* ownFile_;
    QLineEdit* file_;
    QPushButton* browse_;
    QLabel* protocolLabel_;
    QComboBox* protocol_;
    QLabel* contextLabel_;
    QSpinBox* context_;
    QLabel* windowsLabel_;
    QSpinBox* windows_;
    QLabel* note_;
    QPushButton* ok_;
    QPushButton* cancel_;
};

}  // namespace ql::gui
