#include <QtTest>
#include <cmath>
#include <random>

#include "core/run/gptq_sweep.h"

using namespace ql;

namespace {

constexpr std::int64_t kRows = 150;  // several tiles of rows
constexpr std::int64_t kCols = 256;  // several blocks of columns

std::vector<float> randomValues(std::int64_t count, float deviation, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, deviation);
    std::vector<float> values;
    for (std::int64_t i = 0; i < count; ++i) {
        values.push_back(normal(random));
    }
    return values;
}

/// Inputs whose neighbouring channels are alike, some much stronger than others.
GramMatrix correlatedInputs() {
    GramMatrix gram{kCols, 2 * kCols, std::vector<double>(std::size_t(kCols * kCols))};
    const std::vector<float> noise = randomValues(gram.tokens * kCols, 1, 5);
    std::vector<double> x(std::size_t(kCols), 0.0);
    for (std::int64_t token = 0; token < gram.tokens; ++token) {
        double before = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            before = 0.9 * before + 0.4 * double(noise[std::size_t(token * kCols) + i]);
            x[i] = i % 37 == 5 ? 8 * before : before;
        }
        for (std::size_t i = 0; i < x.size(); ++i) {
            for (std::size_t j = 0; j < x.size(); ++j) {
                gram.values[i * x.size() + j] += x[i] * x[j];
            }
        }
    }
    return gram;
}

struct Watched {
    std::vector<float> weights = randomValues(kRows * kCols, 0.05F, 3);
    MemoryRows rows{weights.data(), kRows, kCols};
    Scheme scheme;
    std::shared_ptr<const GptqFactor> factor;
    QuantizedTensor exported;
    double loss = 0;
    GptqSweep sweep;

    explicit Watched(const char* text, const GramMatrix& gram = correlatedInputs())
        : scheme(parse_scheme(text)),
          factor(std::make_shared<GptqFactor>(factor_for(scheme, gram, cpu_backend()))) {
        const RoundedTensor plain = round_tensor(rows, scheme, *factor, {}, cpu_backend());
        exported = *plain.tensor;
        loss = plain.report.loss;
        sweep = watch_gptq(rows, scheme, factor, {}, 7, cpu_backend());
    }

    std::int64_t column(std::int64_t place) const { return factor->order[std::size_t(place)]; }
    /// Of a watched row and a column in the order of rounding.
    float change(const SweepFrame& frame, std::size_t row, std::int64_t place) const {
        return frame.change[std::size_t(place) * sweep.rows.size() + row];
    }
};

}  // namespace

/// GPTQ as it is watched, against what it exports.
class TestGptqSweep : public QObject {
    Q_OBJECT

  private slots:
    void lastFrameIsWhatIsExported_data() {
        QTest::addColumn<QString>("scheme");
        for (const char* text :
             {"int4:g32:sym+gptq", "q4_k+gptq", "int3:channel:asym+gptq(order=static)",
              "q4_0+gptq(order=group)", "fp8_e4m3:channel+gptq", "int2:g64:asym+gptq(refit)"}) {
            QTest::newRow(text) << text;
        }
    }
    void lastFrameIsWhatIsExported() {
        QFETCH(QString, scheme);
        const Watched watched(scheme.toUtf8().constData());
        const GptqSweep& sweep = watched.sweep;
        QCOMPARE(sweep.rows.size(), std::size_t{7});
        QCOMPARE(sweep.rows.front(), 0);
        const SweepFrame last = sweep_frame(sweep, kCols, nullptr, cpu_backend());
        const SweepFrame almost = sweep_frame(sweep, kCols - 1, nullptr, cpu_backend());
        std::vector<float> decoded(std::size_t(kCols), 0.0F);
        for (std::size_t i = 0; i < sweep.rows.size(); ++i) {
            watched.exported.decode_rows(sweep.rows[i], 1, decoded.data());
            for (std::int64_t place = 0; place < kCols; ++place) {
                const std::int64_t col = watched.column(place);
                const float weight = watched.weights[std::size_t(sweep.rows[i] * kCols + col)];
                const float error = decoded[std::size_t(col)] - weight;
                QCOMPARE(watched.change(last, i, place), error);
                // What the observer saw adds up to it; scales that are moved afterwards it cannot.
                if (!watched.scheme.gptq->refit && place < kCols - 1) {
                    QVERIFY(std::fabs(watched.change(almost, i, place) - error) < 2e-6F);
                }
            }
        }
        QCOMPARE(sweep.report.loss, watched.loss);
        QVERIFY(std::fabs(sweep.losses.back() - watched.loss) < 1e-9 * watched.loss);
        QVERIFY(std::is_sorted(sweep.losses.begin(), sweep.losses.end()));
    }

    /// A weight that is free carries what the errors before it left to it: rounding it as it stands
    /// under the parameters that were stored gives the code that was stored.
    void freeWeightsAreWhatIsRoundedNext() {
        const Watched watched("int4:channel:sym:f32+gptq(order=static)");
        const GptqSweep& sweep = watched.sweep;
        SweepFrame frame;
        frame.change.resize(sweep.errors.size());
        int moved = 0;
        for (std::int64_t place = 0; place < kCols; ++place) {
            frame = sweep_frame(sweep, place, &frame, cpu_backend());
            for (std::size_t i = 0; i < sweep.rows.size(); ++i) {
                const std::int64_t col = watched.column(place);
                const CellInfo cell = watched.exported.inspect(sweep.rows[i], col);
                const float weight = watched.weights[std::size_t(sweep.rows[i] * kCols + col)];
                const float position =
                    (weight + watched.change(frame, i, place)) / cell.scale + cell.zero;
                const float code = std::clamp(std::nearbyint(position), float(cell.code_min),
                                              float(cell.code_max));
                // But for sums in another order, on the edge between two codes.
                const float edge = std::fabs(position - std::floor(position) - 0.5F);
                QVERIFY(code == float(cell.code) || edge < 1e-3F);
                moved += std::nearbyint(weight / cell.scale + cell.zero) != float(cell.code);
            }
        }
        QVERIFY2(moved > 100, qPrintable(QString::number(moved)));  // of 1792: it was no nearest
    }

    /// Frames are the same, but for the order of sums, wherever one goes on from.
    void framesDoNotDependOnTheWayToThem() {
        const Watched watched("int4:g32:sym+gptq(order=group)");
        const GptqSweep& sweep = watched.sweep;
        const SweepFrame first = sweep_frame(sweep, 0, nullptr, cpu_backend());
        QVERIFY(std::all_of(first.change.begin(), first.change.end(),
                            [](float value) { return value == 0; }));
        const SweepFrame straight = sweep_frame(sweep, 200, nullptr, cpu_backend());
        SweepFrame walked = sweep_frame(sweep, 3, &first, cpu_backend());
        walked = sweep_frame(sweep, 130, &walked, cpu_backend());
        walked = sweep_frame(sweep, 200, &walked, cpu_backend());
        const SweepFrame back = sweep_frame(
            sweep, 200,
            std::make_unique<SweepFrame>(sweep_frame(sweep, kCols, nullptr, cpu_backend())).get(),
            cpu_backend());
        for (std::size_t i = 0; i < straight.change.size(); ++i) {
            QVERIFY(std::fabs(straight.change[i] - walked.change[i]) < 2e-6F);
        }
        QVERIFY(back.change == straight.change);
        // Something was passed on to columns that are free.
        QVERIFY(std::any_of(straight.change.end() - 7, straight.change.end(),
                            [](float value) { return value != 0; }));
    }

    /// Without an inverse weights are rounded to nearest: nothing is passed on.
    void nothingIsPassedOnWithoutAFactor() {
        GramMatrix none{kCols, 1, std::vector<double>(std::size_t(kCols * kCols), 0.0)};
        const Watched watched("int4:g32:sym+gptq", none);
        QVERIFY(!watched.sweep.report.fallback.empty());
        const SweepFrame half = sweep_frame(watched.sweep, kCols / 2, nullptr, cpu_backend());
        const SweepFrame last = sweep_frame(watched.sweep, kCols, nullptr, cpu_backend());
        const std::size_t middle = half.change.size() / 2;
        for (std::size_t i = 0; i < half.change.size(); ++i) {
            QVERIFY(i < middle ? std::fabs(half.change[i] - last.change[i]) < 2e-6F
                               : half.change[i] == 0);
        }
    }
};

QTEST_APPLESS_MAIN(TestGptqSweep)
#include "test_gptq_sweep.moc"
