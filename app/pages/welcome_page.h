#pragma once

#include <QWidget>

class QLabel;
class QListWidget;
class QPushButton;

namespace ql::gui {

class Settings;

/// What the window shows while no model is open: what the program is, and the ways in.
class WelcomePage : public QWidget {
    Q_OBJECT

  public:
    explicit WelcomePage(Settings* settings, QWidget* parent = nullptr);

    /// Greys the ways in while a model is being opened.
    void setOpening(bool opening);

  signals:
    void openRequested();
    void openFolderRequested();
    void demoRequested();
    void recentRequested(const QString& path);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void showRecent();
    void retranslate();

    Settings* settings_;
    QLabel* tagline_;
    QLabel* steps_;
    QPushButton* open_;
    QPushButton* folder_;
    QPushButton* demo_;
    QLabel* demoHint_;
    QLabel* recentTitle_;
    QListWidget* recent_;
    QLabel* dropHint_;
};

}  // namespace ql::gui
