#pragma once

#include <QWidget>
#include <memory>
#include <optional>

#include "app/jobs.h"
#include "app/plan_calibration.h"
#include "core/base/error.h"
#include "core/run/model_run.h"
#include "core/run/tensor_run.h"

namespace ql::gui {

/// What is watched: a scheme at work on the tensor in view, and what is known of it.
struct MethodSubject {
    std::shared_ptr<const Model> model;
    std::size_t tensor = 0;  ///< index into Model::tensors()
    std::shared_ptr<const RowSource> rows;
    Scheme scheme;
    int color = 0;                                        ///< of the scheme
    std::shared_ptr<const TensorRun> run;                 ///< null before it is there
    Sentence problem;                                     ///< why there is none, if that is known
    std::shared_ptr<const ModelRun> plan;                 ///< what the plan gives all tensors
    std::shared_ptr<const TransformedModel> transformed;  ///< by a comparison; may be null
    std::shared_ptr<const Calibration> calibration;       ///< may be null
    bool calibrating = false;
    std::shared_ptr<const ImportanceMatrix> importance;  ///< may be null
    std::shared_ptr<FactorCache> factors;

    bool operator==(const MethodSubject&) const = default;
    const ModelTensor& of() const { return model->tensors()[tensor]; }
};

/// Why a view has nothing to show, and what would help.
struct MethodGap {
    enum class Remedy { none, calibrate, keepGrams };
    QString text;  ///< empty: there is no gap
    Remedy remedy = Remedy::none;
};

/// One axis of a scheme, watched at its work. It computes in jobs, and keeps what it has made until
/// it is to show something else.
class MethodView : public QWidget {
    Q_OBJECT
  public:
    using QWidget::QWidget;

    /// Whether a scheme does what this view shows.
    virtual bool applies(const Scheme& scheme) const = 0;
    /// What it is called among the others, translated: "GPTQ".
    virtual QString title() const = 0;
    virtual MethodGap gap(const MethodSubject& subject) const = 0;
    virtual void retranslate() = 0;

    /// Precondition: applies() and no gap().
    void watch(const MethodSubject& subject);
    /// Shows and keeps nothing.
    void clear();

  signals:
    void saveFailed(const QString& path, const QString& problem);

  protected:
    /// The subject without what this view does not look at: changes of that must not start it anew.
    virtual MethodSubject relevant(MethodSubject subject) const = 0;
    virtual void start() = 0;
    virtual void forget() = 0;
    /// What a running job does, translated.
    virtual QString workingText() const = 0;
    /// Shows status() where a result's facts stand.
    virtual void showStatus() = 0;

    /// The job that start() has begun has a result.
    void finish() { working_ = false; }
    /// It has none. One that was stopped is begun anew when the page is next brought up to date.
    void fail(const Error& error);
    /// That a job runs, or why it failed, in words; empty when neither.
    QString status() const;
    const std::optional<MethodSubject>& subject() const { return subject_; }

  private:
    std::optional<MethodSubject> subject_;
    bool working_ = false;
    std::optional<Error> error_;
};

/// The gap of a view that goes by what the linear reads.
MethodGap inputGap(const MethodSubject& subject);

}  // namespace ql::gui
