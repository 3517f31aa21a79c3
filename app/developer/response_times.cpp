#include "app/developer/response_times.h"

#include <QTextStream>
#include <functional>

#include "app/developer/settle.h"
#include "app/event_loop_watchdog.h"
#include "app/jobs.h"
#include "app/main_window.h"
#include "app/workspace.h"
#include "widgets/heatmap_view.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

class Benchmark {
  public:
    explicit Benchmark(MainWindow& window) : window_(window) {}

    void measure(const char* path, const std::function<void()>& action) {
        runFor(100);
        watchdog_.reset();
        action();
        runUntil([this] { return window_.jobs()->idle(); });
        runFor(200);
        out_ << QStringLiteral("%1 worst %2 ms, %3 over %4 ms")
                    .arg(QString::fromLatin1(path), -28)
                    .arg(watchdog_.worstMs(), 7, 'f', 1)
                    .arg(watchdog_.gapsOverFrame())
                    .arg(EventLoopWatchdog::kFrameMs)
             << Qt::endl;
    }

  private:
    MainWindow& window_;
    EventLoopWatchdog watchdog_;
    QTextStream out_{stdout};
};

void selectTensors(Workspace& workspace, int count) {
    const int all = static_cast<int>(workspace.model()->tensors().size());
    for (int i = 0; i < count; ++i) {
        workspace.setTensor(i * 5 % all);
        runUntil([&workspace] {
            const auto state = workspace.tensorResult(workspace.focus()).state;
            return state != SchemeResult::State::pending;
        });
    }
}

void zoomHeatmaps(const MainWindow& window) {
    const auto views = window.findChildren<HeatmapView*>();
    for (HeatmapView* view : views) {
        if (view->isVisible()) {
            for (int step = 0; step < 40; ++step) {
                view->zoomAt(QPointF(view->width() / 3.0, view->height() / 3.0), 1.2);
                runFor(16);
            }
            view->fit();
        }
    }
}

void changeScheme(Workspace& workspace) {
    for (const char* text : {"q5_0", "int4:g32:asym", "int3:g64:sym", "q4_1", "q4_0"}) {
        workspace.replaceScheme(workspace.focus(), parse_plan(text));
        runFor(200);
    }
}

}  // namespace

int measureResponseTimes(MainWindow& window) {
    Workspace& workspace = *window.workspace();
    Benchmark benchmark(window);
    const auto open = [&] {
        workspace.openDemo();
        runUntil([&] { return workspace.profile() != nullptr; });
    };
    benchmark.measure("open the demo model", open);
    benchmark.measure("select 12 tensors", [&] { selectTensors(workspace, 12); });
    for (int page = 0; page < window.pages().size(); ++page) {
        const QByteArray name = "switch to page " + QByteArray::number(page + 1);
        benchmark.measure(name.constData(), [&] { window.showPage(page); });
        benchmark.measure("  select 12 tensors there", [&] { selectTensors(workspace, 12); });
        benchmark.measure("  zoom its heatmaps", [&] { zoomHeatmaps(window); });
        benchmark.measure("  change the scheme there", [&] { changeScheme(workspace); });
    }
    benchmark.measure("run the comparison", [&] { workspace.runComparison(); });
    benchmark.measure("switch the theme twice", [&] {
        window.setTheme(static_cast<int>(ThemeMode::light));
        runFor(300);
        window.setTheme(static_cast<int>(ThemeMode::dark));
    });
    benchmark.measure("switch the language twice", [&] {
        window.setLanguage(QStringLiteral("zh_CN"));
        runFor(300);
        window.setLanguage(QStringLiteral("en"));
    });
    benchmark.measure("resize", [&] {
        for (int width = 1366; width <= 1600; width += 18) {
            window.resize(width, width * 9 / 16);
            runFor(16);
        }
    });
    return 0;
}

}  // namespace ql::gui
