#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <cmath>

#include "core/base/parallel.h"
#include "core/run/model_run.h"
#include "core/run/tensor_run.h"

using namespace ql;

namespace {

const char* const kDemo = QL_SOURCE_DIR "/resources/demo_model";

QJsonObject golden_schemes() {
    QFile file(QL_TEST_DATA "/demo_model/quantization.json");
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    return QJsonDocument::fromJson(file.readAll()).object()["schemes"].toObject();
}

}  // namespace

/// Runs on the demo model against reference values that other code computed (tests/data/README).
class TestRuns : public QObject {
    Q_OBJECT

  private slots:
    void weightErrorsEqualTheReference_data() {
        QTest::addColumn<QString>("reference");
        QTest::addColumn<QString>("scheme");
        QTest::newRow("q4_0") << "ggml_q4_0"
                              << "q4_0";
        QTest::newRow("q8_0") << "ggml_q8_0"
                              << "q8_0";
        QTest::newRow("int4 g128 asym") << "rtn_w4_g128_asym"
                                        << "int4:g128:asym:f32";
        QTest::newRow("int3 g128 sym") << "rtn_w3_g128_sym"
                                       << "int3:g128:sym:f32";
        QTest::newRow("int4 rows sym") << "rtn_w4_row_sym"
                                       << "int4:channel:sym:f32";
        QTest::newRow("fp8") << "fp8_e4m3_weights_per_tensor"
                             << "fp8_e4m3:tensor";
        QTest::newRow("int2 g32 asym") << "rtn_w2_g32_asym"
                                       << "int2:g32:asym:f32";
    }
    void weightErrorsEqualTheReference() {
        QFETCH(QString, reference);
        QFETCH(QString, scheme);
        const QJsonObject linears = golden_schemes()[reference].toObject()["linears"].toObject();
        QCOMPARE(linears.size(), 14);
        const auto model = Model::open(kDemo);
        for (auto it = linears.begin(); it != linears.end(); ++it) {
            const std::string tensor = "model." + it.key().toStdString() + ".weight";
            const ModelTensor* found = model->find(tensor);
            QVERIFY2(found != nullptr, tensor.c_str());
            const TensorRun run = run_tensor(
                *model->rows(*found), parse_scheme(scheme.toStdString()), Histogram(-1, 1, 64));
            const double expected = it.value().toObject()["weight_rmse"].toDouble();
            QVERIFY2(std::fabs(run.error.rmse() - expected) <= 1e-6 * expected,
                     qPrintable(QString("%1: %2, expected %3")
                                    .arg(it.key())
                                    .arg(run.error.rmse(), 0, 'g', 10)
                                    .arg(expected, 0, 'g', 10)));
        }
    }

    void errorsAreThoseOfTheDecodedBytes() {
        const auto model = Model::open(kDemo);
        const ModelTensor& tensor = *model->find("blk.2.ffn_down.weight");
        const auto rows = model->rows(tensor);
        const TensorRun run = run_tensor(*rows, parse_scheme("q4_0"), Histogram(-1, 1, 64));
        std::vector<float> original(static_cast<std::size_t>(rows->size()));
        std::vector<float> decoded(original.size());
        rows->read(0, rows->rows(), original.data());
        run.quantized.decode_rows(0, rows->rows(), decoded.data());
        ErrorSums sums;
        sums.add(original.data(), decoded.data(), original.size());
        QCOMPARE(run.error.max_error, sums.max_error);
        QVERIFY(std::fabs(run.error.rmse() - sums.rmse()) < 1e-12);
        QCOMPARE(run.histogram.total(), static_cast<std::uint64_t>(rows->size()));
        QCOMPARE(static_cast<double>(run.error_map.abs_max()), sums.max_error);

        const std::vector<float> window = map_window(*rows, &run, MapKind::error, 10, 3, 100, 50);
        for (std::size_t r = 0; r < 3; ++r) {
            for (std::size_t c = 0; c < 50; ++c) {
                const std::size_t i = (10 + r) * 768 + 100 + c;
                QCOMPARE(window[r * 50 + c], decoded[i] - original[i]);
            }
        }
    }

    void wholeModelEqualsTheSumOfItsTensors() {
        const auto model = Model::open(kDemo);
        const std::vector<Plan> plans = {Plan::of(parse_scheme("q4_0")),
                                         Plan::of(parse_scheme("int8:tensor:sym")),
                                         Plan::of(parse_scheme("q8_0"))};
        const std::vector<ModelRun> runs = run_model(*model, plans);
        QCOMPARE(runs.size(), std::size_t{3});
        for (std::size_t p = 0; p < plans.size(); ++p) {
            ErrorSums sums;
            std::size_t covered = 0;
            for (const TensorOutcome& outcome : runs[p].tensors) {
                if (!outcome.entry.scheme) {
                    continue;
                }
                ++covered;
                const ModelTensor& tensor = model->tensors()[outcome.tensor];
                const TensorRun alone =
                    run_tensor(*model->rows(tensor), *outcome.entry.scheme, Histogram(-1, 1, 8));
                QCOMPARE(alone.error.error2, outcome.error.error2);
                sums.merge(alone.error);
            }
            QCOMPARE(covered, std::size_t{42});
            QCOMPARE(runs[p].weights, std::uint64_t{4718592});
            QVERIFY(std::fabs(runs[p].error.error2 - sums.error2) <= 1e-12 * sums.error2);
        }
        QCOMPARE(runs[0].bits_per_weight, 4.5);
        QCOMPARE(runs[2].bits_per_weight, 8.5);
        QVERIFY(runs[2].error.rmse() < runs[0].error.rmse() / 10);
    }

    void resultDoesNotDependOnThreads() {
        const auto model = Model::open(kDemo);
        for (const char* scheme : {"int4:tensor:asym", "fp8_e4m3:block"}) {
            const std::vector<Plan> plans = {Plan::of(parse_scheme(scheme))};
            set_thread_limit(1);
            const ErrorSums one = run_model(*model, plans).front().error;
            set_thread_limit(5);
            const ErrorSums five = run_model(*model, plans).front().error;
            set_thread_limit(0);
            QCOMPARE(one.error2, five.error2);
            QCOMPARE(one.product, five.product);
        }
    }

    /// Pieces of rows that threads work on end inside of blocks: 1500 columns make short pieces.
    void blocksAreFittedToTheWholeTensor() {
        constexpr std::int64_t kRows = 400;
        constexpr std::int64_t kCols = 1500;
        QVERIFY(RowChunks(kRows, kCols).rows_per_chunk % kBlockSide != 0);
        std::vector<float> weights(kRows * kCols);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            weights[i] =
                std::sin(static_cast<float>(i) * 0.37F) * static_cast<float>(1 + i * 7919 % 1009);
        }
        const TensorRange range = tensor_range(MemoryRows(weights.data(), kRows, kCols));
        QCOMPARE(range.block_maxima.size(), std::size_t{4 * 12});
        for (std::int64_t block = 0; block < 48; ++block) {
            float largest = 0;
            for (std::int64_t row = block / 12 * 128; row < std::min(kRows, block / 12 * 128 + 128);
                 ++row) {
                for (std::int64_t col = block % 12 * 128;
                     col < std::min(kCols, block % 12 * 128 + 128); ++col) {
                    largest = std::max(
                        largest, std::fabs(weights[static_cast<std::size_t>(row * kCols + col)]));
                }
            }
            QCOMPARE(range.block_maxima[static_cast<std::size_t>(block)], largest);
        }
        const TensorRun run = run_tensor(MemoryRows(weights.data(), kRows, kCols),
                                         parse_scheme("fp8_e4m3:block"), Histogram(-1, 1, 8));
        std::vector<std::byte> whole(run.quantized.bytes.size());
        run.quantized.grid->encode(weights.data(), kRows, kCols,
                                   {.params = {}, .block_maxima = range.block_maxima.data()},
                                   whole.data());
        QVERIFY(run.quantized.bytes == whole);
        QCOMPARE(run.bits_per_weight, 8 + 32.0 * 48 / (400 * 1500));
    }

    void previewSaysTheSameSizes() {
        const auto model = Model::open(kDemo);
        const Plan plan = Plan::of(parse_scheme("q5_1"));
        QCOMPARE(preview(*model, plan).bytes, run_model(*model, {plan}).front().bytes);
    }

    void nanWeightsAreRefusedByName() {
        std::vector<float> weights(4096, 0.5F);
        weights[77] = std::numeric_limits<float>::quiet_NaN();
        const MemoryRows rows(weights.data(), 64, 64);
        for (const char* scheme : {"q4_0", "int4:tensor:sym", "int8:channel:narrow", "f16"}) {
            try {
                run_tensor(rows, parse_scheme(scheme), Histogram(-1, 1, 8));
                QFAIL(scheme);
            } catch (const Error& error) {
                QCOMPARE(error.code(), ErrorCode::bad_data);
            }
        }
    }

    void weightsBeyondTheRangeOfHalfAreRefused() {
        const std::vector<float> weights(64, 1e8F);
        for (const char* scheme : {"f16", "q4_0", "q8_0", "int2:g32:narrow", "int2:tensor:sym"}) {
            const MemoryRows rows(weights.data(), 1, 64);
            QVERIFY_THROWS_EXCEPTION(Error,
                                     run_tensor(rows, parse_scheme(scheme), Histogram(-1, 1, 8)));
        }
    }

    void rowsThatDoNotFitAreRefusedWithAReason() {
        const std::vector<float> weights(172, 0.1F);
        const TensorRun run = run_tensor(MemoryRows(weights.data(), 1, 172), parse_scheme("q4_0"),
                                         Histogram(-1, 1, 8));
        QVERIFY(run.refused.has_value());
    }

    // Legal in safetensors, and the sizes are the file's to choose: nothing may be made of them.
    void matricesWithoutColumns() {
        const MemoryRows rows(nullptr, std::int64_t{1} << 40, 0);
        for (const char* scheme :
             {"q4_0", "int8:tensor:sym", "int4:channel:asym", "fp8_e4m3:block", "f16"}) {
            const RowChunks chunks(rows.rows(), rows.cols());
            QCOMPARE(chunks.count(), std::int64_t{0});
            const MemoryRows none(nullptr, 0, 0);
            QCOMPARE(run_tensor(none, parse_scheme(scheme), Histogram(-1, 1, 8)).error.count,
                     std::uint64_t{0});
        }
        QVERIFY(map_pyramid(MemoryRows(nullptr, 0, 0), nullptr, MapKind::original).levels.empty());
    }

    void cancelAnswers() {
        const auto model = Model::open(kDemo);
        std::stop_source stop;
        stop.request_stop();
        const Progress progress(stop.get_token(), nullptr);
        try {
            run_model(*model, {Plan::of(parse_scheme("q4_0"))}, progress);
            QFAIL("not cancelled");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::cancelled);
        }
    }

    void mapsOfEveryKind() {
        const auto model = Model::open(kDemo);
        const auto rows = model->rows(*model->find("blk.0.attn_k.weight"));
        const TensorRun run = run_tensor(*rows, parse_scheme("q4_0"), Histogram(-1, 1, 8));
        const float scale = map_pyramid(*rows, &run, MapKind::scale).abs_max();
        QVERIFY(scale > 0);
        QVERIFY(run.error.max_error <= static_cast<double>(scale) * 1.01);
        QVERIFY(map_pyramid(*rows, nullptr, MapKind::original).abs_max() >
                map_pyramid(*rows, &run, MapKind::error).abs_max());
        QVERIFY(map_pyramid(*rows, &run, MapKind::relative_error).abs_max() <= 1.0F + 1e-6F);
    }
};

QTEST_APPLESS_MAIN(TestRuns)
#include "test_runs.moc"
