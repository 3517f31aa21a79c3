#include <QApplication>
#include <QCommandLineParser>
#include <QFontDatabase>
#include <QTimer>
#include <algorithm>
#include <memory>
#include <string_view>

#include "app/developer/response_times.h"
#include "app/developer/screenshots.h"
#include "app/event_loop_watchdog.h"
#include "app/language.h"
#include "app/main_window.h"
#include "app/settings.h"
#include "app/workspace.h"
#include "core/backend/tuned_start.h"
#include "widgets/theme.h"

namespace {

using namespace ql::gui;

const QString kScreenshots = QStringLiteral("screenshots");
const QString kBenchmark = QStringLiteral("benchmark-ui");

void describe(QCommandLineParser& parser) {
    parser.setApplicationDescription(
        QStringLiteral("A workbench for looking at what quantization does to a language model."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("path"),
                                 QStringLiteral("A .safetensors or .gguf file, or a model folder."),
                                 QStringLiteral("[path]"));
    parser.addOption({QStringLiteral("demo"), QStringLiteral("Open the demo model.")});
    parser.addOption({QStringLiteral("lang"), QStringLiteral("Language: en or zh_CN."),
                      QStringLiteral("language")});
    parser.addOption({QStringLiteral("theme"), QStringLiteral("Theme: system, light or dark."),
                      QStringLiteral("theme")});
    parser.addOption({QStringLiteral("reset-settings"),
                      QStringLiteral("Forget layout, recent files, theme and language.")});
    // For those who work on the program; described in CONTRIBUTING.md.
    QCommandLineOption screenshots(kScreenshots, {}, QStringLiteral("folder"));
    QCommandLineOption benchmark(kBenchmark);
    screenshots.setFlags(QCommandLineOption::HiddenFromHelp);
    benchmark.setFlags(QCommandLineOption::HiddenFromHelp);
    parser.addOption(screenshots);
    parser.addOption(benchmark);
}

// --help and --version work without a display.
bool needsNoWindow(int argc, char** argv) {
    return std::any_of(argv + 1, argv + argc, [](const std::string_view argument) {
        return argument == "--help" || argument == "-h" || argument == "--help-all" ||
               argument == "--version" || argument == "-v";
    });
}

ThemeMode themeOf(const QString& name, ThemeMode otherwise) {
    return name == u"light"    ? ThemeMode::light
           : name == u"dark"   ? ThemeMode::dark
           : name == u"system" ? ThemeMode::system
                               : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
    ql::start_tuned(argv);
    QCoreApplication::setApplicationName(QStringLiteral("quantloupe"));
    QCoreApplication::setApplicationVersion(QStringLiteral(QL_VERSION));
    QCommandLineParser parser;
    describe(parser);
    if (needsNoWindow(argc, argv)) {
        const QCoreApplication app(argc, argv);
        parser.process(app);  // prints and exits
        return 0;
    }

    QApplication app(argc, argv);
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Quantloupe"));
    QGuiApplication::setDesktopFileName(QStringLiteral("org.quantloupe.Quantloupe"));
    parser.process(app);

    Settings settings;
    if (parser.isSet(QStringLiteral("reset-settings"))) {
        settings.reset();
    }
    Theme theme;
    theme.setMode(themeOf(parser.value(QStringLiteral("theme")), settings.theme()));
    Language language;
    const bool givenLanguage = parser.isSet(QStringLiteral("lang"));
    language.set(givenLanguage ? parser.value(QStringLiteral("lang")) : settings.language());

    std::unique_ptr<EventLoopWatchdog> watchdog;
#ifndef NDEBUG
    watchdog = std::make_unique<EventLoopWatchdog>();
    watchdog->setLogging(true);
#endif
    MainWindow window(&settings, &theme, &language);
    window.show();
    const bool chinese = !QFontDatabase::families(QFontDatabase::SimplifiedChinese).isEmpty();
    if (language.current() == u"zh_CN" && !chinese) {
        // In English on purpose: Chinese could not be read.
        window.tell(Severity::warning,
                    QStringLiteral("No font on this system has Chinese characters. Install one, "
                                   "for example fonts-noto-cjk, or switch to English."));
    }
    if (parser.isSet(kScreenshots)) {
        return takeScreenshots(window, parser.value(kScreenshots));
    }
    if (parser.isSet(kBenchmark)) {
        return measureResponseTimes(window);
    }
    if (const QStringList paths = parser.positionalArguments(); !paths.isEmpty()) {
        window.openPath(paths.first());
    } else if (parser.isSet(QStringLiteral("demo"))) {
        window.workspace()->openDemo();
    }
    return QApplication::exec();
}
