#include "app/workspace.h"

#include <QFileInfo>
#include <algorithm>
#include <array>

#include "app/demo_model.h"

namespace ql::gui {

namespace {

constexpr int kDebounceMs = 120;
// QCache counts in int: costs are in KiB.
constexpr int kRunCacheKiB = 512 * 1024;
constexpr int kProfileCacheKiB = 32 * 1024;

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

// Three answers that teach something side by side: GGUF's smallest simple block, plain integers
// with a longer group and a zero point, and eight bits as the one that hardly hurts.
QList<ComparedScheme> defaultSchemes() {
    const IntegerGrid int4{.bits = 4,
                           .granularity = Granularity::group,
                           .group = 128,
                           .symmetry = Symmetry::asymmetric,
                           .scale = DType::f16};
    const std::array<GridSpec, 3> grids{StorageGrid{DType::q4_0}, int4, StorageGrid{DType::q8_0}};
    QList<ComparedScheme> schemes;
    for (const GridSpec& grid : grids) {
        const int number = static_cast<int>(schemes.size());
        Scheme scheme;
        scheme.grid = grid;
        schemes.append({.id = number + 1, .enabled = true, .scheme = scheme, .color = number});
    }
    return schemes;
}

int firstLinear(const Model& model) {
    const auto tensors = model.tensors();
    const auto linear =
        std::find_if(tensors.begin(), tensors.end(), [](const auto& t) { return t.linear; });
    if (linear != tensors.end()) {
        return static_cast<int>(linear - tensors.begin());
    }
    return tensors.empty() ? Workspace::kNoTensor : 0;
}

}  // namespace

struct Workspace::Profiled {
    std::shared_ptr<const RowSource> rows;
    std::shared_ptr<const TensorProfile> profile;
};

Workspace::Workspace(Jobs* jobs, QObject* parent)
    : QObject(parent),
      jobs_(jobs),
      opening_(jobs),
      profiling_(jobs),
      schemes_(defaultSchemes()),
      focus_(schemes_.first().id),
      lastSchemeId_(schemes_.last().id),
      runCache_(kRunCacheKiB),
      profileCache_(kProfileCacheKiB),
      previewing_(jobs) {
    debounce_.setSingleShot(true);
    debounce_.setInterval(kDebounceMs);
    connect(&debounce_, &QTimer::timeout, this, &Workspace::startPendingRuns);
}

Workspace::~Workspace() { jobs_->dropOf(this); }

// The model

void Workspace::open(const QString& path) {
    load(path, tr("Open %1").arg(QFileInfo(path).fileName()),
         [path](const Progress&) { return Model::open(path.toStdString()); });
}

void Workspace::openDemo() {
    load({}, tr("Open the demo model"),
         [](const Progress& progress) { return Model::open(unpackDemoModel(progress)); });
}

void Workspace::load(const QString& path, const QString& title,
                     std::function<std::shared_ptr<const Model>(const Progress&)> opener) {
    emit openingChanged(true);
    opening_.start(
        Lane::interactive, title, this, std::move(opener),
        [this, path](const auto& model) {
            emit openingChanged(false);
            adopt(*model, path);
        },
        [this, path](const Error& error) {
            emit openingChanged(false);
            if (error.code() != ErrorCode::cancelled) {
                emit openFailed(path, error);
            }
        });
}

void Workspace::closeModel() { adopt(nullptr, {}); }

void Workspace::adopt(std::shared_ptr<const Model> model, const QString& path) {
    profiling_.cancel();
    previewing_.cancel();
    stopComparison();
    for (const JobId run : std::as_const(runs_)) {
        jobs_->drop(run);
    }
    runs_.clear();
    results_.clear();
    runCache_.clear();
    profileCache_.clear();
    modelRuns_.clear();
    previews_.clear();
    rows_.reset();
    profile_.reset();
    tensorProblem_ = {};
    tensor_ = kNoTensor;

    model_ = std::move(model);
    path_ = path;
    emit modelChanged();
    emit modelRunsChanged();
    if (model_) {
        setTensor(firstLinear(*model_));
        startPreviews();
    } else {
        emit tensorChanged();
    }
}

// The tensor in view

const ModelTensor* Workspace::tensor() const {
    return tensor_ == kNoTensor ? nullptr : &model_->tensors()[static_cast<std::size_t>(tensor_)];
}

void Workspace::setTensor(int index) {
    const int count = model_ ? static_cast<int>(model_->tensors().size()) : 0;
    if (index == tensor_ || index < 0 || index >= count) {
        return;
    }
    tensor_ = index;
    profiling_.cancel();
    for (const JobId run : std::as_const(runs_)) {
        jobs_->drop(run);
    }
    runs_.clear();
    results_.clear();
    rows_.reset();
    profile_.reset();
    tensorProblem_ = {};
    for (const ComparedScheme& scheme : std::as_const(schemes_)) {
        if (scheme.enabled) {
            results_[scheme.id].state = SchemeResult::State::pending;
        }
    }
    const auto* known = profileCache_.object(index);
    if (known) {
        rows_ = (*known)->rows;
        profile_ = (*known)->profile;
    }
    emit tensorChanged();
    if (known) {
        startPendingRuns();
    } else {
        startProfile();
    }
}

void Workspace::startProfile() {
    const QString name = QString::fromStdString(tensor()->name);
    profiling_.start(
        Lane::interactive, tr("Look at %1").arg(name), this,
        [model = model_, index = static_cast<std::size_t>(tensor_)](const Progress& progress) {
            std::shared_ptr<const RowSource> rows = model->rows(model->tensors()[index]);
            auto measured = std::make_shared<const TensorProfile>(ql::profile(*rows, progress));
            return Profiled{std::move(rows), std::move(measured)};
        },
        [this, index = tensor_](const std::shared_ptr<const Profiled>& profiled) {
            rows_ = profiled->rows;
            profile_ = profiled->profile;
            const std::size_t curves =
                profile_->column_abs_max.size() + profile_->row_abs_max.size();
            profileCache_.insert(index, new std::shared_ptr<const Profiled>(profiled),
                                 kib(curves * sizeof(float)));
            emit profileChanged();
            startPendingRuns();
        },
        [this](const Error& error) {
            tensorProblem_ = error.sentence();
            for (const ComparedScheme& scheme : std::as_const(schemes_)) {
                if (scheme.enabled) {
                    setResult(scheme.id, {SchemeResult::State::failed, nullptr, tensorProblem_});
                }
            }
            emit profileChanged();
        });
}

void Workspace::startPendingRuns() {
    if (!profile_) {
        return;
    }
    for (const ComparedScheme& scheme : std::as_const(schemes_)) {
        const auto state = results_.value(scheme.id).state;
        const bool wanted =
            state == SchemeResult::State::none || state == SchemeResult::State::pending;
        if (scheme.enabled && wanted && !runs_.contains(scheme.id)) {
            startRun(scheme);
        }
    }
}

void Workspace::startRun(const ComparedScheme& scheme) {
    const QString key = QString::number(tensor_) + u'|' + scheme.text();
    const auto take = [this, id = scheme.id](const std::shared_ptr<const TensorRun>& run) {
        if (run->refused) {
            setResult(id, {SchemeResult::State::refused, nullptr, *run->refused});
        } else {
            setResult(id, {SchemeResult::State::ready, run, {}});
        }
    };
    if (const auto* cached = runCache_.object(key)) {
        take(*cached);
        return;
    }
    setResult(scheme.id, {SchemeResult::State::pending, nullptr, {}});
    runs_[scheme.id] = jobs_->start(
        Lane::interactive,
        tr("%1 on %2", "a scheme, a tensor")
            .arg(scheme.title(), QString::fromStdString(tensor()->name)),
        this,
        [rows = rows_, profile = profile_, what = scheme.scheme](const Progress& progress) {
            return run_tensor(*rows, what, profile->histogram, progress);
        },
        [this, take, key, id = scheme.id](const std::shared_ptr<const TensorRun>& run) {
            runs_.remove(id);
            runCache_.insert(key, new std::shared_ptr<const TensorRun>(run), kib(bytesOf(*run)));
            take(run);
        },
        [this, id = scheme.id](const Error& error) {
            runs_.remove(id);
            setResult(id, {SchemeResult::State::failed, nullptr, error.sentence()});
        });
}

void Workspace::setResult(int schemeId, SchemeResult result) {
    results_[schemeId] = std::move(result);
    emit tensorResultChanged(schemeId);
}

SchemeResult Workspace::tensorResult(int schemeId) const { return results_.value(schemeId); }

// The whole model

std::shared_ptr<const ModelRun> Workspace::modelRun(int schemeId) const {
    const ComparedScheme* compared = scheme(schemeId);
    return compared ? modelRuns_.value(compared->text()) : nullptr;
}

std::shared_ptr<const ModelRun> Workspace::modelPreview(int schemeId) const {
    const ComparedScheme* compared = scheme(schemeId);
    return compared ? previews_.value(compared->text()) : nullptr;
}

void Workspace::startPreviews() {
    if (!model_) {
        return;
    }
    QHash<QString, Plan> wanted;
    for (const ComparedScheme& scheme : std::as_const(schemes_)) {
        if (!previews_.contains(scheme.text())) {
            wanted.insert(scheme.text(), Plan::of(scheme.scheme));
        }
    }
    if (wanted.isEmpty()) {
        return;
    }
    using Previews = QHash<QString, std::shared_ptr<const ModelRun>>;
    previewing_.start(
        Lane::interactive, tr("Work out sizes"), this,
        [model = model_, wanted](const Progress& progress) {
            Previews previews;
            for (auto it = wanted.begin(); it != wanted.end(); ++it) {
                progress.check();
                previews.insert(it.key(),
                                std::make_shared<const ModelRun>(preview(*model, it.value())));
            }
            return previews;
        },
        [this](const std::shared_ptr<const Previews>& previews) {
            previews_.insert(*previews);
            emit modelRunsChanged();
        });
}

bool Workspace::canRunComparison() const {
    return model_ && !comparisonRunning() &&
           std::any_of(schemes_.begin(), schemes_.end(), [this](const ComparedScheme& scheme) {
               return scheme.enabled && !modelRuns_.contains(scheme.text());
           });
}

void Workspace::runComparison() {
    if (!canRunComparison()) {
        return;
    }
    QStringList texts;
    std::vector<Plan> plans;
    for (const ComparedScheme& scheme : std::as_const(schemes_)) {
        const QString text = scheme.text();
        if (scheme.enabled && !modelRuns_.contains(text) && !texts.contains(text)) {
            texts.append(text);
            plans.push_back(Plan::of(scheme.scheme));
        }
    }
    const auto ended = [this] {
        comparison_ = kNoJob;
        emit comparisonChanged();
    };
    const QString title =
        tr("Compare %n scheme(s) on the whole model", nullptr, static_cast<int>(texts.size()));
    comparison_ = jobs_->start(
        Lane::heavy, title, this,
        [model = model_, plans](const Progress& progress) {
            return run_model(*model, plans, progress);
        },
        [this, ended, texts](const std::shared_ptr<const std::vector<ModelRun>>& runs) {
            for (qsizetype i = 0; i < texts.size(); ++i) {
                // Each run keeps the vector alive that came from the job.
                modelRuns_.insert(texts[i], {runs, &(*runs)[static_cast<std::size_t>(i)]});
            }
            ended();
            emit modelRunsChanged();
        },
        [this, ended, title](const Error& error) {
            ended();
            if (error.code() != ErrorCode::cancelled) {
                emit jobs_->jobFailed(title, error);
            }
        });
    emit comparisonChanged();
}

void Workspace::stopComparison() {
    if (comparisonRunning()) {
        jobs_->drop(std::exchange(comparison_, kNoJob));
        emit comparisonChanged();
    }
}

}  // namespace ql::gui
