#include "core/run/quadratic_form.h"

#include <algorithm>
#include <numeric>

#include "core/backend/backend.h"
#include "core/base/parallel.h"

namespace ql {

QuadraticForm QuadraticForm::of_gram(const GramMatrix& gram, const Progress& progress) {
    QuadraticForm form;
    form.channels_ = gram.channels;
    form.values_.resize(gram.values.size());
    parallel_for(gram.channels, progress, [&](std::int64_t row) {
        const std::int64_t begin = row * gram.channels;
        std::transform(gram.values.begin() + begin, gram.values.begin() + begin + gram.channels,
                       form.values_.begin() + begin,
                       [](double value) { return static_cast<float>(value); });
    });
    return form;
}

QuadraticForm QuadraticForm::of_sample(std::vector<float> rows, std::int64_t channels,
                                       std::int64_t tokens) {
    QuadraticForm form;
    form.channels_ = channels;
    form.sampled_ = static_cast<std::int64_t>(rows.size()) / channels;
    form.factor_ = static_cast<double>(tokens) / static_cast<double>(form.sampled_);
    form.values_ = std::move(rows);
    return form;
}

std::vector<double> QuadraticForm::squares(const std::vector<float>& rows,
                                           const Progress& progress) const {
    const std::int64_t count = static_cast<std::int64_t>(rows.size()) / channels_;
    const std::int64_t width = sampled_ > 0 ? sampled_ : channels_;
    std::vector<float> products(static_cast<std::size_t>(count * width));
    cpu_backend().linear(Sequences({count}), {values_.data(), nullptr, width, channels_},
                         rows.data(), products.data(), width, progress);
    const std::vector<float>& others = sampled_ > 0 ? products : rows;
    std::vector<double> sums(static_cast<std::size_t>(count));
    for (std::int64_t row = 0; row < count; ++row) {
        sums[static_cast<std::size_t>(row)] =
            factor_ * std::inner_product(
                          products.begin() + row * width, products.begin() + (row + 1) * width,
                          others.begin() + row * width, 0.0, std::plus<>(), [](float a, float b) {
                              return static_cast<double>(a) * static_cast<double>(b);
                          });
    }
    return sums;
}

double QuadraticForm::sum(const std::vector<float>& rows, const Progress& progress) const {
    const std::vector<double> all = squares(rows, progress);
    return std::accumulate(all.begin(), all.end(), 0.0);
}

QuadraticForm QuadraticForm::block(std::int64_t first, std::int64_t count) const {
    const std::int64_t lines = sampled_ > 0 ? sampled_ : count;
    const std::int64_t first_line = sampled_ > 0 ? 0 : first;
    QuadraticForm part;
    part.channels_ = count;
    part.sampled_ = sampled_;
    part.factor_ = factor_;
    for (std::int64_t line = first_line; line < first_line + lines; ++line) {
        const auto begin = values_.begin() + line * channels_ + first;
        part.values_.insert(part.values_.end(), begin, begin + count);
    }
    if (sampled_ <= count) {
        return part;
    }
    // Fewer channels than rows: their Gram matrix is the shorter way.
    GramMatrix gram{count, sampled_, std::vector<double>(static_cast<std::size_t>(count * count))};
    cpu_backend().add_gram(sampled_, count, part.values_.data(), gram.values.data(), {});
    QuadraticForm shorter = of_gram(gram);
    shorter.factor_ = factor_;
    return shorter;
}

std::vector<float> read_rows(const RowSource& source, std::int64_t first, std::int64_t count,
                             const Progress& progress) {
    std::vector<float> values(static_cast<std::size_t>(count * source.cols()));
    const RowChunks chunks(count, source.cols());
    parallel_for(chunks.count(), progress, [&](std::int64_t chunk) {
        const std::int64_t begin = chunks.first(chunk);
        source.read(first + begin, chunks.size(chunk), values.data() + begin * source.cols());
    });
    source.release(first, count);
    return values;
}

}  // namespace ql
