#pragma once

#include <QIcon>
#include <QString>

namespace ql::gui {

/// Which colour of the theme an icon is drawn in.
enum class IconTint { text, muted, accent, onAccent, good, warning, error };

/// A 16-pixel line icon of our own set (resources/icons/NAME.svg), drawn in the theme's colour at
/// every paint, so that it needs no care when the theme changes. Disabled icons are drawn paler.
/// An unknown name gives a null icon. Names: iconNames().
QIcon icon(const QString& name, IconTint tint = IconTint::text);

/// All names: open, export, run, stop, theme, language, ...
QStringList iconNames();

/// The program's own icon, in its colours.
QIcon appIcon();

}  // namespace ql::gui
