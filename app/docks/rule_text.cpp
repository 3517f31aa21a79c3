#include "app/docks/rule_text.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace ql::gui {

namespace {

constexpr std::string_view kOption = "--tensor-type";
// Blanks, and what a shell needs around a pattern and at the end of a line.
constexpr std::string_view kBefore = " \t\r\"'";
constexpr std::string_view kAfter = " \t\r\"'\\";

/// A part of a text, and where it begins there.
struct Piece {
    std::string_view text;
    std::size_t begin = 0;
};

Piece stripped(Piece piece) {
    const std::size_t first = std::min(piece.text.find_first_not_of(kBefore), piece.text.size());
    piece.text.remove_prefix(first);
    piece.begin += first;
    piece.text = piece.text.substr(0, piece.text.find_last_not_of(kAfter) + 1);
    return piece;
}

std::vector<Piece> split(const Piece& whole, std::string_view separator) {
    std::vector<Piece> pieces;
    std::size_t begin = 0;
    while (true) {
        const std::size_t end = std::min(whole.text.find(separator, begin), whole.text.size());
        pieces.push_back({whole.text.substr(begin, end - begin), whole.begin + begin});
        if (end == whole.text.size()) {
            return pieces;
        }
        begin = end + separator.size();
    }
}

/// The rules of one line, with positions in the whole text.
std::vector<PlanRule> rulesIn(const Piece& line) {
    // A plan that is nothing but rules: core knows where one ends and the next begins.
    constexpr std::string_view kPlan = "keep;";
    try {
        return parse_plan(std::string(kPlan) + std::string(line.text)).rules;
    } catch (const ParseError& error) {
        const std::size_t position = std::max(error.position(), kPlan.size()) - kPlan.size();
        throw ParseError(error.sentence(), line.begin + position);
    }
}

}  // namespace

std::vector<PlanRule> parseRules(const std::string& text) {
    std::vector<PlanRule> rules;
    for (const Piece& line : split({text, 0}, "\n")) {
        if (stripped(line).text.starts_with('#')) {
            continue;
        }
        for (const Piece& option : split(line, kOption)) {
            const Piece piece = stripped(option);
            if (!piece.text.empty()) {
                std::ranges::move(rulesIn(piece), std::back_inserter(rules));
            }
        }
    }
    return rules;
}

}  // namespace ql::gui
