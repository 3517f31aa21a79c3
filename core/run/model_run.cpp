#include "core/run/model_run.h"

#include <algorithm>
#include <memory>
#include <mutex>

#include "core/base/parallel.h"
#include "core/run/row_encoder.h"
#include "core/run/tensor_run.h"

namespace ql {

namespace {

/// One plan's work on one tensor.
struct PlanWork {
    std::size_t plan = 0;
    const TensorChange* change = nullptr;          ///< that comes before the encoding, or null
    std::unique_ptr<MatrixImportance> importance;  ///< for the encoding
    std::unique_ptr<RowEncoder> encoder;           ///< null: the tensor is stored so already
    std::vector<ErrorSums> errors;                 ///< one for each chunk
    double seconds = 0;
};

/// A tensor that at least one plan quantizes.
struct TensorWork {
    const ModelTensor* tensor = nullptr;
    std::unique_ptr<RowSource> rows;
    std::unique_ptr<MatrixImportance> importance;
    RowChunks chunks{0, 1};
    std::vector<PlanWork> plans;
};

struct WorkItem {
    TensorWork* work;
    std::int64_t chunk;
};

/// Runs `action`; an error about data gets the tensor's name as its context.
template <class Action>
void naming(const ModelTensor& tensor, const Action& action) {
    try {
        action();
    } catch (const Error& error) {
        if (error.code() == ErrorCode::bad_data && error.context().empty()) {
            throw Error(error.code(), error.sentence(), tensor.name);
        }
        throw;
    }
}

/// Reads the tensor once if the plan's grid needs the range of its values.
PlanWork plan_work(const Model& model, std::size_t t, const PlanEntry& entry,
                   const CalibratedPlan& calibrated, const ImportanceMatrix* importance,
                   const Progress& progress) {
    const TransformedModel* transformed = calibrated.transformed.get();
    const Model& folded = transformed != nullptr ? *transformed->model : model;
    const ModelTensor& tensor = folded.tensors()[t];
    const Scheme scheme = transformed != nullptr ? entry.scheme->folded() : *entry.scheme;
    PlanWork work;
    work.change = folded.change_of(tensor);
    work.importance = std::make_unique<MatrixImportance>(
        importance_of(tensor, transformed != nullptr ? transformed->importance.get() : importance),
        tensor.rows, tensor.cols);
    if (!is_copied(folded, tensor, scheme)) {
        work.encoder =
            std::make_unique<RowEncoder>(scheme, *folded.rows(tensor), *work.importance, progress,
                                         rounded_tensor(calibrated.rounded.get(), t, entry));
    }
    return work;
}

/// The work on one tensor.
TensorWork work_on(const Model& model, std::size_t t, const std::vector<ModelRun>& runs,
                   const ImportanceMatrix* importance,
                   const std::vector<CalibratedPlan>& calibrated, const Progress& progress) {
    TensorWork work;
    work.tensor = &model.tensors()[t];
    const bool covered = std::any_of(runs.begin(), runs.end(), [&](const ModelRun& run) {
        return run.tensors[t].entry.scheme.has_value();
    });
    if (!covered) {
        return work;
    }
    work.rows = model.rows(*work.tensor);
    work.importance = std::make_unique<MatrixImportance>(importance_of(*work.tensor, importance),
                                                         work.rows->rows(), work.rows->cols());
    work.chunks = RowChunks(work.rows->rows(), work.rows->cols());
    for (std::size_t p = 0; p < runs.size(); ++p) {
        const PlanEntry& entry = runs[p].tensors[t].entry;
        if (entry.scheme) {
            const CalibratedPlan of_plan = calibrated.empty() ? CalibratedPlan() : calibrated[p];
            naming(*work.tensor, [&] {
                work.plans.push_back(plan_work(model, t, entry, of_plan, importance, progress));
            });
            work.plans.back().plan = p;
            work.plans.back().errors.resize(static_cast<std::size_t>(work.chunks.count()));
        }
    }
    return work;
}

std::vector<TensorWork> collect_work(const Model& model, const std::vector<ModelRun>& runs,
                                     const ImportanceMatrix* importance,
                                     const std::vector<CalibratedPlan>& calibrated,
                                     const Progress& progress) {
    std::vector<TensorWork> all;
    for (std::size_t t = 0; t < model.tensors().size(); ++t) {
        TensorWork work = work_on(model, t, runs, importance, calibrated, progress);
        if (!work.plans.empty()) {
            all.push_back(std::move(work));
        }
    }
    return all;
}

void run_chunk(TensorWork& work, std::int64_t chunk, std::mutex& mutex) {
    const RowSource& rows = *work.rows;
    const std::int64_t first = work.chunks.first(chunk);
    const std::int64_t count = work.chunks.size(chunk);
    std::vector<float> original(static_cast<std::size_t>(count * rows.cols()));
    rows.read(first, count, original.data());
    rows.release(first, count);
    require_finite(original);
    std::vector<float> decoded(original.size());
    std::vector<std::byte> bytes;
    for (PlanWork& plan : work.plans) {
        double seconds = 0;
        if (plan.encoder != nullptr) {
            bytes.resize(static_cast<std::size_t>(count) *
                         plan.encoder->grid().row_bytes(rows.cols()));
            seconds = encode_changed(*plan.encoder, plan.change, original, first, count,
                                     bytes.data(), decoded.data());
        } else {
            decoded = original;
        }
        ErrorSums& sums = plan.errors[static_cast<std::size_t>(chunk)];
        sums.add(original.data(), decoded.data(), original.size());
        add_weighted(sums, original, decoded, first, *work.importance);
        const std::scoped_lock lock(mutex);
        plan.seconds += seconds;
    }
}

}  // namespace

ModelRun preview(const Model& model, const Plan& plan, const ImportanceMatrix* importance) {
    ModelRun run;
    run.plan = plan;
    run.label = format(plan);
    std::vector<PlanEntry> entries = resolve_plan(plan, model, importance);
    double covered_bits = 0;
    double all_bits = 0;
    for (std::size_t t = 0; t < model.tensors().size(); ++t) {
        const ModelTensor& tensor = model.tensors()[t];
        TensorOutcome outcome;
        outcome.tensor = t;
        outcome.entry = std::move(entries[t]);
        outcome.bits = 8.0 * static_cast<double>(tensor.bytes);
        if (outcome.entry.scheme) {
            outcome.bits =
                make_grid(outcome.entry.scheme->grid)->bits_stored(tensor.rows, tensor.cols);
            covered_bits += outcome.bits;
            run.weights += tensor.values();
        }
        all_bits += outcome.bits;
        run.tensors.push_back(std::move(outcome));
    }
    run.bytes = all_bits / 8;
    run.bits_per_weight = run.weights == 0 ? 0 : covered_bits / static_cast<double>(run.weights);
    return run;
}

std::vector<ModelRun> run_model(const Model& model, const std::vector<Plan>& plans,
                                const Progress& progress, const ImportanceMatrix* importance,
                                const std::vector<CalibratedPlan>& calibrated) {
    std::vector<ModelRun> runs;
    runs.reserve(plans.size());
    for (const Plan& plan : plans) {
        runs.push_back(preview(model, plan, importance));
    }
    // One list of pieces over all tensors: small tensors then keep all threads busy too.
    std::vector<TensorWork> works = collect_work(model, runs, importance, calibrated, progress);
    std::vector<WorkItem> items;
    for (TensorWork& work : works) {
        for (std::int64_t chunk = 0; chunk < work.chunks.count(); ++chunk) {
            items.push_back({&work, chunk});
        }
    }
    std::mutex mutex;
    std::size_t done = 0;
    parallel_for(static_cast<std::int64_t>(items.size()), progress, [&](std::int64_t i) {
        const WorkItem& item = items[static_cast<std::size_t>(i)];
        naming(*item.work->tensor, [&] { run_chunk(*item.work, item.chunk, mutex); });
        const std::scoped_lock lock(mutex);
        ++done;
        progress.report(static_cast<double>(done) / static_cast<double>(items.size()),
                        Sentence("{}", item.work->tensor->name));
    });
    for (const TensorWork& work : works) {
        const auto t = static_cast<std::size_t>(work.tensor - model.tensors().data());
        for (const PlanWork& plan : work.plans) {
            ModelRun& run = runs[plan.plan];
            for (const ErrorSums& part : plan.errors) {
                run.tensors[t].error.merge(part);
            }
            run.error.merge(run.tensors[t].error);
            run.encode_seconds += plan.seconds;
        }
    }
    return runs;
}

}  // namespace ql
