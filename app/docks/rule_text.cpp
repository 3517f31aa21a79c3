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

/// What `parse` makes of a piece, with positions in the whole text. It sees `before` first.
template <class Parse>
auto parsed(const Piece& piece, std::string_view before, const Parse& parse) {
    try {
        return parse(std::string(before) + std::string(piece.text));
    } catch (const ParseError& error) {
        const std::size_t position = std::max(error.position(), before.size()) - before.size();
        throw ParseError(error.sentence(), piece.begin + position);
    }
}

}  // namespace

std::vector<PlanRule> parseRules(const std::string& text) {
    std::vector<PlanRule> rules;
    for (const Piece& line : split({text, 0}, "\n")) {
        if (stripped(line).text.starts_with('#')) {
            continue;
        }
        const std::vector<Piece> options = split(line, kOption);
        // A plan that is nothing but rules: core knows where one ends and the next begins.
        if (const Piece own = stripped(options.front()); !own.text.empty()) {
            std::ranges::move(
                parsed(own, "keep;", [](const std::string& t) { return parse_plan(t).rules; }),
                std::back_inserter(rules));
        }
        for (std::size_t i = 1; i < options.size(); ++i) {
            rules.push_back(parsed(stripped(options[i]), "", &parse_tensor_type));
        }
    }
    return rules;
}

}  // namespace ql::gui
