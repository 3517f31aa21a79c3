#include <QtTest>
#include <cmath>

#include <fmt/format.h>

#include "core/base/parallel.h"
#include "core/run/calibrated_plan.h"
#include "core/run/output_error.h"
#include "tests/core/export/export_fixture.h"
#include "tests/core/model/text_windows.h"

using namespace ql;

namespace {

constexpr std::int64_t kTokens = 6 * 24;

/// A tiny model whose norms make a few channels much larger than others, and what it reads.
struct Tiny {
    ExportFixture fixture;
    std::shared_ptr<const Model> model;
    std::unique_ptr<Decoder> decoder;
    std::vector<TokenIds> windows = randomWindows();
    Calibration calibration;

    Tiny() {
        for (const std::size_t channel : {3, 40}) {
            fixture.set_weight("model.layers.0.input_layernorm.weight", channel, 2.5F);
        }
        model = fixture.model();
        decoder = std::make_unique<Decoder>(model);
        calibration = calibrate(*decoder, StoredWeights(model), windows, {}, {}, kTokens);
    }

    std::vector<SmoothTrial> sweep(const Plan& plan, const char* name,
                                   const Progress& progress = {}) const {
        const auto entries = resolve_plan(plan, *model, nullptr);
        const auto tensor = std::size_t(model->find(name) - model->tensors().data());
        return kept_sweep({*model, entries, nullptr}, tensor, calibration, progress);
    }
};

}  // namespace

/// What other strengths of SmoothQuant would do to outputs, against runs over the whole model.
class TestSmoothSweep : public QObject {
    Q_OBJECT

  private slots:
    void aPointIsWhatARunMeasures_data() {
        QTest::addColumn<QString>("rest");
        QTest::newRow("tokens") << "int8:channel:narrow@int8:token";
        QTest::newRow("static") << "int8:channel:narrow@int8:static";
        QTest::newRow("fp8") << "fp8_e4m3:channel@fp8_e4m3:token";
        QTest::newRow("weights alone") << "int4:channel:narrow";
    }
    void aPointIsWhatARunMeasures() {
        QFETCH(QString, rest);
        const Tiny tiny;
        for (const double alpha : {0.0, 0.5, 0.85}) {
            const Plan plan = parse_plan(fmt::format("smooth({})/{}", alpha, rest.toStdString()));
            const CalibratedPlan run =
                calibrate_plan(*tiny.decoder, tiny.model, plan, nullptr, tiny.windows);
            const auto errors =
                measure_outputs(*tiny.decoder,
                                {{"original", std::make_shared<StoredWeights>(tiny.model)},
                                 {"smooth", run.weights(tiny.model, plan, nullptr)}},
                                tiny.windows)[0];
            double mean = 0;
            for (const char* name : {"q", "k", "v"}) {
                const ModelTensor* tensor =
                    tiny.model->find(fmt::format("blk.0.attn_{}.weight", name));
                mean +=
                    errors.tensors[std::size_t(tensor - tiny.model->tensors().data())].relative() /
                    3;
            }
            QVERIFY(mean > 0);
            const auto trials = tiny.sweep(plan, "blk.0.attn_k.weight");
            QCOMPARE(trials.size(), std::size_t{21});
            const auto found = std::find_if(
                trials.begin(), trials.end(),
                [alpha](const SmoothTrial& one) { return std::fabs(one.alpha - alpha) < 1e-9; });
            QVERIFY(found != trials.end());
            QVERIFY2(std::fabs(found->error - mean) < 1e-4 * mean,
                     qPrintable(QString("%1 instead of %2").arg(found->error).arg(mean)));
        }
    }

    /// The plan's own strength does not change the curve.
    void theCurveIsThatOfTheRest() {
        const Tiny tiny;
        const auto few = tiny.sweep(parse_plan("smooth(0.1)/int8:channel:narrow@int8:token"),
                                    "blk.0.attn_q.weight");
        const auto much = tiny.sweep(parse_plan("smooth(0.9)/int8:channel:narrow@int8:token"),
                                     "blk.0.attn_q.weight");
        QCOMPARE(few.size(), much.size());
        for (std::size_t i = 0; i < few.size(); ++i) {
            QCOMPARE(few[i].error, much[i].error);
        }
        // Outliers in the input: some of the difficulty is better moved, and not all of it.
        const auto least = std::min_element(
            few.begin(), few.end(),
            [](const SmoothTrial& a, const SmoothTrial& b) { return a.error < b.error; });
        QVERIFY(least->error < few.front().error);
        QVERIFY(least->error < few.back().error);
    }

    void sameAtAnyNumberOfThreads() {
        const Tiny tiny;
        const Plan plan = parse_plan("smooth(0.5)/int8:channel:narrow@int8:token");
        const int before = thread_limit();
        set_thread_limit(1);
        const auto one = tiny.sweep(plan, "blk.1.ffn_up.weight");
        set_thread_limit(2);
        const auto two = tiny.sweep(plan, "blk.1.ffn_up.weight");
        set_thread_limit(before);
        for (std::size_t i = 0; i < one.size(); ++i) {
            QCOMPARE(one[i].error, two[i].error);
        }
    }

    void canBeCancelledOnTheWay() {
        const Tiny tiny;
        const Plan plan = parse_plan("smooth(0.5)/int8:channel:narrow@int8:token");
        const auto whole = tiny.sweep(plan, "blk.0.attn_q.weight");
        for (const int at : {1, 2, 3}) {  // a report for each of q, k and v
            int reports = 0;
            std::stop_source stop;
            const Progress progress(stop.get_token(), [&](double, const Sentence&) {
                if (++reports == at) {
                    stop.request_stop();
                }
            });
            try {
                (void)tiny.sweep(plan, "blk.0.attn_q.weight", progress);
                QFAIL("it went on to the end");
            } catch (const Error& error) {
                QCOMPARE(error.code(), ErrorCode::cancelled);
            }
            QCOMPARE(reports, at);
        }
        const auto again = tiny.sweep(plan, "blk.0.attn_q.weight");
        QCOMPARE(again.size(), whole.size());
        for (std::size_t i = 0; i < whole.size(); ++i) {
            QCOMPARE(again[i].error, whole[i].error);
        }
    }

    void withoutAMappingOrASampleThereIsNone() {
        Tiny tiny;
        const Plan plan = parse_plan("smooth(0.5)/int8:channel:narrow@int8:token");
        QVERIFY(tiny.sweep(plan, "blk.0.ffn_down.weight").empty());
        for (auto& [place, input] : tiny.calibration.inputs) {
            input.sample.clear();
        }
        QVERIFY_EXCEPTION_THROWN((void)tiny.sweep(plan, "blk.0.attn_q.weight"), Error);
    }
};

QTEST_APPLESS_MAIN(TestSmoothSweep)
#include "test_smooth_sweep.moc"
