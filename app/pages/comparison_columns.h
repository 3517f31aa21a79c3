#pragma once

#include <QString>

namespace ql::gui {

/// Which values of a column are praised.
enum class Better { neither, less, more };

/// What a column of the whole-model table is: its texts (to be translated in the context of
/// ComparisonModel), and how its numbers are shown.
struct ComparisonColumn {
    const char* key;  ///< in CSV files; the same in every language
    const char* title;
    const char* toolTip;  ///< may be null
    Better better;
    QString (*shown)(double value);
};

/// `column` is a ComparisonModel::Column.
const ComparisonColumn& comparisonColumn(int column);

}  // namespace ql::gui
