// widgets: reusable Qt widgets that draw plain values of core/measure. They know no model, no
// scheme and no job: values go in by setters, wishes come out as signals. Colours come from the
// theme here, numbers as text from number_format.h, pictures of buttons from icons.h.
#pragma once

#include <QColor>
#include <QFont>
#include <QObject>
#include <QPalette>

class QDBusVariant;
class QWidget;

namespace ql::gui {

enum class ThemeMode { system, light, dark };

/// The colours of the window, those that QPalette has and those that it lacks.
struct ThemeColors {
    QColor window;  ///< behind everything
    QColor panel;   ///< docks, cards, tables, fields
    QColor bar;     ///< menu, tool and job bars, buttons
    QColor line;    ///< separators, frames, grid lines
    QColor text;
    QColor muted;      ///< labels, units, axis text (on window and panel; elsewhere mutedOn)
    QColor accent;     ///< the one accent: links, focus, progress, the primary button
    QColor onAccent;   ///< text on the accent
    QColor selection;  ///< behind selected rows; text keeps its colour
    QColor good;       ///< text that says "fits", "verified"
    QColor warning;
    QColor error;
    QColor best;      ///< the best number of a table row or column, drawn bold
    QColor original;  ///< unquantized data in plots
    bool dark = false;

    /// Muted text for another background (bars, selection), still with a contrast of 4.5:1.
    QColor mutedOn(const QColor& background) const;
};

/// The colours of the light or the dark theme.
const ThemeColors& themeColors(bool dark);
/// The colours that fit the application's palette now.
const ThemeColors& themeColors();
/// The whole palette of a theme, role by role.
QPalette themePalette(bool dark);

/// Index that stands for "the original, not a scheme" wherever a colour index is asked for.
inline constexpr int kOriginalColor = -1;
/// Number of scheme colours; larger indices start again.
inline constexpr int kSchemeColors = 8;
/// Colour of a scheme in plots, dots and swatches (Okabe-Ito, safe for the colour-blind; the eighth
/// is black or white as the theme needs). Not for text: not every colour has enough contrast.
QColor schemeColor(int index, bool dark);
/// The same in the current theme. kOriginalColor gives the grey of originals.
QColor schemeColor(int index);

/// Contrast of two opaque colours by WCAG 2: 1 (equal) to 21 (black on white).
double contrast(const QColor& one, const QColor& other);
/// `color`, moved towards white or black until its contrast on `background` is at least `ratio`.
QColor readableOn(const QColor& color, const QColor& background, double ratio = 4.5);

/// The font for secondary text: axes, captions, headers.
QFont smallFont(const QFont& base);
/// A fixed-width font of the small size, for canonical scheme texts and bytes.
QFont monospaceFont(const QFont& base);
/// Title of a card or a section: bold, the base size.
QFont titleFont(const QFont& base);

/// Draws a button as the one primary action: filled with the accent colour.
void setPrimary(QWidget* button, bool primary = true);
/// Draws a label in the muted colour and the small font, following the theme.
void setMuted(QWidget* label, bool muted = true);

/// Owns the look of the application: installs the style (Fusion, with our calmer details), sets the
/// palette, and follows the system's light/dark preference while the mode is `system`. Make one
/// after the QApplication, before the first widget.
class Theme : public QObject {
    Q_OBJECT
  public:
    explicit Theme(QObject* parent = nullptr);

    ThemeMode mode() const { return mode_; }
    void setMode(ThemeMode mode);
    bool isDark() const { return dark_; }

  signals:
    /// The palette was exchanged. Comes by the event loop, after the widgets' PaletteChange.
    void changed();

  private slots:
    /// SettingChanged of org.freedesktop.portal.Settings.
    void portalSettingChanged(const QString& group, const QString& key, const QDBusVariant& value);

  private:
    void askPortal();
    void apply();

    ThemeMode mode_ = ThemeMode::system;
    bool systemDark_ = false;
    bool dark_ = false;
};

}  // namespace ql::gui
