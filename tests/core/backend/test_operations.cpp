#include <QtTest>
#include <cmath>
#include <random>

#include "core/backend/backend.h"
#include "core/backend/single_threaded_blas.h"
#include "core/base/parallel.h"

using namespace ql;

namespace {

std::vector<float> random_values(std::int64_t count, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) {
        value = normal(random);
    }
    return values;
}

/// The largest difference, relative to the largest value.
double distance(const std::vector<float>& actual, const std::vector<double>& expected) {
    double largest = 0;
    double worst = actual.size() == expected.size() ? 0 : 1;
    for (std::size_t i = 0; i < std::min(actual.size(), expected.size()); ++i) {
        largest = std::max(largest, std::abs(expected[i]));
        worst = std::max(worst, std::abs(actual[i] - expected[i]));
    }
    return worst / largest;
}

/// One query head of one sequence, from the definition.
void attend_plainly(const AttentionOp& op, const float* qkv, std::int64_t length, std::int64_t head,
                    double* out) {
    const std::int64_t stride = op.qkv_width();
    const std::int64_t key = (op.heads + head / (op.heads / op.kv_heads)) * op.head_dim;
    for (std::int64_t i = 0; i < length; ++i) {
        std::vector<double> weights;
        double sum = 0;
        const std::int64_t first = op.window > 0 ? std::max<std::int64_t>(0, i - op.window + 1) : 0;
        for (std::int64_t j = first; j <= i; ++j) {
            double score = 0;
            for (std::int64_t c = 0; c < op.head_dim; ++c) {
                score += static_cast<double>(qkv[i * stride + head * op.head_dim + c]) *
                         qkv[j * stride + key + c];
            }
            score *= op.scale;
            if (op.softcap > 0) {
                score = op.softcap * std::tanh(score / op.softcap);
            }
            weights.push_back(std::exp(score));
            sum += weights.back();
        }
        for (std::int64_t c = 0; c < op.head_dim; ++c) {
            double value = 0;
            for (std::int64_t j = first; j <= i; ++j) {
                value += weights[static_cast<std::size_t>(j - first)] *
                         qkv[j * stride + key + op.kv_heads * op.head_dim + c];
            }
            out[i * op.q_width() + head * op.head_dim + c] = value / sum;
        }
    }
}

std::vector<double> attend_plainly(const Sequences& sequences, const AttentionOp& op,
                                   const std::vector<float>& qkv) {
    std::vector<double> out(static_cast<std::size_t>(sequences.tokens() * op.q_width()));
    std::int64_t begin = 0;
    for (const std::int64_t length : sequences.lengths()) {
        for (std::int64_t head = 0; head < op.heads; ++head) {
            attend_plainly(op, qkv.data() + begin * op.qkv_width(), length, head,
                           out.data() + begin * op.q_width());
        }
        begin += length;
    }
    return out;
}

/// Calls `body` with each number of threads, and leaves one.
template <class Body>
void with_threads(std::initializer_list<int> counts, const Body& body) {
    for (const int threads : counts) {
        set_thread_limit(threads);
        body();
    }
    set_thread_limit(1);
}

}  // namespace

/// The processor's operations against their definitions in float64.
class TestOperations : public QObject {
    Q_OBJECT

  private slots:
    /// On a busy machine threads would mostly wait for each other.
    void initTestCase() { set_thread_limit(1); }

    /// Sequences and rows that are no whole tiles.
    void linearIsAProductOfMatrices() {
        const Sequences sequences({1, 300, 40});
        const std::int64_t tokens = sequences.tokens();
        const std::int64_t rows = 530;
        const std::int64_t cols = 70;
        const std::vector<float> x = random_values(tokens * cols, 1);
        const std::vector<float> weight = random_values(rows * cols, 2);
        const std::vector<float> bias = random_values(rows, 3);
        for (const bool biased : {false, true}) {
            const LinearOp op{weight.data(), biased ? bias.data() : nullptr, rows, cols};
            std::vector<double> expected(static_cast<std::size_t>(tokens * (rows + 5)), 7.0);
            for (std::int64_t t = 0; t < tokens; ++t) {
                for (std::int64_t r = 0; r < rows; ++r) {
                    double sum = biased ? bias[static_cast<std::size_t>(r)] : 0;
                    for (std::int64_t c = 0; c < cols; ++c) {
                        sum += static_cast<double>(x[static_cast<std::size_t>(t * cols + c)]) *
                               weight[static_cast<std::size_t>(r * cols + c)];
                    }
                    expected[static_cast<std::size_t>(t * (rows + 5) + r)] = sum;
                }
            }
            // Five values between the rows of the result are not touched.
            std::vector<float> y(expected.size(), 7.0F);
            cpu_backend().linear(sequences, op, x.data(), y.data(), rows + 5, {});
            QVERIFY(distance(y, expected) < 1e-6);
        }
    }

    void attentionIsWhatItSays_data() {
        QTest::addColumn<int>("kv_heads");
        QTest::addColumn<int>("window");
        QTest::addColumn<double>("softcap");
        QTest::newRow("plain") << 6 << 0 << 0.0;
        QTest::newRow("shared keys") << 2 << 0 << 0.0;
        QTest::newRow("one key head, capped") << 1 << 0 << 1.5;
        QTest::newRow("window") << 3 << 20 << 0.0;
        QTest::newRow("wide window") << 3 << 100 << 0.0;
        QTest::newRow("window of one") << 6 << 1 << 0.5;
    }
    void attentionIsWhatItSays() {
        QFETCH(int, kv_heads);
        QFETCH(int, window);
        QFETCH(double, softcap);
        AttentionOp op;
        op.heads = 6;
        op.kv_heads = kv_heads;
        op.head_dim = 12;
        op.window = window;
        op.scale = 0.4F;
        op.softcap = static_cast<float>(softcap);
        const Sequences sequences({1, 63, 64, 65, 200});
        const std::vector<float> qkv = random_values(sequences.tokens() * op.qkv_width());
        std::vector<float> out(static_cast<std::size_t>(sequences.tokens() * op.q_width()));
        cpu_backend().attention(sequences, op, qkv.data(), out.data(), {});
        QVERIFY(distance(out, attend_plainly(sequences, op, qkv)) < 1e-6);
    }

    /// One large score must not overflow, and hides all others.
    void attentionTakesLargeScores() {
        AttentionOp op;
        op.heads = 1;
        op.kv_heads = 1;
        op.head_dim = 1;
        const std::vector<float> qkv = {300, 1, 5, 300, 2, 6, 300, 1, 7};
        std::vector<float> out(3);
        cpu_backend().attention(Sequences({3}), op, qkv.data(), out.data(), {});
        QCOMPARE(out, (std::vector<float>{5, 6, 6}));
    }

    void normsHaveTheirMoments() {
        const std::int64_t width = 100;
        const std::vector<float> x = random_values(2 * width);
        const std::vector<float> weight = random_values(width, 2);
        const std::vector<float> bias = random_values(width, 3);
        for (const bool centred : {false, true}) {
            const NormOp op{weight.data(), centred ? bias.data() : nullptr, 1e-3, centred};
            std::vector<double> expected;
            for (std::int64_t row = 0; row < 2; ++row) {
                const float* values = x.data() + row * width;
                double mean = 0;
                double square = 0;
                for (std::int64_t i = 0; i < width; ++i) {
                    mean += centred ? values[i] / 100.0 : 0;
                }
                for (std::int64_t i = 0; i < width; ++i) {
                    square += (values[i] - mean) * (values[i] - mean) / 100;
                }
                for (std::int64_t i = 0; i < width; ++i) {
                    const auto c = static_cast<std::size_t>(i);
                    expected.push_back((values[i] - mean) / std::sqrt(square + 1e-3) * weight[c] +
                                       (centred ? bias[c] : 0));
                }
            }
            std::vector<float> y(x.size());
            cpu_backend().norm(2, width, op, x.data(), y.data(), {});
            QVERIFY(distance(y, expected) < 1e-6);
        }
    }

    static void turn(const Sequences& sequences, const HeadsOp& heads,
                     const std::vector<const RotationTable*>& rotations, std::vector<float>& x,
                     std::int64_t stride) {
        cpu_backend().heads(sequences, {&heads, 1}, rotations, x.data(), stride, {});
    }

    /// Pairs of both kinds turn by the angle of their position; channels behind them stay.
    void headsTurn() {
        RotationTable table;
        table.pairs = 1;
        table.cosines = {1, 0};
        table.sines = {0, 1};  // position 1: a quarter
        const std::vector<float> row = {9, 9, 9, 1, 2, 3, 9};
        for (const bool interleaved : {false, true}) {
            table.interleaved = interleaved;
            std::vector<float> x = row;
            x.insert(x.end(), row.begin(), row.end());
            turn(Sequences({2}), {1, 1, 3}, {&table}, x, 7);
            const std::vector<float> expected = {9, 9, 9, 1, 2, 3, 9, 9, 9, 9, -2, 1, 3, 9};
            QCOMPARE(x, expected);
        }
        table.pairs = 2;
        table.cosines = {0, 1};
        table.sines = {1, 0};
        std::vector<float> halves = {1, 2, 3, 4};
        table.interleaved = false;
        turn(Sequences({1}), {0, 1, 4}, {&table}, halves, 4);
        QCOMPARE(halves, (std::vector<float>{-3, 2, 1, 4}));
        std::vector<float> neighbours = {1, 2, 3, 4};
        table.interleaved = true;
        turn(Sequences({1}), {0, 1, 4}, {&table}, neighbours, 4);
        QCOMPARE(neighbours, (std::vector<float>{-2, 1, 3, 4}));
        // Every sequence begins at position 0, and turns by its own table.
        table.cosines = {0, 1, 1, 0};
        table.sines = {1, 0, 0, 1};
        RotationTable still;
        std::vector<float> several = {1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4};
        turn(Sequences({1, 1, 2}), {0, 1, 4}, {&table, &still, &table}, several, 4);
        QCOMPARE(several, (std::vector<float>{-2, 1, 3, 4, 1, 2, 3, 4, -2, 1, 3, 4, 1, 2, -4, 3}));
    }

    void activationsAreAccurate() {
        const std::vector<float> x = {-100, -3, -0.5F, 0, 1e-6F, 0.5F, 3, 100};
        const auto values = static_cast<std::int64_t>(x.size());
        const auto check = [&](Activation activation, const std::function<double(double)>& f) {
            std::vector<double> expected(x.begin(), x.end());
            std::vector<float> y(x.size());
            cpu_backend().activate(1, values, activation, false, x.data(), y.data(), {});
            for (std::size_t i = 0; i < x.size(); ++i) {
                const double wanted = f(x[i]);
                QVERIFY(std::abs(y[i] - wanted) <= 3e-7 * std::abs(wanted) + 1e-7);
            }
            // Gates stand before what they let through.
            std::vector<float> gated = x;
            gated.insert(gated.end(), x.size(), 2.0F);
            std::vector<float> doubled(x.size());
            cpu_backend().activate(1, values, activation, true, gated.data(), doubled.data(), {});
            for (std::size_t i = 0; i < x.size(); ++i) {
                QCOMPARE(doubled[i], 2 * y[i]);
            }
        };
        check(Activation::silu, [](double v) { return v / (1 + std::exp(-v)); });
        check(Activation::gelu, [](double v) { return v * 0.5 * std::erfc(-v / std::sqrt(2.0)); });
        check(Activation::gelu_tanh, [](double v) {
            const double inner = std::sqrt(2 / std::acos(-1.0)) * (v + 0.044715 * v * v * v);
            return 0.5 * v * (1 + std::tanh(inner));
        });
    }

    /// OpenBLAS itself gives other bits on two threads than on one.
    void bitsDoNotDependOnThreads() {
        const Sequences sequences({300, 213});
        const std::int64_t cols = 512;
        const std::vector<float> x = random_values(sequences.tokens() * cols, 1);
        const std::vector<float> weight = random_values(768 * cols, 2);
        AttentionOp op;
        op.heads = 8;
        op.kv_heads = 2;
        op.head_dim = 64;
        op.scale = 0.02F;
        std::vector<std::vector<float>> results;
        with_threads({1, 2, 3, 1}, [&] {
            std::vector<float> qkv(static_cast<std::size_t>(sequences.tokens() * 768));
            std::vector<float> out(static_cast<std::size_t>(sequences.tokens() * 512));
            cpu_backend().linear(sequences, {weight.data(), nullptr, 768, cols}, x.data(),
                                 qkv.data(), 768, {});
            cpu_backend().attention(sequences, op, qkv.data(), out.data(), {});
            results.push_back(out);
        });
        QVERIFY(results[0] == results[1]);
        QVERIFY(results[0] == results[2]);
        QVERIFY(results[0] == results[3]);
    }

    /// The number of threads is ours: holding OpenBLAS's at one must not change it.
    void threadLimitStays() {
        set_thread_limit(0);  // OpenMP's
        const int before = thread_limit();
        { const SingleThreadedBlas single; }
        QCOMPARE(thread_limit(), before);
        set_thread_limit(1);
    }
};

QTEST_MAIN(TestOperations)
#include "test_operations.moc"
