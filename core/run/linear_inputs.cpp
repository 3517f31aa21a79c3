#include "core/run/linear_inputs.h"

#include <utility>

namespace ql {

std::map<InputSite, LinearInputs> run_and_learn(const Decoder& decoder, const BlockWeights& block,
                                                HiddenStates& hidden,
                                                const std::set<InputSite>& sites,
                                                const Progress& progress) {
    constexpr std::int64_t kSampledTokens = 1024;
    const std::int64_t tokens = hidden.sequences.tokens();
    const std::vector<std::int64_t> sampled = sampled_tokens(tokens, kSampledTokens);
    BlockGrams grams;
    std::map<InputSite, InputStatistics> statistics;
    const auto learn = [&](const LinearInput& input) {
        if (!sites.contains(input.site)) {
            return;
        }
        require_finite(input);
        InputStatistics& of = statistics[input.site];
        of.add(input.values.data(), static_cast<std::int64_t>(input.values.size()) / input.channels,
               input.channels, progress);
        if (input.channels <= static_cast<std::int64_t>(sampled.size())) {
            add_gram(grams, input, decoder.backend(), progress);
        } else {
            keep_sample(input, sampled, of.sample);
        }
    };
    decoder.run_block(block, hidden, learn, progress);
    std::map<InputSite, LinearInputs> learned;
    for (auto& [site, of] : statistics) {
        QuadraticForm form = grams.contains(site) ? QuadraticForm::of_gram(grams.at(site), progress)
                                                  : QuadraticForm::of_sample(std::move(of.sample),
                                                                             of.channels(), tokens);
        learned.emplace(site, LinearInputs{std::move(of), std::move(form)});
    }
    return learned;
}

LinearInputs kept_inputs(const Calibration& calibration, const InputPlace& place,
                         const Progress& progress) {
    LinearInputs kept{calibration.inputs.at(place), {}};
    std::vector<float> sample = std::move(kept.statistics.sample);
    kept.statistics.sample.clear();
    if (calibration.grams && calibration.grams->has(place)) {
        kept.form = QuadraticForm::of_gram(calibration.grams->get(place, progress), progress);
    } else if (!sample.empty()) {
        kept.form = QuadraticForm::of_sample(std::move(sample), kept.statistics.channels(),
                                             kept.statistics.tokens);
    }
    return kept;
}

}  // namespace ql
