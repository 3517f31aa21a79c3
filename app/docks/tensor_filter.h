#pragma once

#include <QList>
#include <QRegularExpression>
#include <QString>
#include <QStringList>
#include <cstdint>
#include <optional>

namespace ql::gui {

/// What the filter box above the model tree asks for. Words separated by spaces, all of which must
/// hold: "> 1M" and "< 10k" (also >=, <=, =) compare the number of values; a word with * or ? is a
/// glob for the whole tensor name; any other word must occur somewhere in the name, the role, the
/// group or the type.
class TensorFilter {
  public:
    TensorFilter() = default;
    explicit TensorFilter(const QString& text);

    /// Nothing is asked for: everything passes.
    bool isEmpty() const { return words_.isEmpty() && globs_.isEmpty() && sizes_.isEmpty(); }

    /// `names`: the names a glob is tried on. `text`: lower case, everything a word may occur in.
    bool accepts(const QStringList& names, const QString& text, std::uint64_t values) const;

  private:
    struct SizeTest {
        QString comparison;
        double values = 0;
        bool holds(double count) const;
    };
    void addWord(const QString& word);

    QStringList words_;
    QList<QRegularExpression> globs_;
    QList<SizeTest> sizes_;
};

/// "1M" -> 1e6, "10k", "2.5G"; nothing if it is no number.
std::optional<double> parseCount(const QString& text);

}  // namespace ql::gui
