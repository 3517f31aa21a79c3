#include "core/run/linear_inputs.h"

#include <algorithm>
#include <utility>

namespace ql {

namespace {

/// Tokens that follow each other, for what looks at more than one of them.
struct Stretches {
    Sequences sequences;
    std::vector<std::int64_t> tokens;  ///< counted over all windows, rising

    /// Of windows of the same length: whole ones, or the beginning of one that is longer.
    explicit Stretches(const Sequences& windows) {
        constexpr std::int64_t kMostTokens = 1024;
        const std::int64_t window = windows.length(0);
        const std::int64_t length = std::min(window, kMostTokens);
        const std::vector<std::int64_t> chosen =
            sampled_tokens(static_cast<std::int64_t>(windows.count()), kMostTokens / length);
        for (const std::int64_t number : chosen) {
            for (std::int64_t i = 0; i < length; ++i) {
                tokens.push_back(number * window + i);
            }
        }
        sequences = Sequences(std::vector<std::int64_t>(chosen.size(), length));
    }
};

}  // namespace

std::map<InputSite, LinearInputs> run_and_learn(const LoadedBlock& block, HiddenStates& hidden,
                                                const LearnedSites& sites,
                                                const Progress& progress) {
    constexpr std::int64_t kSampledTokens = 1024;
    const std::int64_t tokens = hidden.sequences.tokens();
    const std::vector<std::int64_t> sampled = sampled_tokens(tokens, kSampledTokens);
    const Stretches stretches(hidden.sequences);
    BlockGrams grams;
    std::map<InputSite, InputStatistics> statistics;
    std::map<InputSite, HiddenStates> kept;
    const auto learn = [&](const LinearInput& input) {
        if (!sites.all.contains(input.site)) {
            return;
        }
        require_finite(input);
        InputStatistics& of = statistics[input.site];
        of.add(input.values.data(), static_cast<std::int64_t>(input.values.size()) / input.channels,
               input.channels, progress);
        if (input.channels <= static_cast<std::int64_t>(sampled.size())) {
            add_gram(grams, input, block.decoder.backend(), progress);
        } else {
            keep_sample(input, sampled, of.sample);
        }
        if (sites.stretches.contains(input.site)) {
            HiddenStates& states = kept[input.site];
            states.sequences = stretches.sequences;
            states.width = input.channels;
            keep_sample(input, stretches.tokens, states.values);
        }
    };
    block.decoder.run_block(block.weights, hidden, learn, progress);
    std::map<InputSite, LinearInputs> learned;
    for (auto& [site, of] : statistics) {
        QuadraticForm form = grams.contains(site) ? QuadraticForm::of_gram(grams.at(site), progress)
                                                  : QuadraticForm::of_sample(std::move(of.sample),
                                                                             of.channels(), tokens);
        learned.emplace(site, LinearInputs{std::move(of), std::move(form), std::move(kept[site])});
    }
    return learned;
}

LinearInputs kept_inputs(const Calibration& calibration, const InputPlace& place,
                         const Progress& progress) {
    LinearInputs kept{calibration.inputs.at(place), {}, {}};
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
