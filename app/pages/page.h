#pragma once

#include <QString>
#include <QWidget>

namespace ql::gui {

class Jobs;
class Workspace;

/// Of a page's contents, in pixels.
constexpr int kPageMargin = 16;
constexpr int kPageGap = 8;

/// A page in the middle of the window. It shows the workspace and changes it through its functions;
/// it knows no other page and no dock.
///
/// A page connects the signals it depends on to invalidate() and draws everything in refresh(),
/// which is called once per turn of the event loop at most, and only while the page is visible: a
/// hidden page costs nothing and catches up when it is shown. All texts are set in retranslate(),
/// which is called once before the first refresh() and again when the language changes. (Signals
/// that carry little, such as one scheme's result, may be handled directly.)
class Page : public QWidget {
    Q_OBJECT

  public:
    Page(Workspace* workspace, Jobs* jobs, QWidget* parent = nullptr);

    /// The name on the tab, translated: "Weights".
    virtual QString title() const = 0;
    /// One sentence for the tab's tooltip, translated.
    virtual QString description() const = 0;

    Workspace* workspace() const { return workspace_; }
    Jobs* jobs() const { return jobs_; }

  public slots:
    /// Calls refresh() soon, or when the page is next shown.
    void invalidate();

  signals:
    /// Something worth telling in the strip above the pages ("Copied.", a failed save).
    void message(const QString& text, bool isError);

  protected:
    /// Brings everything the page shows up to date with the workspace.
    virtual void refresh() = 0;
    /// Sets every text anew.
    virtual void retranslate() = 0;

    /// For plots and maps whose picture or data could not be saved.
    void tellSaveFailed(const QString& path, const QString& problem);

    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void refreshNow();

    Workspace* workspace_;
    Jobs* jobs_;
    bool dirty_ = true;
    bool scheduled_ = false;
    bool translated_ = false;
};

}  // namespace ql::gui
