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
#include <optional>

#include "app/calibration_request.h"
#include "app/jobs.h"
#include "app/plan_calibration.h"
#include "core/files/imatrix.h"
#include "core/measure/statistics.h"
#include "core/model/calibration/calibration.h"
#include "core/model/model.h"
#include "core/run/model_run.h"
#include "core/run/tensor_run.h"
#include "core/schemes/plan.h"

namespace ql::gui {

/// One of the schemes being compared: a plan, which most often is a single scheme.
struct ComparedScheme {
    int id = 0;           ///< names it for as long as it is in the list; never used twice
    bool enabled = true;  ///< takes part in runs, pages and the comparison
    Plan plan;
    int color = 0;  ///< index into the scheme colours, kept for life: 0 .. kMaxSchemes - 1

    QString title() const;  ///< "Q4_0", "Q4_K_M + 2": terms, not translated
    QString text() const;   ///< canonical text
    bool operator==(const ComparedScheme&) const = default;
};

/// What is known of one scheme on the current tensor.
struct SchemeResult {
    enum class State {
        none,     ///< nothing was asked for (no tensor, scheme switched off)
        pending,  ///< a job is computing it, or will soon
        ready,    ///< `run` holds it
        refused,  ///< it is not applied to this tensor; `problem` says why
        failed,   ///< it went wrong; `problem` says why
    };
    State state = State::none;
    std::shared_ptr<const TensorRun> run;
    Sentence problem;
    Sentence fallback;  ///< why `run` is of another scheme than was chosen for the tensor
};

class Predictions;

/// What a plan gives the tensors of the open model.
struct PlanPreview {
    std::shared_ptr<const ModelRun> run;  ///< null if the plan cannot be resolved
    Sentence problem;                     ///< why not
};

/// The document: the open model, the tensor that is looked at, the schemes being compared, and
/// their results. Lives in the GUI thread; computes nothing there: results arrive from jobs and are
/// announced by signals. All pointers handed out are shared and immutable.
///
/// Selecting a tensor profiles it, then runs every enabled scheme on it. Changing a scheme re-runs
/// that scheme on the tensor (after a short pause, so that a slider does not start a job per step).
/// Which scheme a plan gives the tensor is known from its preview. The whole model is run on demand
/// only (runComparison).
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
    /// A file that holds an importance matrix becomes the document's.
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
    int addScheme(const Plan& plan);
    int duplicateScheme(int id);
    void removeScheme(int id);
    void replaceScheme(int id, const Plan& plan);
    void setSchemeEnabled(int id, bool enabled);
    bool canAddScheme() const { return schemes_.size() < kMaxSchemes; }
    QUndoStack* undoStack() { return &undo_; }
    // What would be undone and redone, in the language of the moment.
    QString undoText() const { return changeText(undo_.index() - 1); }
    QString redoText() const { return changeText(undo_.index()); }

    // The importance matrix

    /// Reads a matrix in the background. One that does not fit the open model is refused; the old
    /// one stays then. Kept until it is cleared, or a model comes that it does not fit.
    void openImportance(const QString& path);
    void clearImportance();
    /// Null if there is none.
    std::shared_ptr<const ImportanceMatrix> importance() const { return importance_; }

    // The calibration

    /// Runs the model over a text, in the background; the calibration before stays until then.
    void calibrate(const CalibrationRequest& request);
    /// Reads one from a file, likewise. One of other weights is refused. Its importance matrix
    /// becomes the document's if there is none.
    void openCalibration(const QString& path);
    bool calibrating() const { return calibrating_ != kNoJob; }
    /// Of the open model; null if there is none.
    std::shared_ptr<const Calibration> calibration() const { return calibration_; }
    /// The text that schemes are calibrated on: that of the last calibration, or the
    /// built-in one.
    const CalibrationRequest& calibrationText() const { return calibrationText_; }

    // Results

    /// Of a scheme on the current tensor.
    SchemeResult tensorResult(int schemeId) const;
    /// Of a scheme on the whole model: the last comparison that covered it, or null.
    std::shared_ptr<const ModelRun> modelRun(int schemeId) const;
    /// What that comparison's calibration made of the scheme; nothing before, and for schemes that
    /// need none.
    CalibratedPlan calibrated(int schemeId) const;
    /// Sizes, fallbacks and rules of a scheme on the whole model without running it (no errors, no
    /// time); null for a moment after a change, and for a plan that cannot be resolved. Equal in
    /// size to what modelRun gives.
    std::shared_ptr<const ModelRun> modelPreview(int schemeId) const;
    /// What the scheme's plan gives the current tensor; null where that is not known.
    const PlanEntry* tensorEntry(int schemeId) const;
    /// The scheme that the current tensor is shown under: its plan's, or a bare scheme as it is,
    /// which is tried on every tensor. Nothing where the plan keeps the tensor, or that is not
    /// known.
    std::optional<Scheme> tensorScheme(int schemeId) const;
    /// Of Gram matrices of calibration(), for jobs.
    std::shared_ptr<FactorCache> factors() const { return factors_; }

    /// Perplexities, divergences and output errors on a text.
    Predictions* predictions() const { return predictions_; }

    /// Runs all enabled schemes that have no result yet on the whole model, in one pass, and then,
    /// where they are wanted, measures predictions.
    void runComparison();
    void stopComparison();
    bool comparisonRunning() const;
    /// Whether runComparison() would start something.
    bool canRunComparison() const;
    /// Whether a scheme is switched on and, as far as is known, can be applied to the model.
    bool takesPart(const ComparedScheme& scheme) const;
    /// Names everything that a scheme's results on the model depend on; kNoScheme: the original.
    QString modelKey(int schemeId) const;

  signals:
    /// Another model (or none): everything below was reset. Followed by tensorChanged().
    void modelChanged();
    /// A model is being opened, or no longer.
    void openingChanged(bool opening);
    /// Opening failed, and the old model is still there.
    void openFailed(const QString& path, const ql::Error& error);
    /// Another importance matrix, or none any more.
    void importanceChanged();
    /// The matrix that was there does not fit the new model, and is gone.
    void importanceDropped(const QString& path);
    /// calibration() or calibrating().
    void calibrationChanged();
    /// Why a calibration used less than was asked for.
    void calibrationNote(const ql::Sentence& note);
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
    struct Opened;
    struct Chosen;
    struct Calibrated;
    struct Compared;

    void load(const QString& path, const QString& title,
              std::function<Opened(const Progress&)> opener);
    void adopt(std::shared_ptr<const Model> model, const QString& path);
    void adoptImportance(std::shared_ptr<const ImportanceMatrix> importance);
    void startCalibration(Lane lane, const QString& title,
                          std::function<Calibrated(const Progress&)> work);
    void stopCalibration();
    void adoptCalibration(std::shared_ptr<const Calibration> calibration);
    void restartCalibrated();
    void dropRuns();
    void startProfile();
    void startPendingRuns();
    Chosen chosenFor(const ComparedScheme& scheme) const;
    void chooseCalibrated(const ComparedScheme& scheme, Chosen& chosen) const;
    void startRun(const ComparedScheme& scheme, const Chosen& chosen);
    void startPreviews();
    void failPending(const Sentence& problem);
    bool canRun(const ComparedScheme& scheme) const;
    void startComparison();
    QString modelKey(const ComparedScheme& scheme) const;
    void setResult(int schemeId, SchemeResult result);
    void applySchemes(const QList<ComparedScheme>& schemes, int focus);
    int freeColor() const;
    QString changeText(int index) const;

    Jobs* jobs_;
    std::shared_ptr<const Model> model_;
    QString path_;
    JobSlot opening_;
    JobSlot openingImportance_;

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

    std::shared_ptr<const ImportanceMatrix> importance_;
    int importanceNumber_ = 0;  ///< names the matrix in keys of results; 0: none
    int lastImportance_ = 0;

    std::shared_ptr<const Calibration> calibration_;
    JobId calibrating_ = kNoJob;
    CalibrationRequest calibrationText_;
    // In keys of results, name the text of calibrations, and the calibration that is there.
    int textNumber_ = 0;
    int calibrationNumber_ = 0;
    std::shared_ptr<FactorCache> factors_ = std::make_shared<FactorCache>();

    QHash<QString, std::shared_ptr<const ModelRun>> modelRuns_;  ///< by modelKey()
    QHash<QString, CalibratedPlan> calibrated_;                  ///< likewise
    QHash<QString, PlanPreview> previews_;
    JobSlot previewing_;
    JobId comparison_ = kNoJob;
    Predictions* predictions_;
};

}  // namespace ql::gui
