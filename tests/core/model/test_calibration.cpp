#include <QtTest>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>

#include "core/base/parallel.h"
#include "core/model/calibration/calibration.h"
#include "core/model/tokenizer.h"
#include "tests/core/model/text_windows.h"

using namespace ql;

namespace {

std::vector<float> floats(const Checkpoint& checkpoint, const std::string& name) {
    const auto tensors = checkpoint.tensors();
    const auto found =
        std::find_if(tensors.begin(), tensors.end(),
                     [&](const StoredTensor& tensor) { return tensor.name == name; });
    const auto bytes = checkpoint.bytes(*found);
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

/// The largest difference between `actual(i)` and the golden values, relative to the largest of
/// them.
template <class Actual>
double worst(const std::vector<float>& golden, const Actual& actual) {
    const double largest = *std::max_element(golden.begin(), golden.end());
    double difference = 0;
    for (std::size_t i = 0; i < golden.size(); ++i) {
        difference = std::max(difference, std::fabs(actual(i) - static_cast<double>(golden[i])));
    }
    return difference / largest;
}

struct Demo {
    std::shared_ptr<const Model> model = Model::open(QL_SOURCE_DIR "/resources/demo_model");
    Decoder decoder{model};
    StoredWeights weights{model};
    std::vector<TokenIds> windows =
        textWindows(*model, QL_SOURCE_DIR "/resources/demo_model/calibration.txt", 512, 8);
};

}  // namespace

/// What linears read, against golden statistics, and importance matrices against llama.cpp's.
class TestCalibration : public QObject {
    Q_OBJECT

  private slots:
    void statisticsAreTheGoldenOnes() {
        const Demo demo;
        const Calibration calibration = calibrate(demo.decoder, demo.weights, demo.windows);
        const auto golden = Checkpoint::open(QL_TEST_DATA "/demo_model/activations.safetensors");
        int compared = 0;
        for (const ModelTensor& tensor : demo.model->tensors()) {
            if (!tensor.linear || (tensor.layer != 0 && tensor.layer != 5)) {
                continue;
            }
            const InputStatistics& statistics = *calibration.of(tensor);
            QCOMPARE(statistics.tokens, std::int64_t{8 * 512});
            const std::string prefix = tensor.name.substr(0, tensor.name.rfind('.')) + '.';
            QVERIFY(worst(floats(*golden, prefix + "absmax"),
                          [&](std::size_t c) { return double(statistics.max_abs[c]); }) < 1e-5);
            QVERIFY(worst(floats(*golden, prefix + "meanabs"),
                          [&](std::size_t c) { return statistics.mean_abs(c); }) < 1e-5);
            // diag(2/n XᵀX) with n = 8 windows.
            QVERIFY(worst(floats(*golden, prefix + "hessian_diag"),
                          [&](std::size_t c) { return statistics.sum_squares[c] / 4; }) < 1e-5);
            const float largest =
                *std::max_element(statistics.max_abs.begin(), statistics.max_abs.end());
            QCOMPARE(*std::max_element(statistics.token_max.begin(), statistics.token_max.end()),
                     largest);
            ++compared;
        }
        QCOMPARE(compared, 14);
    }

    void gramMatricesAreSymmetricAndHoldTheSquares() {
        Demo demo;
        demo.windows.resize(2);
        int blocks = 0;
        std::map<InputPlace, std::vector<double>> diagonals;
        const Calibration calibration = calibrate(
            demo.decoder, demo.weights, demo.windows, [&](int layer, const BlockGrams& grams) {
                QCOMPARE(layer, blocks++);
                QCOMPARE(grams.size(), std::size_t{4});
                for (const auto& [site, gram] : grams) {
                    const auto n = static_cast<std::size_t>(gram.channels);
                    for (std::size_t i = 0; i < n; ++i) {
                        diagonals[{layer, site}].push_back(gram.values[i * n + i]);
                        for (std::size_t j = 0; j < i; ++j) {
                            QVERIFY(std::fabs(gram.values[i * n + j] - gram.values[j * n + i]) <=
                                    1e-6 *
                                        std::sqrt(gram.values[i * n + i] * gram.values[j * n + j]));
                        }
                    }
                }
            });
        QCOMPARE(blocks, 6);
        for (const auto& [place, diagonal] : diagonals) {
            const InputStatistics& statistics = calibration.inputs.at(place);
            for (std::size_t c = 0; c < diagonal.size(); ++c) {
                QVERIFY(std::fabs(diagonal[c] - statistics.sum_squares[c]) <=
                        1e-5 * statistics.sum_squares[c]);
            }
        }
    }

    void sumsDoNotDependOnThreads() {
        Demo demo;
        demo.windows.resize(2);
        const auto run = [&](int threads) {
            set_thread_limit(threads);
            std::vector<double> sums;
            const auto collect = [&](int, const BlockGrams& grams) {
                for (const auto& [site, gram] : grams) {
                    sums.insert(sums.end(), gram.values.begin(), gram.values.end());
                }
            };
            const Calibration calibration =
                calibrate(demo.decoder, demo.weights, demo.windows, collect, {}, 20);
            set_thread_limit(0);
            return std::pair(calibration.inputs, sums);
        };
        QVERIFY(run(1) == run(3));
    }

    /// Every value stands in the bin of its magnitude, also those next to a bin's edge.
    void countsAreThoseOfTheMagnitudes() {
        std::mt19937 random(5);
        std::normal_distribution<float> normal;
        std::vector<float> values{0, -0.0F, 1e-20F, 3e9F, 5e9F, -7e20F, 1, -1, 2, 6};
        for (int i = 0; i < 20000; ++i) {
            values.push_back(normal(random) * std::exp2(normal(random) * 8));
        }
        ValueCounts counts;
        counts.add(values.data(), values.size());
        QCOMPARE(counts.total(), std::uint64_t{values.size()});
        ValueCounts expected;
        for (const float value : values) {
            const double place = (std::log2(std::fabs(double(value))) - ValueCounts::kLowest) *
                                 ValueCounts::kPerOctave;
            if (!(place >= 0)) {
                ++expected.small;
            } else if (place >= double(ValueCounts::kBins)) {
                ++expected.large;
            } else {
                ++(value < 0 ? expected.negative
                             : expected.positive)[static_cast<std::size_t>(place)];
            }
        }
        QVERIFY(counts == expected);
        QCOMPARE(counts.large, std::uint64_t{2});
        ValueCounts first;
        first.add(values.data(), 777);
        ValueCounts rest;
        rest.add(values.data() + 777, values.size() - 777);
        rest.merge(first);
        QVERIFY(rest == counts);
    }

    /// The rows that are kept are the sampled tokens' own, in every input.
    void sampleIsOfTheSampledTokens() {
        Demo demo;
        demo.windows.resize(3);
        std::map<InputPlace, std::vector<float>> whole;
        const LinearInputHook hook = [&](const LinearInput& input) {
            auto& values = whole[{input.layer, input.site}];
            values.insert(values.end(), input.values.begin(), input.values.end());
        };
        demo.decoder.run(demo.windows, demo.weights, hook);
        const Calibration calibration =
            calibrate(demo.decoder, demo.weights, demo.windows, {}, {}, 100);
        QCOMPARE(calibration.sampled.size(), std::size_t{100});
        QCOMPARE(calibration.inputs.size(), std::size_t{6 * 4 + 1});
        for (const auto& [place, input] : calibration.inputs) {
            const auto channels = static_cast<std::size_t>(input.channels());
            QCOMPARE(input.sample.size(), 100 * channels);
            QCOMPARE(input.counts.total(), std::uint64_t{3 * 512} * channels);
            for (std::size_t i = 0; i < calibration.sampled.size(); ++i) {
                const auto token = static_cast<std::size_t>(calibration.sampled[i]);
                QVERIFY(std::equal(input.sample.data() + i * channels,
                                   input.sample.data() + (i + 1) * channels,
                                   whole.at(place).data() + token * channels));
            }
            std::int64_t strong = 0;
            for (const float value : whole.at(place)) {
                strong += std::fabs(value) >= InputStatistics::kStrong ? 1 : 0;
            }
            QCOMPARE(std::accumulate(input.strong.begin(), input.strong.end(), std::int64_t{0}),
                     strong);
        }
    }

    void sampledTokensLieInEqualParts() {
        const auto few = sampled_tokens(1000, 10);
        QCOMPARE(few.size(), std::size_t{10});
        for (std::size_t i = 0; i < few.size(); ++i) {
            QCOMPARE(few[i] / 100, static_cast<std::int64_t>(i));
        }
        QCOMPARE(sampled_tokens(1000, 10), few);
        QCOMPARE(sampled_tokens(5, 10), (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
        QVERIFY(sampled_tokens(5, 0).empty());
        const auto uneven = sampled_tokens(257, 256);
        QVERIFY(std::adjacent_find(uneven.begin(), uneven.end(), std::greater_equal<>()) ==
                uneven.end());
    }

    /// llama.cpp rounds activations of F16 models to F16, so its sums differ a little.
    void importanceMatrixIsThatOfLlamaCpp() {
        const std::string folder = QL_TEST_DATA "/golden/gguf/tiny/";
        const auto model = Model::open(folder + "tiny-llama-f16.gguf");
        auto windows = textWindows(*model, folder + "text.txt", 128, 12);
        const auto tokenizer = Tokenizer::of(*model);
        for (TokenIds& window : windows) {
            window.front() = *tokenizer->bos();
        }
        Calibration calibration = calibrate(Decoder(model), StoredWeights(model), windows);
        calibration.text = "text.txt";
        const ImportanceMatrix matrix = importance_matrix(calibration, *model, true);
        const ImportanceMatrix reference = read_imatrix(folder + "tiny.imatrix.gguf");
        QCOMPARE(matrix.chunk_count, reference.chunk_count);
        QCOMPARE(matrix.chunk_size, reference.chunk_size);
        QCOMPARE(matrix.datasets, reference.datasets);
        QCOMPARE(matrix.entries.size(), reference.entries.size());
        double difference = 0;
        for (const auto& [name, entry] : reference.entries) {
            const ImportanceEntry* ours = matrix.find(name);
            QVERIFY2(ours != nullptr && ours->sums.size() == entry.sums.size(), name.c_str());
            QCOMPARE(ours->counts, entry.counts);
            difference =
                std::max(difference,
                         worst(entry.sums, [&](std::size_t c) { return double(ours->sums[c]); }));
        }
        QVERIFY2(difference < 2e-3, qPrintable(QString::number(difference)));
        // The other tools leave the output matrix out.
        QVERIFY(importance_matrix(calibration, *model).find("output.weight") == nullptr);
    }

    void activationsThatAreNotFiniteAreRefused() {
        Demo demo;
        demo.windows = {TokenIds(16, 5)};
        class Huge final : public WeightSource {
          public:
            explicit Huge(const StoredWeights& weights) : weights_(weights) {}
            std::unique_ptr<RowSource> rows(const ModelTensor& tensor) const override {
                if (tensor.role != Role::attention_output) {
                    return weights_.rows(tensor);
                }
                values_.assign(static_cast<std::size_t>(tensor.rows * tensor.cols), 3e38F);
                return std::make_unique<MemoryRows>(values_.data(), tensor.rows, tensor.cols);
            }

          private:
            const StoredWeights& weights_;
            mutable std::vector<float> values_;
        };
        try {
            calibrate(demo.decoder, Huge(demo.weights), demo.windows);
            QFAIL("infinite sums were taken");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::bad_data);
        }
    }
};

QTEST_APPLESS_MAIN(TestCalibration)
#include "test_calibration.moc"
