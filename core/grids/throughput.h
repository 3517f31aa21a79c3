#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/progress.h"

namespace ql {

struct Throughput {
    std::string name;  ///< "q4_0 encode", "q4_0 decode", "q4_0+imatrix encode"
    double megabytes_per_second = 0;
};

/// How fast one thread encodes (with every fit that exists) and decodes each storage type and some
/// integer grids, in 1e6 bytes of float32 per second: the median of `repetitions` passes over a
/// matrix of `rows` x `cols` normal weights, or of fewer once they took a second. Weighted and
/// searched fits are slow and are given a sixteenth of the rows. As in a real run the matrix is
/// worked through in the pieces of RowChunks: with the default shape the weights (64 MiB) and their
/// encoded bytes come from memory, while what a piece is written to is one buffer of a piece's size
/// that stays in the second-level cache. `cols` must be a multiple of 256.
std::vector<Throughput> measure_throughput(const Progress& progress = {}, std::int64_t rows = 4096,
                                           std::int64_t cols = 4096, int repetitions = 9);

}  // namespace ql
