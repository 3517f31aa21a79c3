#include "core/run/transform_run.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/parallel.h"
#include "core/model/resolve_plan.h"
#include "core/run/linear_inputs.h"
#include "core/run/row_encoder.h"

namespace ql {

namespace {

/// A mapping that takes a transform.
struct Wanted {
    ScaleMapping mapping;
    Transform transform;
};

/// What a sentence calls a transform.
std::string called(const Transform& transform) {
    std::string text = transforms(transform) ? format(transform) : "none/";
    text.pop_back();
    return text;
}

class Transformer {
  public:
    Transformer(const Decoder& decoder, std::shared_ptr<const Model> model, const Plan& plan,
                std::shared_ptr<const ImportanceMatrix> importance)
        : decoder_(decoder),
          model_(std::move(model)),
          importance_(std::move(importance)),
          entries_(resolve_plan(plan, *model_, importance_.get())) {
        result_.plan = plan.folded();
        for (ScaleMapping& mapping : scale_mappings(*model_)) {
            const Transform transform = common_transform(mapping);
            if (can_take(mapping, transform)) {
                wanted_.push_back({std::move(mapping), transform});
            }
        }
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
            const auto inputs = run_and_learn(decoder_, decoder_.load(layer, stored, part), hidden,
                                              sites_of(layer), part);
            transform_layer(layer, inputs, part);
        }
        progress.report(1);
        result_.model = model_->with(std::move(changes_));
        result_.importance = scaled_importance();
        return std::move(result_);
    }

  private:
    Transform transform_of(std::size_t tensor) const {
        const std::optional<Scheme>& scheme = entries_[tensor].scheme;
        return scheme ? scheme->transform : Transform();
    }

    Transform common_transform(const ScaleMapping& mapping) const {
        const std::size_t first = mapping.consumers.front();
        for (const std::size_t other : mapping.consumers) {
            if (transform_of(other) != transform_of(first)) {
                throw Error(
                    ErrorCode::usage,
                    Sentence(QL_TR("core",
                                   "{} and {} read the same input, so one transform must do for "
                                   "both, but the plan gives them {} and {}."),
                             model_->tensors()[first].name, model_->tensors()[other].name,
                             called(transform_of(first)), called(transform_of(other))));
            }
        }
        return transform_of(first);
    }

    bool can_take(const ScaleMapping& mapping, const Transform& transform) const {
        if (!transforms(transform)) {
            return false;
        }
        if (mapping.norm) {
            return true;
        }
        if (!std::holds_alternative<Awq>(transform)) {
            return false;
        }
        // Divided rows of the producer have to be stored: on a grid that does not mind, or in the
        // float type that it has.
        const std::optional<Scheme>& scheme = entries_[mapping.producer].scheme;
        return scheme ? !make_grid(scheme->grid)->per_tensor()
                      : kept_type(mapping.producer).has_value();
    }

    /// The float type that a tensor without a scheme keeps; nothing if it is stored otherwise.
    std::optional<DType> kept_type(std::size_t tensor) const {
        const DType dtype = model_->tensors()[tensor].dtype;
        const bool is_float = dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16;
        return is_float ? std::optional(dtype) : std::nullopt;
    }

    int last_layer() const {
        int last = -1;
        for (const Wanted& wanted : wanted_) {
            last = std::max(last, wanted.mapping.place.layer);
        }
        for (const std::size_t tensor : clipped_) {
            last = std::max(last, model_->tensors()[tensor].layer);
        }
        return last;
    }

    std::set<InputSite> sites_of(int layer) const {
        std::set<InputSite> sites;
        for (const Wanted& wanted : wanted_) {
            if (wanted.mapping.place.layer == layer) {
                sites.insert(wanted.mapping.place.site);
            }
        }
        for (const std::size_t tensor : clipped_) {
            if (model_->tensors()[tensor].layer == layer) {
                sites.insert(input_place(model_->tensors()[tensor])->site);
            }
        }
        return sites;
    }

    void transform_layer(int layer, const std::map<InputSite, LinearInputs>& inputs,
                         const Progress& progress) {
        // A forward pass costs about what a few candidates do.
        double done = 0.1;
        const double all = 0.1 + static_cast<double>(steps_of(layer));
        const auto tell = [&](std::size_t tensor) {
            progress.report(done / all, Sentence("{}", model_->tensors()[tensor].name));
            ++done;
        };
        for (const Wanted& wanted : wanted_) {
            if (wanted.mapping.place.layer == layer) {
                tell(wanted.mapping.producer);
                transform(wanted, inputs.at(wanted.mapping.place.site), progress);
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
        return std::count_if(wanted_.begin(), wanted_.end(),
                             [&](const Wanted& of) { return of.mapping.place.layer == layer; }) +
               std::count_if(clipped_.begin(), clipped_.end(), [&](std::size_t tensor) {
                   return model_->tensors()[tensor].layer == layer;
               });
    }

    void transform(const Wanted& wanted, const LinearInputs& inputs, const Progress& progress) {
        MappingReport report;
        report.mapping = wanted.mapping;
        report.transform = wanted.transform;
        report.input_max = inputs.statistics.max_abs;
        report.weight_max = weight_maxima(wanted.mapping, progress);
        if (const auto* smooth = std::get_if<Smooth>(&wanted.transform)) {
            report.scales = smooth_scales(*smooth, report);
        } else {
            AwqChoice choice = search_awq(
                {*model_, wanted.mapping, entries_, importance_.get(), inputs}, progress);
            report.scales = std::move(choice.scales);
            report.candidates = std::move(choice.candidates);
            report.chosen = choice.chosen;
            report.sampled = inputs.form.sampled();
        }
        const std::size_t producer = wanted.mapping.producer;
        report.scales =
            fold(*model_, wanted.mapping, report.scales,
                 entries_[producer].scheme ? std::nullopt : kept_type(producer), changes_);
        result_.mappings.push_back(std::move(report));
    }

    std::vector<float> weight_maxima(const ScaleMapping& mapping, const Progress& progress) const {
        std::vector<float> largest(static_cast<std::size_t>(mapping.channels));
        for (const std::size_t consumer : mapping.consumers) {
            const auto source = model_->rows(model_->tensors()[consumer]);
            const RowChunks chunks(source->rows(), source->cols());
            for (std::int64_t chunk = 0; chunk < chunks.count(); ++chunk) {
                const std::vector<float> rows =
                    read_rows(*source, chunks.first(chunk), chunks.size(chunk), progress);
                for (std::size_t i = 0; i < rows.size(); ++i) {
                    float& channel = largest[i % largest.size()];
                    channel = std::max(channel, std::fabs(rows[i]));
                }
            }
        }
        return largest;
    }

    /// s = max|x|^α / max|w|^(1-α), with the reference's clamps (mit-han-lab/smoothquant).
    static std::vector<float> smooth_scales(const Smooth& smooth, const MappingReport& report) {
        constexpr float kLeast = 1e-5F;
        std::vector<float> scales;
        for (std::size_t i = 0; i < report.input_max.size(); ++i) {
            const double x = static_cast<double>(report.input_max[i]);
            const double w = static_cast<double>(std::max(report.weight_max[i], kLeast));
            const double s = std::pow(x, smooth.alpha) / std::pow(w, 1 - smooth.alpha);
            // A channel that is never used has nothing to move.
            scales.push_back(x == 0 ? 1.0F : std::max(static_cast<float>(s), kLeast));
        }
        return scales;
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
    std::vector<Wanted> wanted_;
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
