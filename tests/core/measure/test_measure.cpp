#include <QTest>
#include <cmath>
#include <limits>
#include <random>

#include "core/base/parallel.h"
#include "core/measure/error_metrics.h"
#include "core/measure/pyramid.h"
#include "core/measure/statistics.h"

using namespace ql;

namespace {

std::vector<float> gaussian(std::size_t count, float mean, float sigma, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(mean, sigma);
    std::vector<float> values(count);
    for (float& value : values) {
        value = normal(random);
    }
    return values;
}

/// The plain definition, in long double, to compare with.
long double central_moment(const std::vector<float>& values, long double mean, int power) {
    long double sum = 0;
    for (const float x : values) {
        sum += std::pow(static_cast<long double>(x) - mean, power);
    }
    return sum / static_cast<long double>(values.size());
}

bool close(double a, double b, double relative = 1e-9) {
    return std::fabs(a - b) <= relative * std::max({std::fabs(a), std::fabs(b), 1e-30});
}

}  // namespace

/// Statistics, histograms, error metrics and pyramids against their plain definitions.
class TestMeasure : public QObject {
    Q_OBJECT

  private slots:
    void momentsFollowTheirDefinitions() {
        // Far from zero, where naive power sums lose everything, and in many chunks.
        const std::vector<float> values = gaussian(300 * 1001, 50.0F, 0.5F);
        const MemoryRows rows(values.data(), 300, 1001);
        const Statistics s = profile(rows).statistics;
        long double mean = 0;
        for (const float x : values) {
            mean += static_cast<long double>(x);
        }
        mean /= static_cast<long double>(values.size());
        const long double m2 = central_moment(values, mean, 2);
        QVERIFY(close(s.mean, static_cast<double>(mean), 1e-12));
        QVERIFY(close(s.stddev, static_cast<double>(std::sqrt(m2))));
        QVERIFY(std::fabs(s.skewness - static_cast<double>(central_moment(values, mean, 3) /
                                                           std::pow(m2, 1.5L))) < 1e-9);
        QVERIFY(std::fabs(s.kurtosis -
                          static_cast<double>(central_moment(values, mean, 4) / (m2 * m2) - 3)) <
                1e-9);
        QCOMPARE(s.count, std::uint64_t{300 * 1001});
    }

    void quartilesAreThoseOfTheSortedValues() {
        std::vector<float> values = gaussian(100000, 0, 1);
        const Statistics s = profile(MemoryRows(values.data(), 100, 1000)).statistics;
        std::sort(values.begin(), values.end());
        const double tolerance = static_cast<double>(s.max - s.min) / 4096;
        QVERIFY(std::fabs(s.median - static_cast<double>(values[50000])) <= tolerance);
        QVERIFY(std::fabs(s.quartile_low - static_cast<double>(values[25000])) <= tolerance);
        QVERIFY(std::fabs(s.quartile_high - static_cast<double>(values[75000])) <= tolerance);
    }

    void oddValuesAreCountedAndNamed() {
        std::vector<float> values = gaussian(4096, 0, 0.02F);
        values[7] = std::numeric_limits<float>::quiet_NaN();
        values[9] = std::numeric_limits<float>::infinity();
        values[11] = 3.0F;
        values[12] = 0;
        const TensorProfile p = profile(MemoryRows(values.data(), 64, 64));
        QCOMPARE(p.statistics.nan, std::uint64_t{1});
        QCOMPARE(p.statistics.infinite, std::uint64_t{1});
        QCOMPARE(p.statistics.zeros, std::uint64_t{1});
        QCOMPARE(p.statistics.outliers, std::uint64_t{1});
        QCOMPARE(p.statistics.max, 3.0F);
        QCOMPARE(p.histogram.non_finite, std::uint64_t{2});
        QCOMPARE(p.histogram.total(), std::uint64_t{4096});
        QCOMPARE(p.row_abs_max[0], 3.0F);
        QCOMPARE(p.column_abs_max[11], 3.0F);
    }

    void degenerateTensorsHaveStatistics_data() {
        QTest::addColumn<float>("value");
        QTest::newRow("zeros") << 0.0F;
        QTest::newRow("constant") << 0.7F;
        QTest::newRow("all NaN") << std::numeric_limits<float>::quiet_NaN();
    }
    void degenerateTensorsHaveStatistics() {
        QFETCH(float, value);
        const std::vector<float> values(96, value);
        const TensorProfile p = profile(MemoryRows(values.data(), 3, 32));
        QCOMPARE(p.histogram.total(), std::uint64_t{96});
        QCOMPARE(p.statistics.stddev, 0.0);
        QVERIFY(std::isfinite(p.statistics.kurtosis));
    }

    void resultDoesNotDependOnThreads() {
        const std::vector<float> values = gaussian(700 * 999, 0.1F, 0.3F);
        const MemoryRows rows(values.data(), 700, 999);
        set_thread_limit(1);
        const TensorProfile one = profile(rows);
        set_thread_limit(7);
        const TensorProfile seven = profile(rows);
        set_thread_limit(0);
        QCOMPARE(one.statistics.kurtosis, seven.statistics.kurtosis);
        QCOMPARE(one.statistics.mean, seven.statistics.mean);
        QCOMPARE(one.histogram.counts, seven.histogram.counts);
        QCOMPARE(one.column_abs_max, seven.column_abs_max);
    }

    void histogramKeepsWhatFallsOutside() {
        Histogram h(-1, 1, 4);
        const std::vector<float> values = {-2, -1, -0.6F, 0, 0.49F, 1, 1.5F, NAN};
        h.add(values.data(), values.size());
        QCOMPARE(h.counts, (std::vector<std::uint64_t>{2, 0, 2, 1}));
        QCOMPARE(h.below, std::uint64_t{1});
        QCOMPARE(h.above, std::uint64_t{1});
        QCOMPARE(h.non_finite, std::uint64_t{1});
    }

    void errorMetricsFollowTheirDefinitions() {
        const std::vector<float> w = {1, -2, 3, 0};
        const std::vector<float> d = {1.5F, -2, 2, 0};
        ErrorSums sums;
        sums.add(w.data(), d.data(), 4);
        QCOMPARE(sums.mse(), 1.25 / 4);
        QCOMPARE(sums.rmse(), std::sqrt(1.25 / 4));
        QCOMPARE(sums.max_error, 1.0);
        QVERIFY(close(sums.sqnr_db(), 10 * std::log10(14 / 1.25)));
        QVERIFY(close(sums.cosine(), (1.5 + 4 + 6) / std::sqrt(14 * (2.25 + 4 + 4))));
        QVERIFY(close(sums.relative_error(), std::sqrt(1.25 / 14)));
    }

    void errorMetricsOfParts() {
        const std::vector<float> w = gaussian(1003, 0, 1, 2);
        const std::vector<float> d = gaussian(1003, 0, 1, 3);
        ErrorSums whole;
        whole.add(w.data(), d.data(), w.size());
        ErrorSums parts;
        ErrorSums second;
        parts.add(w.data(), d.data(), 500);
        second.add(w.data() + 500, d.data() + 500, 503);
        parts.merge(second);
        QVERIFY(close(whole.error2, parts.error2, 1e-12));
        QCOMPARE(whole.max_error, parts.max_error);
        QCOMPARE(whole.count, parts.count);
    }

    void perfectAndEmptyErrors() {
        const std::vector<float> w = {1, 2};
        ErrorSums sums;
        QCOMPARE(sums.mse(), 0.0);
        sums.add(w.data(), w.data(), 2);
        QCOMPARE(sums.sqnr_db(), std::numeric_limits<double>::infinity());
        QCOMPARE(sums.cosine(), 1.0);
    }

    void pyramidLosesNoOutlier_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("cols");
        for (const auto& [rows, cols] :
             {std::pair{1, 1}, {4, 4}, {5, 9}, {64, 32}, {101, 3}, {1, 300}}) {
            QTest::addRow("%d x %d", rows, cols) << rows << cols;
        }
    }
    void pyramidLosesNoOutlier() {
        QFETCH(int, rows);
        QFETCH(int, cols);
        std::vector<float> values =
            gaussian(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols), 0, 0.1F);
        values.back() = -5;
        Pyramid pyramid(rows, cols);
        for (int first = 0; first < rows; first += 8) {
            pyramid.add_rows(first, std::min(8, rows - first), values.data() + first * cols);
        }
        pyramid.finish();
        QCOMPARE(pyramid.abs_max(), 5.0F);
        double sum = 0;
        for (const float value : values) {
            sum += static_cast<double>(value);
        }
        for (const PyramidLevel& level : pyramid.levels) {
            float lowest = 0;
            double weighted = 0;
            for (std::int64_t r = 0; r < level.rows; ++r) {
                for (std::int64_t c = 0; c < level.cols; ++c) {
                    lowest = std::min(lowest, level.at(r, c).min);
                    weighted += static_cast<double>(level.at(r, c).mean) *
                                static_cast<double>(std::min(level.scale, rows - r * level.scale) *
                                                    std::min(level.scale, cols - c * level.scale));
                }
            }
            QCOMPARE(lowest, -5.0F);
            QVERIFY(std::fabs(weighted - sum) < 1e-4 * static_cast<double>(values.size()));
        }
        QCOMPARE(pyramid.levels.back().cells.size(), std::size_t{1});
    }
};

QTEST_APPLESS_MAIN(TestMeasure)
#include "test_measure.moc"
