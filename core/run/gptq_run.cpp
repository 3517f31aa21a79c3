#include "core/run/gptq_run.h"

#include <optional>
#include <set>

#include "core/model/calibration/calibration.h"
#include "core/run/activation_rounding.h"
#include "core/run/plan_weights.h"
#include "core/run/row_encoder.h"
#include "core/run/tensor_run.h"

namespace ql {

namespace {

/// The factor of one input for one set of options.
struct KnownFactor {
    Gptq options;
    std::int64_t span = 0;
    GptqFactor factor;
};

class PlanRounder {
  public:
    PlanRounder(const Decoder& decoder, std::shared_ptr<const Model> model, const Plan& plan,
                std::shared_ptr<const ImportanceMatrix> importance,
                const std::shared_ptr<const InputLimits>& limits)
        : decoder_(decoder),
          model_(std::move(model)),
          importance_(std::move(importance)),
          entries_(resolve_plan(plan, *model_, importance_.get())),
          rounded_(std::make_shared<RoundedTensors>()),
          stored_(model_),
          changed_(model_, plan, importance_, rounded_, limits) {}

    RoundedTensors run(const std::vector<TokenIds>& windows, const Progress& progress) {
        const int end = last_layer() + 1;
        if (end == 0) {
            return {};
        }
        // Up to two models are run side by side: the original, and what became of it so far.
        std::optional<HiddenStates> original;
        std::optional<HiddenStates> changed;
        if (any(0, end, true)) {
            original = decoder_.embed(windows, stored_, progress);
        }
        if (any(0, end, false)) {
            changed = decoder_.embed(windows, changed_, progress);
        }
        for (int layer = 0; layer < end; ++layer) {
            const Progress part = progress.part(static_cast<double>(layer) / end,
                                                static_cast<double>(layer + 1) / end);
            part.report(0, Sentence(QL_TR("core", "GPTQ: layer {} of {}"), layer + 1, end));
            const BlockWeights block = decoder_.load(layer, stored_, progress);
            if (original) {
                round_block(layer, true, run_block(block, *original, layer, true, progress), part);
            }
            if (changed) {
                if (any(layer, layer + 1, false)) {
                    HiddenStates copy = *changed;
                    round_block(layer, false, run_block(block, copy, layer, false, progress), part);
                }
                if (any(layer + 1, end, false)) {
                    decoder_.run_block(decoder_.load(layer, changed_, progress), *changed,
                                       activation_rounding(changed_, decoder_.backend(), progress),
                                       progress);
                }
            }
        }
        progress.report(1);
        return std::move(*rounded_);
    }

  private:
    const Gptq* options_of(std::size_t tensor) const {
        const std::optional<Scheme>& scheme = entries_[tensor].scheme;
        const bool copied = scheme && is_copied(*model_, model_->tensors()[tensor], *scheme);
        return scheme && scheme->gptq && !copied ? &*scheme->gptq : nullptr;
    }

    /// The tensors of a layer that are rounded on inputs of this kind.
    std::vector<std::size_t> tensors_of(int layer, bool independent) const {
        std::vector<std::size_t> found;
        for (std::size_t t = 0; t < entries_.size(); ++t) {
            const Gptq* options = options_of(t);
            if (options != nullptr && model_->tensors()[t].layer == layer &&
                options->independent == independent) {
                found.push_back(t);
            }
        }
        return found;
    }
    bool any(int first, int end, bool independent) const {
        for (int layer = first; layer < end; ++layer) {
            if (!tensors_of(layer, independent).empty()) {
                return true;
            }
        }
        return false;
    }
    int last_layer() const {
        int last = -1;
        for (std::size_t t = 0; t < entries_.size(); ++t) {
            if (options_of(t) != nullptr) {
                last = std::max(last, model_->tensors()[t].layer);
            }
        }
        return last;
    }

    InputSite site_of(std::size_t tensor) const {
        return input_place(model_->tensors()[tensor])->site;
    }

    /// Takes hidden states through a block, and returns the Gram matrices that its tensors need.
    BlockGrams run_block(const BlockWeights& block, HiddenStates& hidden, int layer,
                         bool independent, const Progress& progress) const {
        std::set<InputSite> wanted;
        for (const std::size_t tensor : tensors_of(layer, independent)) {
            wanted.insert(site_of(tensor));
        }
        BlockGrams grams;
        decoder_.run_block(
            block, hidden,
            [&](const LinearInput& input) {
                if (wanted.contains(input.site)) {
                    add_gram(grams, input, decoder_.backend(), progress);
                }
            },
            progress);
        return grams;
    }

    void round_block(int layer, bool independent, BlockGrams grams, const Progress& progress) {
        const std::vector<std::size_t> tensors = tensors_of(layer, independent);
        std::size_t done = 0;
        for (const auto& [site, gram] : grams) {
            std::vector<KnownFactor> known;
            for (const std::size_t tensor : tensors) {
                if (site_of(tensor) == site) {
                    progress.report(
                        static_cast<double>(done++) / static_cast<double>(tensors.size()),
                        Sentence("{}", model_->tensors()[tensor].name));
                    (*rounded_)[tensor] = round(tensor, gram, known, progress);
                }
            }
        }
    }

    RoundedTensor round(std::size_t index, const GramMatrix& gram, std::vector<KnownFactor>& known,
                        const Progress& progress) const {
        const ModelTensor& tensor = model_->tensors()[index];
        const Scheme& scheme = *entries_[index].scheme;
        const std::unique_ptr<RowSource> rows = model_->rows(tensor);
        const Progress silent = progress.part(1, 1);
        try {
            return round_tensor(*rows, scheme, factor_of(scheme, gram, known, silent),
                                importance_of(tensor, importance_.get()), decoder_.backend(),
                                silent);
        } catch (const Error& error) {
            throw Error(error.code(), error.sentence(),
                        error.context().empty() ? tensor.name : error.context());
        }
    }

    const GptqFactor& factor_of(const Scheme& scheme, const GramMatrix& gram,
                                std::vector<KnownFactor>& known, const Progress& progress) const {
        const std::int64_t span = factor_span(scheme, gram.channels);
        for (const KnownFactor& one : known) {
            if (one.options == *scheme.gptq && one.span == span) {
                return one.factor;
            }
        }
        known.clear();  // the last one is the one that is likely to be wanted again
        known.push_back(
            {*scheme.gptq, span, factor_for(scheme, gram, decoder_.backend(), progress)});
        return known.back().factor;
    }

    const Decoder& decoder_;
    std::shared_ptr<const Model> model_;
    std::shared_ptr<const ImportanceMatrix> importance_;
    std::vector<PlanEntry> entries_;
    std::shared_ptr<RoundedTensors> rounded_;
    StoredWeights stored_;
    PlanWeights changed_;  ///< sees what is added to rounded_
};

}  // namespace

RoundedTensors round_plan(const Decoder& decoder, const std::shared_ptr<const Model>& model,
                          const Plan& plan,
                          const std::shared_ptr<const ImportanceMatrix>& importance,
                          const std::vector<TokenIds>& windows,
                          const std::shared_ptr<const InputLimits>& limits,
                          const Progress& progress) {
    if (windows.empty()) {
        throw Error(ErrorCode::usage, needs_calibration());
    }
    return PlanRounder(decoder, model, plan, importance, limits).run(windows, progress);
}

std::shared_ptr<const QuantizedTensor> rounded_tensor(const RoundedTensors* rounded,
                                                      std::size_t tensor, const PlanEntry& entry) {
    if (!entry.scheme || !entry.scheme->gptq) {
        return nullptr;
    }
    if (rounded != nullptr) {
        if (const auto found = rounded->find(tensor); found != rounded->end()) {
            return found->second.tensor;
        }
    }
    throw Error(ErrorCode::usage, needs_calibration());
}

}  // namespace ql
