#include "app/text.h"

#include <QCoreApplication>

namespace ql::gui {

QString toQString(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString translated(const Sentence& sentence) {
    if (sentence.empty()) {
        return {};
    }
    const QString text = QCoreApplication::translate("core", sentence.text().c_str());
    return QString::fromStdString(sentence.filled(text.toStdString()));
}

QString translated(const Error& error) {
    const QString sentence = translated(error.sentence());
    if (error.context().empty()) {
        return sentence;
    }
    return QCoreApplication::translate("core", "%1: %2",
                                       "what an error happened to (a file, a tensor); the error")
        .arg(QString::fromStdString(error.context()), sentence);
}

}  // namespace ql::gui
