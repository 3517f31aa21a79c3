// core/backend: where heavy work is done. Coarse operations only, so that a backend on another
// device can take them whole; grids stay the definition of what the result must be.
#pragma once

#include <string_view>

#include "core/grids/grid.h"

namespace ql {

/// A device that quantizes. Results equal those of the grid's own encode and decode.
class Backend {
  public:
    virtual ~Backend() = default;
    virtual std::string_view name() const = 0;

    /// Grid::encode of a piece of a matrix.
    virtual void encode(const Grid& grid, const float* weights, std::int64_t rows,
                        std::int64_t cols, const EncodeOptions& options, std::byte* out) const = 0;
    /// Grid::decode of a piece of a matrix.
    virtual void decode(const Grid& grid, const std::byte* bytes, std::int64_t rows,
                        std::int64_t cols, const TensorParams& params, float* out) const = 0;
};

/// The reference: this machine's processor. The calling thread does the work; callers spread rows
/// over threads.
const Backend& cpu_backend();

}  // namespace ql
