// core/model/transform: where scales can move between the tensors of a model without changing what
// it computes.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/model/calibration/input_place.h"
#include "core/model/model.h"

namespace ql {

/// A tensor whose output channels can be divided by s, and all linears that read them: their
/// columns are multiplied by s. Tensors are indices into Model::tensors().
struct ScaleMapping {
    InputPlace place;          ///< what the consumers read
    std::size_t producer = 0;  ///< weight of a norm, or of a linear
    std::optional<std::size_t> producer_bias = {};
    bool norm = true;            ///< the producer is a norm
    std::int64_t first_row = 0;  ///< of a linear: the rows from here on make the channels
    std::int64_t channels = 0;   ///< values of s
    std::vector<std::size_t> consumers = {};  ///< one at least
};

/// The mappings of a model, block by block in the order of computing: norm → q k v, v → o (where
/// every head has values of its own), norm → gate up, and up → down where a gate stands between
/// them. As in AWQ's tables; gemma 3 norms its queries and keys and is left out of the first.
std::vector<ScaleMapping> scale_mappings(const Model& model);

/// How a norm is divided by scales.
struct FoldedNorm {
    TensorChange weight;
    TensorChange bias;          ///< empty without one
    std::vector<float> scales;  ///< what the consumers' columns are to be multiplied by
};

/// Divides a norm by `scales`. Its new values are rounded to the type that it is stored in, and the
/// scales follow them, so that the product stays the same; a channel that would become 0 keeps its
/// value and has the scale 1.
FoldedNorm fold_into_norm(const Model& model, const ScaleMapping& mapping,
                          const std::vector<float>& scales);

/// Adds to `changes` what moving `scales` at a mapping does to its tensors. Rows of a linear
/// producer are rounded to the type `kept`, unless a grid will do that. Returns the scales as they
/// became: see fold_into_norm.
std::vector<float> fold(const Model& model, const ScaleMapping& mapping,
                        const std::vector<float>& scales, std::optional<DType> kept,
                        Model::Changes& changes);

}  // namespace ql
