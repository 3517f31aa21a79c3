#include "widgets/plot.h"

#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QMenu>
#include <QSaveFile>
#include <QSvgGenerator>
#include <QVBoxLayout>
#include <cmath>
#include <utility>

#include <qcustomplot.h>

#include "widgets/icons.h"

namespace ql::gui {
namespace {

constexpr double kZoomStep = 1.25;
constexpr double kPanStep = 0.1;

/// Large numbers as 20 k, small ones in the locale's short form.
QString tickText(double tick, const QLocale& locale) {
    constexpr std::pair<double, const char*> kUnits[] = {
        {1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
    for (const auto& [size, unit] : kUnits) {
        if (std::abs(tick) >= size) {
            return locale.toString(tick / size, 'g', 4) + QChar::Nbsp + QLatin1String(unit);
        }
    }
    return locale.toString(tick, 'g', 3);
}

class ShortTicker : public QCPAxisTicker {
  protected:
    QString getTickLabel(double tick, const QLocale& locale, QChar, int) override {
        // The ticker's zero is often a rounding error such as 3e-17.
        return tickText(std::abs(tick) < 1e-9 * step_ ? 0.0 : tick, locale);
    }
    double getTickStep(const QCPRange& range) override {
        step_ = QCPAxisTicker::getTickStep(range);
        return step_;
    }

  private:
    double step_ = 1;
};

class ShortLogTicker : public QCPAxisTickerLog {
  protected:
    QString getTickLabel(double tick, const QLocale& locale, QChar, int) override {
        return tickText(tick, locale);
    }
};

QString fileFilter(const QString& suffix) {
    if (suffix == QLatin1String("svg")) return Plot::tr("SVG drawing (*.svg)");
    if (suffix == QLatin1String("csv")) return Plot::tr("CSV table (*.csv)");
    return Plot::tr("PNG picture (*.png)");
}

}  // namespace

Plot::Plot(QWidget* parent) : QWidget(parent), canvas_(new QCustomPlot(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(canvas_);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    canvas_->setFocusPolicy(Qt::NoFocus);
    // One path of ten thousand zigzags takes 150 ms to draw, single lines take 10.
    canvas_->setPlottingHint(QCP::phFastPolylines);
    canvas_->setContextMenuPolicy(Qt::NoContextMenu);
    canvas_->setMinimumSize(40, 40);
    canvas_->setNoAntialiasingOnDrag(true);
    canvas_->setNotAntialiasedElements(QCP::aeFills | QCP::aeGrid | QCP::aeAxes);
    canvas_->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    canvas_->axisRect()->setMinimumMargins(QMargins(4, 6, 20, 4));
    canvas_->installEventFilter(this);
    setLogAxis(canvas_->xAxis, false);
    setLogAxis(canvas_->yAxis, false);
    connect(canvas_, &QCustomPlot::mouseDoubleClick, this, [this] { fit(); });
    connect(canvas_, &QCustomPlot::mousePress, this, [this] { setFocus(Qt::MouseFocusReason); });
    applyColors(themeColors());
}

void Plot::setDescription(const QString& name, const QString& sentence) {
    setAccessibleName(name);
    setAccessibleDescription(sentence);
}

void Plot::setAxisLabels(const QString& x, const QString& y) {
    canvas_->xAxis->setLabel(x);
    canvas_->yAxis->setLabel(y);
    replotLater();
}

void Plot::setInteractive(Qt::Orientations directions) {
    directions_ = directions;
    canvas_->axisRect()->setRangeDrag(directions);
    canvas_->axisRect()->setRangeZoom(directions);
    if (!directions) canvas_->setInteractions(QCP::iNone);
}

void Plot::setLogAxis(QCPAxis* axis, bool log) {
    if (log) {
        axis->setTicker(QSharedPointer<QCPAxisTicker>(new ShortLogTicker));
    } else {
        axis->setTicker(QSharedPointer<QCPAxisTicker>(new ShortTicker));
    }
    axis->setScaleType(log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    replotLater();
}

void Plot::restyle(const ThemeColors&) {}

void Plot::applyColors(const ThemeColors& colors) {
    // The page behind the plot decides, so that no frame appears: cards and docks are panels.
    const QColor ground = backgroundRole() == QPalette::Base ? colors.panel : colors.window;
    canvas_->setBackground(QBrush(ground));
    const QFont font = smallFont(QApplication::font());
    for (QCPAxisRect* rect : canvas_->axisRects()) {
        for (QCPAxis* axis : rect->axes()) {
            const bool grid = axis->axisType() == QCPAxis::atLeft;
            axis->setBasePen(axis->axisType() == QCPAxis::atBottom ? QPen(colors.line) : Qt::NoPen);
            axis->setTickPen(grid ? QPen(Qt::NoPen) : QPen(colors.line));
            axis->setSubTickPen(Qt::NoPen);
            axis->setTickLength(0, 4);
            axis->setTickLabelColor(colors.muted);
            axis->setTickLabelFont(font);
            axis->setLabelColor(colors.muted);
            axis->setLabelFont(font);
            axis->setLabelPadding(2);
            axis->setTickLabelPadding(4);
            axis->setSelectedBasePen(QPen(colors.accent));
            axis->setSelectedTickPen(QPen(colors.accent));
            axis->setSelectedSubTickPen(Qt::NoPen);
            axis->grid()->setVisible(grid);
            axis->grid()->setPen(QPen(colors.line, 1));
            axis->grid()->setZeroLinePen(Qt::NoPen);
            axis->grid()->setSubGridVisible(false);
        }
    }
    QColor veil = ground;  // curves stay visible behind the legend, names stay readable
    veil.setAlphaF(0.8f);
    canvas_->legend->setBrush(veil);
    canvas_->legend->setBorderPen(Qt::NoPen);
    canvas_->legend->setTextColor(colors.text);
    canvas_->legend->setFont(font);
    canvas_->legend->setSelectedFont(font);
    canvas_->legend->setSelectedTextColor(colors.text);
    canvas_->legend->setIconSize(14, 10);
    canvas_->legend->setRowSpacing(2);
    canvas_->legend->setMargins(QMargins(4, 2, 2, 2));
    restyle(colors);
    replotLater();
}

template <class Draw>
void Plot::inLightTheme(Draw draw) {
    applyColors(themeColors(false));
    canvas_->setBackground(QBrush(Qt::white));
    draw();
    applyColors(themeColors());
}

QImage Plot::picture(double scale) {
    QImage image;
    inLightTheme([&] { image = canvas_->toPixmap(width(), height(), scale).toImage(); });
    return image;
}

QByteArray Plot::svg() {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    inLightTheme([&] {
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setSize(size());
        generator.setViewBox(rect());
        generator.setTitle(accessibleName());
        generator.setDescription(accessibleDescription());
        QCPPainter painter;
        painter.begin(&generator);
        painter.setMode(QCPPainter::pmVectorized);
        painter.setMode(QCPPainter::pmNoCaching);
        canvas_->toPainter(&painter, width(), height());
        painter.end();
    });
    return buffer.data();
}

void Plot::replotLater() {
    for (int i = 0; i < canvas_->legend->itemCount(); ++i) {
        canvas_->legend->item(i)->setMargins(
            QMargins(0, 0, 0, 3));  // else an underscore is cut off
    }
    canvas_->replot(QCustomPlot::rpQueuedReplot);
}

void Plot::fit() {
    canvas_->rescaleAxes(true);
    replotLater();
}

void Plot::zoom(double factor) {
    for (QCPAxisRect* rect : canvas_->axisRects()) {
        for (QCPAxis* axis : rect->axes()) {
            if (directions_ & axis->orientation()) {
                axis->scaleRange(1 / factor,
                                 axis->scaleType() == QCPAxis::stLinear
                                     ? axis->range().center()
                                     : std::sqrt(axis->range().lower * axis->range().upper));
            }
        }
    }
    replotLater();
}

void Plot::pan(double x, double y) {
    const auto move = [this](QCPAxis* axis, double share) {
        if (share == 0 || !(directions_ & axis->orientation())) return;
        if (axis->scaleType() == QCPAxis::stLinear) {
            axis->moveRange(share * axis->range().size());
        } else {
            const double factor = std::pow(axis->range().upper / axis->range().lower, share);
            axis->setRange(axis->range().lower * factor, axis->range().upper * factor);
        }
    };
    move(canvas_->xAxis, x);
    move(canvas_->yAxis, y);
    replotLater();
}

void Plot::showEvent(QShowEvent* event) {
    applyColors(themeColors());  // only now is it known on which ground the plot stands
    QWidget::showEvent(event);
}

void Plot::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyColors(themeColors());
    }
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        replotLater();
    }
    QWidget::changeEvent(event);
}

void Plot::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left:
            return pan(-kPanStep, 0);
        case Qt::Key_Right:
            return pan(kPanStep, 0);
        case Qt::Key_Up:
            return pan(0, kPanStep);
        case Qt::Key_Down:
            return pan(0, -kPanStep);
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            return zoom(kZoomStep);
        case Qt::Key_Minus:
            return zoom(1 / kZoomStep);
        case Qt::Key_0:
        case Qt::Key_Home:
            return fit();
        default:
            break;
    }
    if (event->matches(QKeySequence::Copy)) {
        QApplication::clipboard()->setImage(picture());
        return;
    }
    QWidget::keyPressEvent(event);
}

bool Plot::eventFilter(QObject* watched, QEvent* event) {
    // A plot that cannot be zoomed leaves the wheel to the page that scrolls.
    if (watched == canvas_ && event->type() == QEvent::Wheel && !directions_) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void Plot::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    menu.addAction(icon(QStringLiteral("copy")), tr("Copy picture"), this,
                   [this] { QApplication::clipboard()->setImage(picture()); });
    if (csv_) {
        menu.addAction(icon(QStringLiteral("copy")), tr("Copy data"), this,
                       [this] { QApplication::clipboard()->setText(csv_()); });
    }
    menu.addSeparator();
    const QIcon save = icon(QStringLiteral("save"));
    menu.addAction(save, tr("Save as PNG…"), this, [this] { saveAs(QStringLiteral("png")); });
    menu.addAction(save, tr("Save as SVG…"), this, [this] { saveAs(QStringLiteral("svg")); });
    if (csv_)
        menu.addAction(save, tr("Save data as CSV…"), this,
                       [this] { saveAs(QStringLiteral("csv")); });
    menu.addSeparator();
    menu.addAction(icon(QStringLiteral("fit")), tr("Show all"), this, &Plot::fit);
    menu.exec(event->globalPos());
}

void Plot::saveAs(const QString& suffix) {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save"), fileName_ + QLatin1Char('.') + suffix, fileFilter(suffix));
    if (path.isEmpty()) return;
    const QString problem = save(path);
    if (!problem.isEmpty()) emit saveFailed(path, problem);
}

QString Plot::save(const QString& path) {
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly)) return file.errorString();
    if (path.endsWith(QLatin1String(".svg"), Qt::CaseInsensitive)) {
        file.write(svg());
    } else if (path.endsWith(QLatin1String(".csv"), Qt::CaseInsensitive) && csv_) {
        file.write(csv_().toUtf8());
    } else if (!picture().save(&file, "PNG")) {
        return tr("The picture could not be written.");
    }
    return file.commit() ? QString() : file.errorString();
}

}  // namespace ql::gui
