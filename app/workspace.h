#pragma once

#include <QCache>
#include <QHash>
#include <QList>
#include <QObject>
#include <QString>
#include <QTimer>
#include <QUndoStack>
#include <functional>
#include <memory>

#include "app/jobs.h"
#include "core/measure/statistics.h"
#include "core/model/model.h"
#include "core/run/model_run.h"
#include "core/run/tensor_run.h"
#include "core/schemes/scheme.h"

namespace ql::gui {

/// One of the schemes being compared.
struct ComparedScheme {
    int id = 0;           ///< names it for as long as it is in the list; never used twice
    bool enabled = true;  ///< takes part in runs, pages and the comparison
    Scheme scheme;
    int color = 0;  ///< index into the scheme colours, kept for life: 0 .. kMaxSchemes - 1

    QString title() const;  ///< "Q4_0", "INT4 g128": terms, not translated
    QString text() const;   ///< canonical text
    bool operator==(const ComparedScheme&) const = default;
};

/// What is known of one scheme on the current tensor.
struct SchemeResult {
    enum class State {
        none,     ///< nothing was asked for (no tensor, scheme switched off)
        pending,  ///< a job is computing it, or will soon
        ready,    ///< `run` holds it
        refused,  ///< the scheme cannot be applied to this tensor; `problem` says why
        failed,   ///< it went wrong; `problem` says why
    };
    State state = State::none;
    std::shared_ptr<const TensorRun> run;
    Sentence problem;
};

/// The document: the open model, the tensor that is looked at, the schemes being compared, and
/// their results. Lives in the GUI thread; computes nothing there: results arrive from jobs and are
/// announced by signals. All pointers handed out are shared and immutable.
///
/// Selecting a tensor profiles it, then runs every enabled scheme on it. Changing a scheme re-runs
/// that scheme on the tensor (after a short pause, so that a slider does not start a job per step).
/// The whole model is run on demand only (runComparison).
class Workspace : public QObject {
    Q_OBJECT

  public:
    static constexpr int kMaxSchemes = 8;
    static constexpr int kNoTensor = -1;
    static constexpr int kNoScheme = 0;

    explicit Workspace(Jobs* jobs, QObject* parent = nullptr);
    ~Workspace() override;

    // The model

    /// Opens a file or folder in the background. The old model stays until the new one is there.
    void open(const QString& path);
    /// Opens the demo model that comes with the program.
    void openDemo();
    void closeModel();
    std::shared_ptr<const Model> model() const { return model_; }
    /// What was opened: a path as the user gave it; empty for the demo model.
    const QString& path() const { return path_; }
    bool isDemo() const { return model_ && path_.isEmpty(); }

    // The tensor in view

    /// Index into model()->tensors(), or kNoTensor.
    int tensorIndex() const { return tensor_; }
    const ModelTensor* tensor() const;
    void setTensor(int index);
    /// The weights of the current tensor; null until it was profiled or if it cannot be decoded.
    /// Reading rows belongs into a job.
    std::shared_ptr<const RowSource> rows() const { return rows_; }
    /// Null until the job has finished.
    std::shared_ptr<const TensorProfile> profile() const { return profile_; }
    /// Why the current tensor cannot be profiled (a type that cannot be decoded); else empty.
    const Sentence& tensorProblem() const { return tensorProblem_; }

    // The schemes

    /// All schemes in the order in which they are shown.
    const QList<ComparedScheme>& schemes() const { return schemes_; }
    QList<ComparedScheme> enabledSchemes() const;
    /// Null for an id that is not in the list. Do not keep the pointer.
    const ComparedScheme* scheme(int id) const;
    /// The scheme in focus: its errors colour the tree, its axes are edited. kNoScheme if the list
    /// is empty.
    int focus() const { return focus_; }
    void setFocus(int id);

    // Every change of the list can be undone. Those that ask for more than kMaxSchemes, or name an
    // unknown id, do nothing (and return kNoScheme).
    int addScheme(const Scheme& scheme);
    int duplicateScheme(int id);
    void removeScheme(int id);
    void replaceScheme(int id, const Scheme& scheme);
    void setSchemeEnabled(int id, bool enabled);
    bool canAddScheme() const { return schemes_.size() < kMaxSchemes; }
    QUndoStack* undoStack() { return &undo_; }
    // What would be undone and redone, in the language of the moment.
    QString undoText() const { return changeText(undo_.index() - 1); }
    QString redoText() const { return changeText(undo_.index()); }

    // Results

    /// Of a scheme on the current tensor.
    SchemeResult tensorResult(int schemeId) const;
    /// Of a scheme on the whole model: the last comparison that covered it, or null.
    std::shared_ptr<const ModelRun> modelRun(int schemeId) const;
    /// Sizes, fallbacks and rules of a scheme on the whole model without running it (no errors, no
    /// time); null for a moment after a change. Equal in size to what modelRun gives.
    std::shared_ptr<const ModelRun> modelPreview(int schemeId) const;

    /// Runs all enabled schemes that have no result yet on the whole model, in one pass.
    void runComparison();
    void stopComparison();
    bool comparisonRunning() const { return comparison_ != kNoJob; }
    /// Whether runComparison() would start something.
    bool canRunComparison() const;

  signals:
    /// Another model (or none): everything below was reset. Followed by tensorChanged().
    void modelChanged();
    /// A model is being opened, or no longer.
    void openingChanged(bool opening);
    /// Opening failed, and the old model is still there.
    void openFailed(const QString& path, const ql::Error& error);
    /// Another tensor: rows, profile and results are (again) unknown, unless they were cached.
    void tensorChanged();
    /// rows(), profile() or tensorProblem() arrived.
    void profileChanged();
    /// The list of schemes, or one of them, or whether it is enabled.
    void schemesChanged();
    void focusChanged();
    /// The result of this scheme on the current tensor changed its state.
    void tensorResultChanged(int schemeId);
    /// modelRun() or modelPreview() of some scheme changed.
    void modelRunsChanged();
    /// A comparison began or ended.
    void comparisonChanged();

  private:
    class SchemesCommand;
    struct Profiled;

    void load(const QString& path, const QString& title,
              std::function<std::shared_ptr<const Model>(const Progress&)> opener);
    void adopt(std::shared_ptr<const Model> model, const QString& path);
    void startProfile();
    void startPendingRuns();
    void startRun(const ComparedScheme& scheme);
    void startPreviews();
    void setResult(int schemeId, SchemeResult result);
    void applySchemes(const QList<ComparedScheme>& schemes, int focus);
    int freeColor() const;
    QString changeText(int index) const;

    Jobs* jobs_;
    std::shared_ptr<const Model> model_;
    QString path_;
    JobSlot opening_;

    int tensor_ = kNoTensor;
    std::shared_ptr<const RowSource> rows_;
    std::shared_ptr<const TensorProfile> profile_;
    Sentence tensorProblem_;
    JobSlot profiling_;

    QList<ComparedScheme> schemes_;
    int focus_ = kNoScheme;
    int lastSchemeId_ = kNoScheme;
    QUndoStack undo_;

    QHash<int, SchemeResult> results_;  ///< of the current tensor, by scheme id
    QHash<int, JobId> runs_;            ///< the jobs that compute them
    QTimer debounce_;
    QCache<QString, std::shared_ptr<const TensorRun>> runCache_;
    QCache<int, std::shared_ptr<const Profiled>> profileCache_;

    QHash<QString, std::shared_ptr<const ModelRun>> modelRuns_;  ///< by canonical text
    QHash<QString, std::shared_ptr<const ModelRun>> previews_;
    JobSlot previewing_;
    JobId comparison_ = kNoJob;
};

}  // namespace ql::gui
