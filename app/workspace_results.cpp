// What is computed of the schemes: on the current tensor, and on the whole model.
#include <algorithm>

#include "app/predictions.h"
#include "app/workspace.h"
#include "core/run/predictions.h"

namespace ql::gui {

namespace {

constexpr double kCalibrationShare = 0.9;  // of a comparison's time, where a plan needs it

int kib(std::size_t bytes) { return static_cast<int>(bytes / 1024) + 1; }

std::size_t bytesOf(const Pyramid& pyramid) {
    std::size_t bytes = 0;
    for (const PyramidLevel& level : pyramid.levels) {
        bytes += level.cells.size() * sizeof(PyramidCell);
    }
    return bytes;
}

std::size_t bytesOf(const TensorRun& run) {
    return run.quantized.bytes.size() + bytesOf(run.error_map) +
           run.histogram.counts.size() * sizeof(run.histogram.counts[0]);
}

/// The scheme of a plan that is nothing but a scheme.
const Scheme* bareScheme(const Plan& plan) {
    return plan.rules.empty() ? std::get_if<Scheme>(&plan.base) : nullptr;
}

PlanPreview previewOf(const Model& model, const Plan& plan, const ImportanceMatrix* importance) {
    if (plan.uses_importance() && !importance) {
        return {nullptr,
                Sentence(QL_TR("core",
                               "It is weighted by importance, and no importance matrix is open: "
                               "choose one with Model > Importance Matrix."))};
    }
    if (plan.uses_calibration()) {
        if (const Sentence problem = cannot_read_texts(model); !problem.empty()) {
            return {nullptr, problem};
        }
    }
    try {
        return {std::make_shared<const ModelRun>(preview(model, plan, importance)), {}};
    } catch (const Error& error) {
        return {nullptr, error.sentence()};
    }
}

}  // namespace

/// What a comparison hands over.
struct Workspace::Compared {
    std::vector<ModelRun> runs;
    std::vector<CalibratedPlan> calibrated;  ///< of each run
};

/// What a scheme does with the current tensor.
struct Workspace::Chosen {
    Scheme scheme;
    Sentence fallback = {};              ///< why it is not what was chosen
    Sentence refusal = {};               ///< if set, nothing is run
    TensorCalibration calibration = {};  ///< what a comparison made of the tensor
    /// Or else what GPTQ can round it on.
    std::shared_ptr<const Calibration> inputs = {};
    bool calibrated = false;  ///< by a comparison
};

void Workspace::startPendingRuns() {
    if (!profile_) {
        return;
    }
    for (const ComparedScheme& scheme : std::as_const(schemes_)) {
        const auto state = results_.value(scheme.id).state;
        const bool wanted =
            state == SchemeResult::State::none || state == SchemeResult::State::pending;
        if (!scheme.enabled || !wanted || runs_.contains(scheme.id)) {
            continue;
        }
        if (!previews_.contains(modelKey(scheme))) {
            continue;  // comes back when it is there
        }
        const Chosen chosen = chosenFor(scheme);
        if (chosen.refusal.empty()) {
            startRun(scheme, chosen);
        } else {
            setResult(scheme.id, {SchemeResult::State::refused, nullptr, chosen.refusal, {}});
        }
    }
}

Workspace::Chosen Workspace::chosenFor(const ComparedScheme& scheme) const {
    const PlanPreview preview = previews_.value(modelKey(scheme));
    if (!preview.run) {
        Chosen none;
        none.refusal = preview.problem;
        return none;
    }
    const PlanEntry& entry = preview.run->tensors[static_cast<std::size_t>(tensor_)].entry;
    const std::optional<Scheme> chosen = tensorScheme(scheme.id);
    if (!chosen) {
        Chosen none;
        none.refusal = entry.fallback.empty()
                           ? Sentence(QL_TR("core", "This plan keeps the tensor as it is stored."))
                           : entry.fallback;
        return none;
    }
    Chosen result;
    result.scheme = *chosen;
    result.fallback = entry.scheme ? entry.fallback : Sentence();
    if (chosen->gptq || chosen->folds()) {
        chooseCalibrated(scheme, result);
    }
    return result;
}

void Workspace::chooseCalibrated(const ComparedScheme& scheme, Chosen& chosen) const {
    const auto place = input_place(*tensor());
    const CalibratedPlan known = calibrated(scheme.id);
    const auto index = static_cast<std::size_t>(tensor_);
    if (known.transformed) {
        const Model& changed = *known.transformed->model;
        chosen.calibration.change = {known.transformed,
                                     changed.change_of(changed.tensors()[index])};
        chosen.calibration.importance =
            importance_of(changed.tensors()[index], known.transformed->importance.get());
    }
    if (known.rounded) {
        if (const auto found = known.rounded->find(index); found != known.rounded->end()) {
            chosen.calibration.rounded = found->second.tensor;
            if (chosen.fallback.empty()) {
                chosen.fallback = found->second.report.fallback;
            }
        }
    }
    const bool folds = chosen.scheme.folds();
    chosen.scheme = chosen.scheme.folded();
    if ((known.transformed || !folds) && (chosen.calibration.rounded || !chosen.scheme.gptq)) {
        chosen.calibrated = true;
        return;
    }
    if (!place) {
        chosen.refusal = Sentence(
            QL_TR("core", "It needs to know what a linear reads, and this tensor is none."));
    } else if (!folds && chosen.scheme.gptq->gptaq) {
        chosen.refusal = needs_cross_gram();
    } else if (!folds && calibration_ && calibration_->grams && calibration_->grams->has(*place)) {
        chosen.inputs = calibration_;
        if (!chosen.scheme.gptq->independent && place->layer > 0 && chosen.fallback.empty()) {
            chosen.fallback =
                Sentence(QL_TR("core",
                               "Rounded on what the original model's linear reads; a comparison "
                               "rounds on what comes from the quantized blocks before it."));
        }
    } else {
        chosen.refusal = Sentence(QL_TR(
            "core", "GPTQ, AWQ and SmoothQuant go by what the linear reads: run the comparison."));
    }
}

void Workspace::startRun(const ComparedScheme& scheme, const Chosen& chosen) {
    // What a comparison has made of the tensor depends on the whole plan.
    const QString origin = chosen.calibrated ? modelKey(scheme)
                           : chosen.inputs   ? QString::number(calibrationNumber_)
                                             : QString();
    const QString key = QStringLiteral("%1|%2|%3|%4")
                            .arg(tensor_)
                            .arg(importanceNumber_)
                            .arg(QString::fromStdString(format(chosen.scheme)), origin);
    const auto take = [this, id = scheme.id,
                       fallback = chosen.fallback](const std::shared_ptr<const TensorRun>& run) {
        if (run->refused) {
            setResult(id, {SchemeResult::State::refused, nullptr, *run->refused, {}});
        } else {
            setResult(id, {SchemeResult::State::ready, run, {}, fallback});
        }
    };
    if (const auto* cached = runCache_.object(key)) {
        take(*cached);
        return;
    }
    setResult(scheme.id, {SchemeResult::State::pending, nullptr, {}, {}});
    runs_[scheme.id] = jobs_->start(
        Lane::interactive,
        tr("%1 on %2", "a scheme, a tensor")
            .arg(scheme.title(), QString::fromStdString(tensor()->name)),
        this,
        [rows = rows_, profile = profile_, chosen, model = model_, importance = importance_,
         factors = factors_, index = static_cast<std::size_t>(tensor_)](const Progress& progress) {
            const ModelTensor& tensor = model->tensors()[index];
            const std::vector<float> columns = importance_of(tensor, importance.get());
            TensorCalibration calibration = chosen.calibration;
            if (chosen.inputs) {
                const auto factor =
                    factors->factor(chosen.inputs, *input_place(tensor), chosen.scheme, progress);
                calibration.rounded =
                    round_tensor(*rows, chosen.scheme, *factor, columns, cpu_backend(), progress)
                        .tensor;
            }
            return run_tensor(*rows, chosen.scheme, profile->histogram, progress, columns,
                              calibration);
        },
        [this, take, key, id = scheme.id](const std::shared_ptr<const TensorRun>& run) {
            runs_.remove(id);
            runCache_.insert(key, new std::shared_ptr<const TensorRun>(run), kib(bytesOf(*run)));
            take(run);
        },
        [this, id = scheme.id](const Error& error) {
            runs_.remove(id);
            setResult(id, {SchemeResult::State::failed, nullptr, error.sentence(), {}});
        });
}

void Workspace::dropRuns() {
    for (const JobId run : std::as_const(runs_)) {
        jobs_->drop(run);
    }
    runs_.clear();
    results_.clear();
}

void Workspace::failPending(const Sentence& problem) {
    for (const ComparedScheme& scheme : std::as_const(schemes_)) {
        const bool waits = results_.value(scheme.id).state == SchemeResult::State::pending;
        if (waits && !runs_.contains(scheme.id)) {
            setResult(scheme.id, {SchemeResult::State::failed, nullptr, problem, {}});
        }
    }
}

void Workspace::setResult(int schemeId, SchemeResult result) {
    results_[schemeId] = std::move(result);
    emit tensorResultChanged(schemeId);
}

SchemeResult Workspace::tensorResult(int schemeId) const { return results_.value(schemeId); }

std::optional<Scheme> Workspace::tensorScheme(int schemeId) const {
    const PlanEntry* entry = tensorEntry(schemeId);
    if (entry == nullptr || entry->scheme) {
        return entry == nullptr ? std::nullopt : entry->scheme;
    }
    const Scheme* bare = bareScheme(scheme(schemeId)->plan);
    return bare == nullptr ? std::nullopt : std::optional(*bare);
}

// The whole model

QString Workspace::modelKey(const ComparedScheme& scheme) const {
    const int calibration = scheme.plan.uses_calibration() ? textNumber_ : 0;
    return QStringLiteral("%1|%2|%3").arg(importanceNumber_).arg(calibration).arg(scheme.text());
}

QString Workspace::modelKey(int schemeId) const {
    const ComparedScheme* compared = scheme(schemeId);
    return compared ? modelKey(*compared) : QStringLiteral("original");
}

std::shared_ptr<const ModelRun> Workspace::modelRun(int schemeId) const {
    const ComparedScheme* compared = scheme(schemeId);
    return compared ? modelRuns_.value(modelKey(*compared)) : nullptr;
}

CalibratedPlan Workspace::calibrated(int schemeId) const {
    const ComparedScheme* compared = scheme(schemeId);
    return compared ? calibrated_.value(modelKey(*compared)) : CalibratedPlan();
}

std::shared_ptr<const ModelRun> Workspace::modelPreview(int schemeId) const {
    const ComparedScheme* compared = scheme(schemeId);
    return compared ? previews_.value(modelKey(*compared)).run : nullptr;
}

const PlanEntry* Workspace::tensorEntry(int schemeId) const {
    const std::shared_ptr<const ModelRun> preview = modelPreview(schemeId);
    return preview && tensor_ != kNoTensor
               ? &preview->tensors[static_cast<std::size_t>(tensor_)].entry
               : nullptr;
}

void Workspace::startPreviews() {
    if (!model_) {
        return;
    }
    QHash<QString, Plan> wanted;
    for (const ComparedScheme& scheme : std::as_const(schemes_)) {
        if (!previews_.contains(modelKey(scheme))) {
            wanted.insert(modelKey(scheme), scheme.plan);
        }
    }
    if (wanted.isEmpty()) {
        return;
    }
    using Previews = QHash<QString, PlanPreview>;
    const QString title = tr("Work out sizes");
    previewing_.start(
        Lane::interactive, title, this,
        [model = model_, wanted, importance = importance_](const Progress& progress) {
            Previews previews;
            for (auto it = wanted.begin(); it != wanted.end(); ++it) {
                progress.check();
                previews.insert(it.key(), previewOf(*model, it.value(), importance.get()));
            }
            return previews;
        },
        [this](const std::shared_ptr<const Previews>& previews) {
            previews_.insert(*previews);
            emit modelRunsChanged();
            if (!debounce_.isActive()) {
                startPendingRuns();
            }
        },
        [this, title](const Error& error) {
            failPending(error.sentence());
            if (error.code() != ErrorCode::cancelled) {
                emit jobs_->jobFailed(title, error);
            }
        });
}

bool Workspace::takesPart(const ComparedScheme& scheme) const {
    const auto known = previews_.constFind(modelKey(scheme));
    const bool unsolvable = known != previews_.cend() && !known->run;
    return scheme.enabled && !unsolvable && (importance_ || !scheme.plan.uses_importance());
}

bool Workspace::canRun(const ComparedScheme& scheme) const {
    return takesPart(scheme) && !modelRuns_.contains(modelKey(scheme));
}

bool Workspace::comparisonRunning() const {
    return comparison_ != kNoJob || predictions_->running();
}

bool Workspace::canRunComparison() const {
    return model_ && !comparisonRunning() &&
           (predictions_->canRun() ||
            std::any_of(schemes_.begin(), schemes_.end(),
                        [this](const ComparedScheme& scheme) { return canRun(scheme); }));
}

void Workspace::runComparison() {
    if (canRunComparison()) {
        startComparison();
        if (comparison_ == kNoJob) {
            predictions_->run();
        }  // else when it has ended: what GPTQ has rounded by then is what predicts
    }
}

void Workspace::startComparison() {
    QStringList keys;
    std::vector<Plan> plans;
    for (const ComparedScheme& scheme : std::as_const(schemes_)) {
        const QString key = modelKey(scheme);
        if (canRun(scheme) && !keys.contains(key)) {
            keys.append(key);
            plans.push_back(scheme.plan);
        }
    }
    if (plans.empty()) {
        return;
    }
    const QString title =
        tr("Compare %n scheme(s) on the whole model", nullptr, static_cast<int>(keys.size()));
    comparison_ = jobs_->start(
        Lane::heavy, title, this,
        [model = model_, plans, importance = importance_,
         text = calibrationText_](const Progress& progress) {
            Compared compared;
            const double rounding = uses_calibration(plans) ? kCalibrationShare : 0;
            compared.calibrated =
                calibratePlans(model, plans, importance, text, progress.part(0, rounding));
            compared.runs = run_model(*model, plans, progress.part(rounding, 1), importance.get(),
                                      compared.calibrated);
            return compared;
        },
        [this, keys](const std::shared_ptr<const Compared>& compared) {
            for (qsizetype i = 0; i < keys.size(); ++i) {
                const auto index = static_cast<std::size_t>(i);
                // Each run keeps the vector alive that came from the job.
                modelRuns_.insert(keys[i], {compared, &compared->runs[index]});
                calibrated_.insert(keys[i], compared->calibrated[index]);
            }
            comparison_ = kNoJob;
            predictions_->run();
            emit comparisonChanged();
            restartCalibrated();
        },
        [this, title](const Error& error) {
            comparison_ = kNoJob;
            emit comparisonChanged();
            if (error.code() != ErrorCode::cancelled) {
                emit jobs_->jobFailed(title, error);
            }
        });
    emit comparisonChanged();
}

void Workspace::stopComparison() {
    predictions_->stop();
    if (comparison_ != kNoJob) {
        jobs_->drop(std::exchange(comparison_, kNoJob));
        emit comparisonChanged();
    }
}

}  // namespace ql::gui
