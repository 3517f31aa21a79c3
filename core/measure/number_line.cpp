#include "core/measure/number_line.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "core/base/parallel.h"
#include "core/tensor/convert.h"

namespace ql {

namespace {

constexpr std::size_t kBins = 512;
constexpr int kBinsAnOctave = 8;

float value_of(DType dtype, std::uint8_t code) {
    return dtype == DType::f8_e4m3 ? e4m3_to_float(code) : e5m2_to_float(code);
}

/// The smallest code above 0 with a full mantissa: one with the exponent field 1.
int least_normal_code(DType dtype) { return dtype == DType::f8_e4m3 ? 1 << 3 : 1 << 2; }

/// Adds what the codes tell that were counted.
void count_codes(NumberLine& line) {
    const int normal = least_normal_code(line.dtype);
    const int largest = line.values.back().code;
    for (int code = 0; code < 256; ++code) {
        const std::uint64_t count = line.stored[static_cast<std::size_t>(code)];
        const int magnitude = code & 0x7F;
        line.zeros += magnitude == 0 ? count : 0;
        line.subnormal += magnitude > 0 && magnitude < normal ? count : 0;
        line.saturated += magnitude == largest ? count : 0;
    }
}

}  // namespace

std::vector<Fp8Value> fp8_values(DType dtype) {
    std::vector<Fp8Value> values;
    for (int code = 0; code < 256; ++code) {
        const auto bits = static_cast<std::uint8_t>(code);
        const float value = value_of(dtype, bits);
        if (std::isfinite(value) && code != 0x80) {
            values.push_back({value, bits});
        }
    }
    std::sort(values.begin(), values.end(),
              [](const Fp8Value& a, const Fp8Value& b) { return a.value < b.value; });
    return values;
}

NumberLine number_line(const RowSource& rows, const QuantizedTensor& tensor,
                       const Progress& progress) {
    NumberLine line;
    line.dtype = std::get<Fp8Grid>(tensor.grid->spec()).dtype;
    line.values = fp8_values(line.dtype);
    const auto largest = static_cast<double>(line.values.back().value);
    const double low = std::log2(static_cast<double>(value_of(line.dtype, 1))) - 1;
    const double high = std::ceil(std::log2(largest) * kBinsAnOctave) / kBinsAnOctave;
    line.scaled = Histogram(-largest, largest, kBins);
    line.magnitudes =
        Histogram(low, high, static_cast<std::size_t>(std::lround((high - low) * kBinsAnOctave)));
    const CellInfo first = tensor.inspect(0, 0);
    line.least_scale = line.largest_scale = first.scale;

    const std::size_t row_bytes = tensor.grid->row_bytes(rows.cols());
    const auto cols = static_cast<std::size_t>(rows.cols());
    const RowChunks chunks(rows.rows(), rows.cols());
    std::mutex mutex;
    parallel_for(chunks.count(), progress, [&](std::int64_t chunk) {
        const std::int64_t begin = chunks.first(chunk);
        const std::int64_t count = chunks.size(chunk);
        std::vector<float> values(static_cast<std::size_t>(count) * cols);
        rows.read(begin, count, values.data());
        rows.release(begin, count);
        NumberLine part;
        part.least_scale = part.largest_scale = first.scale;
        for (std::int64_t row = 0; row < count; ++row) {
            float* weights = values.data() + static_cast<std::size_t>(row) * cols;
            const std::byte* codes =
                tensor.bytes.data() + static_cast<std::size_t>(begin + row) * row_bytes;
            for (std::int64_t col = 0; col < rows.cols();) {
                const CellInfo cell = tensor.inspect(begin + row, col);
                part.least_scale = std::min(part.least_scale, cell.scale);
                part.largest_scale = std::max(part.largest_scale, cell.scale);
                for (; col < cell.block_end; ++col) {
                    weights[col] = std::clamp(weights[col] / cell.scale, -line.values.back().value,
                                              line.values.back().value);
                    ++part.stored[std::to_integer<std::size_t>(codes[col])];
                }
            }
        }
        part.scaled = Histogram(line.scaled.lo, line.scaled.hi, line.scaled.counts.size());
        part.scaled.add(values.data(), values.size());
        std::transform(values.begin(), values.end(), values.begin(), [low](float value) {
            // What has no logarithm is below all others.
            return value == 0 ? static_cast<float>(low - 1) : std::log2(std::fabs(value));
        });
        part.magnitudes =
            Histogram(line.magnitudes.lo, line.magnitudes.hi, line.magnitudes.counts.size());
        part.magnitudes.add(values.data(), values.size());

        const std::scoped_lock lock(mutex);  // counts may be joined in any order
        line.scaled.merge(part.scaled);
        line.magnitudes.merge(part.magnitudes);
        for (std::size_t code = 0; code < line.stored.size(); ++code) {
            line.stored[code] += part.stored[code];
        }
        line.least_scale = std::min(line.least_scale, part.least_scale);
        line.largest_scale = std::max(line.largest_scale, part.largest_scale);
    });
    count_codes(line);
    return line;
}

}  // namespace ql
