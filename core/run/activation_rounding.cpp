#include "core/run/activation_rounding.h"

#include <algorithm>
#include <set>

#include "core/base/parallel.h"
#include "core/model/calibration/calibration.h"
#include "core/tensor/row_source.h"

namespace ql {

namespace {

/// Rounds rows that share `params`, in pieces.
void round_rows(const Grid& grid, const TensorParams& params, std::span<float> values,
                std::int64_t channels, const Backend& backend, const Progress& progress) {
    const RowChunks chunks(static_cast<std::int64_t>(values.size()) / channels, channels);
    parallel_for(chunks.count(), progress, [&](std::int64_t chunk) {
        const std::int64_t rows = chunks.size(chunk);
        float* const piece = values.data() + chunks.first(chunk) * channels;
        std::vector<std::byte> bytes(static_cast<std::size_t>(rows) * grid.row_bytes(channels));
        backend.encode(grid, piece, rows, channels, {.params = params}, bytes.data());
        backend.decode(grid, bytes.data(), rows, channels, params, piece);
    });
}

}  // namespace

void round_activations(const Activations& activations, float scale, const LinearInput& input,
                       const Backend& backend, const Progress& progress) {
    require_finite(input);
    const auto grid = make_grid(activations.grid());
    if (!grid->per_tensor()) {
        round_rows(*grid, {}, input.values, input.channels, backend, progress);
        return;
    }
    if (activations.scaling == Activations::Scaling::fixed) {
        round_rows(*grid, {scale, 0}, input.values, input.channels, backend, progress);
        return;
    }
    std::size_t begin = 0;
    for (const std::int64_t tokens : input.sequences.lengths()) {
        const auto size = static_cast<std::size_t>(tokens * input.channels);
        const std::span<float> sequence = input.values.subspan(begin, size);
        const auto [lo, hi] = std::minmax_element(sequence.begin(), sequence.end());
        round_rows(*grid, grid->fit_tensor({*lo, *hi}), sequence, input.channels, backend,
                   progress);
        begin += size;
    }
}

LinearInputHook activation_rounding(const WeightSource& source, const Backend& backend,
                                    const Progress& progress) {
    return [&source, &backend, progress](const LinearInput& input) {
        if (const auto activations = source.activations(input.layer, input.site)) {
            round_activations(*activations, source.activation_scale(input.layer, input.site), input,
                              backend, progress);
        }
    };
}

std::string rounded_activations(const WeightSource& source, int blocks) {
    std::set<std::string> all;
    for (int layer = 0; layer < blocks; ++layer) {
        for (const InputSite site : {InputSite::attention, InputSite::attention_output,
                                     InputSite::feed_forward, InputSite::down}) {
            if (const auto activations = source.activations(layer, site)) {
                all.insert(format(*activations));
            }
        }
    }
    return fmt::format("{}", fmt::join(all, ", "));
}

}  // namespace ql
