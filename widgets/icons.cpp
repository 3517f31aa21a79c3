#include "widgets/icons.h"

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include "widgets/theme.h"

/// Outside of any namespace, as the macro asks for: registers the icons although they lie in a
/// static library.
static void registerIcons() { Q_INIT_RESOURCE(icons); }

namespace ql::gui {
namespace {

const QString kAppIcon = QStringLiteral("quantloupe.svg");

QColor tintColor(IconTint tint, QIcon::Mode mode) {
    const ThemeColors& c = themeColors();
    if (mode == QIcon::Disabled) {
        return QApplication::palette().color(QPalette::Disabled, QPalette::WindowText);
    }
    switch (tint) {
        case IconTint::text:
            return c.text;
        case IconTint::muted:
            return c.muted;
        case IconTint::accent:
            return c.accent;
        case IconTint::onAccent:
            return c.onAccent;
        case IconTint::good:
            return c.good;
        case IconTint::warning:
            return c.warning;
        case IconTint::error:
            return c.error;
    }
    return c.text;
}

/// Renders an SVG whose lines are drawn in `currentColor`, in the colour of the moment.
class TintedIconEngine : public QIconEngine {
  public:
    TintedIconEngine(QString name, QByteArray svg, IconTint tint)
        : name_(std::move(name)), svg_(std::move(svg)), tint_(tint) {}

    QIconEngine* clone() const override { return new TintedIconEngine(name_, svg_, tint_); }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        QByteArray svg = svg_;
        svg.replace("currentColor", tintColor(tint_, mode).name().toLatin1());
        QSvgRenderer(svg).render(painter, QRectF(rect));
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        const QString key = QStringLiteral("ql-icon/%1/%2/%3x%4")
                                .arg(name_, tintColor(tint_, mode).name())
                                .arg(size.width())
                                .arg(size.height());
        QPixmap made;
        if (QPixmapCache::find(key, &made)) return made;
        made = QPixmap(size);
        made.fill(Qt::transparent);
        {
            QPainter painter(&made);
            paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        }
        QPixmapCache::insert(key, made);
        return made;
    }

    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal) override {
        return pixmap(size, mode, state);
    }

    bool isNull() override { return false; }

  private:
    QString name_;
    QByteArray svg_;
    IconTint tint_;
};

}  // namespace

QIcon icon(const QString& name, IconTint tint) {
    registerIcons();
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QIcon(new TintedIconEngine(name, file.readAll(), tint));
}

QStringList iconNames() {
    registerIcons();
    QStringList names;
    const QStringList files = QDir(QStringLiteral(":/icons")).entryList({QStringLiteral("*.svg")});
    for (const QString& file : files) {
        if (file != kAppIcon) names << file.chopped(4);
    }
    return names;
}

QIcon appIcon() {
    registerIcons();
    return QIcon(QStringLiteral(":/icons/") + kAppIcon);
}

}  // namespace ql::gui
