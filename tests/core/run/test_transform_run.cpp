#include <QTest>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/base/parallel.h"
#include "core/files/checkpoint.h"
#include "core/model/tensor_rows.h"
#include "core/run/calibrated_plan.h"
#include "core/run/model_run.h"
#include "core/run/predictions.h"
#include "core/run/tensor_run.h"
#include "core/tensor/convert.h"
#include "tests/core/export/export_fixture.h"
#include "tests/core/model/text_windows.h"

using namespace ql;

namespace {

const char* const kDemo = QL_SOURCE_DIR "/resources/demo_model";

std::vector<float> allRows(const RowSource& source) {
    std::vector<float> values(std::size_t(source.size()));
    source.read(0, source.rows(), values.data());
    return values;
}

void silence(LinearWeights& linear) {
    std::fill(linear.weight.begin(), linear.weight.end(), 0.0F);
    linear.bias.clear();
}

/// What is left of a block if only one module adds to the residual stream, without a norm behind
/// it.
BlockWeights alone(BlockWeights block, InputSite module) {
    silence(module == InputSite::attention ? block.down : block.attention_output);
    (module == InputSite::attention ? block.post_attention_norm : block.post_ffn_norm).reset();
    return block;
}

/// ‖a‖² of what block 0 adds to hidden states, and ‖Δa‖² with another block in its place.
std::pair<double, double> addedSquares(const Decoder& decoder, const BlockWeights& block,
                                       const BlockWeights& other, const HiddenStates& hidden) {
    HiddenStates first = hidden;
    HiddenStates second = hidden;
    decoder.run_block(block, first);
    decoder.run_block(other, second);
    double size = 0;
    double change = 0;
    for (std::size_t i = 0; i < hidden.values.size(); ++i) {
        size += std::pow(double(first.values[i]) - double(hidden.values[i]), 2);
        change += std::pow(double(second.values[i]) - double(first.values[i]), 2);
    }
    return {size, change};
}

/// A tiny model, and what calibration makes of plans for it.
struct Tiny {
    ExportFixture fixture;
    std::shared_ptr<const Model> model = fixture.model();
    Decoder decoder{model};

    CalibratedPlan calibrate(const std::string& plan,
                             std::shared_ptr<const ImportanceMatrix> importance = nullptr) const {
        return calibrate_plan(decoder, model, parse_plan(plan), importance, randomWindows());
    }
    std::shared_ptr<const ImportanceMatrix> importance() const {
        const Calibration calibration =
            ql::calibrate(decoder, StoredWeights(model), randomWindows());
        return std::make_shared<const ImportanceMatrix>(importance_matrix(calibration, *model));
    }
};

/// The demo model under AWQ on the golden windows, made once for each scheme.
struct Demo {
    std::shared_ptr<const Model> model = Model::open(kDemo);
    Decoder decoder{model};
    std::vector<TokenIds> windows =
        textWindows(*model, std::string(kDemo) + "/calibration.txt", 512, 8);
};

const Demo& demo() {
    static const Demo made;
    return made;
}

}  // namespace

/// AWQ, SmoothQuant and clipping of whole models: golden figures, what is measured and exported,
/// and what is refused.
class TestTransformRun : public QObject {
    Q_OBJECT

  private slots:
    /// The golden search looks at the outputs of attention and MLP as a whole. By those of the
    /// linears values pay a little for queries and keys, and the mean is better.
    void outputErrorsAreBelowTheGoldenOnes_data() {
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<QString>("golden_scheme");
        const QString clipped = "awq_w4_g128_clip";
        QTest::newRow("module") << "awq(module)/int4:g128:asym:f32"
                                << "awq_w4_g128";
        QTest::newRow("module, clip") << "awq(module)/int4:g128:asym:f32+clip" << clipped;
        QTest::newRow("linears") << "awq/int4:g128:asym:f32"
                                 << "awq_w4_g128";
        QTest::newRow("linears, clip") << "awq/int4:g128:asym:f32+clip" << clipped;
    }
    void outputErrorsAreBelowTheGoldenOnes() {
        QFETCH(QString, scheme);
        QFETCH(QString, golden_scheme);
        const bool module = scheme.startsWith("awq(module)");
        const auto& [model, decoder, windows] = demo();
        const Plan plan = parse_plan("keep; model.layers.0.*=" + scheme.toStdString());
        const CalibratedPlan calibrated = calibrate_plan(decoder, model, plan, nullptr, windows);
        QCOMPARE(calibrated.transformed->mappings.size(), std::size_t{3});
        for (const MappingReport& report : calibrated.transformed->mappings) {
            // The identity is among the candidates, and the least loss was taken.
            QCOMPARE(report.candidates.front().alpha, 0.0);
            QVERIFY(!report.candidates.front().duo);
            QVERIFY(report.candidates.size() > std::size_t{41});
            for (const AwqCandidate& candidate : report.candidates) {
                QVERIFY(candidate.loss >= report.candidates[report.chosen].loss);
            }
            QVERIFY(report.chosen != 0);
            const bool by_module = module && report.mapping.norm;
            QVERIFY(report.measured == (by_module ? AwqLoss::module : AwqLoss::linears));
            QCOMPARE(report.sampled, by_module ? 1024 : 0);
        }
        const Plan nearest = parse_plan("keep; model.layers.0.*=int4:g128:asym:f32");
        const auto errors =
            measure_outputs(decoder,
                            {original(model),
                             {"awq", calibrated.weights(model, plan, nullptr)},
                             {"nearest", std::make_shared<PlanWeights>(model, nearest)}},
                            windows);
        const auto golden = read_json_file(
            QL_TEST_DATA
            "/demo_model/quantization.json")["schemes"][golden_scheme.toStdString()]["linears"];
        double sum = 0;
        double golden_sum = 0;
        double nearest_sum = 0;
        for (std::size_t t = 0; t < model->tensors().size(); ++t) {
            const ModelTensor& tensor = model->tensors()[t];
            if (!tensor.linear || tensor.layer != 0) {
                continue;
            }
            const std::string name =
                tensor.name.substr(6, tensor.name.size() - 6 - std::string(".weight").size());
            const double expected = golden[name]["output_rel_error"];
            const double error = errors[0].tensors[t].relative();
            QVERIFY2(error < (!module && tensor.role == Role::v ? 1.04 : 1.01) * expected,
                     qPrintable(
                         QString("%1: %2, golden %3").arg(name.c_str()).arg(error).arg(expected)));
            sum += error;
            golden_sum += expected;
            nearest_sum += errors[1].tensors[t].relative();
        }
        const QString means = QString("mean %1, golden %2, nearest %3")
                                  .arg(sum / 7)
                                  .arg(golden_sum / 7)
                                  .arg(nearest_sum / 7);
        QVERIFY2(sum < (module ? 1 : 0.99) * golden_sum, qPrintable(means));
        QVERIFY2(sum < 0.98 * nearest_sum, qPrintable(means));
        // The loss of the identity is the error of rounding to nearest.
        double loss = 0;
        const auto& mappings = calibrated.transformed->mappings;
        const MappingReport& linear = module ? mappings.back() : mappings.front();
        for (const std::size_t consumer : linear.mapping.consumers) {
            loss += std::pow(errors[1].tensors[consumer].relative(), 2);
        }
        QVERIFY(std::fabs(linear.candidates.front().loss / loss - 1) < 1e-3);
    }

    /// Against blocks that were cut down to the module, and weights of a plan.
    void lossesAreThoseOfTheModule_data() {
        QTest::addColumn<QString>("folder");
        // Grouped queries; norms behind modules; one matrix for q k v; norms of heads; biases.
        for (const char* folder : {"llama", "gemma2", "phi3", "qwen3", "gpt2"}) {
            QTest::newRow(folder) << folder;
        }
    }
    void lossesAreThoseOfTheModule() {
        QFETCH(QString, folder);
        const auto model = Model::open(QL_TEST_DATA "/forward/" + folder.toStdString());
        const Decoder decoder(model);
        const std::vector<TokenIds> windows = randomWindows();
        const TransformedModel made = transform_plan(
            decoder, model, parse_plan("awq(module)/int4:g16:asym"), nullptr, windows);
        const StoredWeights stored(model);
        const BlockWeights block = decoder.load(0, stored);
        const BlockWeights nearest =
            decoder.load(0, PlanWeights(model, parse_plan("int4:g16:asym")));
        HiddenStates hidden = decoder.embed(windows, stored);
        int modules = 0;
        for (const MappingReport& report : made.mappings) {
            const InputSite site = report.mapping.place.site;
            if (report.mapping.place.layer > 0 || !report.mapping.norm) {
                continue;
            }
            if (site == InputSite::feed_forward) {
                BlockWeights before = block;
                silence(before.down);
                decoder.run_block(before, hidden);
            }
            BlockWeights rounded = block;
            (site == InputSite::attention ? rounded.qkv : rounded.gate_up) =
                site == InputSite::attention ? nearest.qkv : nearest.gate_up;
            const auto [size, change] =
                addedSquares(decoder, alone(block, site), alone(rounded, site), hidden);
            QVERIFY(report.measured == AwqLoss::module);
            QCOMPARE(report.sampled, 0);  // few tokens: all of them
            QVERIFY(change > 0);
            QVERIFY(std::fabs(report.candidates.front().loss / (change / size) - 1) < 1e-3);
            ++modules;
        }
        QCOMPARE(modules, 2);
    }

    void lossesOfModulesAreMeasuredOnWholeWindows() {
        const Tiny tiny;
        const TransformedModel made =
            transform_plan(tiny.decoder, tiny.model, parse_plan("awq(module)/q4_0"), nullptr,
                           randomWindows(13, 100));
        for (const MappingReport& report : made.mappings) {
            QCOMPARE(report.sampled, report.mapping.norm ? 1000 : 0);
        }
    }

    /// Up to the rounding of the norms to bfloat16, which the scales follow.
    void smoothScalesAreTheGoldenOnes() {
        const auto& [model, decoder, windows] = demo();
        const auto golden = Checkpoint::open(QL_TEST_DATA "/demo_model/smoothquant.safetensors");
        const TransformedModel transformed =
            transform_plan(decoder, model, parse_plan("smoothquant"), nullptr, windows);
        QCOMPARE(transformed.mappings.size(), std::size_t{12});
        for (const MappingReport& report : transformed.mappings) {
            std::string name = model->tensors()[report.mapping.producer].name;
            name.replace(name.rfind("weight"), 6, "smooth_scale");
            const StoredTensor& stored = *golden->find(name);
            std::vector<float> expected(report.scales.size());
            widen(stored.dtype, golden->bytes(stored, 0, stored.bytes).data(), expected.size(),
                  expected.data());
            for (std::size_t i = 0; i < expected.size(); ++i) {
                QVERIFY(std::fabs(report.scales[i] / expected[i] - 1) < 1.0F / 256);
                const double exact = std::sqrt(double(report.input_max[i]) / report.weight_max[i]);
                QVERIFY(std::fabs(exact / expected[i] - 1) < 1e-4);
            }
        }
    }

    void bytesAreTheSameAtAnyNumberOfThreads() {
        const Tiny tiny;
        const Plan plan = parse_plan("awq/int3:g32:asym+clip");
        std::vector<std::vector<float>> results;
        for (const int threads : {1, 2}) {
            set_thread_limit(threads);
            const auto weights = tiny.calibrate(format(plan)).weights(tiny.model, plan, nullptr);
            std::vector<float> all;
            for (const ModelTensor& tensor : tiny.model->tensors()) {
                const auto values = allRows(*weights->rows(tensor));
                all.insert(all.end(), values.begin(), values.end());
            }
            results.push_back(std::move(all));
        }
        set_thread_limit(0);
        QVERIFY(results[0] == results[1]);
    }

    /// Weights of a run, an evaluation and a file are the same ones, and errors are those of the
    /// weights as they were.
    void everythingTakesTheTransformedWeights_data() {
        QTest::addColumn<QString>("scheme");
        for (const char* scheme : {"awq/q4_0", "awq/q4_0+clip", "awq/q4_0+gptq",
                                   "smooth(0.85)/q8_0", "awq/q4_0+imatrix+search", "q4_0+clip"}) {
            QTest::newRow(scheme) << scheme;
        }
    }
    void everythingTakesTheTransformedWeights() {
        QFETCH(QString, scheme);
        const Tiny tiny;
        const Plan plan = parse_plan(scheme.toStdString());
        const auto importance = plan.uses_importance() ? tiny.importance() : nullptr;
        const CalibratedPlan made = tiny.calibrate(format(plan), importance);
        const auto weights = made.weights(tiny.model, plan, importance);
        const ModelRun run = run_model(*tiny.model, {plan}, {}, importance.get(), {made}).front();
        QCOMPARE(run.label, scheme.toStdString());
        const Model& folded = *made.transformed->model;
        const GgufExport gguf = plan_gguf(
            folded, made.transformed->plan,
            {.rest = {}, .importance = made.transformed->importance, .rounded = made.rounded});
        const auto file = tiny.fixture.path("out.gguf");
        write_gguf(folded, gguf, file);
        const auto exported = Model::open(file);
        int changed = 0;
        for (std::size_t t = 0; t < tiny.model->tensors().size(); ++t) {
            const ModelTensor& tensor = tiny.model->tensors()[t];
            const std::vector<float> measured = allRows(*weights->rows(tensor));
            const std::vector<float> written =
                allRows(*exported->rows(*exported->find(tensor.gguf_name)));
            for (std::int64_t row = 0; row < tensor.rows; ++row) {
                // Rows of q and k lie in another order in the file.
                const auto from =
                    stored_row(*tiny.model, tensor, RowOrder::gguf, row) * tensor.cols;
                QVERIFY(std::equal(measured.begin() + from, measured.begin() + from + tensor.cols,
                                   written.begin() + row * tensor.cols));
            }
            changed += folded.change_of(tensor) != nullptr ? 1 : 0;
            if (tensor.linear) {
                const std::vector<float> before = allRows(*tiny.model->rows(tensor));
                const std::vector<float> after = allRows(*weights->original_rows(tensor));
                ErrorSums error;
                error.add(before.data(), after.data(), before.size());
                QVERIFY(std::fabs(run.tensors[t].error.error2 / error.error2 - 1) < 1e-9);
                QVERIFY(error.relative_error() < 0.5);  // GPTQ lets weights go far
            }
        }
        // Norms and all linears but q, k and o that are not clipped; without a transform the
        // clipped ones.
        QVERIFY(changed >= 10);
    }

    /// E[x²] is that of the scaled inputs.
    void importanceIsScaled() {
        const Tiny tiny;
        const auto importance = tiny.importance();
        const auto made = tiny.calibrate("awq/q4_0+imatrix", importance);
        const MappingReport& report = made.transformed->mappings.front();
        QVERIFY(report.scales != std::vector<float>(report.scales.size(), 1));
        const std::string& name = tiny.model->tensors()[report.mapping.consumers.back()].gguf_name;
        const auto before = importance->find(name)->importance();
        const auto after = made.transformed->importance->find(name)->importance();
        for (std::size_t i = 0; i < before.size(); ++i) {
            const float scale = report.scales[i];
            QVERIFY(std::fabs(after[i] * scale * scale / before[i] - 1) < 1e-5F);
        }
    }

    /// Where there are more channels than tokens looked at, losses are measured on the tokens: here
    /// on all of them, so that the identity's is the error of rounding to nearest.
    void lossesOfManyChannelsAreMeasuredOnTokens() {
        const Tiny tiny;
        std::vector<TokenIds> windows = randomWindows();
        windows.resize(2);
        const TransformedModel made = transform_plan(
            tiny.decoder, tiny.model, parse_plan("awq/int4:g32:asym"), nullptr, windows);
        const auto errors = measure_outputs(
            tiny.decoder,
            {original(tiny.model),
             {"", std::make_shared<PlanWeights>(tiny.model, parse_plan("int4:g32:asym"))}},
            windows);
        QCOMPARE(made.mappings.size(), std::size_t{6});
        for (const MappingReport& report : made.mappings) {
            QCOMPARE(report.sampled, 48);
            double loss = 0;
            for (const std::size_t consumer : report.mapping.consumers) {
                loss += std::pow(errors[0].tensors[consumer].relative(), 2);
            }
            QVERIFY(std::fabs(report.candidates.front().loss / loss - 1) < 1e-3);
        }
    }

    void clippingLessensTheErrorOfItsGroups() {
        const Tiny tiny;
        const auto made = tiny.calibrate("int3:g32:asym+clip");
        QVERIFY(made.transformed->mappings.empty());
        QCOMPARE(made.transformed->clips.size(), std::size_t{10});  // all but q and k
        for (const ClipReport& report : made.transformed->clips) {
            const ModelTensor& tensor = tiny.model->tensors()[report.tensor];
            QVERIFY(tensor.role != Role::q && tensor.role != Role::k);
            QCOMPARE(report.spans, std::uint64_t(tensor.rows * tensor.cols / 32));
            QVERIFY(report.clipped > 0 && report.clipped < report.spans);
            QVERIFY(report.error_after < report.error_before);
            const TensorChange& change = *made.transformed->model->change_of(tensor);
            const std::vector<float> before = allRows(*tiny.model->rows(tensor));
            const std::vector<float> after = allRows(*made.transformed->model->rows(tensor));
            for (std::size_t i = 0; i < before.size(); ++i) {
                const float bound = change.bounds[i / 32];
                QCOMPARE(after[i], std::clamp(before[i], -bound, bound));
            }
        }
    }

    void differentTransformsAtOneMappingAreRefused() {
        const Tiny tiny;
        const std::string error =
            error_of([&] { tiny.calibrate("awq/int4:g32:asym; *.v_proj.weight=int4:g32:asym"); });
        QVERIFY2(error.find("q_proj") != std::string::npos, error.c_str());
        QVERIFY2(error.find("v_proj") != std::string::npos, error.c_str());
        // Grids may differ, and mappings too.
        const auto made = tiny.calibrate(
            "awq/int4:g32:asym; *.v_proj.weight=awq/q8_0; *.up_proj.weight=q4_0; "
            "*.gate_proj.weight=q4_0");
        QCOMPARE(made.transformed->mappings.size(), std::size_t{4});  // q k v, and down
    }

    /// A producer without a scheme is stored in its own type.
    void aKeptProducerIsRounded() {
        const Tiny tiny;
        const auto made = tiny.calibrate("keep; *.down_proj.weight=awq/int2:g32:asym");
        QCOMPARE(made.transformed->mappings.size(), std::size_t{2});
        const std::size_t up = made.transformed->mappings.front().mapping.producer;
        QVERIFY(tiny.model->tensors()[up].role == Role::up);
        QCOMPARE(made.transformed->model->changes().at(up).rounded, DType::f32);
        QVERIFY(made.transformed->plan == parse_plan("keep; *.down_proj.weight=int2:g32:asym"));
    }

    void withoutCalibrationItIsRefused() {
        const Tiny tiny;
        for (const char* text : {"awq/q4_0", "smooth(0.5)/q8_0", "q4_0+clip"}) {
            const Plan plan = parse_plan(text);
            const auto usage = [](const auto& action) {
                try {
                    action();
                } catch (const Error& error) {
                    return error.code() == ErrorCode::usage && !error.sentence().empty();
                }
                return false;
            };
            QVERIFY(usage([&] { PlanWeights(tiny.model, plan); }));
            QVERIFY(usage([&] { run_model(*tiny.model, {plan}); }));
            QVERIFY(usage([&] { transform_plan(tiny.decoder, tiny.model, plan, nullptr, {}); }));
            QVERIFY(usage([&] {
                write_gguf(*tiny.model, plan_gguf(*tiny.model, plan), tiny.fixture.path("x.gguf"));
            }));
            QVERIFY(!std::filesystem::exists(tiny.fixture.path("x.gguf")));
            const auto rows = tiny.model->rows(*tiny.model->find("blk.0.attn_q.weight"));
            QVERIFY(run_tensor(*rows, parse_scheme(text), Histogram(-1, 1, 8)).refused);
            QVERIFY(preview(*tiny.model, plan).bits_per_weight > 4);  // sizes need none
        }
    }

    void itCanBeCancelled() {
        const Tiny tiny;
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_THROWS_EXCEPTION(
            Error, transform_plan(tiny.decoder, tiny.model, parse_plan("awq/q4_0"), nullptr,
                                  randomWindows(), Progress(stop.get_token(), {})));
    }
};

QTEST_GUILESS_MAIN(TestTransformRun)
#include "test_transform_run.moc"
