#include <QTest>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/files/checkpoint.h"
#include "core/run/output_error.h"
#include "core/run/plan_weights.h"
#include "tests/core/model/text_windows.h"

using namespace ql;

/// The error of linears' outputs against golden figures, and its identities.
class TestOutputError : public QObject {
    Q_OBJECT

  private slots:
    void outputErrorsAreTheGoldenOnes() {
        const std::map<const char*, const char*> schemes = {
            {"rtn_w4_row_sym", "int4:channel:sym:f32"},
            {"rtn_w4_g128_sym", "int4:g128:sym:f32"},
            {"rtn_w3_g128_asym", "int3:g128:asym:f32"},
            {"rtn_w8_g128_asym", "int8:g128:asym:f32"},
            {"rtn_w2_g32_asym", "int2:g32:asym:f32"},
            {"ggml_q4_0", "q4_0"},
            {"ggml_q8_0", "q8_0"}};
        const nlohmann::json golden =
            read_json_file(QL_TEST_DATA "/demo_model/quantization.json")["schemes"];
        const auto model = Model::open(QL_SOURCE_DIR "/resources/demo_model");
        const auto windows =
            textWindows(*model, QL_SOURCE_DIR "/resources/demo_model/calibration.txt", 512, 8);
        std::vector<EvaluatedModel> models = {{"original", std::make_shared<StoredWeights>(model)}};
        for (const auto& [name, text] : schemes) {
            models.push_back({name, std::make_shared<PlanWeights>(model, parse_plan(text))});
        }
        const auto results = measure_outputs(Decoder(model), models, windows);
        int compared = 0;
        for (std::size_t m = 0; m < results.size(); ++m) {
            double sum = 0;
            int linears = 0;
            for (std::size_t t = 0; t < results[m].tensors.size(); ++t) {
                const ModelTensor& tensor = model->tensors()[t];
                const double relative = results[m].tensors[t].relative();
                QCOMPARE(tensor.linear, results[m].tensors[t].output2 > 0);
                sum += relative;
                linears += tensor.linear ? 1 : 0;
                const std::string name = tensor.name.substr(0, tensor.name.rfind('.'))
                                             .substr(std::string_view("model.").size() *
                                                     tensor.name.starts_with("model."));
                const auto& expected = golden[models[m + 1].label]["linears"];
                if (!expected.contains(name)) {
                    continue;
                }
                const double wanted = expected[name]["output_rel_error"];
                QVERIFY2(std::fabs(relative - wanted) < 2e-4 * wanted,
                         qPrintable(QString("%1 %2: %3 instead of %4")
                                        .arg(models[m + 1].label.c_str(), name.c_str())
                                        .arg(relative)
                                        .arg(wanted)));
                ++compared;
            }
            QCOMPARE(linears, 42);
            QVERIFY(std::fabs(results[m].mean_relative - sum / linears) < 1e-12);
        }
        QCOMPARE(compared, 14 * static_cast<int>(schemes.size()));
    }

    /// X ΔWᵀ worked out, against the Gram matrix.
    void gramMatrixGivesTheErrorOfOutputs() {
        constexpr std::int64_t kTokens = 7;
        constexpr std::int64_t kCols = 5;
        constexpr std::int64_t kRows = 3;
        const auto value = [](std::int64_t i, std::int64_t salt) {
            return static_cast<float>((i * 37 + salt * 11) % 17 - 8) / 8;
        };
        std::vector<float> x(kTokens * kCols);
        std::vector<float> w(kRows * kCols);
        std::vector<float> changed(kRows * kCols);
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = value(std::int64_t(i), 1);
        }
        for (std::size_t i = 0; i < w.size(); ++i) {
            w[i] = value(std::int64_t(i), 2);
            changed[i] = w[i] + value(std::int64_t(i), 5) / 16;
        }
        GramMatrix gram{kCols, kTokens, std::vector<double>(kCols * kCols)};
        cpu_backend().add_gram(kTokens, kCols, x.data(), gram.values.data(), {});
        double error2 = 0;
        double output2 = 0;
        for (std::int64_t t = 0; t < kTokens; ++t) {
            for (std::int64_t r = 0; r < kRows; ++r) {
                double y = 0;
                double off = 0;
                for (std::int64_t c = 0; c < kCols; ++c) {
                    const auto at = std::size_t(r * kCols + c);
                    y += double(x[std::size_t(t * kCols + c)]) * w[at];
                    off += double(x[std::size_t(t * kCols + c)]) * (double(changed[at]) - w[at]);
                }
                output2 += y * y;
                error2 += off * off;
            }
        }
        const OutputError error = output_error(MemoryRows(w.data(), kRows, kCols),
                                               MemoryRows(changed.data(), kRows, kCols), gram);
        QVERIFY(std::fabs(error.error2 - error2) < 1e-5 * error2);
        QVERIFY(std::fabs(error.output2 - output2) < 1e-5 * output2);
    }
};

QTEST_APPLESS_MAIN(TestOutputError)
#include "test_output_error.moc"
