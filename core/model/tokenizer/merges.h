// Byte pair encoding itself. Not for use outside core/model.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/progress.h"
#include "core/model/tokenizer/vocabulary.h"

namespace ql {

/// Finds the rule of two neighbours. Sorted arrays rather than a hash table: no choice of ids by a
/// file makes a look-up slow.
class MergeTable {
  public:
    /// `rules` name ids from 0 to below `symbols`; of two rules for the same pair the lower rank
    /// stays.
    MergeTable(std::vector<MergeRule> rules, std::size_t symbols);

    const MergeRule* find(std::int32_t left, std::int32_t right) const;

  private:
    std::vector<MergeRule> rules_;      // by left, then right
    std::vector<std::uint32_t> begin_;  // of each left
};

/// Merges the symbols of a word until no rule is left. Holds what it works with, so that many words
/// need no allocation; the time is n log n for a word of n symbols. Throws Error(cancelled): a word
/// may be the whole text.
class Merger {
  public:
    void merge(const MergeTable& table, std::vector<std::int32_t>& symbols,
               const Progress& progress);

  private:
    struct Link {
        std::uint32_t previous;
        std::uint32_t next;
    };
    void offer(const MergeTable& table, std::span<const std::int32_t> symbols,
               std::uint32_t position);

    std::vector<Link> links_;
    std::vector<std::uint64_t> queue_;  // a heap of rank and position, the lowest on top
};

}  // namespace ql
