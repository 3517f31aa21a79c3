#include <QtTest>
#include <cmath>
#include <numeric>
#include <random>

#include "core/measure/activation_profile.h"

using namespace ql;

/// What is said of activations, on values with two outlier channels.
class TestActivationProfile : public QObject {
    Q_OBJECT

  private slots:
    void outlierChannelsAreFound() {
        constexpr std::size_t kTokens = 200;
        constexpr std::size_t kChannels = 48;
        std::mt19937 random(11);
        std::uniform_real_distribution<float> uniform(-1, 1);
        std::vector<float> x(kTokens * kChannels);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const std::size_t channel = i % kChannels;
            x[i] = uniform(random) * (channel == 7 ? 50.0F : channel == 30 ? 5.5F : 1.0F);
        }
        x[5 * kChannels + 7] = -100;
        x[9 * kChannels + 30] = 9;
        x[3] = 0;
        InputStatistics statistics;
        statistics.add(x.data(), 150, kChannels, {});
        statistics.add(x.data() + 150 * kChannels, 50, kChannels, {});
        const ActivationProfile profile = activation_profile(statistics);
        QCOMPARE(profile.tokens, std::int64_t{kTokens});
        QCOMPARE(profile.channels, std::int64_t{kChannels});
        QCOMPARE(profile.outliers, std::int64_t{2});
        QCOMPARE(profile.max_abs, 100.0F);
        QCOMPARE(profile.peaks.size(), kChannels);
        QCOMPARE(profile.peaks[0].channel, std::int64_t{7});
        QCOMPARE(profile.peaks[1].channel, std::int64_t{30});
        QVERIFY(profile.peaks[2].max_abs <= 1);
        QVERIFY(std::fabs(profile.peaks[0].ratio - 100 / profile.median_max_abs) < 1e-12);
        QVERIFY(profile.median_max_abs > 0.9 && profile.median_max_abs <= 1);
        const double squares = std::accumulate(
            x.begin(), x.end(), 0.0, [](double sum, float v) { return sum + double(v) * v; });
        QVERIFY(std::fabs(profile.rms - std::sqrt(squares / double(x.size()))) < 1e-9);
        const auto strong =
            std::count_if(x.begin(), x.end(), [](float value) { return std::fabs(value) >= 6; });
        QCOMPARE(profile.strong, std::int64_t{strong});
        QCOMPARE(profile.peaks[1].strong, 1.0 / kTokens);
        QCOMPARE(profile.zeros, std::uint64_t{1});
    }

    /// Both signs have the same bins; nothing is lost, and the outermost are not empty.
    void histogramsHoldAllValues() {
        const std::vector<float> x{-8, -1.5F, 0, 0.25F, 0.26F, 3};
        InputStatistics statistics;
        statistics.add(x.data(), 2, 3, {});
        const ActivationProfile profile = activation_profile(statistics);
        QCOMPARE(profile.negative.lo, -2.0);
        QCOMPARE(profile.negative.hi, 3.125);
        QCOMPARE(profile.positive.lo, profile.negative.lo);
        QCOMPARE(profile.positive.hi, profile.negative.hi);
        QCOMPARE(profile.positive.counts.size(), profile.negative.counts.size());
        QCOMPARE(profile.negative.total(), std::uint64_t{2});
        QCOMPARE(profile.positive.total(), std::uint64_t{4});
        QCOMPARE(profile.positive.below, std::uint64_t{1});
        QCOMPARE(profile.positive.counts.front(), std::uint64_t{2});
        QCOMPARE(profile.negative.counts.back(), std::uint64_t{1});
    }

    /// Inputs that are all zero have a profile, too.
    void zerosHaveAProfile() {
        const std::vector<float> x(12);
        InputStatistics statistics;
        statistics.add(x.data(), 3, 4, {});
        const ActivationProfile profile = activation_profile(statistics);
        QCOMPARE(profile.outliers, std::int64_t{0});
        QCOMPARE(profile.zeros, std::uint64_t{12});
        QCOMPARE(profile.peaks[0].ratio, 0.0);
        QVERIFY(profile.positive.hi > profile.positive.lo);
    }
};

QTEST_APPLESS_MAIN(TestActivationProfile)
#include "test_activation_profile.moc"
