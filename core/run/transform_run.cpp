#include "core/run/transform_run.h"

#include <algorithm>
#include <set>

#include "core/model/resolve_plan.h"
#include "core/run/linear_inputs.h"
#include "core/run/row_encoder.h"

namespace ql {

namespace {

class Transformer {
  public:
    Transformer(const Decoder& decoder, std::shared_ptr<const Model> model, const Plan& plan,
                std::shared_ptr<const ImportanceMatrix> importance)
        : decoder_(decoder),
          model_(std::move(model)),
          importance_(std::move(importance)),
          entries_(resolve_plan(plan, *model_, importance_.get())) {
        result_.plan = plan.folded();
        wanted_ = transformed_mappings(task());
        for (std::size_t t = 0; t < entries_.size(); ++t) {
            const Role role = model_->tensors()[t].role;
            const bool scored = role == Role::q || role == Role::k || role == Role::qkv;
            if (entries_[t].scheme && entries_[t].scheme->fit.clip && !scored) {
                clipped_.push_back(t);
            }
        }
    }

    TransformedModel run(const std::vector<TokenIds>& windows, const Progress& progress) {
        const StoredWeights stored(model_);
        const int end = last_layer() + 1;
        HiddenStates hidden;
        if (end > 0) {
            hidden = decoder_.embed(windows, stored, progress);
        }
        for (int layer = 0; layer < end; ++layer) {
            const Progress part = progress.part(static_cast<double>(layer) / end,
                                                static_cast<double>(layer + 1) / end);
            part.report(0,
                        Sentence(QL_TR("core", "Scales: running layer {} of {}"), layer + 1, end));
            const BlockWeights weights = decoder_.load(layer, stored, part);
            const LoadedBlock block{decoder_, weights};
            transform_layer(block, run_and_learn(block, hidden, sites_of(layer), part), part);
        }
        progress.report(1);
        result_.model = model_->with(std::move(changes_));
        result_.importance = scaled_importance();
        return std::move(result_);
    }

  private:
    MappingTask task() const { return {*model_, entries_, importance_.get()}; }

    int last_layer() const {
        int last = -1;
        for (const TransformedMapping& wanted : wanted_) {
            last = std::max(last, wanted.mapping.place.layer);
        }
        for (const std::size_t tensor : clipped_) {
            last = std::max(last, model_->tensors()[tensor].layer);
        }
        return last;
    }

    LearnedSites sites_of(int layer) const {
        LearnedSites sites;
        for (const TransformedMapping& wanted : wanted_) {
            if (wanted.mapping.place.layer != layer) {
                continue;
            }
            sites.all.insert(wanted.mapping.place.site);
            if (wanted.mapping.norm && wanted.transform == Transform(Awq{AwqLoss::module})) {
                sites.stretches.insert(wanted.mapping.place.site);
            }
        }
        for (const std::size_t tensor : clipped_) {
            if (model_->tensors()[tensor].layer == layer) {
                sites.all.insert(input_place(model_->tensors()[tensor])->site);
            }
        }
        return sites;
    }

    void transform_layer(const LoadedBlock& block, const std::map<InputSite, LinearInputs>& inputs,
                         const Progress& progress) {
        const int layer = block.weights.layer;
        // A forward pass costs about what a few candidates do.
        double done = 0.1;
        const double all = 0.1 + static_cast<double>(steps_of(layer));
        const auto tell = [&](std::size_t tensor) {
            progress.report(done / all, Sentence("{}", model_->tensors()[tensor].name));
            ++done;
        };
        for (const TransformedMapping& wanted : wanted_) {
            if (wanted.mapping.place.layer == layer) {
                tell(wanted.mapping.producer);
                result_.mappings.push_back(transform_mapping(task(), wanted,
                                                             inputs.at(wanted.mapping.place.site),
                                                             &block, changes_, progress));
            }
        }
        for (const std::size_t tensor : clipped_) {
            if (model_->tensors()[tensor].layer == layer) {
                tell(tensor);
                clip(tensor, inputs.at(input_place(model_->tensors()[tensor])->site), progress);
            }
        }
    }

    std::int64_t steps_of(int layer) const {
        return std::count_if(
                   wanted_.begin(), wanted_.end(),
                   [&](const TransformedMapping& of) { return of.mapping.place.layer == layer; }) +
               std::count_if(clipped_.begin(), clipped_.end(), [&](std::size_t tensor) {
                   return model_->tensors()[tensor].layer == layer;
               });
    }

    void clip(std::size_t index, const LinearInputs& inputs, const Progress& progress) {
        const ModelTensor& tensor = model_->tensors()[index];
        TensorChange& change = changes_[index];
        ClipBounds fitted =
            fit_clip(*model_, tensor, *entries_[index].scheme, change, inputs.form, progress);
        result_.clips.push_back(
            {index, fitted.bounds.size(), fitted.clipped, fitted.error_before, fitted.error_after});
        change.bounds = std::move(fitted.bounds);
        change.span = fitted.span;
    }

    /// E[x²] of scaled inputs.
    std::shared_ptr<const ImportanceMatrix> scaled_importance() const {
        if (importance_ == nullptr) {
            return nullptr;
        }
        auto scaled = std::make_shared<ImportanceMatrix>(*importance_);
        for (const MappingReport& report : result_.mappings) {
            for (const std::size_t consumer : report.mapping.consumers) {
                const auto found = scaled->entries.find(model_->tensors()[consumer].gguf_name);
                if (found == scaled->entries.end()) {
                    continue;
                }
                std::vector<float>& sums = found->second.sums;
                for (std::size_t i = 0; i < sums.size(); ++i) {
                    const float scale = report.scales[i % report.scales.size()];
                    sums[i] /= scale * scale;
                }
            }
        }
        return scaled;
    }

    const Decoder& decoder_;
    std::shared_ptr<const Model> model_;
    std::shared_ptr<const ImportanceMatrix> importance_;
    std::vector<PlanEntry> entries_;
    std::vector<TransformedMapping> wanted_;
    std::vector<std::size_t> clipped_;  ///< tensors whose bounds are wanted
    Model::Changes changes_;
    TransformedModel result_;
};

}  // namespace

TransformedModel transform_plan(const Decoder& decoder, const std::shared_ptr<const Model>& model,
                                const Plan& plan,
                                const std::shared_ptr<const ImportanceMatrix>& importance,
                                const std::vector<TokenIds>& windows, const Progress& progress) {
    if (windows.empty()) {
        throw Error(ErrorCode::usage, needs_calibration());
    }
    return Transformer(decoder, model, plan, importance).run(windows, progress);
}

}  // namespace ql
