#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <fstream>
#include <random>

#include "core/base/parallel.h"
#include "core/run/model_run.h"
#include "core/run/tensor_run.h"

using namespace ql;

namespace {

constexpr std::int64_t kExperts = 3;
constexpr std::int64_t kRows = 5;
constexpr std::int64_t kCols = 64;
const char* const kStack = "blk.0.ffn_up_exps.weight";
const char* const kPlain = "blk.0.ffn_gate.weight";

std::vector<float> random_values(std::size_t count, unsigned seed, float sigma) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, sigma);
    std::vector<float> values(count);
    std::generate(values.begin(), values.end(), [&] { return normal(random); });
    return values;
}

/// A GGUF file of no known architecture with an expert stack and a plain matrix.
struct StackFixture {
    explicit StackFixture(std::uint32_t blocks = 0) {
        GgufMetadata metadata;
        metadata.set("general.architecture", GgufValue::of_string("nothing-known"));
        metadata.set("nothing-known.block_count", GgufValue::of_u32(blocks));
        std::vector<GgufTensor> tensors(2);
        tensors[0].name = kStack;
        tensors[0].shape = {kExperts, kRows, kCols};
        tensors[1].name = kPlain;
        tensors[1].shape = {kRows, kCols};
        const auto header = write_gguf_header(metadata, tensors);
        weights = random_values((kExperts + 1) * kRows * kCols, 3, 0.1F);
        std::ofstream file(path(), std::ios::binary);
        file.write(reinterpret_cast<const char*>(header.data()),
                   static_cast<std::streamsize>(header.size()));
        file.write(reinterpret_cast<const char*>(weights.data()),
                   static_cast<std::streamsize>(weights.size() * sizeof(float)));
    }

    std::string path() const { return folder.filePath("stack.gguf").toStdString(); }

    QTemporaryDir folder;
    std::vector<float> weights;
};

/// Importance that differs between experts; `counts` as in one of the two file forms.
ImportanceMatrix stack_importance(std::size_t counts) {
    ImportanceMatrix importance;
    ImportanceEntry& entry = importance.entries[kStack];
    entry.sums = random_values(kExperts * kCols, 5, 1);
    for (float& sum : entry.sums) {
        sum *= sum;
    }
    entry.counts.assign(counts, 1);
    return importance;
}

const TensorOutcome& outcome_of(const Model& model, const ModelRun& run, const char* name) {
    const auto index = static_cast<std::size_t>(model.find(name) - model.tensors().data());
    return run.tensors[index];
}

}  // namespace

/// Importance from the matrix to the bytes and the errors.
class TestImportanceRun : public QObject {
    Q_OBJECT

  private slots:
    void everyExpertHasItsOwnImportance_data() {
        QTest::addColumn<int>("counts");
        QTest::newRow("one count for each expert") << static_cast<int>(kExperts);
        QTest::newRow("one count, as in old files") << 1;
    }
    void everyExpertHasItsOwnImportance() {
        QFETCH(int, counts);
        const StackFixture fixture;
        const auto model = Model::open(fixture.path());
        const ImportanceMatrix importance = stack_importance(static_cast<std::size_t>(counts));
        const std::vector<float> columns = importance_of(*model->find(kStack), &importance);
        QCOMPARE(columns.size(), static_cast<std::size_t>(kExperts * kCols));
        const ModelRun run =
            run_model(*model, {parse_plan("keep; *=q4_1+imatrix")}, {}, &importance).front();
        const TensorOutcome& outcome = outcome_of(*model, run, kStack);
        QVERIFY(outcome.entry.fallback.empty());
        ErrorSums expected;
        const auto grid = make_grid(StorageGrid{DType::q4_1});
        std::vector<std::byte> bytes(kRows * grid->row_bytes(kCols));
        std::vector<float> decoded(kRows * kCols);
        for (std::size_t expert = 0; expert < kExperts; ++expert) {
            const float* weights = fixture.weights.data() + expert * kRows * kCols;
            const float* of_columns = columns.data() + expert * kCols;
            grid->encode(weights, kRows, kCols, {{}, false, of_columns}, bytes.data());
            grid->decode(bytes.data(), kRows, kCols, {}, decoded.data());
            for (std::size_t row = 0; row < kRows; ++row) {
                expected.add_weighted(weights + row * kCols, decoded.data() + row * kCols,
                                      of_columns, kCols);
            }
        }
        const auto is_close = [](double a, double b) { return std::fabs(a - b) <= 1e-12 * b; };
        QVERIFY(expected.weighted_error2 > 0);
        QVERIFY(is_close(outcome.error.weighted_error2, expected.weighted_error2));
        QVERIFY(is_close(outcome.error.importance, expected.importance));
        QVERIFY(is_close(outcome.error.weighted_rmse(), expected.weighted_rmse()));
        // The matrix without an entry is fitted without, and is no part of the weighted error.
        const TensorOutcome& plain = outcome_of(*model, run, kPlain);
        QCOMPARE(format(*plain.entry.scheme), std::string("q4_1"));
        QVERIFY(!plain.entry.fallback.empty());
        QCOMPARE(plain.error.importance, 0.0);
        QCOMPARE(run.error.weighted_error2, outcome.error.weighted_error2);
    }

    void weightedErrorIsMeasuredForSchemesThatDoNotUseIt() {
        const StackFixture fixture;
        const auto model = Model::open(fixture.path());
        const ImportanceMatrix importance = stack_importance(kExperts);
        const auto runs =
            run_model(*model, {parse_plan("keep; *=q4_1"), parse_plan("keep; *=q4_1+imatrix")}, {},
                      &importance);
        QCOMPARE(runs[0].error.importance, runs[1].error.importance);
        QVERIFY(runs[0].error.weighted_error2 > runs[1].error.weighted_error2);
        const ModelRun without = run_model(*model, {parse_plan("keep; *=q4_1")}).front();
        QCOMPARE(without.error.error2, runs[0].error.error2);
        QCOMPARE(without.error.weighted_rmse(), 0.0);
    }

    /// With several pieces of rows, some of which hold rows of two experts.
    void resultDoesNotDependOnThreads() {
        constexpr std::int64_t kManyRows = 3000;
        constexpr std::int64_t kManyCols = 256;
        QVERIFY(RowChunks(kManyRows, kManyCols).count() > 3);
        const std::vector<float> weights = random_values(kManyRows * kManyCols, 7, 0.1F);
        std::vector<float> importance = random_values(kExperts * kManyCols, 5, 1);
        for (float& value : importance) {
            value *= value;
        }
        const MemoryRows rows(weights.data(), kManyRows, kManyCols);
        for (const char* text : {"q4_1+imatrix", "q4_k+imatrix", "q6_k+imatrix+search"}) {
            const auto run = [&](int threads) {
                set_thread_limit(threads);
                TensorRun result =
                    run_tensor(rows, parse_scheme(text), Histogram(-1, 1, 32), {}, importance);
                set_thread_limit(0);
                return result;
            };
            const TensorRun one = run(1);
            const TensorRun three = run(3);
            QVERIFY(one.quantized.bytes == three.quantized.bytes);
            QCOMPARE(one.error.weighted_error2, three.error.weighted_error2);
            QCOMPARE(one.error.importance, three.error.importance);
            // The last expert's rows alone, with its importance alone, give the same bytes.
            const std::size_t begin = weights.size() / kExperts * (kExperts - 1);
            const MemoryRows last(weights.data() + begin, kManyRows / kExperts, kManyCols);
            const TensorRun alone = run_tensor(last, parse_scheme(text), Histogram(-1, 1, 32), {},
                                               {importance.end() - kManyCols, importance.end()});
            QVERIFY(std::equal(alone.quantized.bytes.rbegin(), alone.quantized.bytes.rend(),
                               one.quantized.bytes.rbegin()));
        }
    }

    /// A GGUF file says of itself what recipes go by; without that they would guess.
    void recipesNeedTheNumberOfBlocks() {
        const StackFixture eight(8);
        const auto known = Model::open(eight.path());
        QVERIFY(knows_recipes(*known));
        const ModelRun run = preview(*known, parse_plan("recipe:Q4_K_S"));
        QCOMPARE(outcome_of(*known, run, kPlain).entry.rule, int(PlanEntry::kBase));
        const StackFixture none;
        const auto unknown = Model::open(none.path());
        QVERIFY(!knows_recipes(*unknown));
        try {
            preview(*unknown, parse_plan("recipe:Q4_K_S"));
            QFAIL("it was guessed");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::unsupported);
        }
    }

    void importanceThatDoesNotFitIsRefused() {
        const StackFixture fixture;
        const auto model = Model::open(fixture.path());
        for (const std::size_t values : {kCols, kExperts * kCols + 1, kCols * kExperts * 2}) {
            ImportanceMatrix importance = stack_importance(1);
            importance.entries[kStack].sums.assign(values, 1);
            try {
                run_model(*model, {parse_plan("keep; *=q4_1+imatrix")}, {}, &importance);
                QFAIL("it was used");
            } catch (const Error& error) {
                QCOMPARE(error.code(), ErrorCode::bad_data);
                QCOMPARE(error.context(), std::string(kStack));
            }
        }
    }

    void singleTensorNeedsItsImportance() {
        const std::vector<float> weights = random_values(kRows * kCols, 9, 0.1F);
        const MemoryRows rows(weights.data(), kRows, kCols);
        const Histogram bins(-1, 1, 8);
        const std::vector<float> columns(kCols, 2);
        QVERIFY(run_tensor(rows, parse_scheme("q4_1+imatrix"), bins).refused.has_value());
        const TensorRun run = run_tensor(rows, parse_scheme("q4_1+imatrix"), bins, {}, columns);
        QVERIFY(!run.refused);
        QCOMPARE(run.error.importance, 2.0 * kRows * kCols);
    }
};

QTEST_APPLESS_MAIN(TestImportanceRun)
#include "test_importance_run.moc"
