#include <QtTest>
#include <cmath>

#include "core/model/calibration/calibrate_model.h"
#include "core/run/transform_run.h"
#include "tests/core/export/export_fixture.h"
#include "tests/core/model/text_windows.h"

using namespace ql;

namespace {

/// A tiny model, what a calibration keeps of it, and what a plan does to it on the same tokens.
struct Tiny {
    ExportFixture fixture;
    std::shared_ptr<const Model> model = fixture.model();
    Decoder decoder{model};
    std::vector<PlanEntry> entries;
    Calibration calibration;
    TransformedModel transformed;

    explicit Tiny(const char* text, bool grams = true) {
        const Plan plan = parse_plan(text);
        entries = resolve_plan(plan, *model, nullptr);
        const auto store = std::make_shared<GramStore>(std::uint64_t{1} << 30, "");
        calibration = calibrate(
            decoder, StoredWeights(model), randomWindows(),
            [&](int layer, const BlockGrams& block) {
                for (const auto& [site, gram] : block) {
                    store->put({layer, site}, gram);
                }
            },
            {}, 16);
        if (grams) {
            calibration.grams = store;
        }
        transformed = transform_plan(decoder, model, plan, nullptr, randomWindows());
    }

    std::optional<MappingReport> kept(const char* name) const {
        const ModelTensor* tensor = model->find(name);
        return kept_report({*model, entries, nullptr},
                           std::size_t(tensor - model->tensors().data()), calibration);
    }
    /// What transform_plan did for a tensor.
    const MappingReport* done(const char* name) const {
        const auto index = std::size_t(model->find(name) - model->tensors().data());
        for (const MappingReport& report : transformed.mappings) {
            const auto& all = report.mapping.consumers;
            if (std::find(all.begin(), all.end(), index) != all.end()) {
                return &report;
            }
        }
        return nullptr;
    }
};

const char* const kLinears[] = {"blk.0.attn_q.weight", "blk.1.attn_v.weight",
                                "blk.1.attn_output.weight", "blk.0.ffn_up.weight",
                                "blk.1.ffn_down.weight"};

}  // namespace

/// What a mapping's scales do, found from a calibration that is kept, against the run over a model.
class TestMappingReport : public QObject {
    Q_OBJECT

  private slots:
    void keptGramMatricesTellWhatAPlanDoes() {
        const Tiny tiny("awq/int4:g32:asym");
        for (const char* name : kLinears) {
            const std::optional<MappingReport> kept = tiny.kept(name);
            const MappingReport* done = tiny.done(name);
            QVERIFY2(bool(kept) == (done != nullptr), name);
            if (!kept) {
                continue;
            }
            QVERIFY(kept->candidates.size() > std::size_t{41});
            QCOMPARE(kept->candidates.size(), done->candidates.size());
            QCOMPARE(kept->chosen, done->chosen);
            QVERIFY(kept->scales == done->scales);
            for (std::size_t i = 0; i < kept->candidates.size(); ++i) {
                // Sums of other pieces of the text: the same but for that.
                const double loss = done->candidates[i].loss;
                QVERIFY(std::fabs(kept->candidates[i].loss - loss) < 1e-6 * loss);
                // What is marked as chosen is the lowest point of the curve.
                QVERIFY(kept->candidates[i].loss >= kept->candidates[kept->chosen].loss);
            }
        }
        QVERIFY(tiny.done("blk.0.attn_q.weight"));
    }

    void sampledRowsDoWhereNoGramMatrixIsKept() {
        const Tiny tiny("awq/int4:g32:asym", false);
        const auto kept = tiny.kept("blk.0.attn_q.weight");
        QVERIFY(kept);
        QCOMPARE(kept->sampled, 16);
        QVERIFY(kept->candidates[kept->chosen].loss < kept->candidates.front().loss);
    }

    void awqNeedsOneOfThem() {
        Tiny tiny("awq/int4:g32:asym", false);
        for (auto& [place, input] : tiny.calibration.inputs) {
            input.sample.clear();
        }
        QVERIFY_EXCEPTION_THROWN((void)tiny.kept("blk.0.attn_q.weight"), Error);
        // SmoothQuant goes by maxima alone.
        tiny.entries =
            resolve_plan(parse_plan("smooth(0.5)/int8:channel:narrow"), *tiny.model, nullptr);
        QVERIFY(tiny.kept("blk.0.attn_q.weight"));
    }

    void smoothedMaximaAreThoseOfSmoothedValues() {
        const Tiny tiny("smooth(0.5)/int8:channel:narrow");
        const char* const name = "blk.1.ffn_up.weight";
        const std::optional<MappingReport> report = tiny.kept(name);
        QVERIFY(report);
        QVERIFY(report->scales == tiny.done(name)->scales);
        QVERIFY(report->candidates.empty());
        const InputStatistics& input = tiny.calibration.inputs.at(report->mapping.place);
        QVERIFY(report->input_max == input.max_abs);
        // The weights that are really stored: those of the transformed model.
        std::vector<float> largest(report->scales.size());
        for (const std::size_t consumer : report->mapping.consumers) {
            const ModelTensor& tensor = tiny.model->tensors()[consumer];
            std::vector<float> rows(std::size_t(tensor.rows * tensor.cols));
            tiny.transformed.model->rows(tensor)->read(0, tensor.rows, rows.data());
            for (std::size_t i = 0; i < rows.size(); ++i) {
                float& channel = largest[i % largest.size()];
                channel = std::max(channel, std::fabs(rows[i]));
            }
        }
        const std::vector<float> weights = report->scaled_weight_max();
        const std::vector<float> inputs = report->scaled_input_max();
        for (std::size_t i = 0; i < largest.size(); ++i) {
            QVERIFY(std::fabs(weights[i] - largest[i]) <= 1e-6F * largest[i]);
            QCOMPARE(inputs[i], input.max_abs[i] / report->scales[i]);
        }
        // At α = 0.5 both end at the same height, but for the norm's type.
        QVERIFY(std::fabs(std::log(inputs[3] / weights[3])) < 0.02F);
    }

    void tensorsWithoutScalesHaveNoReport() {
        const Tiny tiny("smooth(0.5)/int8:channel:narrow");
        QVERIFY(!tiny.kept("blk.0.ffn_down.weight"));  // no norm stands before it
        QVERIFY(!tiny.kept("token_embd.weight"));
    }
};

QTEST_APPLESS_MAIN(TestMappingReport)
#include "test_mapping_report.moc"
