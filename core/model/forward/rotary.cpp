#include "core/model/forward/rotary.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/parallel.h"
#include "core/files/escape.h"

namespace ql {

namespace {

[[noreturn]] void refuse(ErrorCode code, const Sentence& sentence) { throw Error(code, sentence); }

/// Tokens of the context that the model was trained with before its rotation was scaled.
double original_context(const Hyperparameters& h) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 31;
    const std::uint64_t stated = h.rope_scaling->original_context;
    return static_cast<double>(std::min(stated > 0 ? stated : h.context_length, kMost));
}

void stretch(std::vector<double>& frequencies, const std::vector<double>& divisors) {
    for (std::size_t i = 0; i < frequencies.size(); ++i) {
        frequencies[i] /= divisors[i];
    }
}

/// Long waves are stretched by the factor, short ones kept, those between interpolated.
void scale_llama3(const Hyperparameters& h, Rotary& rotary) {
    const RopeScaling& s = *h.rope_scaling;
    if (s.high_freq_factor <= s.low_freq_factor) {
        refuse(ErrorCode::bad_file,
               Sentence(QL_TR("core",
                              "The frequency factors of the RoPE scaling are not in "
                              "order.")));
    }
    const double context = original_context(h);
    for (double& frequency : rotary.frequencies) {
        const double turns = context * frequency / (2 * std::numbers::pi);
        const double smooth = std::clamp(
            (turns - s.low_freq_factor) / (s.high_freq_factor - s.low_freq_factor), 0.0, 1.0);
        frequency *= (1 - smooth) / s.factor + smooth;
    }
}

/// Pairs that turn often within the original context are kept, those that turn less than once are
/// stretched, with a ramp over the pairs between.
void scale_yarn(const Hyperparameters& h, Rotary& rotary) {
    const RopeScaling& s = *h.rope_scaling;
    const double context = original_context(h);
    const auto dimensions = static_cast<double>(h.rope_dimension);
    const auto pair_of = [&](double turns) {
        return dimensions * std::log(context / (turns * 2 * std::numbers::pi)) /
               (2 * std::log(h.rope_freq_base));
    };
    double low = pair_of(s.beta_fast.value_or(32));
    double high = pair_of(s.beta_slow.value_or(1));
    if (s.truncate) {
        low = std::floor(low);
        high = std::ceil(high);
    }
    low = std::max(low, 0.0);
    high = std::min(high, dimensions - 1);
    for (std::size_t i = 0; i < rotary.frequencies.size(); ++i) {
        const double ramp =
            std::clamp((static_cast<double>(i) - low) / std::max(high - low, 0.001), 0.0, 1.0);
        rotary.frequencies[i] *= ramp / s.factor + (1 - ramp);
    }
    rotary.amplitude = s.attention_factor.value_or(s.factor > 1 ? 0.1 * std::log(s.factor) + 1 : 1);
}

void scale_longrope(const Hyperparameters& h, Rotary& rotary) {
    const RopeScaling& s = *h.rope_scaling;
    const std::size_t pairs = rotary.frequencies.size();
    if (s.long_factors.size() != pairs || s.short_factors.size() != pairs) {
        refuse(ErrorCode::bad_file,
               Sentence(
                   QL_TR("core", "The model has {} long and {} short RoPE factors; {} are needed."),
                   s.long_factors.size(), s.short_factors.size(), pairs));
    }
    const double original = original_context(h);
    rotary.long_frequencies = rotary.frequencies;
    stretch(rotary.long_frequencies, s.long_factors);
    stretch(rotary.frequencies, s.short_factors);
    rotary.short_length = static_cast<std::int64_t>(original);
    // Phi-3 gives no factor: what counts is how much longer the context became.
    const double longer =
        s.factor != 1 ? s.factor : static_cast<double>(h.context_length) / original;
    rotary.amplitude = s.attention_factor.value_or(
        longer > 1 && original > 1 ? std::sqrt(1 + std::log(longer) / std::log(original)) : 1);
}

}  // namespace

RotationTable Rotary::table(std::int64_t length, const Progress& progress) const {
    const std::vector<double>& used = is_long(length) ? long_frequencies : frequencies;
    RotationTable table;
    table.pairs = static_cast<std::int64_t>(used.size());
    table.interleaved = interleaved;
    table.cosines.resize(static_cast<std::size_t>(length * table.pairs));
    table.sines.resize(table.cosines.size());
    parallel_for(length, progress, [&](std::int64_t position) {
        const std::size_t row = static_cast<std::size_t>(position) * used.size();
        for (std::size_t i = 0; i < used.size(); ++i) {
            const double angle = static_cast<double>(position) * used[i];
            table.cosines[row + i] = static_cast<float>(std::cos(angle) * amplitude);
            table.sines[row + i] = static_cast<float>(std::sin(angle) * amplitude);
        }
    });
    return table;
}

Rotary plain_rotary(double base, std::int64_t dimensions) {
    Rotary rotary;
    for (std::int64_t i = 0; i < dimensions / 2; ++i) {
        rotary.frequencies.push_back(
            std::pow(base, -2.0 * static_cast<double>(i) / static_cast<double>(dimensions)));
    }
    return rotary;
}

Rotary rotary_of(const Hyperparameters& h) {
    Rotary rotary = plain_rotary(h.rope_freq_base, static_cast<std::int64_t>(h.rope_dimension));
    if (!h.rope_scaling) {
        return rotary;
    }
    const RopeScaling& scaling = *h.rope_scaling;
    if (scaling.type == "linear") {
        stretch(rotary.frequencies, std::vector<double>(rotary.frequencies.size(), scaling.factor));
    } else if (scaling.type == "llama3") {
        scale_llama3(h, rotary);
    } else if (scaling.type == "yarn") {
        scale_yarn(h, rotary);
    } else if (scaling.type == "longrope") {
        scale_longrope(h, rotary);
    } else {
        refuse(ErrorCode::unsupported,
               Sentence(QL_TR("core", "Its RoPE scaling has the unknown type {}."),
                        in_quotes(scaling.type)));
    }
    return rotary;
}

}  // namespace ql
