#include "app/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>

namespace ql::gui {

Language::Language(QObject* parent) : QObject(parent) {}

Language::~Language() {
    QCoreApplication::removeTranslator(&own_);
    QCoreApplication::removeTranslator(&qt_);
}

QStringList Language::available() { return {QStringLiteral("en"), QStringLiteral("zh_CN")}; }

QString Language::ofSystem() {
    const bool chinese = QLocale::system().language() == QLocale::Chinese;
    return chinese ? QStringLiteral("zh_CN") : QStringLiteral("en");
}

void Language::set(const QString& language) {
    const QString wanted = language.isEmpty()               ? ofSystem()
                           : available().contains(language) ? language
                                                            : QStringLiteral("en");
    if (wanted == current_) {
        return;
    }
    current_ = wanted;
    QLocale::setDefault(QLocale(wanted == u"en" ? QStringLiteral("en_US") : wanted));

    // Ours last: the translator installed last is asked first.
    QCoreApplication::removeTranslator(&own_);
    QCoreApplication::removeTranslator(&qt_);
    const QString qtTexts = QLibraryInfo::path(QLibraryInfo::TranslationsPath);
    if (qt_.load(QStringLiteral("qtbase_") + wanted, qtTexts)) {
        QCoreApplication::installTranslator(&qt_);
    }
    if (own_.load(QStringLiteral(":/i18n/quantloupe_") + wanted)) {
        QCoreApplication::installTranslator(&own_);
    }
}

}  // namespace ql::gui
