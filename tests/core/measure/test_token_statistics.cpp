#include <QTest>
#include <cmath>

#include "core/measure/token_statistics.h"

using namespace ql;

/// Formulas of what is said about predicted tokens, on samples that can be worked out by hand.
class TestTokenStatistics : public QObject {
    Q_OBJECT

  private slots:
    void fractionsStandBetweenTwoValues() {
        const Distribution d = distribution_of({4, 1, 3, 2, 5});
        QCOMPARE(d.min, 1.0);
        QCOMPARE(d.max, 5.0);
        QCOMPARE(d.median, 3.0);
        QCOMPARE(d.p75, 4.0);
        QCOMPARE(d.p90, 4.6);
        QCOMPARE(d.p10, 1.4);
        const Distribution one = distribution_of({7});
        QCOMPARE(one.p99_9, 7.0);
        QCOMPARE(one.p0_1, 7.0);
    }

    void perplexityHasTheErrorOfTheMean() {
        const std::vector<double> nll = {1, 2, 3, 6};
        const Estimate mean = mean_of(nll);
        QCOMPARE(mean.value, 3.0);
        QCOMPARE(mean.error, std::sqrt((50.0 / 4 - 9) / 3));
        const Estimate perplexity = perplexity_of(nll);
        QCOMPARE(perplexity.value, std::exp(3.0));
        QCOMPARE(perplexity.error, std::exp(3.0) * mean.error);
        QCOMPARE(mean_of(std::vector<double>{5}).error, 0.0);
    }

    void sameModelDoesNotDiverge() {
        const std::vector<double> nll = {0.5, 2, 1, 4};
        const Divergence d = divergence_of({nll, nll, {0, 0, 0, 0}, {1, 1, 1, 1}});
        QCOMPARE(d.mean_kl.value, 0.0);
        QCOMPARE(d.same_top.value, 1.0);
        QCOMPARE(d.same_top.error, 0.0);
        QCOMPARE(d.rms_change.value, 0.0);
        QCOMPARE(d.ratio.value, 1.0);
        QVERIFY(d.ratio.error < 1e-12 && d.difference.error < 1e-9);
        QVERIFY(std::fabs(d.correlation - 1) < 1e-12);
    }

    void changesAreTakenTokenByToken() {
        const std::vector<double> original = {std::log(2), std::log(4), std::log(4)};
        const std::vector<double> changed = {std::log(4), std::log(2), std::log(4)};
        const Divergence d = divergence_of({original, changed, {0.1, 0.3, 0.2}, {1, 0, 1}});
        QVERIFY(std::fabs(d.mean_kl.value - 0.2) < 1e-15);
        QCOMPARE(d.kl.max, 0.3);
        QVERIFY(std::fabs(d.mean_change.value) < 1e-15);
        QVERIFY(std::fabs(d.change.max - 0.25) < 1e-15);
        QVERIFY(std::fabs(d.change.min + 0.25) < 1e-15);
        QVERIFY(std::fabs(d.rms_change.value - std::sqrt(2.0 / 3) / 4) < 1e-15);
        QCOMPARE(d.same_top.value, 2.0 / 3);
        QCOMPARE(d.same_top.error, std::sqrt(2.0 / 9 / 2));
        QVERIFY(std::fabs(d.log_ratio.value) < 1e-15);
        // Two log-likelihoods that change places: covariance (-s + 0) of s = variance.
        QVERIFY(std::fabs(d.correlation + 0.5) < 1e-12);
        QVERIFY(d.log_ratio.error > mean_of(original).error);
    }
};

QTEST_APPLESS_MAIN(TestTokenStatistics)
#include "test_token_statistics.moc"
