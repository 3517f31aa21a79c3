#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <QTranslator>

namespace ql::gui {

/// The language of the window: installs Qt's and our own texts and sets the default QLocale, so
/// that numbers follow. A change reaches every widget as QEvent::LanguageChange.
class Language : public QObject {
    Q_OBJECT

  public:
    explicit Language(QObject* parent = nullptr);
    ~Language() override;

    /// "en" and "zh_CN".
    static QStringList available();
    /// The one of them that the system's settings ask for.
    static QString ofSystem();

    /// One of available(), or empty for ofSystem(). Anything else counts as "en".
    void set(const QString& language);
    const QString& current() const { return current_; }

  private:
    QString current_;
    QTranslator qt_;
    QTranslator own_;
};

}  // namespace ql::gui
