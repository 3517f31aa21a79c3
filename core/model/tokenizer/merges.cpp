#include "core/model/tokenizer/merges.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <tuple>

namespace ql {

namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr std::int32_t kMerged = -1;  // a symbol that went into the one before it
constexpr std::uint32_t kStepsPerCheck = 1 << 16;

}  // namespace

MergeTable::MergeTable(std::vector<MergeRule> rules, std::size_t symbols)
    : rules_(std::move(rules)), begin_(symbols + 1) {
    std::sort(rules_.begin(), rules_.end(), [](const MergeRule& a, const MergeRule& b) {
        return std::tie(a.left, a.right, a.rank) < std::tie(b.left, b.right, b.rank);
    });
    for (const MergeRule& rule : rules_) {
        ++begin_[static_cast<std::size_t>(rule.left) + 1];
    }
    for (std::size_t i = 1; i < begin_.size(); ++i) {
        begin_[i] += begin_[i - 1];
    }
}

const MergeRule* MergeTable::find(std::int32_t left, std::int32_t right) const {
    const auto row = static_cast<std::size_t>(left);
    const auto end = rules_.begin() + begin_[row + 1];
    const auto found =
        std::lower_bound(rules_.begin() + begin_[row], end, right,
                         [](const MergeRule& rule, std::int32_t r) { return rule.right < r; });
    return found != end && found->right == right ? &*found : nullptr;
}

void Merger::offer(const MergeTable& table, std::span<const std::int32_t> symbols,
                   std::uint32_t position) {
    const std::uint32_t next = links_[position].next;
    if (next == kNone) {
        return;
    }
    if (const MergeRule* rule = table.find(symbols[position], symbols[next])) {
        queue_.push_back(std::uint64_t{rule->rank} << 32 | position);
        std::push_heap(queue_.begin(), queue_.end(), std::greater<>());
    }
}

void Merger::merge(const MergeTable& table, std::vector<std::int32_t>& symbols,
                   const Progress& progress) {
    const auto count = static_cast<std::uint32_t>(symbols.size());
    queue_.clear();
    links_.resize(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        links_[i] = {i == 0 ? kNone : i - 1, i + 1 == count ? kNone : i + 1};
    }
    std::uint32_t steps = 0;
    const auto step = [&] {
        if (++steps % kStepsPerCheck == 0) {
            progress.check();
        }
    };
    for (std::uint32_t i = 0; i < count; ++i) {
        step();
        offer(table, symbols, i);
    }
    while (!queue_.empty()) {
        step();
        std::pop_heap(queue_.begin(), queue_.end(), std::greater<>());
        const std::uint64_t best = queue_.back();
        queue_.pop_back();
        const auto left = static_cast<std::uint32_t>(best);
        const std::uint32_t right = links_[left].next;
        if (symbols[left] == kMerged || right == kNone) {
            continue;
        }
        // Either neighbour may have changed since; what stands here now has its own place in line.
        const MergeRule* rule = table.find(symbols[left], symbols[right]);
        if (rule == nullptr || rule->rank != best >> 32) {
            continue;
        }
        symbols[left] = rule->merged;
        symbols[right] = kMerged;
        const std::uint32_t next = links_[right].next;
        links_[left].next = next;
        if (next != kNone) {
            links_[next].previous = left;
        }
        offer(table, symbols, left);
        if (links_[left].previous != kNone) {
            offer(table, symbols, links_[left].previous);
        }
    }
    std::erase(symbols, kMerged);
}

}  // namespace ql
