#include "widgets/file_name.h"

#include <QRegularExpression>

namespace ql::gui {

QString safeFileName(QString name) {
    static const QRegularExpression unsafe(QStringLiteral("[^A-Za-z0-9._-]+"));
    // File systems take 255 bytes, and an ending is still to come.
    constexpr int kMaxLength = 120;
    return name.replace(unsafe, QStringLiteral("-")).left(kMaxLength);
}

}  // namespace ql::gui
