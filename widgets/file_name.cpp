#include "widgets/file_name.h"

#include <QRegularExpression>

namespace ql::gui {

QString safeFileName(QString name) {
    static const QRegularExpression unsafe(QStringLiteral("[^A-Za-z0-9._-]+"));
    return name.replace(unsafe, QStringLiteral("-"));
}

}  // namespace ql::gui
