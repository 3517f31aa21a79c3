// Every widget in one window, in both themes: for people to look at. With QL_SCREENSHOTS set to a
// folder the pictures are written there; the test itself checks that nothing warns and that no
// picture is blank.
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMainWindow>
#include <QMenuBar>
#include <QPushButton>
#include <QRadioButton>
#include <QSlider>
#include <QTabWidget>
#include <QTableWidget>
#include <QTest>
#include <QToolBar>
#include <QToolButton>
#include <QTreeWidget>
#include <cmath>
#include <random>

#include "widgets/card.h"
#include "widgets/color_dot.h"
#include "widgets/color_scale.h"
#include "widgets/curve_plot.h"
#include "widgets/heatmap_link.h"
#include "widgets/heatmap_view.h"
#include "widgets/help_button.h"
#include "widgets/histogram_plot.h"
#include "widgets/icons.h"
#include "widgets/job_strip.h"
#include "widgets/message_strip.h"
#include "widgets/number_format.h"
#include "widgets/scatter_plot.h"
#include "widgets/stat_table.h"
#include "widgets/theme.h"

using namespace ql::gui;

namespace {

constexpr int kRows = 256;
constexpr int kCols = 768;
const QStringList kSchemes = {QStringLiteral("Q4_0"), QStringLiteral("AWQ 4-bit"),
                              QStringLiteral("GPTQ 4-bit")};
const QStringList kTexts = {QStringLiteral("q4_0"), QStringLiteral("awq/int4:g128:asym+clip"),
                            QStringLiteral("int4:g128:asym+gptq")};

/// Weights with a bell-shaped spread and a few loud rows, from a fixed seed.
std::vector<float> weights() {
    std::mt19937 random(7);
    std::normal_distribution<float> spread(0.0f, 0.12f);
    std::vector<float> made(kRows * kCols);
    for (std::size_t i = 0; i < made.size(); ++i) {
        const std::size_t row = i / kCols;
        made[i] = spread(random) * (row % 61 == 23 ? 2.2f : 1.0f);
    }
    return made;
}

/// Rounded to a grid of `step`, as an absmax block quantizer would.
std::vector<float> rounded(const std::vector<float>& values, float step) {
    std::vector<float> made(values);
    for (std::size_t block = 0; block < made.size(); block += 32) {
        float largest = 0;
        for (std::size_t i = 0; i < 32; ++i) largest = std::max(largest, std::abs(made[block + i]));
        const float scale = largest * step;
        for (std::size_t i = 0; i < 32; ++i)
            made[block + i] = std::round(made[block + i] / scale) * scale;
    }
    return made;
}

ql::Histogram histogramOf(const std::vector<float>& values) {
    ql::Histogram histogram(-0.5, 0.5, 128);
    histogram.add(values.data(), values.size());
    return histogram;
}

/// Answers every request for weights from `values`.
void serve(HeatmapView* view, const std::vector<float>& values) {
    QObject::connect(view, &HeatmapView::tileRequested, view,
                     [view, &values](const QRect& cells, quint64 generation) {
                         std::vector<float> tile;
                         for (int row = cells.top(); row <= cells.bottom(); ++row) {
                             const auto first = values.begin() + row * kCols + cells.left();
                             tile.insert(tile.end(), first, first + cells.width());
                         }
                         view->setTile(cells, std::move(tile), generation);
                     });
}

class Gallery : public QMainWindow {
  public:
    Gallery() {
        original_ = weights();
        for (const float step : {1 / 8.0f, 1 / 7.0f, 1 / 6.0f}) {
            std::vector<float> error = rounded(original_, step);
            for (std::size_t i = 0; i < error.size(); ++i) error[i] -= original_[i];
            errors_.push_back(std::move(error));
        }
        setWindowTitle(QStringLiteral("demo-6M — Quantloupe"));
        resize(1600, 960);
        makeBars();
        makeDocks();
        auto* tabs = new QTabWidget;
        tabs->setDocumentMode(true);
        tabs->addTab(comparePage(), QStringLiteral("Compare"));
        tabs->addTab(overviewPage(), QStringLiteral("Overview"));
        tabs->addTab(controlsPage(), QStringLiteral("Controls"));
        tabs->addTab(zoomPage(), QStringLiteral("Error"));
        for (const char* name : {"Weights", "Activations", "Trade-off", "Plan", "Learn"}) {
            tabs->addTab(new QWidget, QString::fromLatin1(name));
        }
        tabs_ = tabs;
        auto* centre = new QWidget;
        auto* layout = new QVBoxLayout(centre);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(0);
        layout->addWidget(messages_ = new MessageStrip);
        layout->addWidget(tabs);
        setCentralWidget(centre);
        auto* strip = new JobStrip;
        strip->setJob({QStringLiteral("GPTQ 4-bit"), QStringLiteral("layer 3 of 6 · ffn up"), 0.58,
                       17, 12, 2, false});
        strip->setMachine(QStringLiteral("CPU 2 threads   412 MB"));
        strip->setWarnings(2);
        auto* bar = new QToolBar;
        bar->setMovable(false);
        bar->setContentsMargins(0, 0, 0, 0);
        strip->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
        bar->addWidget(strip);
        addToolBar(Qt::BottomToolBarArea, bar);
    }

    void showPage(int index) { tabs_->setCurrentIndex(index); }
    MessageStrip* messages() { return messages_; }

  private:
    void makeBars() {
        for (const char* name :
             {"&File", "&Edit", "&View", "&Model", "&Compare", "&Learn", "&Help"}) {
            menuBar()->addMenu(QString::fromLatin1(name))->addAction(QStringLiteral("Nothing"));
        }
        QToolBar* bar = addToolBar(QStringLiteral("Main"));
        bar->setMovable(false);
        bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        bar->addAction(icon(QStringLiteral("open")), QStringLiteral("Open"));
        bar->addSeparator();
        bar->addAction(icon(QStringLiteral("calibrate")), QStringLiteral("Calibrate"));
        QAction* run =
            bar->addAction(icon(QStringLiteral("run"), IconTint::onAccent), QStringLiteral("Run"));
        setPrimary(bar->widgetForAction(run));
        bar->addAction(icon(QStringLiteral("stop")), QStringLiteral("Stop"))->setEnabled(false);
        bar->addSeparator();
        bar->addAction(icon(QStringLiteral("recommend")), QStringLiteral("Recommend"));
        bar->addAction(icon(QStringLiteral("export")), QStringLiteral("Export"));
        auto* space = new QWidget;
        space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
        bar->addWidget(space);
        bar->addAction(icon(QStringLiteral("language")), QStringLiteral("中 / EN"));
        bar->addAction(icon(QStringLiteral("theme")), QString());
    }

    void makeDocks() {
        auto* model = new QDockWidget(QStringLiteral("Model"));
        model->setFeatures(QDockWidget::DockWidgetMovable);
        auto* content = new QWidget;
        content->setMinimumWidth(268);
        content->setBackgroundRole(QPalette::Base);
        content->setAutoFillBackground(true);
        auto* layout = new QVBoxLayout(content);
        layout->setContentsMargins(8, 4, 8, 8);
        auto* filter = new QLineEdit;
        filter->setPlaceholderText(QStringLiteral("Filter: name, role, > 1M …"));
        layout->addWidget(filter);
        auto* tree = new QTreeWidget;
        tree->setHeaderHidden(true);
        tree->setFrameShape(QFrame::NoFrame);
        tree->setColumnCount(2);
        tree->setIndentation(16);
        for (int layer = 0; layer < 6; ++layer) {
            auto* item = new QTreeWidgetItem(
                tree, {QStringLiteral("Layer %1").arg(layer), QStringLiteral("786 k")});
            for (const char* role :
                 {"attn q", "attn k", "attn v", "attn o", "ffn gate", "ffn up", "ffn down"}) {
                auto* leaf = new QTreeWidgetItem(
                    item, {QString::fromLatin1(role), QStringLiteral("256×768")});
                leaf->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
            }
            item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
            item->setExpanded(layer >= 4);
        }
        tree->setCurrentItem(tree->topLevelItem(5)->child(6));
        tree->header()->setStretchLastSection(false);
        tree->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
        tree->header()->setSectionResizeMode(0, QHeaderView::Stretch);
        layout->addWidget(tree);
        model->setWidget(content);
        addDockWidget(Qt::LeftDockWidgetArea, model);
        resizeDocks({model}, {268}, Qt::Horizontal);

        auto* schemes = new QDockWidget(QStringLiteral("Schemes"));
        schemes->setFeatures(QDockWidget::DockWidgetMovable);
        auto* list = new QListWidget;
        list->setFrameShape(QFrame::NoFrame);
        for (int i = 0; i < kSchemes.size(); ++i) {
            auto* item = new QListWidgetItem(colorDotIcon(i), kSchemes[i], list);
            item->setCheckState(Qt::Checked);
        }
        list->setCurrentRow(2);
        schemes->setWidget(list);
        addDockWidget(Qt::RightDockWidgetArea, schemes);
        auto* axes = new QDockWidget(QStringLiteral("GPTQ 4-bit: four answers"));
        axes->setFeatures(QDockWidget::DockWidgetMovable);
        axes->setWidget(axesForm());
        addDockWidget(Qt::RightDockWidgetArea, axes);
        resizeDocks({schemes, axes}, {262, 262}, Qt::Horizontal);
        resizeDocks({schemes, axes}, {150, 600}, Qt::Vertical);
    }

    QWidget* axesForm() {
        auto* page = new QWidget;
        page->setBackgroundRole(QPalette::Base);
        page->setAutoFillBackground(true);
        auto* form = new QFormLayout;
        const auto choice = [&](const QString& label, const QStringList& items) {
            auto* box = new QComboBox;
            box->addItems(items);
            form->addRow(label, box);
        };
        choice(QStringLiteral("Transform"), {QStringLiteral("none"), QStringLiteral("awq")});
        choice(QStringLiteral("Grid"), {QStringLiteral("int4 asymmetric")});
        choice(QStringLiteral("Group size"), {QStringLiteral("128")});
        choice(QStringLiteral("Fit"), {QStringLiteral("min–max")});
        choice(QStringLiteral("Rounding"), {QStringLiteral("GPTQ")});
        auto* damping = new QDoubleSpinBox;
        damping->setValue(0.01);
        form->addRow(QStringLiteral("Damping"), damping);
        choice(QStringLiteral("Activations"), {QStringLiteral("as they are")});
        auto* layout = new QVBoxLayout(page);
        layout->setContentsMargins(12, 4, 12, 12);
        layout->addLayout(form);
        auto* note = new Callout;
        note->setText(QStringLiteral(
            "GPTQ rounds column by column and pushes each column’s error into the columns still to "
            "come. The <b>weight</b> error grows, the <b>output</b> error shrinks.<br><a "
            "href='lesson:4'>Open lesson 4 →</a>"));
        layout->addWidget(note);
        layout->addStretch(1);
        return page;
    }

    QWidget* comparePage() {
        auto* page = new QWidget;
        auto* layout = new QVBoxLayout(page);
        layout->setContentsMargins(16, 12, 16, 12);
        layout->addWidget(table());
        auto* head = new QHBoxLayout;
        auto* title = new QLabel(QStringLiteral("Layer 5 · ffn down"));
        title->setFont(titleFont(title->font()));
        auto* about = new QLabel(QStringLiteral(
            "256 × 768 · bf16 · absolute error, one scale for all (99.9 % clip) · views linked"));
        setMuted(about);
        head->addWidget(title);
        head->addWidget(about);
        auto* help = new HelpButton;
        help->setHelp(QStringLiteral("Comparing"), QStringLiteral("One column per scheme."));
        head->addWidget(help);
        head->addStretch(1);
        auto* kind = new QComboBox;
        kind->addItem(QStringLiteral("Error: absolute"));
        head->addWidget(kind);
        auto* log = new QCheckBox(QStringLiteral("log"));
        log->setChecked(true);
        head->addWidget(log);
        layout->addLayout(head);

        auto* columns = new QHBoxLayout;
        columns->setSpacing(14);
        auto* link = new HeatmapLink(page);
        std::vector<HistogramPlot*> plots;
        const ValueScale scale{0, 0.031, Transform::linear, false};
        for (int i = 0; i < 3; ++i) {
            auto* column = new QVBoxLayout;
            column->setSpacing(4);
            auto* name = new QHBoxLayout;
            auto* label = new QLabel(kSchemes[i]);
            label->setFont(titleFont(label->font()));
            name->addWidget(new ColorDot(i));
            name->addWidget(label);
            name->addStretch(1);
            column->addLayout(name);
            auto* text = new QLabel(kTexts[i]);
            setMuted(text);
            text->setFont(monospaceFont(font()));
            column->addWidget(text);
            std::vector<float> decoded = original_;
            for (std::size_t k = 0; k < decoded.size(); ++k)
                decoded[k] += errors_[static_cast<std::size_t>(i)][k];
            auto* plot = new HistogramPlot;
            plot->setCompact(true);
            plot->setLogarithmic(true);
            plot->setSeries({{QStringLiteral("BF16"), kOriginalColor, histogramOf(original_), true},
                             {kSchemes[i], i, histogramOf(decoded), true}});
            plot->setFixedHeight(130);
            plots.push_back(plot);
            column->addWidget(plot);
            auto* map = new HeatmapView;
            serve(map, errors_[static_cast<std::size_t>(i)]);
            map->setMode(HeatmapMode::magnitude);
            map->setScale(scale);
            map->setPyramid(pyramidOf(errors_[static_cast<std::size_t>(i)]));
            link->add(map);
            map->setMinimumHeight(226);
            column->addWidget(map, 1);
            auto* stats = new StatTable;
            stats->setRows(
                {{QStringLiteral("SQNR"), {formatDecibel(20.95 - i)}, -1, {}},
                 {QStringLiteral("weight RMSE"), {formatNumber(0.00785 + 0.001 * i)}, -1, {}},
                 {QStringLiteral("max error"), {formatNumber(0.127)}, -1, {}},
                 {QStringLiteral("output error ‖ΔW·X‖ / ‖W·X‖"),
                  {formatPercent(0.089 - 0.015 * i)},
                  i == 2 ? 0 : -1,
                  {}}});
            column->addWidget(stats);
            columns->addLayout(column, 1);
        }
        HistogramPlot::linkXRanges(plots);
        auto* bar = new ColorScale;
        bar->setScale(scale);
        bar->setTexts(QString(), QStringLiteral("99.9 % clip"));
        columns->addWidget(bar);
        layout->addLayout(columns, 1);
        return page;
    }

    QTableWidget* table() {
        const QStringList head = {QStringLiteral("whole model"),   QStringLiteral("size"),
                                  QStringLiteral("bits / weight"), QStringLiteral("perplexity"),
                                  QStringLiteral("KL mean"),       QStringLiteral("same top token"),
                                  QStringLiteral("time")};
        auto* made = new QTableWidget(4, static_cast<int>(head.size()));
        made->setHorizontalHeaderLabels(head);
        made->verticalHeader()->hide();
        made->setShowGrid(false);
        made->setFrameShape(QFrame::NoFrame);
        made->setSelectionBehavior(QAbstractItemView::SelectRows);
        made->setFocusPolicy(Qt::NoFocus);
        made->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
        made->horizontalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter);
        made->horizontalHeaderItem(0)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
        made->verticalHeader()->setDefaultSectionSize(32);
        const QStringList names = {QStringLiteral("BF16"), kSchemes[0], kSchemes[1], kSchemes[2]};
        for (int row = 0; row < 4; ++row) {
            made->setItem(row, 0, new QTableWidgetItem(colorDotIcon(row - 1), names[row]));
            const QStringList values = {formatBytes(row == 0 ? 11.5e6 : 3.6e6),
                                        formatFixed(row == 0 ? 16 : 4.5, 2),
                                        formatFixed(22.31 + 0.1 * row, 2),
                                        row == 0 ? noValue() : formatNumber(0.0241),
                                        row == 0 ? noValue() : formatPercent(0.938),
                                        formatDuration(row * 1.3)};
            for (int col = 0; col < values.size(); ++col) {
                auto* item = new QTableWidgetItem(values[col]);
                item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
                made->setItem(row, col + 1, item);
            }
        }
        made->selectRow(3);
        made->setFixedHeight(32 * 4 + 28);
        return made;
    }

    std::shared_ptr<const ql::Pyramid> pyramidOf(const std::vector<float>& values) {
        auto made = std::make_shared<ql::Pyramid>(kRows, kCols);
        made->add_rows(0, kRows, values.data());
        made->finish();
        return made;
    }

    QWidget* overviewPage() {
        auto* page = new QWidget;
        auto* grid = new QGridLayout(page);
        grid->setContentsMargins(16, 16, 16, 16);
        grid->setSpacing(14);
        auto* model = new Card;
        auto* layout = new QVBoxLayout(model);
        layout->setContentsMargins(0, 0, 0, 0);
        auto* title = new QLabel(QStringLiteral("demo-6M"));
        title->setFont(titleFont(title->font()));
        layout->addWidget(title);
        auto* stats = new StatTable;
        stats->setTable(
            {{QStringLiteral("Q4_0"), 0},
             {QStringLiteral("AWQ 4-bit"), 1},
             {QStringLiteral("GPTQ 4-bit"), 2}},
            {{QStringLiteral("size"),
              {QStringLiteral("3.9 MB"), QStringLiteral("3.6 MB"), QStringLiteral("3.6 MB")},
              1,
              {}},
             {QStringLiteral("SQNR"),
              {QStringLiteral("20.95 dB"), QStringLiteral("19.48 dB"), QStringLiteral("18.05 dB")},
              0,
              {}},
             {QStringLiteral("output error"),
              {QStringLiteral("8.9 %"), QStringLiteral("7.8 %"), QStringLiteral("5.9 %")},
              2,
              {}}});
        layout->addWidget(stats);
        auto* finding = new Callout;
        finding->setText(
            QStringLiteral("Layer 5 <b>ffn down</b> carries 23 % of Q4_0’s output error. Q6_K "
                           "there costs 0.05 MB. <a href='x'>Apply to the plan →</a>"));
        layout->addWidget(finding);
        layout->addStretch(1);
        grid->addWidget(model, 0, 0);

        auto* trade = new Card;
        auto* tradeLayout = new QVBoxLayout(trade);
        tradeLayout->setContentsMargins(0, 0, 0, 0);
        auto* tradeTitle = new QLabel(QStringLiteral("Size and quality"));
        tradeTitle->setFont(titleFont(title->font()));
        tradeLayout->addWidget(tradeTitle);
        auto* scatter = new ScatterPlot;
        scatter->setLogarithmicY(true);
        scatter->setAxisLabels(QStringLiteral("file size (MB)"),
                               QStringLiteral("mean KL divergence"));
        scatter->setPoints(
            {{QStringLiteral("a"), QStringLiteral("Q2_K"), 7, 2.6, 0.31, 0, false},
             {QStringLiteral("b"), QStringLiteral("Q3_K_M"), 3, 3.1, 0.08, 0, false},
             {QStringLiteral("c"), QStringLiteral("AWQ 4-bit"), 1, 3.6, 0.023, 0.004, false},
             {QStringLiteral("d"), QStringLiteral("Q4_0"), 0, 3.95, 0.024, 0.004, true},
             {QStringLiteral("e"), QStringLiteral("Q6_K"), 5, 4.9, 0.004, 0, false},
             {QStringLiteral("f"), QStringLiteral("Q8_0"), 6, 6.2, 0.0004, 0, false}});
        tradeLayout->addWidget(scatter, 1);
        grid->addWidget(trade, 0, 1);

        auto* curves = new Card;
        auto* curveLayout = new QVBoxLayout(curves);
        curveLayout->setContentsMargins(0, 0, 0, 0);
        auto* curve = new CurvePlot;
        std::vector<float> largest(kCols);
        for (std::size_t i = 0; i < original_.size(); ++i)
            largest[i % kCols] = std::max(largest[i % kCols], std::abs(original_[i]));
        std::vector<float> shrunk = largest;
        for (float& value : shrunk) value *= 0.8f;
        curve->setAxisTexts(QStringLiteral("input channel"), QStringLiteral("largest |w|"));
        curve->setSeries(
            {{QStringLiteral("BF16"), kOriginalColor, largest}, {kSchemes[1], 1, shrunk}});
        curve->setMarkedChannels({100, 512});
        curveLayout->addWidget(curve);
        grid->addWidget(curves, 1, 0);

        auto* bins = new Card;
        auto* binLayout = new QVBoxLayout(bins);
        binLayout->setContentsMargins(0, 0, 0, 0);
        auto* plot = new HistogramPlot;
        std::vector<float> decoded = original_;
        for (std::size_t k = 0; k < decoded.size(); ++k) decoded[k] += errors_[0][k];
        plot->setSeries({{QStringLiteral("BF16"), kOriginalColor, histogramOf(original_), true},
                         {kSchemes[0], 0, histogramOf(decoded), true},
                         {kSchemes[1], 1, histogramOf(original_), false}});
        plot->setGridPoints({-0.4, -0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3}, 0);
        binLayout->addWidget(plot);
        grid->addWidget(bins, 1, 1);
        return page;
    }

    QWidget* controlsPage() {
        auto* page = new QWidget;
        auto* layout = new QVBoxLayout(page);
        layout->setContentsMargins(24, 24, 24, 24);
        auto* buttons = new QHBoxLayout;
        auto* run =
            new QPushButton(icon(QStringLiteral("run"), IconTint::onAccent), QStringLiteral("Run"));
        setPrimary(run);
        buttons->addWidget(run);
        buttons->addWidget(new QPushButton(QStringLiteral("Cancel")));
        auto* off = new QPushButton(QStringLiteral("Disabled"));
        off->setEnabled(false);
        buttons->addWidget(off);
        auto* sunk = new QToolButton;
        sunk->setText(QStringLiteral("Checked"));
        sunk->setCheckable(true);
        sunk->setChecked(true);
        buttons->addWidget(sunk);
        buttons->addWidget(new QCheckBox(QStringLiteral("check")));
        auto* on = new QCheckBox(QStringLiteral("checked"));
        on->setChecked(true);
        buttons->addWidget(on);
        auto* part = new QCheckBox(QStringLiteral("partly"));
        part->setTristate(true);
        part->setCheckState(Qt::PartiallyChecked);
        buttons->addWidget(part);
        auto* radio = new QRadioButton(QStringLiteral("radio"));
        radio->setChecked(true);
        buttons->addWidget(radio);
        buttons->addWidget(new QRadioButton(QStringLiteral("other")));
        buttons->addStretch(1);
        layout->addLayout(buttons);
        auto* fields = new QHBoxLayout;
        auto* edit = new QLineEdit(QStringLiteral("text"));
        fields->addWidget(edit);
        auto* spin = new QSpinBox;
        spin->setValue(4);
        fields->addWidget(spin);
        auto* editable = new QComboBox;
        editable->setEditable(true);
        editable->addItem(QStringLiteral("editable"));
        fields->addWidget(editable);
        auto* slider = new QSlider(Qt::Horizontal);
        slider->setValue(40);
        fields->addWidget(slider);
        layout->addLayout(fields);
        auto* icons = new QHBoxLayout;
        for (const QString& name : iconNames()) {
            auto* button = new QToolButton;
            button->setIcon(icon(name));
            button->setToolTip(name);
            icons->addWidget(button);
        }
        icons->addStretch(1);
        layout->addLayout(icons);
        auto* large = new QHBoxLayout;
        for (const int size : {128, 48, 32, 24, 16}) {
            auto* label = new QLabel;
            label->setPixmap(appIcon().pixmap(size, size));
            large->addWidget(label);
        }
        large->addStretch(1);
        layout->addLayout(large);
        auto* box = new QListWidget;
        for (int i = 0; i < 40; ++i) box->addItem(QStringLiteral("tensor %1").arg(i));
        box->setCurrentRow(3);
        layout->addWidget(box);
        return page;
    }

    QWidget* zoomPage() {
        auto* page = new QWidget;
        auto* layout = new QHBoxLayout(page);
        layout->setContentsMargins(16, 16, 16, 16);
        const ValueScale scale{0, 0.06, Transform::linear, true};
        for (const double size : {768.0, 48.0, 8.0}) {
            auto* map = new HeatmapView;
            serve(map, errors_[0]);
            map->setScale(scale);
            map->setAxesVisible(true);
            map->setPyramid(pyramidOf(errors_[0]));
            map->setViewRange(QRectF(96, 16, size, size < 700 ? size * 1.5 : 256));
            if (size < 20) {
                map->setMark(QRect(96, 18, 32, 1));
                map->setCurrentCell(QPoint(99, 20));
            } else {
                map->setCrosshair(QPoint(110, 30));
            }
            layout->addWidget(map);
        }
        auto* bar = new ColorScale;
        bar->setScale(scale);
        bar->setTexts(QStringLiteral("ŵ − w"), QStringLiteral("full range"));
        bar->setMarker(0.02);
        layout->addWidget(bar);
        return page;
    }

    std::vector<float> original_;
    std::vector<std::vector<float>> errors_;
    QTabWidget* tabs_ = nullptr;
    MessageStrip* messages_ = nullptr;
};

}  // namespace

class TestGallery : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase();
    void pictures_data();
    void pictures();

  private:
    Theme* theme_ = nullptr;
};

void TestGallery::initTestCase() {
    QLocale::setDefault(QLocale(QLocale::English));
    theme_ = new Theme(this);
}

void TestGallery::pictures_data() {
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TestGallery::pictures() {
    QFETCH(const bool, dark);
    theme_->setMode(dark ? ThemeMode::dark : ThemeMode::light);
    Gallery window;
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    const QString folder = qEnvironmentVariable("QL_SCREENSHOTS");
    const QStringList pages = {QStringLiteral("compare"), QStringLiteral("overview"),
                               QStringLiteral("controls"), QStringLiteral("error")};
    for (int page = 0; page < pages.size(); ++page) {
        window.showPage(page);
        if (page == 2) {
            window.messages()->showMessage(
                Severity::warning,
                QStringLiteral(
                    "Layer 3 attn k cannot take Q4_K: 128 columns are not divisible by 256."),
                QStringLiteral("blk.3.attn_k.weight"));
        }
        QTest::qWait(50);
        const QImage picture = window.grab().toImage();
        QSet<QRgb> colors;
        for (int y = 0; y < picture.height(); y += 7) {
            for (int x = 0; x < picture.width(); x += 7) colors.insert(picture.pixel(x, y));
        }
        QVERIFY2(colors.size() > 20, "the picture is nearly blank");
        if (folder.isEmpty()) continue;
        const QString name =
            QStringLiteral("widgets_%1_%2.png")
                .arg(pages[page], dark ? QStringLiteral("dark") : QStringLiteral("light"));
        QVERIFY(picture.save(QDir(folder).filePath(name)));
    }
}

QTEST_MAIN(TestGallery)
#include "test_gallery.moc"
