#include "core/measure/importance_statistics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace ql {

namespace {

constexpr std::string_view kBlock = "blk.";
constexpr float kActive = 1e-5F;

/// "blk.12.attn_q.weight" -> 12, ".attn_q.weight"; -1 and the name for anything else.
std::pair<int, std::string_view> split_block(std::string_view name) {
    if (!name.starts_with(kBlock)) {
        return {-1, name};
    }
    int block = 0;
    const char* end = name.data() + name.size();
    const auto number = std::from_chars(name.data() + kBlock.size(), end, block);
    if (number.ec != std::errc() || block < 0) {
        return {-1, name};
    }
    return {block, {number.ptr, static_cast<std::size_t>(end - number.ptr)}};
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
    const auto dot = [](const std::vector<float>& x, const std::vector<float>& y) {
        // As double from the start: squares of large importance are beyond float.
        return std::inner_product(x.begin(), x.end(), y.begin(), 0.0, std::plus<>(),
                                  [](double xi, double yi) { return xi * yi; });
    };
    const double norms = std::sqrt(dot(a, a)) * std::sqrt(dot(b, b));
    return norms == 0 ? std::numeric_limits<double>::quiet_NaN() : dot(a, b) / norms;
}

double cosine_with_block_before(const ImportanceMatrix& matrix, std::string_view name,
                                const std::vector<float>& importance) {
    const auto [block, part] = split_block(name);
    const ImportanceEntry* before =
        block < 1 ? nullptr : matrix.find(fmt::format("{}{}{}", kBlock, block - 1, part));
    if (before == nullptr || before->sums.size() != importance.size()) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return cosine(importance, before->importance());
}

ImportanceStatistics statistics_of(const ImportanceMatrix& matrix, const std::string& name,
                                   const ImportanceEntry& entry) {
    const std::vector<float> importance = entry.importance();
    const auto count = static_cast<double>(importance.size());
    ImportanceStatistics s;
    s.name = name;
    s.columns = entry.columns();
    s.experts = entry.counts.size();
    s.tokens = std::accumulate(entry.counts.begin(), entry.counts.end(), 0.0);
    if (importance.empty()) {
        return s;
    }
    const auto [min, max] = std::minmax_element(importance.begin(), importance.end());
    s.min = *min;
    s.max = *max;
    s.sum = std::accumulate(importance.begin(), importance.end(), 0.0);
    s.mean = s.sum / count;
    double squares = 0;
    for (const float value : importance) {
        squares += (value - s.mean) * (value - s.mean);
        if (value > 0) {
            const double share = value / s.sum;
            s.entropy -= share * std::log2(share);
        }
    }
    s.stddev = std::sqrt(squares / count);
    s.normalized_entropy = importance.size() > 1 ? s.entropy / std::log2(count) : 1;
    const auto share_above = [&](double threshold) {
        return static_cast<double>(std::count_if(importance.begin(), importance.end(),
                                                 [&](float value) { return value > threshold; })) /
               count;
    };
    s.active = share_above(kActive);
    s.outliers = share_above(s.mean + s.stddev);
    s.cosine_before = cosine_with_block_before(matrix, name, importance);
    return s;
}

}  // namespace

std::vector<ImportanceStatistics> importance_statistics(const ImportanceMatrix& matrix) {
    std::vector<ImportanceStatistics> all;
    for (const auto& [name, entry] : matrix.entries) {
        all.push_back(statistics_of(matrix, name, entry));
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return split_block(a.name).first < split_block(b.name).first;
    });
    return all;
}

}  // namespace ql
