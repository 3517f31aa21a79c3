#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>

#include "core/base/parallel.h"
#include "core/files/checkpoint.h"
#include "core/model/calibration/calibration.h"
#include "core/model/tensor_rows.h"
#include "core/run/gptq_run.h"
#include "core/run/model_run.h"
#include "core/run/output_error.h"
#include "core/run/plan_weights.h"
#include "core/run/predictions.h"
#include "core/run/tensor_rounding.h"
#include "core/run/tensor_run.h"
#include "tests/core/export/export_fixture.h"
#include "tests/core/model/text_windows.h"

using namespace ql;

namespace {

const char* const kDemo = QL_SOURCE_DIR "/resources/demo_model";

/// A tiny model, what GPTQ makes of it, and rows decoded from that.
struct Rounded {
    ExportFixture fixture;
    std::shared_ptr<const Model> model = fixture.model();
    Decoder decoder{model};

    RoundedTensors round(const std::string& plan) const {
        return round_plan(decoder, model, parse_plan(plan), nullptr, randomWindows());
    }
    std::size_t index(const char* name) const {
        return std::size_t(model->find(name) - model->tensors().data());
    }
    /// Tensors whose bytes differ.
    static std::vector<std::size_t> different(const RoundedTensors& a, const RoundedTensors& b) {
        std::vector<std::size_t> found;
        for (const auto& [tensor, rounded] : a) {
            if (rounded.tensor->bytes != b.at(tensor).tensor->bytes) {
                found.push_back(tensor);
            }
        }
        return found;
    }
};

}  // namespace

/// GPTQ of whole models: golden figures, where inputs come from, and that everything that measures
/// or exports takes the very bytes.
class TestGptqRun : public QObject {
    Q_OBJECT

  private slots:
    /// No linear of the first layer is more than 1 % worse than the golden reference, and the mean
    /// is no worse.
    void outputErrorsAreAtMostTheGoldenOnes_data() {
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<bool>("same");  // the same algorithm: groups of 32 are fitted later here
        QTest::newRow("gptq_w4_g128_asym") << "int4:g128:asym:f32+gptq(order=none)" << true;
        QTest::newRow("gptq_w4_g128_sym") << "int4:g128:sym:f32+gptq(order=none)" << true;
        QTest::newRow("gptq_w4_g32_asym") << "int4:g32:asym:f32+gptq(order=none)" << false;
        QTest::newRow("gptq_w4_g32_sym") << "int4:g32:sym:f32+gptq(order=none)" << false;
        QTest::newRow("gptq_w4_row_asym") << "int4:channel:asym:f32+gptq(order=none)" << true;
        QTest::newRow("gptq_w3_g128_asym") << "int3:g128:asym:f32+gptq(order=none)" << true;
        QTest::newRow("gptq_w8_g128_asym") << "int8:g128:asym:f32+gptq(order=none)" << true;
        QTest::newRow("gptq_w4_g128_asym_actorder_static")
            << "int4:g128:asym:f32+gptq(order=static)" << true;
        QTest::newRow("gptq_w4_g128_sym_actorder_static")
            << "int4:g128:sym:f32+gptq(order=static)" << true;
        QTest::newRow("gptq_w4_g32_asym_actorder_static")
            << "int4:g32:asym:f32+gptq(order=static)" << true;
        QTest::newRow("gptq_w4_row_asym_actorder")
            << "int4:channel:asym:f32+gptq(order=static)" << true;
    }
    void outputErrorsAreAtMostTheGoldenOnes() {
        QFETCH(QString, scheme);
        QFETCH(bool, same);
        const auto model = Model::open(kDemo);
        const Decoder decoder(model);
        static const auto windows =
            textWindows(*model, std::string(kDemo) + "/calibration.txt", 512, 8);
        const Plan plan = parse_plan("keep; model.layers.0.*=" + scheme.toStdString());
        const RoundedTensors rounded = round_plan(decoder, model, plan, nullptr, windows);
        QCOMPARE(rounded.size(), std::size_t{7});
        static const BlockGrams grams = [&] {
            BlockGrams made;
            const StoredWeights stored(model);
            HiddenStates hidden = decoder.embed(windows, stored);
            decoder.run_block(decoder.load(0, stored), hidden, [&](const LinearInput& input) {
                add_gram(made, input, decoder.backend(), {});
            });
            return made;
        }();
        const auto golden = read_json_file(
            QL_TEST_DATA
            "/demo_model/quantization.json")["schemes"][QTest::currentDataTag()]["linears"];
        double sum = 0;
        double golden_sum = 0;
        for (const auto& [index, of] : rounded) {
            const ModelTensor& tensor = model->tensors()[index];
            QCOMPARE(of.report.damp, 0.01);
            QVERIFY(of.report.fallback.empty());
            std::vector<float> decoded(tensor.values());
            of.tensor->decode_rows(0, tensor.rows, decoded.data());
            const double error = output_error(*model->rows(tensor),
                                              MemoryRows(decoded.data(), tensor.rows, tensor.cols),
                                              grams.at(input_place(tensor)->site))
                                     .relative();
            const std::string name =
                tensor.name.substr(6, tensor.name.size() - 6 - std::string(".weight").size());
            const double expected = golden[name]["output_rel_error"];
            const QString figures =
                QString("%1: %2, golden %3").arg(name.c_str()).arg(error).arg(expected);
            QVERIFY2(error < 1.01 * expected, qPrintable(figures));
            QVERIFY2(!same || error > 0.99 * expected, qPrintable(figures));
            sum += error;
            golden_sum += expected;
        }
        QVERIFY2(sum < (same ? 1.001 : 1.0) * golden_sum,
                 qPrintable(QString("mean %1, golden %2").arg(sum / 7).arg(golden_sum / 7)));
    }

    /// One linear with a stored Hessian: the reference's codes, found in float64.
    void codesAreTheGoldenOnes_data() {
        QTest::addColumn<QString>("scheme");
        QTest::newRow("gptq_w4_g128_asym") << "int4:g128:asym:f32+gptq(order=none)";
        QTest::newRow("gptq_w4_g128_sym") << "int4:g128:sym:f32+gptq(order=none)";
        QTest::newRow("gptq_w4_g128_asym_actorder_static")
            << "int4:g128:asym:f32+gptq(order=static)";
        QTest::newRow("gptq_w4_g32_sym_actorder_static") << "int4:g32:sym:f32+gptq(order=static)";
    }
    void codesAreTheGoldenOnes() {
        QFETCH(QString, scheme);
        const char* path = QL_SHARED_DIR "/demo_model/golden/gptq_unit.safetensors";
        if (!QFile::exists(path)) {
            QSKIP("The developers' folder with the golden cases is absent.");
        }
        const auto unit = Checkpoint::open(path);
        const auto model = Model::open(kDemo);
        const ModelTensor& tensor = *model->find("model.layers.0.self_attn.q_proj.weight");
        const std::string prefix = "layers.0.self_attn.q_proj.";
        const auto stored = [&](const std::string& name) {
            const StoredTensor& of = *unit->find(prefix + name);
            return unit->bytes(of, 0, of.bytes);
        };
        std::vector<float> hessian(std::size_t(tensor.cols * tensor.cols));
        std::memcpy(hessian.data(), stored("hessian").data(), hessian.size() * sizeof(float));
        const std::vector<double> gram(hessian.begin(), hessian.end());
        const Scheme parsed = parse_scheme(scheme.toStdString());
        const GptqFactor factor =
            make_gptq_factor(gram.data(), tensor.cols, *parsed.gptq, 1, cpu_backend());
        GptqTask task{make_grid(parsed.grid), {}, parsed.gptq->order, &factor, &cpu_backend()};
        const GptqResult result = gptq_round(*model->rows(tensor), task);
        const auto codes = stored(std::string(QTest::currentDataTag()) + ".codes");
        // Codes of symmetric grids count from 0 there.
        const int shift = scheme.contains(":sym") ? 8 : 0;
        std::size_t different = 0;
        for (std::int64_t row = 0; row < tensor.rows; ++row) {
            for (std::int64_t col = 0; col < tensor.cols; ++col) {
                const int expected = int(codes[std::size_t(row * tensor.cols + col)]) - shift;
                different += result.tensor.inspect(row, col).code != expected ? 1 : 0;
            }
        }
        // In float32 one flipped code changes others of its row: at most 0.3 % did in the
        // reference.
        QVERIFY2(double(different) < 0.003 * double(codes.size()),
                 qPrintable(QString::number(different)));
    }

    /// Scales of blocks are those of the original weights, and codes make up for each other.
    void blocksOfFloatsAreRounded() {
        const auto model = Model::open(kDemo);
        const auto windows =
            textWindows(*model, QL_SOURCE_DIR "/resources/demo_model/calibration.txt", 512, 4);
        const Plan plan = parse_plan("keep; *layers.0.mlp.up_proj.weight=fp8_e4m3:block+gptq");
        const Plan nearest = parse_plan("keep; *layers.0.mlp.up_proj.weight=fp8_e4m3:block");
        const Decoder decoder(model);
        const auto rounded = std::make_shared<const RoundedTensors>(
            round_plan(decoder, model, plan, nullptr, windows));
        QCOMPARE(rounded->size(), std::size_t{1});
        const ModelTensor& tensor = model->tensors()[rounded->begin()->first];
        const QuantizedTensor& result = *rounded->begin()->second.tensor;
        const TensorRange range = tensor_range(*model->rows(tensor));
        const std::int64_t across = blocks_along(tensor.cols);
        for (std::int64_t row = 0; row < tensor.rows; row += 61) {
            for (std::int64_t col = 0; col < tensor.cols; col += 31) {
                const auto block = std::size_t(row / 128 * across + col / 128);
                QCOMPARE(result.inspect(row, col).scale, range.block_maxima[block] / 448);
            }
        }
        const std::vector<EvaluatedModel> models = {
            {"original", std::make_shared<StoredWeights>(model)},
            {"nearest", std::make_shared<PlanWeights>(model, nearest)},
            {"gptq", std::make_shared<PlanWeights>(model, plan, nullptr, rounded)}};
        const auto errors = measure_outputs(decoder, models, windows);
        QVERIFY(errors[1].mean_relative < 0.95 * errors[0].mean_relative);
        QVERIFY(errors[1].mean_relative > 0);
    }

    void bytesAreTheSameAtAnyNumberOfThreads() {
        const Rounded tiny;
        set_thread_limit(1);
        const RoundedTensors one = tiny.round("q4_0+gptq");
        set_thread_limit(2);
        const RoundedTensors two = tiny.round("q4_0+gptq");
        set_thread_limit(0);
        QCOMPARE(one.size(), std::size_t{14});
        QVERIFY(Rounded::different(one, two).empty());
    }

    /// Where a fit can be weighted, it is: by the diagonal of the Gram matrix that is compensated
    /// by, or by what is named.
    void fitsAreWeightedByTheirInputs_data() {
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<bool>("weighted");
        QTest::newRow("blocks") << "q4_0+gptq" << true;
        QTest::newRow("group order") << "q4_1+gptq(order=group)" << true;
        QTest::newRow("table of levels") << "iq4_nl+gptq" << true;
        QTest::newRow("search") << "q8_0+search+gptq" << true;
        QTest::newRow("one fit without weights") << "q8_0+gptq" << false;
        QTest::newRow("integers") << "int4:g32:sym+gptq" << false;
    }
    void fitsAreWeightedByTheirInputs() {
        QFETCH(QString, scheme);
        QFETCH(bool, weighted);
        const Rounded tiny;
        const Scheme parsed = parse_scheme(scheme.toStdString());
        const RoundedTensors rounded = tiny.round("keep; blk.0.*=" + scheme.toStdString());
        QCOMPARE(rounded.size(), std::size_t{7});
        BlockGrams grams;
        const StoredWeights stored(tiny.model);
        HiddenStates hidden = tiny.decoder.embed(randomWindows(), stored);
        tiny.decoder.run_block(tiny.decoder.load(0, stored), hidden, [&](const LinearInput& input) {
            add_gram(grams, input, tiny.decoder.backend(), {});
        });
        bool different = false;
        for (const auto& [index, of] : rounded) {
            const ModelTensor& tensor = tiny.model->tensors()[index];
            const GramMatrix& gram = grams.at(input_place(tensor)->site);
            const auto n = std::size_t(gram.channels);
            std::vector<float> diagonal(n);
            double sum = 0;
            for (std::size_t i = 0; i < n; ++i) {
                sum += gram.values[i * n + i];
            }
            for (std::size_t i = 0; i < n; ++i) {
                diagonal[i] = float(gram.values[i * n + i] / (sum / double(n)));
            }
            const GptqFactor factor = factor_for(parsed, gram, cpu_backend());
            GptqTask task{make_grid(parsed.grid), {}, parsed.gptq->order, &factor, &cpu_backend()};
            task.fit.search = parsed.fit.search;
            const auto rows = tiny.model->rows(tensor);
            const auto plain = gptq_round(*rows, task).tensor.bytes;
            task.fit.importance = weighted ? diagonal.data() : nullptr;
            QVERIFY(of.tensor->bytes == gptq_round(*rows, task).tensor.bytes);
            different = different || of.tensor->bytes != plain;
            if (weighted) {
                Scheme named = parsed;
                named.fit.importance = true;
                const std::vector<float> other(diagonal.rbegin(), diagonal.rend());
                task.fit.importance = other.data();
                QVERIFY(round_tensor(*rows, named, factor, other, cpu_backend()).tensor->bytes ==
                        gptq_round(*rows, task).tensor.bytes);
            }
        }
        QCOMPARE(different, weighted);
    }

    /// A block's inputs come from the quantized blocks before it, or from the original ones.
    void laterBlocksReadQuantizedOnes() {
        const Rounded tiny;
        const RoundedTensors sequential = tiny.round("int2:g32:sym+gptq");
        const RoundedTensors independent = tiny.round("int2:g32:sym+gptq(independent)");
        const auto different = Rounded::different(sequential, independent);
        QVERIFY(!different.empty());
        for (const std::size_t tensor : different) {
            QCOMPARE(tiny.model->tensors()[tensor].layer, 1);
        }
        // Where the first block is kept, both read the same.
        const std::string later = "keep; model.layers.1.*=int2:g32:sym+gptq";
        QVERIFY(Rounded::different(tiny.round(later), tiny.round(later + "(independent)")).empty());
        QCOMPARE(tiny.round(later).size(), std::size_t{7});
        // Rounding of any kind in the blocks before counts.
        const RoundedTensors after_nearest =
            tiny.round("int2:g32:sym; model.layers.1.*=int2:g32:sym+gptq");
        QVERIFY(!Rounded::different(after_nearest, independent).empty());
    }

    /// The original model is run beside the quantized blocks: what both read, added up plainly.
    void gptaqComparesWhatBothModelsRead() {
        const Rounded tiny;
        const std::string text = "int2:g32:sym+gptq(gptaq)";
        const auto corrected = std::make_shared<const RoundedTensors>(tiny.round(text));
        const auto different = Rounded::different(*corrected, tiny.round("int2:g32:sym+gptq"));
        QVERIFY(!different.empty());
        for (const std::size_t tensor : different) {  // before the second block nothing is lost
            QCOMPARE(tiny.model->tensors()[tensor].layer, 1);
        }
        const auto windows = randomWindows();
        const StoredWeights stored(tiny.model);
        const PlanWeights quantized(tiny.model, parse_plan(text), nullptr, corrected);
        std::map<InputSite, std::vector<float>> native;
        std::map<InputSite, std::vector<float>> read;
        BlockGrams grams;
        HiddenStates hidden = tiny.decoder.embed(windows, stored);
        tiny.decoder.run_block(tiny.decoder.load(0, stored), hidden);
        tiny.decoder.run_block(tiny.decoder.load(1, stored), hidden, [&](const LinearInput& input) {
            native[input.site].assign(input.values.begin(), input.values.end());
        });
        hidden = tiny.decoder.embed(windows, stored);
        tiny.decoder.run_block(tiny.decoder.load(0, quantized), hidden);
        tiny.decoder.run_block(tiny.decoder.load(1, stored), hidden, [&](const LinearInput& input) {
            read[input.site].assign(input.values.begin(), input.values.end());
            add_gram(grams, input, tiny.decoder.backend(), {});
        });
        const Scheme scheme = parse_scheme(text);
        for (const auto& [index, of] : *corrected) {
            const ModelTensor& tensor = tiny.model->tensors()[index];
            if (tensor.layer != 1) {
                continue;
            }
            const InputSite site = input_place(tensor)->site;
            const auto n = std::size_t(tensor.cols);
            std::vector<double> cross(n * n);
            for (std::size_t token = 0; token < read.at(site).size(); token += n) {
                for (std::size_t i = 0; i < n; ++i) {
                    const double lost =
                        double(native.at(site)[token + i]) - double(read.at(site)[token + i]);
                    for (std::size_t j = 0; j < n; ++j) {
                        cross[i * n + j] += lost * double(read.at(site)[token + j]);
                    }
                }
            }
            const GptqFactor factor = factor_for(scheme, grams.at(site), cpu_backend(), {}, &cross);
            const RoundedTensor expected =
                round_tensor(*tiny.model->rows(tensor), scheme, factor, {}, cpu_backend());
            QVERIFY(of.tensor->bytes == expected.tensor->bytes);
        }
    }

    void gptaqStandsBesideOtherWays() {
        const Rounded tiny;
        // Nothing is lost where the first block is kept.
        const std::string later = "keep; model.layers.1.*=int2:g32:sym+gptq";
        QVERIFY(Rounded::different(tiny.round(later), tiny.round(later + "(gptaq)")).empty());
        const std::string mixed = "int2:g32:sym+gptq(gptaq); attn_q=int2:g32:sym+gptq(independent)";
        set_thread_limit(1);
        const RoundedTensors one = tiny.round(mixed);
        set_thread_limit(2);
        const RoundedTensors two = tiny.round(mixed);
        set_thread_limit(0);
        QCOMPARE(one.size(), std::size_t{14});
        QVERIFY(Rounded::different(one, two).empty());
        const RoundedTensors independent = tiny.round("int2:g32:sym+gptq(independent)");
        for (const char* name : {"blk.0.attn_q.weight", "blk.1.attn_q.weight"}) {
            QVERIFY(one.at(tiny.index(name)).tensor->bytes ==
                    independent.at(tiny.index(name)).tensor->bytes);
        }
    }

    void everythingTakesTheRoundedBytes() {
        const Rounded tiny;
        const Plan plan = parse_plan("q4_0+gptq");
        const auto rounded = std::make_shared<const RoundedTensors>(tiny.round(format(plan)));
        const PlanWeights weights(tiny.model, plan, nullptr, rounded);
        const ModelRun run =
            run_model(*tiny.model, {plan}, {}, nullptr, {CalibratedPlan{nullptr, rounded}}).front();
        GgufExport gguf = plan_gguf(*tiny.model, plan);
        gguf.rounded = rounded;
        const auto file = tiny.fixture.path("out.gguf");
        write_gguf(*tiny.model, gguf, file);
        const auto exported = Model::open(file);
        ErrorSums nearest = run_model(*tiny.model, {parse_plan("q4_0")}).front().error;
        QVERIFY(nearest.error2 != run.error.error2);
        for (const auto& [index, of] : *rounded) {
            const ModelTensor& tensor = tiny.model->tensors()[index];
            std::vector<float> decoded(tensor.values());
            of.tensor->decode_rows(0, tensor.rows, decoded.data());
            std::vector<float> read(decoded.size());
            weights.rows(tensor)->read(0, tensor.rows, read.data());
            QVERIFY(read == decoded);
            std::vector<float> original(decoded.size());
            tiny.model->rows(tensor)->read(0, tensor.rows, original.data());
            ErrorSums error;
            error.add(original.data(), decoded.data(), decoded.size());
            QVERIFY(std::fabs(run.tensors[index].error.error2 - error.error2) <
                    1e-9 * error.error2);
            // Rows of q and k lie in another order in the file.
            const ModelTensor& written = *exported->find(tensor.gguf_name);
            exported->rows(written)->read(0, tensor.rows, read.data());
            for (std::int64_t row = 0; row < tensor.rows; ++row) {
                const auto from =
                    stored_row(*tiny.model, tensor, RowOrder::gguf, row) * tensor.cols;
                QVERIFY(std::equal(decoded.begin() + from, decoded.begin() + from + tensor.cols,
                                   read.begin() + row * tensor.cols));
            }
        }
        const std::size_t q = tiny.index("blk.0.attn_q.weight");
        QVERIFY(stored_row(*tiny.model, tiny.model->tensors()[q], RowOrder::gguf, 1) != 1);
    }

    void interruptedEvaluationsKnowTheBytes() {
        const Rounded tiny;
        const Plan plan = parse_plan("q4_0+gptq");
        const auto fingerprint = [&](const char* text) {
            return PlanWeights(tiny.model, plan, nullptr,
                               std::make_shared<const RoundedTensors>(tiny.round(text)))
                .fingerprint();
        };
        QCOMPARE(fingerprint("q4_0+gptq"), fingerprint("q4_0+gptq"));
        QVERIFY(fingerprint("q4_0+gptq") != fingerprint("q4_0+gptq(damp=0.1)"));
        QVERIFY(PlanWeights(tiny.model, parse_plan("q4_0")).fingerprint() == 0);
    }

    void withoutCalibrationItIsRefused() {
        const Rounded tiny;
        const Plan plan = parse_plan("q4_0+gptq");
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
        QVERIFY(usage([&] { round_plan(tiny.decoder, tiny.model, plan, nullptr, {}); }));
        QVERIFY(usage([&] {
            write_gguf(*tiny.model, plan_gguf(*tiny.model, plan), tiny.fixture.path("x.gguf"));
        }));
        QVERIFY(!std::filesystem::exists(tiny.fixture.path("x.gguf")));
        const auto rows =
            tiny.model->rows(tiny.model->tensors()[tiny.index("blk.0.attn_q.weight")]);
        const TensorRun run = run_tensor(*rows, parse_scheme("q4_0+gptq"), Histogram(-1, 1, 8));
        QVERIFY(run.refused);
        QCOMPARE(preview(*tiny.model, plan).bits_per_weight, 4.5);  // sizes need none
    }

    /// What no calibration sees is rounded to nearest, and it is said.
    void theEmbeddingIsRoundedToNearest() {
        const Rounded tiny;
        const auto entries =
            resolve_plan(parse_plan("keep; *embed*=q4_0+gptq"), *tiny.model, nullptr);
        const PlanEntry& entry = entries[tiny.index("token_embd.weight")];
        QVERIFY(entry.scheme && !entry.scheme->gptq);
        QVERIFY(!entry.fallback.empty());
        QVERIFY(tiny.round("keep; *embed*=q4_0+gptq").empty());
    }

    void itCanBeCancelled() {
        const Rounded tiny;
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_THROWS_EXCEPTION(
            Error, round_plan(tiny.decoder, tiny.model, parse_plan("q4_0+gptq"), nullptr,
                              randomWindows(), nullptr, Progress(stop.get_token(), {})));
    }
};

QTEST_GUILESS_MAIN(TestGptqRun)
#include "test_gptq_run.moc"
