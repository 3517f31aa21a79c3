#include "app/docks/tensor_filter.h"

#include <algorithm>

namespace ql::gui {

std::optional<double> parseCount(const QString& text) {
    static const QRegularExpression pattern(QStringLiteral("^([0-9]+(?:\\.[0-9]+)?)([kmgb]?)$"),
                                            QRegularExpression::CaseInsensitiveOption);
    const auto match = pattern.match(text);
    if (!match.hasMatch()) {
        return std::nullopt;
    }
    const QString unit = match.captured(2).toLower();
    const double factor = unit == u"k" ? 1e3 : unit == u"m" ? 1e6 : unit.isEmpty() ? 1 : 1e9;
    return match.captured(1).toDouble() * factor;
}

TensorFilter::TensorFilter(const QString& text) {
    // "> 1M" and ">1M" are the same: a comparison and its number become one word.
    static const QRegularExpression pattern(QStringLiteral("(?:[<>]=?|=)\\s*\\S*|[^\\s<>=]+"));
    auto words = pattern.globalMatch(text);
    while (words.hasNext()) {
        addWord(words.next().captured());
    }
}

void TensorFilter::addWord(const QString& word) {
    static const QRegularExpression size(QStringLiteral("^([<>]=?|=)\\s*(\\S*)$"));
    if (const auto match = size.match(word); match.hasMatch()) {
        // An unfinished comparison ("> ") asks for nothing yet.
        if (const auto count = parseCount(match.captured(2))) {
            sizes_.append({match.captured(1), *count});
        }
    } else if (word.contains(u'*') || word.contains(u'?')) {
        globs_.append(QRegularExpression::fromWildcard(word, Qt::CaseInsensitive));
    } else {
        words_.append(word.toLower());
    }
}

bool TensorFilter::SizeTest::holds(double count) const {
    if (comparison == u"<") return count < values;
    if (comparison == u"<=") return count <= values;
    if (comparison == u">") return count > values;
    if (comparison == u">=") return count >= values;
    return count == values;
}

bool TensorFilter::accepts(const QStringList& names, const QString& text,
                           std::uint64_t values) const {
    const auto count = static_cast<double>(values);
    return std::all_of(sizes_.begin(), sizes_.end(),
                       [count](const SizeTest& test) { return test.holds(count); }) &&
           std::all_of(words_.begin(), words_.end(),
                       [&text](const QString& word) { return text.contains(word); }) &&
           std::all_of(globs_.begin(), globs_.end(), [&names](const QRegularExpression& glob) {
               return std::any_of(names.begin(), names.end(), [&glob](const QString& name) {
                   return glob.match(name).hasMatch();
               });
           });
}

}  // namespace ql::gui
