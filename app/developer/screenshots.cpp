#include "app/developer/screenshots.h"

#include <QComboBox>
#include <QDir>
#include <QPushButton>
#include <QTextStream>
#include <QToolButton>
#include <QUndoStack>
#include <utility>

#include "app/actions.h"
#include "app/calibration_request.h"
#include "app/developer/settle.h"
#include "app/dialogs/calibrate_dialog.h"
#include "app/dialogs/export_dialog.h"
#include "app/dialogs/predictions_dialog.h"
#include "app/jobs.h"
#include "app/main_window.h"
#include "app/pages/error_page.h"
#include "app/pages/method_page.h"
#include "app/predictions.h"
#include "app/workspace.h"
#include "widgets/heatmap_view.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kPaintMs = 250;         // queued replots, tiles, layouts
constexpr std::size_t kSamples = 8;   // to calibrate on: enough for a picture
constexpr QPoint kInspected{85, 26};  // the largest error of the tensor that is shown first

/// Schemes on the Method page, and what their pictures are called.
constexpr std::pair<const char*, const char*> kWatched[] = {
    {"int4:g128:sym+gptq", "method_gptq"},
    {"awq/int4:g128:asym+clip", "method_awq"},
    {"smooth(0.5)/int8:channel:narrow", "method_smooth"},
    {"fp8_e4m3:channel", "method_fp8"},
};

struct Look {
    ThemeMode theme;
    const char* language;
    QSize size;
};

void settle(const MainWindow& window) {
    runFor(kPaintMs);
    runUntil([&window] { return window.jobs()->idle(); });
    runFor(kPaintMs);
}

}  // namespace

int takeScreenshots(MainWindow& window, const QString& folder) {
    QTextStream out(stdout);
    const QDir target(folder);
    if (!target.mkpath(QStringLiteral("."))) {
        out << "Cannot create " << folder << Qt::endl;
        return 1;
    }
    const Look looks[] = {
        {ThemeMode::dark, "en", {1600, 960}},
        {ThemeMode::light, "zh_CN", {1600, 960}},
        {ThemeMode::light, "en", {1366, 768}},
        {ThemeMode::dark, "zh_CN", {1366, 768}},
    };
    const auto save = [&](QWidget* widget, const QString& page, const Look& look) {
        const QString name = QStringLiteral("%1_%2_%3_%4.png")
                                 .arg(page, look.theme == ThemeMode::dark ? "dark" : "light",
                                      QString::fromLatin1(look.language))
                                 .arg(look.size.width());
        widget->grab().save(target.filePath(name));
        out << target.filePath(name) << Qt::endl;
    };
    const auto apply = [&](const Look& look) {
        window.setTheme(static_cast<int>(look.theme));
        window.setLanguage(QString::fromLatin1(look.language));
        window.resize(look.size);
        settle(window);
    };
    for (const Look& look : looks) {
        apply(look);
        save(&window, QStringLiteral("welcome"), look);
    }
    window.workspace()->openDemo();
    runUntil([&window] {
        return window.workspace()->profile() && window.workspace()->predictions()->possible();
    });
    CalibrationRequest calibration;
    calibration.options.samples = kSamples;
    calibration.importance = false;
    calibration.options.grams = true;
    window.workspace()->calibrate(calibration);
    const int first = window.workspace()->focus();
    for (const char* text : {"awq/int4:g128:asym+clip", "int4:g128:sym+gptq"}) {
        window.workspace()->addScheme(parse_plan(text));
    }
    window.workspace()->setFocus(first);
    window.workspace()->runComparison();
    settle(window);
    for (const Look& look : looks) {
        apply(look);
        for (int page = 0; page < window.pages().size(); ++page) {
            window.showPage(page);
            settle(window);
            save(&window, QStringLiteral("page%1").arg(page + 1), look);
        }
        auto* chart = window.findChild<QToolButton*>(QStringLiteral("chart"));
        chart->setChecked(true);
        settle(window);
        save(&window, QStringLiteral("chart"), look);
        chart->setChecked(false);
        window.findChild<QPushButton*>(QStringLiteral("text"))->click();
        auto* predictions = window.findChild<PredictionsDialog*>();
        settle(window);
        save(predictions, QStringLiteral("predictions"), look);
        predictions->close();
        auto* error = window.findChild<ErrorPage*>();
        window.showPage(static_cast<int>(window.pages().indexOf(error)));
        error->setCell(kInspected.y(), kInspected.x());
        error->inspectBlock(true);
        settle(window);
        save(&window, QStringLiteral("inspector"), look);
        error->inspectBlock(false);
        error->map()->fit();
        const int scheme = window.workspace()->focus();
        window.workspace()->addScheme(
            parse_plan("recipe:Q4_K_M; *ffn_down*=q6_k; blk.[01].*=keep; *attn_v*=q8_0"));
        settle(window);
        save(&window, QStringLiteral("rules"), look);
        window.workspace()->undoStack()->undo();
        for (const ComparedScheme& compared : QList(window.workspace()->schemes())) {
            window.workspace()->setFocus(compared.id);
        }
        settle(window);
        save(&window, QStringLiteral("gptq"), look);
        window.showPage(static_cast<int>(window.pages().indexOf(window.findChild<MethodPage*>())));
        for (const auto& [text, name] : kWatched) {
            window.workspace()->addScheme(parse_plan(text));
            settle(window);
            save(&window, QString::fromLatin1(name), look);
            window.workspace()->undoStack()->undo();
        }
        window.workspace()->setFocus(scheme);
        window.actions()->calibrate->trigger();
        auto* calibrate = window.findChild<CalibrateDialog*>();
        settle(window);
        save(calibrate, QStringLiteral("calibrate"), look);
        calibrate->close();
        window.actions()->exportModel->trigger();
        auto* dialog = window.findChild<ExportDialog*>();
        settle(window);
        save(dialog, QStringLiteral("export"), look);
        auto* schemes = dialog->findChild<QComboBox*>(QStringLiteral("scheme"));
        schemes->setCurrentIndex(schemes->count() - 2);  // the last scheme: integers, a folder
        emit schemes->activated(schemes->currentIndex());
        settle(window);
        save(dialog, QStringLiteral("export_folder"), look);
        dialog->close();
        settle(window);
    }
    return 0;
}

}  // namespace ql::gui
