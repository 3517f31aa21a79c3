#include "core/model/calibration/gram_store.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/base/parallel.h"

namespace ql {

namespace {

/// Row `i` of the upper triangle: from the diagonal on.
std::span<const double> row_of(const GramMatrix& gram, std::int64_t i) {
    return std::span(gram.values)
        .subspan(static_cast<std::size_t>(i * gram.channels + i),
                 static_cast<std::size_t>(gram.channels - i));
}

/// Copies the upper triangle to the lower one, in squares that stay in the cache.
void mirror(GramMatrix& gram, const Progress& progress) {
    constexpr std::int64_t kSide = 64;
    const std::int64_t n = gram.channels;
    parallel_for((n + kSide - 1) / kSide, progress, [&](std::int64_t square) {
        const std::int64_t first = square * kSide;
        const std::int64_t end = std::min(n, first + kSide);
        for (std::int64_t left = 0; left < end; left += kSide) {
            for (std::int64_t row = first; row < end; ++row) {
                for (std::int64_t col = left; col < std::min(left + kSide, row); ++col) {
                    gram.values[static_cast<std::size_t>(row * n + col)] =
                        gram.values[static_cast<std::size_t>(col * n + row)];
                }
            }
        }
    });
}

}  // namespace

GramStore::GramStore(std::uint64_t memory_limit, std::filesystem::path folder)
    : memory_limit_(memory_limit), folder_(std::move(folder)) {}

void GramStore::put(const InputPlace& place, const GramMatrix& gram) {
    Kept kept{gram.channels, gram.tokens, {}, 0};
    const std::uint64_t bytes = bytes_of(gram.channels);
    if (memory_bytes_ + bytes <= memory_limit_) {
        kept.triangle.reserve(bytes / sizeof(double));
        for (std::int64_t i = 0; i < gram.channels; ++i) {
            const auto row = row_of(gram, i);
            kept.triangle.insert(kept.triangle.end(), row.begin(), row.end());
        }
        memory_bytes_ += bytes;
    } else {
        if (!spill_) {
            spill_ = std::make_unique<SpillFile>(folder_);
        }
        kept.offset = spill_->size();
        for (std::int64_t i = 0; i < gram.channels; ++i) {
            spill_->append(std::as_bytes(row_of(gram, i)));
        }
    }
    kept_[place] = std::move(kept);
}

GramMatrix GramStore::get(const InputPlace& place, const Progress& progress) const {
    const auto found = kept_.find(place);
    if (found == kept_.end()) {
        throw Error(ErrorCode::not_found,
                    Sentence(QL_TR("core", "There is no Gram matrix of this input.")));
    }
    const Kept& kept = found->second;
    GramMatrix gram{kept.channels, kept.tokens, {}};
    gram.values.resize(static_cast<std::size_t>(kept.channels * kept.channels));
    std::size_t done = 0;  // values of the triangle
    for (std::int64_t i = 0; i < kept.channels; ++i) {
        progress.check();
        const std::span<double> row(gram.values.data() + i * kept.channels + i,
                                    static_cast<std::size_t>(kept.channels - i));
        if (kept.triangle.empty()) {
            spill_->read(kept.offset + done * sizeof(double), std::as_writable_bytes(row));
        } else {
            std::copy_n(kept.triangle.data() + done, row.size(), row.data());
        }
        done += row.size();
    }
    mirror(gram, progress);
    return gram;
}

}  // namespace ql
