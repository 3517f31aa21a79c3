#include <QTest>
#include <cmath>
#include <random>

#include "core/base/parallel.h"
#include "core/schemes/gptq/gptq.h"
#include "core/schemes/scheme.h"

using namespace ql;

namespace {

using Matrix = std::vector<std::vector<double>>;

Matrix zeros(std::size_t rows, std::size_t cols) { return Matrix(rows, std::vector<double>(cols)); }

/// By Gauss and Jordan, without pivots: for positive definite matrices.
Matrix inverse(Matrix a) {
    const std::size_t n = a.size();
    Matrix result = zeros(n, n);
    for (std::size_t i = 0; i < n; ++i) {
        result[i][i] = 1;
    }
    for (std::size_t i = 0; i < n; ++i) {
        const double pivot = a[i][i];
        for (std::size_t col = 0; col < n; ++col) {
            a[i][col] /= pivot;
            result[i][col] /= pivot;
        }
        for (std::size_t row = 0; row < n; ++row) {
            const double factor = a[row][i];
            for (std::size_t col = 0; row != i && factor != 0 && col < n; ++col) {
                a[row][col] -= factor * a[i][col];
                result[row][col] -= factor * result[i][col];
            }
        }
    }
    return result;
}

/// The rows and columns of a matrix from one on.
Matrix rest(const Matrix& a, std::size_t first) {
    Matrix result;
    for (std::size_t row = first; row < a.size(); ++row) {
        result.emplace_back(a[row].begin() + std::ptrdiff_t(first), a[row].end());
    }
    return result;
}

/// A linear's weights, and what it reads in an original model and in a quantized one, whose inputs
/// are off by a little of other channels.
struct Linear {
    std::size_t rows;
    std::size_t cols;
    std::vector<float> weights;
    Matrix native;              ///< [tokens × cols]
    Matrix read;                ///< likewise
    std::vector<double> gram;   ///< Σ x xᵀ
    std::vector<double> cross;  ///< Σ (x₀ - x) xᵀ

    Linear(std::size_t row_count, std::size_t col_count, unsigned seed)
        : rows(row_count), cols(col_count), native(zeros(3 * col_count, col_count)), read(native) {
        std::mt19937 random(seed);
        std::normal_distribution<double> normal(0, 1);
        for (std::size_t i = 0; i < rows * cols; ++i) {
            weights.push_back(float(0.05 * normal(random)));
        }
        for (std::size_t token = 0; token < native.size(); ++token) {
            double before = 0;
            for (std::size_t i = 0; i < cols; ++i) {
                before = 0.8 * before + 0.6 * normal(random);
                native[token][i] = i % 37 == 5 ? 4 * before : before;
            }
            for (std::size_t i = 0; i < cols; ++i) {
                const double other = native[token][(7 * i + 3) % cols];
                read[token][i] = 0.95 * native[token][i] + 0.1 * other + 0.02 * normal(random);
            }
        }
        Matrix lost = native;
        for (std::size_t token = 0; token < lost.size(); ++token) {
            for (std::size_t i = 0; i < cols; ++i) {
                lost[token][i] -= read[token][i];
            }
        }
        gram = products(read);
        cross = products(lost);
    }

    /// Σ left xᵀ: a row of `left` for every token.
    std::vector<double> products(const Matrix& left) const {
        std::vector<double> result(cols * cols);
        for (std::size_t token = 0; token < read.size(); ++token) {
            const double* x = read[token].data();
            for (std::size_t i = 0; i < cols; ++i) {
                const double value = left[token][i];
                double* sums = result.data() + i * cols;
                for (std::size_t j = 0; j < cols; ++j) {
                    sums[j] += value * x[j];
                }
            }
        }
        return result;
    }

    /// ‖W X₀ - Ŵ X‖².
    double error(const std::vector<float>& decoded) const {
        double result = 0;
        for (std::size_t token = 0; token < read.size(); ++token) {
            for (std::size_t row = 0; row < rows; ++row) {
                double difference = 0;
                for (std::size_t i = 0; i < cols; ++i) {
                    difference += double(weights[row * cols + i]) * native[token][i] -
                                  double(decoded[row * cols + i]) * read[token][i];
                }
                result += difference * difference;
            }
        }
        return result;
    }

    GptqFactor factor(const char* grid, const Gptq& options,
                      const std::vector<double>& with) const {
        const auto codec = make_grid(parse_grid(grid))->span_codec(std::int64_t(cols));
        return make_gptq_factor(gram.data(), std::int64_t(cols), options, codec->shape().span,
                                cpu_backend(), {}, with.data());
    }

    GptqResult round(const char* grid, const GptqFactor& factor, Gptq::Order order) const {
        GptqTask task{make_grid(parse_grid(grid)), {}, order, &factor, &cpu_backend()};
        if (task.grid->per_tensor()) {
            const auto [lo, hi] = std::minmax_element(weights.begin(), weights.end());
            task.fit.params = task.grid->fit_tensor({*lo, *hi});
        }
        return gptq_round(MemoryRows(weights.data(), std::int64_t(rows), std::int64_t(cols)), task);
    }
    GptqResult round(const char* grid, const Gptq& options) const {
        return round(grid, factor(grid, options, cross), options.order);
    }

    static std::vector<float> decoded(const QuantizedTensor& tensor) {
        std::vector<float> values(std::size_t(tensor.rows * tensor.cols));
        tensor.decode_rows(0, tensor.rows, values.data());
        return values;
    }
};

/// A row, column by column in double precision, from the definition: with the columns before it
/// fixed, what rounding a column and the loss of its input leave over, e x + α w (x₀ - x), is made
/// up for by least squares of the free columns under the damped Gram matrix h. `inverses`: those of
/// h without its first column and row, the first two, ...
std::vector<double> textbook(std::vector<double> w, const Matrix& h,
                             const std::vector<Matrix>& inverses, const Matrix& cross,
                             double scale) {
    const std::size_t n = w.size();
    std::vector<double> rounded;
    for (std::size_t i = 0; i < n; ++i) {
        const double value = std::clamp(std::nearbyint(w[i] / scale), -8.0, 7.0) * scale;
        rounded.push_back(value);
        if (i + 1 == n) {
            break;
        }
        const Matrix& free = inverses[i];
        const double weight = w[i];
        for (std::size_t j = i + 1; j < n; ++j) {
            for (std::size_t k = i + 1; k < n; ++k) {
                const double left = (weight - value) * h[i][k] + 0.25 * weight * cross[i][k];
                w[j] += left * free[k - i - 1][j - i - 1];
            }
        }
    }
    return rounded;
}

const char* const kGrids[] = {"int4:g32:sym",
                              "int3:g32:asym",
                              "int4:channel:narrow",
                              "fp8_e4m3:tensor",
                              "q4_0",
                              "q8_0",
                              "q2_k",
                              "q4_k",
                              "iq4_nl",
                              "nvfp4"};

void addGrids() {
    QTest::addColumn<QByteArray>("grid");
    for (const char* grid : kGrids) {
        QTest::newRow(grid) << QByteArray(grid);
    }
}

const Linear& large() {
    static const Linear linear(40, 256, 3);
    return linear;
}

}  // namespace

/// GPTQ that also makes up for what inputs have lost.
class TestGptaq : public QObject {
    Q_OBJECT

  private slots:
    /// Several blocks of columns, against a reference that knows neither blocks nor factors.
    void itIsTheTextbook_data() {
        QTest::addColumn<int>("order");
        QTest::newRow("from left to right") << int(Gptq::Order::none);
        QTest::newRow("strong first") << int(Gptq::Order::fixed);
    }
    void itIsTheTextbook() {
        QFETCH(int, order);
        const char* const grid = "int4:tensor:sym:f32";
        const Linear linear(3, 150, 7);
        const Gptq options{.order = Gptq::Order(order), .gptaq = true};
        const GptqFactor factor = linear.factor(grid, options, linear.cross);
        const GptqResult result = linear.round(grid, factor, options.order);
        const std::vector<float> decoded = Linear::decoded(result.tensor);
        const std::size_t n = linear.cols;
        double mean = 0;
        for (std::size_t i = 0; i < n; ++i) {
            mean += linear.gram[i * n + i] / double(n);
        }
        Matrix h = zeros(n, n);
        Matrix d = zeros(n, n);
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                const auto from = std::size_t(factor.order[i]) * n + std::size_t(factor.order[j]);
                h[i][j] = linear.gram[from] + (i == j ? 0.01 * mean : 0.0);
                d[i][j] = linear.cross[from];
            }
        }
        std::vector<Matrix> inverses;
        for (std::size_t i = 1; i < n; ++i) {
            inverses.push_back(inverse(rest(h, i)));
        }
        std::size_t corrected = 0;
        for (std::size_t row = 0; row < linear.rows; ++row) {
            std::vector<double> weights;
            for (const std::int32_t column : factor.order) {
                weights.push_back(double(linear.weights[row * n + std::size_t(column)]));
            }
            const double scale = double(result.tensor.params.scale);
            const std::vector<double> expected = textbook(weights, h, inverses, d, scale);
            const std::vector<double> plain = textbook(weights, h, inverses, zeros(n, n), scale);
            for (std::size_t i = 0; i < n; ++i) {
                const auto value = double(decoded[row * n + std::size_t(factor.order[i])]);
                QVERIFY2(std::fabs(value - expected[i]) < 1e-6,
                         qPrintable(QString("row %1, place %2").arg(row).arg(i)));
                corrected += std::fabs(expected[i] - plain[i]) > 1e-6 ? 1 : 0;
            }
        }
        QVERIFY(corrected > n / 4);
    }

    void equalInputsGiveTheBytesOfPlainGptq_data() { addGrids(); }
    void equalInputsGiveTheBytesOfPlainGptq() {
        QFETCH(QByteArray, grid);
        const Linear& linear = large();
        const std::vector<double> none(linear.cols * linear.cols);
        for (const Gptq::Order order :
             {Gptq::Order::none, Gptq::Order::fixed, Gptq::Order::by_group}) {
            const GptqFactor factor = linear.factor(grid, {.order = order, .gptaq = true}, none);
            QVERIFY(!factor.correction.empty());
            const GptqResult plain = linear.round(grid, {.order = order});
            const GptqResult result = linear.round(grid, factor, order);
            QVERIFY(result.tensor.bytes == plain.tensor.bytes);
            QCOMPARE(result.report.loss, plain.report.loss);
        }
    }

    /// Its outputs are nearer to those of the original model on its own inputs.
    void outputsAreNearerToTheOriginalOnes_data() { addGrids(); }
    void outputsAreNearerToTheOriginalOnes() {
        QFETCH(QByteArray, grid);
        const Linear& linear = large();
        for (const Gptq::Order order :
             {Gptq::Order::none, Gptq::Order::fixed, Gptq::Order::by_group}) {
            const auto error = [&](bool gptaq) {
                const GptqResult result = linear.round(grid, {.order = order, .gptaq = gptaq});
                return linear.error(Linear::decoded(result.tensor));
            };
            const double plain = error(false);
            const double corrected = error(true);
            QVERIFY2(corrected < 0.97 * plain,
                     qPrintable(QString("%1 of %2").arg(corrected).arg(plain)));
        }
    }

    void bytesAreTheSameAtAnyNumberOfThreads_data() { addGrids(); }
    void bytesAreTheSameAtAnyNumberOfThreads() {
        QFETCH(QByteArray, grid);
        std::vector<std::vector<std::byte>> bytes;
        for (const int threads : {1, 2, 5}) {
            set_thread_limit(threads);
            bytes.push_back(large().round(grid, {.gptaq = true}).tensor.bytes);
        }
        set_thread_limit(0);
        QVERIFY(bytes[0] == bytes[1]);
        QVERIFY(bytes[0] == bytes[2]);
    }

    /// The product that the correction is made by, of several tiles.
    void theProductAboveTheDiagonal() {
        constexpr std::size_t n = 300;
        std::mt19937 random(9);
        std::normal_distribution<float> normal(0, 1);
        std::vector<float> d(n * n);
        std::vector<float> u(n * n);
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                d[i * n + j] = normal(random);
                u[i * n + j] = j < i ? 0.0F : normal(random);
            }
        }
        std::vector<float> out(n * n, NAN);
        cpu_backend().product_above_diagonal(n, d.data(), u.data(), out.data(), {});
        double worst = 0;
        for (std::size_t row = 0; row < n; ++row) {
            std::vector<double> t(n);
            for (std::size_t col = row + 1; col < n; ++col) {
                for (std::size_t k = 0; k < n; ++k) {
                    t[col] += double(d[row * n + k]) * double(u[col * n + k]);
                }
            }
            for (std::size_t col = 0; col < n; ++col) {
                double sum = 0;
                for (std::size_t k = 0; k < n; ++k) {
                    sum += t[k] * double(u[k * n + col]);
                }
                worst = std::max(worst, std::fabs(sum - double(out[row * n + col])));
                QVERIFY(col > row || out[row * n + col] == 0);
            }
        }
        QVERIFY2(worst < 1e-3, qPrintable(QString::number(worst)));
    }

    /// One Gram matrix is not enough, and it is said.
    void withoutTheOtherInputsItIsRefused() {
        const Linear linear(1, 32, 1);
        try {
            make_gptq_factor(linear.gram.data(), 32, {.gptaq = true}, 1, cpu_backend());
            QFAIL("was made");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::usage);
            QVERIFY(error.sentence().english().find("GPTAQ") != std::string::npos);
        }
    }

    void whatItGoesWith() {
        Scheme scheme = parse_scheme("q4_k+gptq(gptaq)");
        QVERIFY(scheme.gptq->gptaq);
        QVERIFY(!scheme.validate());
        QVERIFY(!parse_scheme("q4_k+gptq").gptq->gptaq);
        scheme.gptq->independent = true;
        QVERIFY(scheme.validate());
        scheme.gptq->independent = false;
        scheme.gptq->refit = true;
        QVERIFY(scheme.validate());
        for (const char* text : {"q4_0+gptq(independent,gptaq)", "q4_0+gptq(gptaq,refit)",
                                 "q4_0+gptq(gptaq,gptaq)", "q4_0+gptq(gptaq=0.25)"}) {
            QVERIFY_THROWS_EXCEPTION(ParseError, parse_scheme(text));
        }
    }
};

QTEST_GUILESS_MAIN(TestGptaq)
#include "test_gptaq.moc"
