#include <QTest>
#include <cmath>
#include <random>

#include "core/backend/backend.h"
#include "core/run/quadratic_form.h"

using namespace ql;

namespace {

constexpr std::int64_t kTokens = 50;
constexpr std::int64_t kChannels = 24;

std::vector<float> randomValues(std::int64_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values;
    for (std::int64_t i = 0; i < count; ++i) {
        values.push_back(normal(random));
    }
    return values;
}

GramMatrix gramOf(const std::vector<float>& inputs) {
    GramMatrix gram{kChannels, kTokens, std::vector<double>(kChannels * kChannels)};
    cpu_backend().add_gram(kTokens, kChannels, inputs.data(), gram.values.data(), {});
    return gram;
}

/// ‖X vᵀ‖² of one row, in float64.
double exactSquare(const std::vector<float>& inputs, const float* row, std::int64_t first,
                   std::int64_t count) {
    double sum = 0;
    for (std::int64_t token = 0; token < kTokens; ++token) {
        double product = 0;
        for (std::int64_t i = 0; i < count; ++i) {
            product += double(inputs[std::size_t(token * kChannels + first + i)]) * double(row[i]);
        }
        sum += product * product;
    }
    return sum;
}

bool near(double a, double b) { return std::fabs(a / b - 1) < 1e-4; }

}  // namespace

/// A Gram matrix and the inputs themselves tell the same.
class TestQuadraticForm : public QObject {
    Q_OBJECT

  private slots:
    void gramAndSampleAgree() {
        const std::vector<float> inputs = randomValues(kTokens * kChannels, 1);
        const std::vector<float> rows = randomValues(7 * kChannels, 2);
        const auto gram = QuadraticForm::of_gram(gramOf(inputs));
        const auto sample = QuadraticForm::of_sample(inputs, kChannels, kTokens);
        QCOMPARE(gram.sampled(), 0);
        QCOMPARE(sample.sampled(), kTokens);
        double sum = 0;
        for (std::int64_t row = 0; row < 7; ++row) {
            const double exact =
                exactSquare(inputs, &rows[std::size_t(row * kChannels)], 0, kChannels);
            QVERIFY(near(gram.squares(rows, {})[std::size_t(row)], exact));
            QVERIFY(near(sample.squares(rows, {})[std::size_t(row)], exact));
            sum += exact;
        }
        QVERIFY(near(gram.sum(rows, {}), sum));
        // A sample stands for all inputs.
        const auto twice = QuadraticForm::of_sample(inputs, kChannels, 2 * kTokens);
        QVERIFY(near(twice.sum(rows, {}), 2 * sum));
    }

    void blocksAreThoseOfTheirChannels() {
        const std::vector<float> inputs = randomValues(kTokens * kChannels, 3);
        const std::vector<float> row = randomValues(8, 4);
        const double exact = exactSquare(inputs, row.data(), 8, 8);
        QVERIFY(near(QuadraticForm::of_gram(gramOf(inputs)).block(8, 8).sum(row, {}), exact));
        const auto sample = QuadraticForm::of_sample(inputs, kChannels, 3 * kTokens);
        QVERIFY(near(sample.block(8, 8).sum(row, {}), 3 * exact));
        QCOMPARE(sample.block(8, 8).sampled(), 0);  // few channels: by their Gram matrix
        const auto few = QuadraticForm::of_sample({inputs.begin(), inputs.begin() + 5 * kChannels},
                                                  kChannels, 5);
        QCOMPARE(few.block(0, 16).sampled(), 5);
        QCOMPARE(few.block(8, 16).channels(), 16);
    }
};

QTEST_APPLESS_MAIN(TestQuadraticForm)
#include "test_quadratic_form.moc"
