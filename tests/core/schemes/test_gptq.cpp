#include <QTest>
#include <cmath>
#include <mutex>
#include <numeric>
#include <random>

#include "core/base/parallel.h"
#include "core/schemes/gptq/gptq.h"
#include "core/schemes/scheme.h"

using namespace ql;

namespace {

/// Weights and inputs that are correlated over channels, some of them much stronger than others.
struct Linear {
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::vector<float> weights;
    std::vector<double> gram;

    Linear(std::int64_t row_count, std::int64_t col_count, unsigned seed, int tokens = 0)
        : rows(row_count), cols(col_count), gram(std::size_t(col_count * col_count)) {
        std::mt19937 random(seed);
        std::normal_distribution<float> normal(0, 1);
        for (std::int64_t i = 0; i < rows * cols; ++i) {
            weights.push_back(0.05F * normal(random));
        }
        const int count = tokens > 0 ? tokens : int(2 * cols);
        std::vector<double> x(std::size_t(cols), 0.0);
        for (int token = 0; token < count; ++token) {
            double before = 0;
            for (std::size_t i = 0; i < x.size(); ++i) {
                before = 0.9 * before + 0.436 * double(normal(random));
                x[i] = i % 37 == 5 ? 8 * before : before;
            }
            for (std::size_t i = 0; i < x.size(); ++i) {
                for (std::size_t j = 0; j < x.size(); ++j) {
                    gram[i * x.size() + j] += x[i] * x[j];
                }
            }
        }
    }

    MemoryRows source() const { return {weights.data(), rows, cols}; }

    /// tr(ΔW G ΔWᵀ), with `damping` added to the diagonal.
    double error(const std::vector<float>& decoded, double damping = 0) const {
        double sum = 0;
        const auto n = std::size_t(cols);
        std::vector<double> delta(n);
        for (std::size_t row = 0; row < std::size_t(rows); ++row) {
            for (std::size_t i = 0; i < n; ++i) {
                delta[i] = double(decoded[row * n + i]) - double(weights[row * n + i]);
            }
            for (std::size_t i = 0; i < n; ++i) {
                double product = damping * delta[i];
                for (std::size_t j = 0; j < n; ++j) {
                    product += gram[i * n + j] * delta[j];
                }
                sum += delta[i] * product;
            }
        }
        return sum;
    }

    double mean_diagonal() const {
        double sum = 0;
        for (std::int64_t i = 0; i < cols; ++i) {
            sum += gram[std::size_t(i * cols + i)];
        }
        return sum / double(cols);
    }

    /// The grid of a text, and its tensor-wide parameters.
    GptqTask task(const char* grid, const GptqFactor& factor, Gptq::Order order) const {
        GptqTask task{make_grid(parse_grid(grid)), {}, order, &factor, &cpu_backend()};
        if (task.grid->per_tensor()) {
            const auto [lo, hi] = std::minmax_element(weights.begin(), weights.end());
            task.fit.params = task.grid->fit_tensor({*lo, *hi});
        }
        return task;
    }

    GptqFactor factor(const char* grid, const Gptq& options = {}) const {
        const auto codec = make_grid(parse_grid(grid))->span_codec(cols);
        return make_gptq_factor(gram.data(), cols, options, codec->shape().span, cpu_backend());
    }

    GptqResult round(const char* grid, const Gptq& options = {}) const {
        const GptqFactor made = factor(grid, options);
        return gptq_round(source(), task(grid, made, options.order));
    }

    std::vector<float> nearest(const char* text) const {
        const auto grid = make_grid(parse_grid(text));
        QuantizedTensor tensor{grid, rows, cols, {}, {}};
        tensor.bytes.resize(std::size_t(rows) * grid->row_bytes(cols));
        const GptqFactor none;
        tensor.params = task(text, none, Gptq::Order::none).fit.params;
        grid->encode(weights.data(), rows, cols, {tensor.params}, tensor.bytes.data());
        return decoded(tensor);
    }

    static std::vector<float> decoded(const QuantizedTensor& tensor) {
        std::vector<float> values(std::size_t(tensor.rows * tensor.cols));
        tensor.decode_rows(0, tensor.rows, values.data());
        return values;
    }
};

/// Several tiles of rows, several blocks of columns; made once, as its inputs take a while.
const Linear& large() {
    static const Linear linear(150, 512, 11);
    return linear;
}
/// The same inputs, and few enough rows for errors to be worked out plainly.
Linear withFewRows() {
    Linear linear = large();
    linear.rows = 9;
    linear.weights.resize(std::size_t(linear.rows * linear.cols));
    return linear;
}

/// Small matrices for cases that were worked out by hand.
std::vector<float> upperOf(const std::vector<double>& h, double damping = 0) {
    const auto n = std::int64_t(std::sqrt(double(h.size())) + 0.5);
    std::vector<float> upper(h.size());
    return cpu_backend().inverse_factor(n, h.data(), damping, upper.data(), {})
               ? upper
               : std::vector<float>();
}

const char* const kGrids[] = {"int4:g32:sym",
                              "int3:g32:asym",
                              "int4:channel:narrow",
                              "fp8_e4m3:channel",
                              "fp8_e4m3:tensor",
                              "int8:tensor:asym",
                              "int2:g64:asym:f32",
                              "q4_0",
                              "q4_1",
                              "q5_0",
                              "q5_1",
                              "q8_0",
                              "q2_k",
                              "q3_k",
                              "q4_k",
                              "q5_k",
                              "q6_k",
                              "iq4_nl",
                              "iq4_xs",
                              "mxfp4",
                              "nvfp4",
                              "tq2_0"};

void addGrids() {
    QTest::addColumn<QByteArray>("grid");
    for (const char* grid : kGrids) {
        QTest::newRow(grid) << QByteArray(grid);
    }
}

}  // namespace

/// Rounding with compensation: worked cases, the identities of the algorithm, and its guarantees.
class TestGptq : public QObject {
    Q_OBJECT

  private slots:
    void theFactorOfTheWorkedCase() {
        const std::vector<float> upper = upperOf({4, 2, 1, 2, 3, 1, 1, 1, 2});
        const std::vector<float> expected = {
            0.620174F, -0.372104F, -0.124035F, 0, 0.632456F, -0.316228F, 0, 0, 0.707107F};
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QVERIFY(std::fabs(upper[i] - expected[i]) < 1e-6F);
        }
        QVERIFY(upperOf({1, 2, 2, 1}).empty());
        QVERIFY(!upperOf({1, 2, 2, 1}, 1.5).empty());
        QVERIFY(upperOf({NAN}).empty());
    }

    /// The factor of a matrix of several panels, multiplied out.
    void theFactorIsThatOfTheInverse() {
        const Linear linear(1, 300, 3);
        const double damping = 0.01 * linear.mean_diagonal();
        const std::vector<float> upper = upperOf(linear.gram, damping);
        // UᵀU H = I, row by row.
        const std::size_t n = 300;
        double worst = 0;
        std::vector<double> inverse(n * n);
        for (std::size_t k = 0; k < n; ++k) {
            for (std::size_t i = k; i < n; ++i) {
                for (std::size_t j = k; j < n; ++j) {
                    inverse[i * n + j] += double(upper[k * n + i]) * double(upper[k * n + j]);
                }
            }
        }
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                double sum = inverse[i * n + j] * damping;
                for (std::size_t k = 0; k < n; ++k) {
                    sum += inverse[i * n + k] * linear.gram[k * n + j];
                }
                worst = std::max(worst, std::fabs(sum - (i == j ? 1.0 : 0.0)));
                QVERIFY(i <= j || upper[i * n + j] == 0);
            }
        }
        QVERIFY2(worst < 2e-4, qPrintable(QString::number(worst)));
    }

    /// Unit steps, no damping: what is worked out in the facts of the algorithm. An integer grid
    /// has unit steps when its scale is 1, which a tensor's parameters can say.
    void workedCases_data() {
        QTest::addColumn<QList<double>>("h");
        QTest::addColumn<QList<double>>("w");
        QTest::addColumn<QList<double>>("expected");
        QTest::addColumn<double>("error");
        QTest::newRow("mixed") << QList<double>{4, 2, 1, 2, 3, 1, 1, 1, 2}
                               << QList<double>{2.38, -0.60, -0.43} << QList<double>{2, 0, -1}
                               << 1.1446;
        QTest::newRow("2 J + I") << QList<double>{3, 2, 2, 2, 3, 2, 2, 2, 3}
                                 << QList<double>{0.53, -1.47, -1.47} << QList<double>{1, -2, -1}
                                 << 1.0589;
    }
    void workedCases() {
        QFETCH(QList<double>, h);
        QFETCH(QList<double>, w);
        QFETCH(QList<double>, expected);
        QFETCH(double, error);
        Linear linear(1, 3, 1);
        linear.gram.assign(h.begin(), h.end());
        linear.weights.assign(w.begin(), w.end());
        const GptqFactor factor =
            linear.factor("int8:tensor:sym", {.damp = 0, .order = Gptq::Order::none});
        GptqTask task = linear.task("int8:tensor:sym", factor, Gptq::Order::none);
        task.fit.params = {1, 0};
        const GptqResult result = gptq_round(linear.source(), task);
        const std::vector<float> decoded = Linear::decoded(result.tensor);
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(double(decoded[i]), expected[qsizetype(i)]);
        }
        QVERIFY(std::fabs(linear.error(decoded) - error) < 1e-4);
        QVERIFY(std::fabs(result.report.loss - error) < 1e-4);
    }

    /// Ŵ - W = -E · U, for every grid and order: whatever was rounded is what is decoded.
    void errorsExplainTheResult_data() { addGrids(); }
    void errorsExplainTheResult() {
        QFETCH(QByteArray, grid);
        const Linear linear = withFewRows();
        for (const Gptq::Order order :
             {Gptq::Order::none, Gptq::Order::fixed, Gptq::Order::by_group}) {
            const GptqFactor factor = linear.factor(grid, {.order = order});
            GptqTask task = linear.task(grid, factor, order);
            const auto n = std::size_t(linear.cols);
            std::vector<double> errors(std::size_t(linear.rows) * n);  // by place in the order
            std::vector<std::size_t> place(n);
            for (std::size_t i = 0; i < n; ++i) {
                place[std::size_t(factor.order[i])] = i;
            }
            std::mutex mutex;
            task.watch = [&](const GptqStep& step) {
                const std::scoped_lock lock(mutex);
                for (std::size_t i = 0; i < step.columns.size(); ++i) {
                    for (std::int64_t row = 0; row < step.rows; ++row) {
                        errors[std::size_t(step.first_row + row) * n +
                               place[std::size_t(step.columns[i])]] =
                            double(step.errors[std::int64_t(i) * step.stride + row]);
                    }
                }
            };
            const GptqResult result = gptq_round(linear.source(), task);
            const std::vector<float> decoded = Linear::decoded(result.tensor);
            double worst = 0;
            for (std::size_t row = 0; row < std::size_t(linear.rows); ++row) {
                for (std::size_t j = 0; j < n; ++j) {
                    double sum = 0;
                    for (std::size_t i = 0; i <= j; ++i) {
                        sum += errors[row * n + i] * double(factor.upper[i * n + j]);
                    }
                    const std::size_t at = row * n + std::size_t(factor.order[j]);
                    const double delta = double(decoded[at]) - double(linear.weights[at]);
                    worst = std::max(worst, std::fabs(delta + sum));
                }
            }
            QVERIFY2(worst < 2e-5, qPrintable(QString::number(worst)));
            // Hence the loss is the error under the damped matrix.
            const double damped = linear.error(decoded, 0.01 * linear.mean_diagonal());
            QVERIFY(std::fabs(result.report.loss - damped) < 1e-3 * damped);
        }
    }

    /// It is there to lower the error of outputs.
    void outputErrorsFall_data() { addGrids(); }
    void outputErrorsFall() {
        QFETCH(QByteArray, grid);
        const Linear linear = withFewRows();
        const double before = linear.error(linear.nearest(grid));
        for (const Gptq::Order order :
             {Gptq::Order::none, Gptq::Order::fixed, Gptq::Order::by_group}) {
            const GptqResult result = linear.round(grid, {.order = order});
            const double after = linear.error(Linear::decoded(result.tensor));
            QVERIFY2(after < 0.5 * before, qPrintable(QString("%1 of %2").arg(after).arg(before)));
        }
    }

    /// Fitting scales to their codes never costs anything, and the codes stay.
    void refitLowersTheError_data() { addGrids(); }
    void refitLowersTheError() {
        QFETCH(QByteArray, grid);
        const Linear linear = withFewRows();
        const GptqResult plain = linear.round(grid);
        const GptqResult refitted = linear.round(grid, {.refit = true});
        const double before = linear.error(Linear::decoded(plain.tensor));
        const double after = linear.error(Linear::decoded(refitted.tensor));
        QVERIFY2(after <= before, qPrintable(QString("%1 of %2").arg(after).arg(before)));
        // Scales that can follow their codes gain; K-quants have hardly anything left to gain.
        const bool simple = grid.startsWith("int4") || grid == "q4_0" || grid == "iq4_nl";
        QVERIFY2(!simple || after < 0.995 * before,
                 qPrintable(QString("%1 of %2").arg(after).arg(before)));
        const bool fixed = grid == "int8:tensor:asym" || grid == "mxfp4" || grid == "nvfp4";
        QVERIFY(!fixed || plain.tensor.bytes == refitted.tensor.bytes);
        for (std::int64_t col = 0; col < linear.cols; ++col) {
            QCOMPARE(plain.tensor.inspect(1, col).code, refitted.tensor.inspect(1, col).code);
        }
        QCOMPARE(plain.report.loss, refitted.report.loss);
    }

    /// Inputs that say nothing about each other leave nothing to make up for.
    void equalInputsGiveNearestRounding_data() { addGrids(); }
    void equalInputsGiveNearestRounding() {
        QFETCH(QByteArray, grid);
        Linear linear = withFewRows();
        std::fill(linear.gram.begin(), linear.gram.end(), 0.0);
        for (std::int64_t i = 0; i < linear.cols; ++i) {
            linear.gram[std::size_t(i * linear.cols + i)] = 7;
        }
        const std::vector<float> nearest = linear.nearest(grid);
        const std::vector<float> decoded = Linear::decoded(linear.round(grid).tensor);
        const bool integers = grid.startsWith("int");
        for (std::size_t i = 0; i < nearest.size(); ++i) {
            // ggml's types choose codes before scales are rounded, or by a search: theirs may be
            // further from the weight, never nearer.
            QVERIFY(integers ? decoded[i] == nearest[i]
                             : std::fabs(decoded[i] - linear.weights[i]) <=
                                   std::fabs(nearest[i] - linear.weights[i]) * 1.00001F + 1e-9F);
        }
    }

    void bytesAreTheSameAtAnyNumberOfThreads_data() { addGrids(); }
    void bytesAreTheSameAtAnyNumberOfThreads() {
        QFETCH(QByteArray, grid);
        const Linear& linear = large();
        std::vector<std::vector<std::byte>> bytes;
        for (const int threads : {1, 2, 5}) {
            set_thread_limit(threads);
            bytes.push_back(linear.round(grid, {.order = Gptq::Order::by_group}).tensor.bytes);
        }
        set_thread_limit(0);
        QVERIFY(bytes[0] == bytes[1]);
        QVERIFY(bytes[0] == bytes[2]);
    }

    /// Groups of 16 make small blocks, the row one of 128 columns; the parameters are the same.
    void blocksDoNotMatter() {
        Linear linear(64, 384, 15);
        // Powers of two in every group of 16: the scale is 2^-4 for every group of any size.
        for (std::size_t i = 0; i < linear.weights.size(); ++i) {
            linear.weights[i] = i % 16 == 3 ? 0.46875F : std::clamp(linear.weights[i], -.3F, .3F);
        }
        const auto round = [&](const char* grid) {
            const GptqFactor factor = linear.factor(grid);
            GptqTask task = linear.task(grid, factor, Gptq::Order::fixed);
            return Linear::decoded(gptq_round(linear.source(), task).tensor);
        };
        const std::vector<float> small = round("int4:g16:sym");
        const std::vector<float> whole = round("int4:channel:sym");
        std::size_t different = 0;
        for (std::size_t i = 0; i < small.size(); ++i) {
            different += small[i] != whole[i] ? 1 : 0;
        }
        QCOMPARE(different, std::size_t(0));
    }

    void groupsStayInOnePiece() {
        const Linear linear(1, 256, 16);
        const GptqFactor factor = linear.factor("int4:g32:sym", {.order = Gptq::Order::by_group});
        for (std::size_t i = 0; i < factor.order.size(); i += 32) {
            for (std::size_t j = i; j < i + 32; ++j) {
                QCOMPARE(factor.order[j] / 32, factor.order[i] / 32);
            }
        }
        const auto diagonal = [&](std::size_t i) {
            const auto column = std::size_t(factor.order[i]);
            return linear.gram[column * 256 + column];
        };
        QVERIFY(diagonal(0) >= diagonal(32) && diagonal(32) >= diagonal(224));
        QVERIFY(diagonal(0) >= diagonal(1) && diagonal(1) >= diagonal(31));
        const GptqFactor sorted = linear.factor("int4:g32:sym", {.order = Gptq::Order::fixed});
        for (std::size_t i = 1; i < 256; ++i) {
            const auto a = std::size_t(sorted.order[i - 1]);
            const auto b = std::size_t(sorted.order[i]);
            QVERIFY(linear.gram[a * 257] >= linear.gram[b * 257]);
        }
    }

    /// Fewer tokens than columns leave no inverse without damping.
    void dampingIsRaisedWhereItMustBe() {
        const Linear linear(4, 64, 17, 20);
        const GptqResult result = linear.round("int4:g32:sym", {.damp = 0});
        QVERIFY(result.report.increases > 0);
        QVERIFY(result.report.damp >= 0.01);
        QVERIFY(result.report.fallback.empty());
        QCOMPARE(linear.round("int4:g32:sym").report.increases, 0);
        QCOMPARE(linear.round("int4:g32:sym").report.damp, 0.01);
    }

    /// Channels without input are rounded to nearest and disturb nobody; without any, all are.
    void deadColumnsAreRoundedToNearest() {
        Linear linear(8, 64, 18);
        for (std::size_t i = 0; i < 64; ++i) {
            linear.gram[i * 64 + 9] = linear.gram[9 * 64 + i] = 0;
        }
        const GptqResult result = linear.round("int4:channel:sym");
        QCOMPARE(result.report.dead_columns, std::int64_t(1));
        const std::vector<float> decoded = Linear::decoded(result.tensor);
        const std::vector<float> nearest = linear.nearest("int4:channel:sym");
        for (std::size_t row = 0; row < 8; ++row) {
            QCOMPARE(decoded[row * 64 + 9], nearest[row * 64 + 9]);
        }
        std::fill(linear.gram.begin(), linear.gram.end(), 0.0);
        const GptqResult without = linear.round("int4:channel:sym");
        QVERIFY(!without.report.fallback.empty());
        QVERIFY(Linear::decoded(without.tensor) == nearest);
    }

    void itCanBeCancelled() {
        const Linear linear(4, 64, 19);
        const GptqFactor factor = linear.factor("int4:g32:sym");
        std::stop_source stop;
        stop.request_stop();
        const Progress progress(stop.get_token(), {});
        const GptqTask task = linear.task("int4:g32:sym", factor, Gptq::Order::fixed);
        QVERIFY_THROWS_EXCEPTION(Error, gptq_round(linear.source(), task, progress));
        QVERIFY_THROWS_EXCEPTION(
            Error, make_gptq_factor(linear.gram.data(), 64, {}, 32, cpu_backend(), progress));
    }

    void weightsMustBeFinite() {
        Linear linear(4, 64, 20);
        linear.weights[70] = NAN;
        QVERIFY_THROWS_EXCEPTION(Error, linear.round("int4:g32:sym"));
    }
};

QTEST_GUILESS_MAIN(TestGptq)
#include "test_gptq.moc"
