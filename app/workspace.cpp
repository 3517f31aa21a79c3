#include "app/workspace.h"

#include <QFileInfo>
#include <algorithm>
#include <array>
#include <filesystem>

#include "app/demo_model.h"
#include "app/importance_file.h"
#include "app/predictions.h"

namespace ql::gui {

namespace {

constexpr int kDebounceMs = 120;
// QCache counts in int: costs are in KiB.
constexpr int kRunCacheKiB = 512 * 1024;
constexpr int kProfileCacheKiB = 32 * 1024;

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
        schemes.append(
            {.id = number + 1, .enabled = true, .plan = Plan::of({.grid = grid}), .color = number});
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

struct Workspace::Opened {
    std::shared_ptr<const Model> model;
    std::shared_ptr<const ImportanceMatrix> importance;  ///< if the file holds one, and no model
};

struct Workspace::Profiled {
    std::shared_ptr<const RowSource> rows;
    std::shared_ptr<const TensorProfile> profile;
};

Workspace::Workspace(Jobs* jobs, QObject* parent)
    : QObject(parent),
      jobs_(jobs),
      opening_(jobs),
      openingImportance_(jobs),
      profiling_(jobs),
      schemes_(defaultSchemes()),
      focus_(schemes_.first().id),
      lastSchemeId_(schemes_.last().id),
      runCache_(kRunCacheKiB),
      profileCache_(kProfileCacheKiB),
      previewing_(jobs),
      predictions_(new Predictions(this, jobs)) {
    connect(predictions_, &Predictions::runningChanged, this, &Workspace::comparisonChanged);
    connect(predictions_, &Predictions::settingsChanged, this, &Workspace::comparisonChanged);
    debounce_.setSingleShot(true);
    debounce_.setInterval(kDebounceMs);
    connect(&debounce_, &QTimer::timeout, this, &Workspace::startPendingRuns);
}

Workspace::~Workspace() { jobs_->dropOf(this); }

// The model

void Workspace::open(const QString& path) {
    load(path, tr("Open %1").arg(QFileInfo(path).fileName()), [path](const Progress&) {
        const std::filesystem::path file = path.toStdString();
        return holdsImportance(file)
                   ? Opened{nullptr, std::make_shared<const ImportanceMatrix>(read_imatrix(file))}
                   : Opened{Model::open(file), nullptr};
    });
}

void Workspace::openDemo() {
    load({}, tr("Open the demo model"), [](const Progress& progress) {
        return Opened{Model::open(unpackDemoModel(progress)), nullptr};
    });
}

void Workspace::load(const QString& path, const QString& title,
                     std::function<Opened(const Progress&)> opener) {
    emit openingChanged(true);
    opening_.start(
        Lane::interactive, title, this,
        [model = model_, opener = std::move(opener)](const Progress& progress) {
            Opened opened = opener(progress);
            if (opened.importance) {
                requireFit(model.get(), *opened.importance);
            }
            return opened;
        },
        [this, path](const std::shared_ptr<const Opened>& opened) {
            emit openingChanged(false);
            if (opened->importance) {
                adoptImportance(opened->importance);
            } else {
                adopt(opened->model, path);
            }
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
    stopCalibration();
    dropRuns();
    runCache_.clear();
    profileCache_.clear();
    modelRuns_.clear();
    calibrated_.clear();
    factors_ = std::make_shared<FactorCache>();  // jobs that still run keep theirs
    previews_.clear();
    rows_.reset();
    profile_.reset();
    tensorProblem_ = {};
    tensor_ = kNoTensor;

    model_ = std::move(model);
    path_ = path;
    predictions_->reset();
    calibration_.reset();
    calibrationText_ = {};
    ++textNumber_;
    // A matrix without a file comes from the calibration, and goes with it.
    const bool keeps =
        importance_ && !importance_->path.empty() && fits(model_.get(), *importance_);
    const std::shared_ptr<const ImportanceMatrix> unfit = keeps ? nullptr : importance_;
    if (unfit) {
        importance_.reset();
        importanceNumber_ = 0;
    }
    emit modelChanged();
    emit modelRunsChanged();
    emit calibrationChanged();
    if (unfit) {
        emit importanceChanged();
        if (!unfit->path.empty()) {
            emit importanceDropped(QString::fromStdString(unfit->path.string()));
        }
    }
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
    dropRuns();
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
                                 static_cast<int>(curves * sizeof(float) / 1024) + 1);
            emit profileChanged();
            startPendingRuns();
        },
        [this](const Error& error) {
            tensorProblem_ = error.sentence();
            failPending(tensorProblem_);
            emit profileChanged();
        });
}

}  // namespace ql::gui
