#include <QTest>

#include "core/export/export_plan.h"
#include "core/run/calibrated_plan.h"
#include "core/run/evaluation.h"
#include "core/run/other_checkpoint.h"
#include "core/run/output_error.h"
#include "core/run/plan_weights.h"
#include "tests/core/export/export_fixture.h"
#include "tests/core/model/text_windows.h"

using namespace ql;

namespace {

/// Whether two sources have the same weights for every tensor of a model.
bool same(const Model& model, const WeightSource& a, const WeightSource& b) {
    return std::all_of(model.tensors().begin(), model.tensors().end(),
                       [&](const ModelTensor& tensor) {
                           return values_of(*a.rows(tensor)) == values_of(*b.rows(tensor));
                       });
}

}  // namespace

class TestOtherCheckpoint : public QObject {
    Q_OBJECT

  private slots:
    void bothForms_data() {
        QTest::addColumn<QString>("architecture");
        for (const char* id : {"llama", "qwen2"}) {
            QTest::newRow(id) << id;
        }
    }
    void bothForms() {
        QFETCH(const QString, architecture);
        ExportFixture fixture;
        fixture.tiny.config["model_type"] = architecture.toStdString();
        fixture.tiny.write(QString::fromStdString(fixture.path("model").string()));
        const auto original = fixture.model();
        const Plan plan = parse_plan("q8_0");
        const PlanWeights planned(original, plan);

        write_export(*original, plan_export(*original, plan, {}), {}, fixture.path("q.gguf"));
        const auto gguf = Model::open(fixture.path("q.gguf"));
        QVERIFY(same(*original, OtherCheckpoint(original, gguf), planned));

        ExportOptions floats;
        floats.format = ExportFormat::dequantized;
        write_export(*original, plan_export(*original, plan, floats), {}, fixture.path("folder"));
        const auto folder = Model::open(fixture.path("folder"));
        QVERIFY(same(*original, OtherCheckpoint(original, folder), planned));

        // And with the GGUF file as the original, whose rows stand in another order.
        QVERIFY(same(*gguf, OtherCheckpoint(gguf, folder), StoredWeights(gguf)));

        const Decoder decoder(original);
        EvaluationText text{Protocol::gptq, 24, randomWindows(2, 24)};
        const auto results = evaluate(decoder,
                                      {{"original", std::make_shared<StoredWeights>(original)},
                                       {"planned", std::make_shared<PlanWeights>(original, plan)},
                                       {"gguf", std::make_shared<OtherCheckpoint>(original, gguf)}},
                                      text);
        QCOMPARE(results[2].nll, results[1].nll);
        QVERIFY(results[2].divergence->mean_kl.value > 0);
    }

    /// A quantized checkpoint predicts what the plan that it was written by said that it would.
    void activationsAreThoseOfTheConfiguration_data() {
        QTest::addColumn<QString>("plan");
        QTest::addColumn<QString>("weights");
        const auto add = [](const char* plan, const char* weights) {
            QTest::newRow(plan) << plan << weights;
        };
        add("smooth(0.5)/int8:channel:narrow@int8:token", "smooth(0.5)/int8:channel:narrow");
        add("int8:channel@int8:static", "int8:channel");
        add("fp8_e4m3:channel@fp8_e4m3:token", "fp8_e4m3:channel");
        add("fp8_e4m3:tensor@fp8_e4m3:static", "fp8_e4m3:tensor");
    }
    void activationsAreThoseOfTheConfiguration() {
        QFETCH(const QString, plan);
        QFETCH(const QString, weights);
        const ExportFixture fixture;
        const auto original = fixture.model();
        const Decoder decoder(original);
        const auto windows = randomWindows(2, 24);
        const auto made = [&](const QString& text) {
            return calibrate_plan(decoder, original, parse_plan(text.toStdString()), nullptr,
                                  windows);
        };
        const auto planned = [&](const QString& text) {
            return made(text).weights(original, parse_plan(text.toStdString()), nullptr);
        };
        ExportOptions options;
        options.format = ExportFormat::compressed_tensors;
        write_export(*original, plan_export(*original, parse_plan(plan.toStdString()), options),
                     made(plan), fixture.path("folder"));
        const auto folder = Model::open(fixture.path("folder"));
        const EvaluationText text{Protocol::gptq, 24, randomWindows(3, 24)};
        const auto results =
            evaluate(decoder,
                     {{"original", std::make_shared<StoredWeights>(original)},
                      {"planned", planned(plan)},
                      {"other", std::make_shared<OtherCheckpoint>(original, folder)},
                      {"as they are", planned(weights)}},
                     text);
        QCOMPARE(results[2].nll, results[1].nll);
        QVERIFY(results[3].nll != results[1].nll);
        // Alone, and under a plan that keeps what is there.
        const auto alone =
            evaluate(Decoder(folder),
                     {{"folder", std::make_shared<StoredWeights>(folder)},
                      {"keep", std::make_shared<PlanWeights>(folder, Plan{})},
                      {"o is another",
                       std::make_shared<PlanWeights>(folder, parse_plan("keep; *o_proj*=q8_0"))}},
                     text);
        QCOMPARE(alone[0].nll, results[1].nll);
        QCOMPARE(alone[1].nll, results[1].nll);
        QVERIFY(alone[2].nll != results[1].nll);
        const PlanWeights other(folder, parse_plan("keep; *o_proj*=f32"));
        QVERIFY(!other.activations(1, InputSite::attention_output));
        QVERIFY(other.activations(1, InputSite::down));
        // What outputs are compared with are the original's own.
        const auto outputs = measure_outputs(
            Decoder(folder),
            {{"folder", std::make_shared<StoredWeights>(folder)},
             {"keep", std::make_shared<PlanWeights>(folder, Plan{})},
             {"o is another",
              std::make_shared<PlanWeights>(folder, parse_plan("keep; *o_proj*=f32"))}},
            windows);
        QCOMPARE(outputs[0].mean_relative, 0.0);
        QVERIFY(outputs[1].mean_relative > 0);
    }

    void otherModelsAreRefused() {
        ExportFixture fixture;
        const auto original = fixture.model();
        const auto refusal = [&](const TinyModel& tiny) {
            std::filesystem::create_directory(fixture.path("other"));
            tiny.write(QString::fromStdString(fixture.path("other").string()));
            try {
                const OtherCheckpoint other(original, Model::open(fixture.path("other")));
            } catch (const Error& error) {
                return error.sentence().english();
            }
            return std::string();
        };
        TinyModel tiny;
        tiny.config["model_type"] = "qwen2";
        QVERIFY(refusal(tiny).find("one architecture") != std::string::npos);
        tiny = {};
        tiny.without = "model.layers.1.mlp.up_proj.weight";
        QVERIFY(refusal(tiny).find("blk.1.ffn_up.weight") != std::string::npos);
        tiny = {};
        tiny.feed_forward = 128;
        tiny.config["intermediate_size"] = 128;
        QVERIFY(refusal(tiny).find("128 × 64") != std::string::npos);
        tiny = {};
        tiny.config["num_attention_heads"] = 4;  // of 16: matrices have the same shapes
        tiny.config["num_key_value_heads"] = 2;
        QVERIFY(refusal(tiny).find("heads") != std::string::npos);
        QVERIFY(refusal({}).empty());
    }
};

QTEST_GUILESS_MAIN(TestOtherCheckpoint)
#include "test_other_checkpoint.moc"
