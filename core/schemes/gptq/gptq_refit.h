// Scales that fit their codes. Only for core/schemes/gptq.
#pragma once

#include "core/backend/backend.h"
#include "core/grids/span_codec.h"

namespace ql::gptq {

/// Some rows whose codes are chosen.
struct RefitRows {
    const SpanCodec& codec;
    const Backend& backend;
    const float* gram = nullptr;  ///< G: [cols × cols]
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    const float* original = nullptr;      ///< [rows × cols]
    const std::uint8_t* codes = nullptr;  ///< [rows × cols]
    std::byte* bytes = nullptr;           ///< encoded rows, row_bytes each; only scales are changed
    std::size_t row_bytes = 0;
};

/// Moves the scale of one span after the other to where tr(ΔW G ΔWᵀ) is least, given all others,
/// as nearly as it can be stored: the error never grows. parameters: those of the rows' parts,
/// [rows × parts]; they are kept up to date. Throws Error(cancelled).
void refit_scales(const RefitRows& rows, PartParameters* parameters, const Progress& progress);

}  // namespace ql::gptq
