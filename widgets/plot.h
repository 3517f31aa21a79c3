#pragma once

#include <QWidget>
#include <functional>

#include "widgets/file_name.h"
#include "widgets/theme.h"

class QCPAxis;
class QCustomPlot;

namespace ql::gui {

/// The one wrapper around QCustomPlot: every plot of the program is one of these, so that fonts,
/// margins, colours, zoom, copying and saving are the same everywhere. Follows theme and language
/// changes. Wheel zooms at the pointer, drag pans, double click and Home fit, + and - zoom,
/// arrows pan. The context menu copies the picture and saves PNG, SVG and CSV.
class Plot : public QWidget {
    Q_OBJECT
  public:
    explicit Plot(QWidget* parent = nullptr);

    /// The plot itself, for figures that have no class of their own. After changing it call
    /// replotLater(), never replot().
    QCustomPlot* canvas() const { return canvas_; }

    /// Shown in the accessibility tree: a short name, and a sentence with the key numbers.
    void setDescription(const QString& name, const QString& sentence);
    void setAxisLabels(const QString& x, const QString& y);
    /// Which directions wheel and drag act on (default both).
    void setInteractive(Qt::Orientations directions);
    /// Linear, or logarithmic with a log ticker; the range must then be above zero.
    void setLogAxis(QCPAxis* axis, bool log);
    /// Text of the CSV file behind the picture; without it "Save data" is not offered.
    void setCsvSource(std::function<QString()> csv) { csv_ = std::move(csv); }
    /// Base name offered for saved files (default "plot"); what file names may not have is
    /// replaced.
    void setFileName(const QString& name) { fileName_ = safeFileName(name); }

    /// The picture in the light theme, whatever the screen shows.
    QImage picture(double scale = 2);
    QByteArray svg();
    /// Writes a .png, .svg or .csv file, by the ending. Returns what went wrong, or nothing.
    QString save(const QString& path);

    /// Queues one repaint; many calls between two paints cost one.
    void replotLater();

    QSize sizeHint() const override { return {480, 240}; }
    QSize minimumSizeHint() const override { return {120, 80}; }

  public slots:
    /// Shows all data. The default rescales the axes; HistogramPlot and others know better.
    virtual void fit();
    void zoom(double factor);

  signals:
    /// "Save as" from the context menu did not succeed.
    void saveFailed(const QString& path, const QString& problem);

  protected:
    /// Recolours what a subclass has added. Called with the light colours during an export.
    virtual void restyle(const ThemeColors& colors);
    /// Sets every translated text again.
    virtual void retranslate() {}

    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void applyColors(const ThemeColors& colors);
    void saveAs(const QString& suffix);
    void pan(double x, double y);
    template <class Draw>
    void inLightTheme(Draw draw);

    QCustomPlot* canvas_;
    std::function<QString()> csv_;
    QString fileName_ = QStringLiteral("plot");
    Qt::Orientations directions_ = Qt::Horizontal | Qt::Vertical;
};

}  // namespace ql::gui
