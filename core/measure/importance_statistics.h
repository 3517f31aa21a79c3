#pragma once

#include <string>
#include <vector>

#include "core/files/imatrix.h"

namespace ql {

/// What an entry of an importance matrix says of its columns: statistics of the mean squared
/// activations, over all columns of all experts.
struct ImportanceStatistics {
    std::string name;  ///< of the tensor
    std::size_t columns = 0;
    std::size_t experts = 1;
    double tokens = 0;  ///< of all experts together; calls in files of the old form
    double sum = 0;
    double min = 0;
    double max = 0;
    double mean = 0;
    double stddev = 0;
    double active = 0;              ///< share of columns above 1e-5
    double entropy = 0;             ///< of the shares of the sum, in bits
    double normalized_entropy = 0;  ///< entropy / log2(columns); 1: all columns matter alike
    double outliers = 0;            ///< share of columns over mean + stddev
    /// Cosine with the same tensor of the block before; NaN where there is none of its size.
    double cosine_before = 0;
};

/// Statistics of all entries: outside the blocks first, then by block number and name.
std::vector<ImportanceStatistics> importance_statistics(const ImportanceMatrix& matrix);

}  // namespace ql
