#include "core/run/gptq_run.h"

#include <optional>
#include <set>

#include "core/base/hash.h"
#include "core/model/calibration/calibration.h"
#include "core/run/activation_rounding.h"
#include "core/run/plan_weights.h"
#include "core/run/row_encoder.h"
#include "core/run/run_identity.h"
#include "core/run/tensor_run.h"

namespace ql {

namespace {

/// What a block's inputs add up to, as far as its tensors need it.
struct LayerGrams {
    BlockGrams original;    ///< of the original model
    BlockGrams changed;     ///< of what became of it so far
    BlockCrossGrams cross;  ///< of both, for what GPTAQ rounds
};

/// The same of one site.
struct SiteInputs {
    const GramMatrix& gram;
    const std::vector<double>* cross;  ///< null where nothing needs it
};

/// A batch of hidden states, and back.
HiddenStates part_of(const HiddenStates& all, const TokenBatch& batch) {
    const auto* first = all.values.data() + batch.first_token * all.width;
    return {batch.sequences, all.width, {first, first + batch.sequences.tokens() * all.width}};
}
void put_back(const HiddenStates& part, const TokenBatch& batch, HiddenStates& all) {
    std::copy(part.values.begin(), part.values.end(),
              all.values.begin() + batch.first_token * all.width);
}

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
                const std::shared_ptr<const InputLimits>& limits, RoundingFile* kept)
        : decoder_(decoder),
          model_(std::move(model)),
          importance_(std::move(importance)),
          entries_(resolve_plan(plan, *model_, importance_.get())),
          rounded_(std::make_shared<RoundedTensors>()),
          stored_(model_),
          changed_(model_, plan, importance_, rounded_, limits),
          kept_(kept),
          plan_(fingerprint_of(plan)) {}

    RoundedTensors run(const std::vector<TokenIds>& windows, const Progress& progress) {
        const int end = last_layer() + 1;
        if (end == 0) {
            return {};
        }
        take_kept(windows, progress);
        // Up to two models are run side by side: the original, and what became of it so far.
        std::optional<HiddenStates> original;
        std::optional<HiddenStates> changed;
        if (any(0, end, &PlanRounder::reads_original) ||
            any(0, end, &PlanRounder::compares_inputs)) {
            original = decoder_.embed(windows, stored_, progress);
        }
        if (any(0, end, &PlanRounder::reads_changed)) {
            changed = decoder_.embed(windows, changed_, progress);
        }
        for (int layer = 0; layer < end; ++layer) {
            const Progress part = progress.part(static_cast<double>(layer) / end,
                                                static_cast<double>(layer + 1) / end);
            part.report(0, Sentence(QL_TR("core", "GPTQ: layer {} of {}"), layer + 1, end));
            if (original || any(layer, layer + 1, &PlanRounder::reads_changed)) {
                const BlockWeights block = decoder_.load(layer, stored_, progress);
                round_block(layer,
                            run_block(block, original ? &*original : nullptr,
                                      changed ? &*changed : nullptr, layer, progress),
                            part);
            }
            if (changed && any(layer + 1, end, &PlanRounder::reads_changed)) {
                decoder_.run_block(decoder_.load(layer, changed_, progress), *changed,
                                   activation_rounding(changed_, decoder_.backend(), progress),
                                   progress);
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

    // Whose inputs tensors are rounded on.
    static bool reads_original(const Gptq& options) { return options.independent; }
    static bool reads_changed(const Gptq& options) { return !options.independent; }
    static bool compares_inputs(const Gptq& options) { return options.gptaq; }
    using Which = bool (*)(const Gptq& options);

    /// What the bytes depend on beside the model's files and the calibration's tokens.
    std::uint64_t fingerprint_of(const Plan& plan) const {
        const std::string all = std::to_string(changed_.fingerprint()) + ' ' + format(plan);
        return hash_bytes(all.data(), all.size());
    }

    void take_kept(const std::vector<TokenIds>& windows, const Progress& progress) {
        if (kept_ == nullptr) {
            return;
        }
        const std::string about =
            QL_VERSION " " + identity_of(model_->checkpoint()) + identity_of(windows);
        kept_->open(hash_bytes(about.data(), about.size()), progress);
        for (std::size_t t = 0; t < entries_.size(); ++t) {
            const ModelTensor& tensor = model_->tensors()[t];
            if (options_of(t) == nullptr || tensor.layer < 0) {
                continue;
            }
            if (auto found = kept_->find(plan_, t, make_grid(entries_[t].scheme->grid), tensor.rows,
                                         tensor.cols, progress)) {
                (*rounded_)[t] = *std::move(found);
            }
        }
    }

    /// The tensors of a layer that are still to be rounded in one of these ways.
    std::vector<std::size_t> tensors_of(int layer, Which which) const {
        std::vector<std::size_t> found;
        for (std::size_t t = 0; t < entries_.size(); ++t) {
            const Gptq* options = options_of(t);
            if (options != nullptr && model_->tensors()[t].layer == layer && which(*options) &&
                !rounded_->contains(t)) {
                found.push_back(t);
            }
        }
        return found;
    }
    bool any(int first, int end, Which which) const {
        for (int layer = first; layer < end; ++layer) {
            if (!tensors_of(layer, which).empty()) {
                return true;
            }
        }
        return false;
    }
    std::set<InputSite> sites_of(int layer, Which which) const {
        std::set<InputSite> sites;
        for (const std::size_t tensor : tensors_of(layer, which)) {
            sites.insert(site_of(tensor));
        }
        return sites;
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

    /// Takes hidden states of one or both models through a block, and returns what its tensors
    /// need. Those of the changed model stay: they are to go through the block as it will be
    /// rounded.
    LayerGrams run_block(const BlockWeights& block, HiddenStates* original,
                         const HiddenStates* changed, int layer, const Progress& progress) const {
        const std::set<InputSite> of_original = sites_of(layer, &PlanRounder::reads_original);
        const std::set<InputSite> of_changed = sites_of(layer, &PlanRounder::reads_changed);
        const std::set<InputSite> of_both = sites_of(layer, &PlanRounder::compares_inputs);
        LayerGrams grams;
        std::map<InputSite, std::vector<float>> kept;  // what the original model's linears read
        const LinearInputHook see_original = [&](const LinearInput& input) {
            if (of_original.contains(input.site)) {
                add_gram(grams.original, input, decoder_.backend(), progress);
            }
            if (of_both.contains(input.site)) {
                require_finite(input);
                kept[input.site].assign(input.values.begin(), input.values.end());
            }
        };
        const LinearInputHook see_changed = [&](const LinearInput& input) {
            if (of_changed.contains(input.site)) {
                add_gram(grams.changed, input, decoder_.backend(), progress);
            }
            if (of_both.contains(input.site)) {
                add_cross_gram(grams.cross, kept.at(input.site), input, decoder_.backend(),
                               progress);
            }
        };
        // Side by side, so that no more than a batch of inputs is kept.
        const Sequences& sequences = original != nullptr ? original->sequences : changed->sequences;
        for (const TokenBatch& batch : decoder_.block_batches(sequences)) {
            if (original != nullptr) {
                HiddenStates part = part_of(*original, batch);
                decoder_.run_block(block, part, see_original, progress);
                put_back(part, batch, *original);
            }
            if (!of_changed.empty()) {
                HiddenStates part = part_of(*changed, batch);
                decoder_.run_block(block, part, see_changed, progress);
            }
        }
        return grams;
    }

    void round_block(int layer, const LayerGrams& grams, const Progress& progress) {
        round_tensors(tensors_of(layer, &PlanRounder::reads_original), grams.original, {},
                      progress);
        round_tensors(tensors_of(layer, &PlanRounder::reads_changed), grams.changed, grams.cross,
                      progress);
    }

    void round_tensors(const std::vector<std::size_t>& tensors, const BlockGrams& grams,
                       const BlockCrossGrams& cross, const Progress& progress) {
        std::size_t done = 0;
        for (const auto& [site, gram] : grams) {
            const auto found = cross.find(site);
            const SiteInputs inputs{gram, found != cross.end() ? &found->second : nullptr};
            std::vector<KnownFactor> known;
            for (const std::size_t tensor : tensors) {
                if (site_of(tensor) == site) {
                    progress.report(
                        static_cast<double>(done++) / static_cast<double>(tensors.size()),
                        Sentence("{}", model_->tensors()[tensor].name));
                    const RoundedTensor& result = (*rounded_)[tensor] =
                        round(tensor, inputs, known, progress);
                    if (kept_ != nullptr) {
                        kept_->keep(plan_, tensor, result, progress);
                    }
                }
            }
        }
    }

    RoundedTensor round(std::size_t index, const SiteInputs& inputs,
                        std::vector<KnownFactor>& known, const Progress& progress) const {
        const ModelTensor& tensor = model_->tensors()[index];
        const Scheme& scheme = *entries_[index].scheme;
        const std::unique_ptr<RowSource> rows = model_->rows(tensor);
        const Progress silent = progress.part(1, 1);
        try {
            return round_tensor(*rows, scheme, factor_of(scheme, inputs, known, silent),
                                importance_of(tensor, importance_.get()), decoder_.backend(),
                                silent);
        } catch (const Error& error) {
            throw Error(error.code(), error.sentence(),
                        error.context().empty() ? tensor.name : error.context());
        }
    }

    const GptqFactor& factor_of(const Scheme& scheme, const SiteInputs& inputs,
                                std::vector<KnownFactor>& known, const Progress& progress) const {
        const std::int64_t span = factor_span(scheme, inputs.gram.channels);
        for (const KnownFactor& one : known) {
            if (one.options == *scheme.gptq && one.span == span) {
                return one.factor;
            }
        }
        known.clear();  // the last one is the one that is likely to be wanted again
        known.push_back(
            {*scheme.gptq, span,
             factor_for(scheme, inputs.gram, decoder_.backend(), progress, inputs.cross)});
        return known.back().factor;
    }

    const Decoder& decoder_;
    std::shared_ptr<const Model> model_;
    std::shared_ptr<const ImportanceMatrix> importance_;
    std::vector<PlanEntry> entries_;
    std::shared_ptr<RoundedTensors> rounded_;
    StoredWeights stored_;
    PlanWeights changed_;  ///< sees what is added to rounded_
    RoundingFile* kept_;   ///< may be null
    std::uint64_t plan_;   ///< what its records go by
};

}  // namespace

RoundedTensors round_plan(const Decoder& decoder, const std::shared_ptr<const Model>& model,
                          const Plan& plan,
                          const std::shared_ptr<const ImportanceMatrix>& importance,
                          const std::vector<TokenIds>& windows,
                          const std::shared_ptr<const InputLimits>& limits,
                          const Progress& progress, RoundingFile* kept) {
    if (windows.empty()) {
        throw Error(ErrorCode::usage, needs_calibration());
    }
    return PlanRounder(decoder, model, plan, importance, limits, kept).run(windows, progress);
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
