#include "core/run/tensor_rounding.h"

#include "core/run/tensor_run.h"

namespace ql {

namespace {

/// What a fit weighs errors by; null where it cannot, or where nothing is known.
const float* weights_of(const Scheme& scheme, const GptqFactor& factor,
                        const std::vector<float>& importance) {
    if (scheme.fit.importance) {
        return importance.data();
    }
    return scheme.weighs_own_inputs() && !factor.importance.empty() ? factor.importance.data()
                                                                    : nullptr;
}

}  // namespace

std::int64_t factor_span(const Scheme& scheme, std::int64_t channels) {
    return scheme.gptq->order == Gptq::Order::by_group
               ? make_grid(scheme.grid)->span_codec(channels)->shape().span
               : 1;
}

GptqFactor factor_for(const Scheme& scheme, const GramMatrix& gram, const Backend& backend,
                      const Progress& progress, const std::vector<double>* cross) {
    return make_gptq_factor(gram.values.data(), gram.channels, *scheme.gptq,
                            factor_span(scheme, gram.channels), backend, progress,
                            cross != nullptr ? cross->data() : nullptr);
}

RoundedTensor round_tensor(const RowSource& rows, const Scheme& scheme, const GptqFactor& factor,
                           const std::vector<float>& importance, const Backend& backend,
                           const Progress& progress,
                           const std::function<void(const GptqStep&)>& watch) {
    GptqTask task;
    task.grid = make_grid(scheme.grid);
    task.backend = &backend;
    task.order = scheme.gptq->order;
    task.factor = &factor;
    task.watch = watch;
    task.fit.search = scheme.fit.search;
    task.fit.importance = weights_of(scheme, factor, importance);
    TensorRange range;
    if (task.grid->needs_range()) {
        range = tensor_range(rows, progress);
        task.fit.params = task.grid->fit_tensor(range);
        task.fit.block_maxima = range.block_maxima.data();
    }
    GptqResult result = gptq_round(rows, task, progress);
    return {std::make_shared<QuantizedTensor>(std::move(result.tensor)), result.report};
}

}  // namespace ql
