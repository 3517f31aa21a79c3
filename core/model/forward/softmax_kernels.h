#pragma once

#include <cstddef>

namespace ql {

/// What a piece of a token's logits gives to its softmax, in float64.
struct SoftmaxPiece {
    double largest = 0;    ///< logit
    double sum = 0;        ///< of e^(logit - largest)
    std::size_t best = 0;  ///< where the largest stands, the first of equals
};
/// Precondition: count > 0.
SoftmaxPiece softmax_piece(const float* logits, std::size_t count);

/// sum e^(p - largest) (p - q) over two models' logits of the same tokens.
double weighted_difference(const float* p, const float* q, std::size_t count, double largest);

}  // namespace ql
