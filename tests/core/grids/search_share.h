#pragma once

#include <algorithm>
#include <vector>

#include "core/grids/search_result.h"
#include "tests/core/grids/block_samples.h"
#include "tests/core/grids/exhaustive.h"

/// Sums of squared errors over some blocks of a sample, weighted where it was encoded so.
struct SearchShare {
    double reference = 0;
    double search = 0;
    double optimum = 0;
    double weight = 0;  ///< sum of the weights of all values

    /// What could be gained, relative to the reference.
    double headroom() const { return (reference - optimum) / reference; }
    /// What the search gains of it.
    double closed() const {
        return reference > optimum ? (reference - search) / (reference - optimum) : 1.0;
    }
};

/// Encodes a sample by reference and by search, and compares up to `blocks` of its blocks with the
/// exhaustive search. Precondition: the format has a search and an exhaustive search.
inline SearchShare searchShare(const BlockSample& sample, ql::DType dtype, bool weighted,
                               std::size_t blocks) {
    const ql::BlockFormat& format = *ql::block_format(dtype);
    const std::size_t block_values = ql::traits(dtype).block_values;
    const std::size_t all = sample.blocks(dtype);
    const auto decoded = [&](auto encode) {
        std::vector<std::byte> bytes(all * ql::traits(dtype).block_bytes);
        encode(sample.run(dtype, weighted, bytes.data()));
        std::vector<float> values(sample.values.size());
        format.decode(bytes.data(), all, values.data());
        return values;
    };
    const std::vector<float> reference = decoded(format.encode);
    const std::vector<float> search = decoded(format.search);
    const std::vector<float> ones(block_values, 1.0f);
    const Exhaustive optimum = exhaustive(dtype);
    SearchShare share;
    for (std::size_t i = 0; i < all; i += std::max<std::size_t>(1, all / blocks)) {
        const std::size_t at = i * block_values;
        const float* values = sample.values.data() + at;
        const float* weights = weighted ? sample.importance.data() + at % sample.cols : ones.data();
        const auto error = [&](const std::vector<float>& result) {
            return ql::weighted_square_error(values, result.data() + at, weights, block_values);
        };
        share.reference += error(reference);
        share.search += error(search);
        share.optimum += optimum({values, weights, block_values});
        for (std::size_t j = 0; j < block_values; ++j) {
            share.weight += double(weights[j]);
        }
    }
    return share;
}
