#pragma once

#include <QHash>
#include <QObject>
#include <memory>
#include <optional>
#include <vector>

#include "app/jobs.h"
#include "core/run/predictions.h"

namespace ql::gui {

class Workspace;

/// On what text predictions are measured, and how: what all numbers that stand side by side share.
struct PredictionSettings {
    QString path;  ///< of a text file; empty: the one that comes with the program
    Protocol protocol = Protocol::gptq;
    int context = 512;  ///< tokens in a window; cut to what the model can take
    int windows = 0;    ///< 0: moderate_windows()

    bool operator==(const PredictionSettings&) const = default;
};

/// What is known of perplexities while they are being measured.
struct RunningPerplexity {
    std::int64_t tokens = 0;             ///< scored so far
    std::vector<Estimate> perplexities;  ///< of each model, the original first
};

/// The part of the document that is measured on a text: perplexity, divergence from the original,
/// errors of the linears' outputs. Part of the workspace, with its rules: lives in the GUI thread,
/// computes in a job.
class Predictions : public QObject {
    Q_OBJECT

  public:
    Predictions(Workspace* workspace, Jobs* jobs);
    ~Predictions() override;

    const PredictionSettings& settings() const { return settings_; }
    /// Results that were measured otherwise are dropped.
    void setSettings(const PredictionSettings& settings);
    /// Whether a comparison measures predictions too.
    bool wanted() const { return wanted_; }
    void setWanted(bool wanted);
    /// Why the open model's predictions cannot be measured (it cannot be run, it has no tokenizer);
    /// empty if they can, or while that is not known.
    const Sentence& problem() const { return problem_; }
    /// They can be measured, as far as the model is concerned.
    bool possible() const { return examined_ && problem_.empty(); }

    /// Of a scheme, or of the original (Workspace::kNoScheme); null if they were not measured.
    std::shared_ptr<const PredictionResult> of(int schemeId) const;
    /// What was measured, cut as it was; null before.
    std::shared_ptr<const EvaluationText> text() const { return text_; }

    bool running() const { return running_ != kNoJob; }
    /// Whether a scheme that takes part lacks its results, and they can be had.
    bool canRun() const;
    /// Measures the original and all enabled schemes in one job.
    void run();
    void stop();

    /// Of the measurement that runs, or ran last: a point for each part of the text.
    const std::vector<RunningPerplexity>& progress() const { return progress_; }
    /// Which schemes the values of progress() belong to, the original (kNoScheme) first.
    const std::vector<int>& measuredSchemes() const { return measured_; }

    /// Forgets all: another model.
    void reset();

  signals:
    /// Settings, or whether predictions are wanted, or problem().
    void settingsChanged();
    /// of() changed.
    void changed();
    /// A measurement began or ended.
    void runningChanged();
    /// progress() has more points, or none any more.
    void advanced();

  private:
    struct Live;
    struct Result;

    void examine();
    void takeLive();

    Workspace* workspace_;
    Jobs* jobs_;
    PredictionSettings settings_;
    bool wanted_ = true;
    Sentence problem_;
    bool examined_ = false;  ///< problem_ is known
    JobSlot examining_;
    JobId running_ = kNoJob;
    std::shared_ptr<Live> live_;
    QHash<QString, std::shared_ptr<const PredictionResult>> results_;  ///< by the scheme's key
    std::shared_ptr<const EvaluationText> text_;
    std::vector<RunningPerplexity> progress_;
    std::vector<int> measured_;
};

}  // namespace ql::gui
