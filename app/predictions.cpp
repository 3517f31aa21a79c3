#include "app/predictions.h"

#include <algorithm>
#include <mutex>

#include "app/state_file.h"
#include "app/workspace.h"
#include "core/files/mapped_file.h"
#include "core/model/built_in_texts.h"

namespace ql::gui {

namespace {

// A part of the text is a point of the curve, and decodes every weight once: enough tokens for the
// second, few enough for the first.
constexpr std::uint64_t kTokensAtOnce = 4096;

EvaluationText readText(const Decoder& decoder, const PredictionSettings& settings,
                        const Progress& progress) {
    const Model& model = decoder.model();
    const auto& numbers = model.hyperparameters();
    const std::int64_t longest = numbers ? numbers->context_length : 0;
    const std::int64_t context =
        longest > 0 ? std::min<std::int64_t>(settings.context, longest) : settings.context;
    const std::size_t windows = settings.windows > 0 ? static_cast<std::size_t>(settings.windows)
                                                     : moderate_windows(decoder, context);
    if (settings.path.isEmpty()) {
        return EvaluationText::of(model, held_out_text(), settings.protocol, context, windows,
                                  progress);
    }
    const MappedFile file(settings.path.toStdString());
    const auto bytes = file.range(0, file.size());
    return EvaluationText::of(
        model, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
        settings.protocol, context, windows, progress);
}

RunningPerplexity pointOf(const std::vector<Evaluation>& evaluations) {
    RunningPerplexity point;
    for (const Evaluation& evaluation : evaluations) {
        point.tokens = evaluation.tokens;
        point.perplexities.push_back(evaluation.perplexity);
    }
    return point;
}

}  // namespace

/// Where a running measurement leaves what it knows, for the GUI thread to take.
struct Predictions::Live {
    std::mutex mutex;
    std::vector<RunningPerplexity> points;
};

struct Predictions::Result {
    std::shared_ptr<const EvaluationText> text;
    std::vector<PredictionResult> results;
};

Predictions::Predictions(Workspace* workspace, Jobs* jobs)
    : QObject(workspace), workspace_(workspace), jobs_(jobs), examining_(jobs) {
    connect(jobs_, &Jobs::changed, this, &Predictions::takeLive);
}

Predictions::~Predictions() { jobs_->dropOf(this); }

void Predictions::setSettings(const PredictionSettings& settings) {
    if (settings == settings_) {
        return;
    }
    stop();
    settings_ = settings;
    results_.clear();
    text_.reset();
    emit settingsChanged();
    emit changed();
}

void Predictions::setWanted(bool wanted) {
    if (wanted != wanted_) {
        wanted_ = wanted;
        emit settingsChanged();
    }
}

std::shared_ptr<const PredictionResult> Predictions::of(int schemeId) const {
    return results_.value(workspace_->modelKey(schemeId));
}

void Predictions::reset() {
    stop();
    results_.clear();
    text_.reset();
    progress_.clear();
    measured_.clear();
    problem_ = {};
    examined_ = false;
    examine();
    emit settingsChanged();
    emit changed();
    emit advanced();
}

void Predictions::examine() {
    examining_.cancel();
    if (!workspace_->model()) {
        return;
    }
    examining_.start(
        Lane::interactive, tr("Look at the model"), this,
        [model = workspace_->model()](const Progress&) { return cannot_read_texts(*model); },
        [this](const std::shared_ptr<const Sentence>& problem) {
            problem_ = *problem;
            examined_ = true;
            emit settingsChanged();
        });
}

bool Predictions::canRun() const {
    if (!workspace_->model() || !wanted_ || running() || !possible()) {
        return false;
    }
    const QList<ComparedScheme>& schemes = workspace_->schemes();
    return !of(Workspace::kNoScheme) ||
           std::any_of(schemes.begin(), schemes.end(), [this](const ComparedScheme& scheme) {
               return workspace_->takesPart(scheme) && !of(scheme.id);
           });
}

void Predictions::run() {
    if (!canRun()) {
        return;
    }
    QStringList keys = {workspace_->modelKey(Workspace::kNoScheme)};
    measured_ = {Workspace::kNoScheme};
    PredictionRequest request;
    request.model = workspace_->model();
    request.importance = workspace_->importance();
    for (const ComparedScheme& scheme : workspace_->schemes()) {
        const QString key = workspace_->modelKey(scheme.id);
        if (workspace_->takesPart(scheme) && !keys.contains(key)) {
            keys.append(key);
            measured_.push_back(scheme.id);
            request.plans.push_back(scheme.plan);
            request.calibrated.push_back(workspace_->calibrated(scheme.id));
        }
    }
    live_ = std::make_shared<Live>();
    progress_.clear();
    emit advanced();
    const auto ended = [this] {
        running_ = kNoJob;
        emit runningChanged();
    };
    const QString title = tr("Measure the predictions of %n scheme(s)", nullptr,
                             static_cast<int>(request.plans.size()));
    running_ = jobs_->start(
        Lane::heavy, title, this,
        [request, settings = settings_, text = text_, live = live_](const Progress& progress) {
            PredictionRequest cut = request;
            const Decoder decoder(request.model);
            cut.text = text ? *text : readText(decoder, settings, progress);
            EvaluationOptions options;
            options.state = stateFile(QStringLiteral("predictions.state"));
            const std::uint64_t token = static_cast<std::uint64_t>(decoder.spec().width) *
                                        sizeof(float) * (request.plans.size() + 1);
            options.hidden_bytes = std::min(options.hidden_bytes, kTokensAtOnce * token);
            options.partial = [&live](const std::vector<Evaluation>& evaluations) {
                const std::lock_guard lock(live->mutex);
                live->points.push_back(pointOf(evaluations));
            };
            std::vector<PredictionResult> results = measure_predictions(cut, options, progress);
            return Result{std::make_shared<const EvaluationText>(std::move(cut.text)),
                          std::move(results)};
        },
        [this, ended, keys](const std::shared_ptr<const Result>& result) {
            text_ = result->text;
            for (qsizetype i = 0; i < keys.size(); ++i) {
                // Each entry keeps the results alive that came from the job.
                results_.insert(keys[i], {result, &result->results[static_cast<std::size_t>(i)]});
            }
            takeLive();
            ended();
            emit changed();
        },
        [this, ended, title](const Error& error) {
            ended();
            if (error.code() != ErrorCode::cancelled) {
                emit jobs_->jobFailed(title, error);
            }
        });
    emit runningChanged();
}

void Predictions::stop() {
    if (running()) {
        jobs_->drop(std::exchange(running_, kNoJob));
        emit runningChanged();
    }
}

void Predictions::takeLive() {
    if (!live_) {
        return;
    }
    const std::lock_guard lock(live_->mutex);
    if (live_->points.size() > progress_.size()) {
        progress_ = live_->points;
        emit advanced();
    }
}

}  // namespace ql::gui
