#include "core/grids/grid.h"

#include <algorithm>

#include "core/grids/block_format.h"
#include "core/grids/fp8_codec.h"
#include "core/grids/integer_codec.h"
#include "core/grids/storage_codec.h"
#include "core/grids/textbook_codec.h"
#include "core/tensor/convert.h"

namespace ql {

namespace {

std::shared_ptr<const Grid> make(const StorageGrid& grid) {
    const std::vector<DType> known = encodable_dtypes();
    if (std::find(known.begin(), known.end(), grid.dtype) == known.end()) {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core", "Weights cannot be stored as {}."), name(grid.dtype)));
    }
    return std::make_shared<StorageCodec>(grid);
}

std::shared_ptr<const Grid> make(const IntegerGrid& grid) {
    if (grid.bits < kMinGridBits || grid.bits > kMaxGridBits) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core", "Integer grids have {} to {} bits, not {}."),
                             kMinGridBits, kMaxGridBits, grid.bits));
    }
    if (grid.granularity == Granularity::group && (grid.group < 1 || grid.group > kMaxGroup)) {
        throw Error(
            ErrorCode::usage,
            Sentence(QL_TR("core", "Groups have 1 to {} columns, not {}."), kMaxGroup, grid.group));
    }
    if (grid.scale != DType::f16 && grid.scale != DType::bf16 && grid.scale != DType::f32) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core", "Scales are stored as F16, BF16 or F32, not as {}."),
                             name(grid.scale)));
    }
    IntegerGrid canonical = grid;
    if (grid.granularity != Granularity::group) {
        canonical.group = 0;
    }
    return std::make_shared<IntegerCodec>(canonical);
}

std::shared_ptr<const Grid> make(const TextbookGrid& grid) {
    if (grid.bits < kMinGridBits || grid.bits > kMaxGridBits) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core", "Textbook grids have {} to {} bits, not {}."),
                             kMinGridBits, kMaxGridBits, grid.bits));
    }
    if (grid.kind == TextbookKind::q4_0 && grid.bits != 4) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core", "The textbook Q4_0 has 4 bits, not {}."), grid.bits));
    }
    return std::make_shared<TextbookCodec>(grid);
}

std::shared_ptr<const Grid> make(const Fp8Grid& grid) {
    if (grid.dtype != DType::f8_e4m3 && grid.dtype != DType::f8_e5m2) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core", "{} is no FP8 type for weights."), name(grid.dtype)));
    }
    return std::make_shared<Fp8Codec>(grid);
}

}  // namespace

double Grid::bits_stored(std::int64_t rows, std::int64_t cols) const {
    return 8.0 * static_cast<double>(rows) * static_cast<double>(row_bytes(cols));
}

std::unique_ptr<const SpanCodec> Grid::span_codec(std::int64_t /*cols*/) const { return nullptr; }

std::optional<Sentence> Grid::refuses_fit(const Fit& fit) const {
    if (fit.search) {
        return Sentence(QL_TR("core", "There is no search for {}: it has one fit."), text());
    }
    if (fit.importance) {
        return Sentence(QL_TR("core", "The fit of {} cannot be weighted by importance."), text());
    }
    return std::nullopt;
}

TensorParams Grid::fit_tensor(const ValueRange& /*range*/) const { return {}; }

std::shared_ptr<const Grid> make_grid(const GridSpec& spec) {
    return std::visit([](const auto& grid) { return make(grid); }, spec);
}

bool can_decode(DType dtype) { return can_widen(dtype) || block_format(dtype) != nullptr; }

void decode_values(DType dtype, const void* src, std::size_t values, float* out) {
    if (const BlockFormat* format = block_format(dtype)) {
        format->decode(static_cast<const std::byte*>(src), values / traits(dtype).block_values,
                       out);
    } else {
        widen(dtype, src, values, out);
    }
}

void QuantizedTensor::decode_rows(std::int64_t first, std::int64_t count, float* out) const {
    const std::size_t offset = static_cast<std::size_t>(first) * grid->row_bytes(cols);
    grid->decode(bytes.data() + offset, count, cols, params, out);
}

CellInfo QuantizedTensor::inspect(std::int64_t row, std::int64_t col) const {
    const std::size_t offset = static_cast<std::size_t>(row) * grid->row_bytes(cols);
    return grid->inspect(bytes.data() + offset, cols, col, params);
}

}  // namespace ql
