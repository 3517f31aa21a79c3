#include <QDir>
#include <QTemporaryDir>
#include <QtTest>
#include <random>

#include "core/model/calibration/calibrate_model.h"

using namespace ql;

namespace {

GramMatrix gramOf(std::int64_t channels, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    GramMatrix gram{channels, 17, std::vector<double>(std::size_t(channels * channels))};
    for (std::int64_t i = 0; i < channels; ++i) {
        for (std::int64_t j = i; j < channels; ++j) {
            const double value = normal(random);
            gram.values[std::size_t(i * channels + j)] = value;
            gram.values[std::size_t(j * channels + i)] = value;
        }
    }
    return gram;
}

std::filesystem::path pathOf(const QTemporaryDir& folder) { return folder.path().toStdString(); }

int filesIn(const QTemporaryDir& folder) {
    return int(QDir(folder.path())
                   .entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot)
                   .size());
}

}  // namespace

/// Gram matrices that are kept, and the room that a calibration takes.
class TestGramStore : public QObject {
    Q_OBJECT

  private slots:
    void whatWasSpilledIsWhatIsInMemory() {
        const QTemporaryDir folder;
        GramStore memory(1'000'000, pathOf(folder));
        GramStore half(GramStore::bytes_of(130) + 10, pathOf(folder));
        GramStore disk(0, pathOf(folder));
        for (GramStore* store : {&memory, &half, &disk}) {
            for (const int layer : {0, 1, 2}) {
                store->put({layer, InputSite::down}, gramOf(130, unsigned(layer)));
                store->put({layer, InputSite::attention}, gramOf(1, unsigned(layer)));
            }
            QCOMPARE(store->size(), std::size_t{6});
            QCOMPARE(store->memory_bytes() + store->disk_bytes(),
                     3 * (GramStore::bytes_of(130) + GramStore::bytes_of(1)));
        }
        QCOMPARE(memory.disk_bytes(), std::uint64_t{0});
        QCOMPARE(half.memory_bytes(), GramStore::bytes_of(130) + GramStore::bytes_of(1));
        QCOMPARE(disk.memory_bytes(), std::uint64_t{0});
        for (const GramStore* store : {&memory, &half, &disk}) {
            for (const int layer : {2, 0, 1}) {
                const GramMatrix got = store->get({layer, InputSite::down});
                QCOMPARE(got.tokens, std::int64_t{17});
                QVERIFY(got.values == gramOf(130, unsigned(layer)).values);
            }
        }
        // The file has no name from the beginning: a program that dies leaves nothing.
        QCOMPARE(filesIn(folder), 0);
        QVERIFY(!memory.has({3, InputSite::down}));
        try {
            memory.get({3, InputSite::down});
            QFAIL("a matrix came from nowhere");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::not_found);
        }
    }

    void aFolderThatCannotBeWrittenGivesASentence() {
        GramStore store(0, "/proc");
        try {
            store.put({0, InputSite::down}, gramOf(4, 1));
            QFAIL("it was written");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::io);
            QCOMPARE(error.context(), std::string("/proc"));
        }
    }

    void calibrationKeepsTheGramMatricesOfAllInputs() {
        const QTemporaryDir folder;
        const auto model = Model::open(QL_SOURCE_DIR "/resources/demo_model");
        const Decoder decoder(model);
        CalibrationOptions options{.samples = 2, .context = 64, .grams = true};
        options.folder = pathOf(folder);
        const auto text = CalibrationText::built_in();
        const Calibration roomy = calibrate_model(model, text, options);
        QCOMPARE(roomy.grams->disk_bytes(), std::uint64_t{0});
        options.memory_limit = calibration_needs(decoder, 2 * 64, 64, true).memory + 1'000'000;
        const Calibration tight = calibrate_model(model, text, options);
        QVERIFY(tight.grams->disk_bytes() > 0 && tight.grams->memory_bytes() > 0);
        QCOMPARE(filesIn(folder), 0);
        QCOMPARE(tight.grams->size(), std::size_t{6 * 4});
        const auto samples = CalibrationSamples::cut(text, *Tokenizer::of(*model), 2, 64);
        calibrate(decoder, StoredWeights(model), samples.windows,
                  [&](int layer, const BlockGrams& grams) {
                      for (const auto& [site, gram] : grams) {
                          const GramMatrix kept = tight.grams->get({layer, site});
                          QCOMPARE(kept.channels, gram.channels);
                          QVERIFY(kept.values == roomy.grams->get({layer, site}).values);
                          for (std::int64_t i = 0; i < gram.channels; ++i) {
                              const auto row = std::size_t(i * gram.channels);
                              QVERIFY(std::equal(
                                  gram.values.begin() + std::ptrdiff_t(row) + i,
                                  gram.values.begin() + std::ptrdiff_t(row) + gram.channels,
                                  kept.values.begin() + std::ptrdiff_t(row) + i));
                          }
                      }
                  });
        QVERIFY(tight.inputs == roomy.inputs);
    }

    void tooLittleMemoryIsRefusedBeforeTheWork() {
        const auto model = Model::open(QL_SOURCE_DIR "/resources/demo_model");
        for (const bool grams : {false, true}) {
            CalibrationOptions options{.samples = 2, .context = 64, .grams = grams};
            options.memory_limit = calibration_needs(Decoder(model), 2 * 64, 64, grams).memory - 1;
            bool began = false;
            const Progress progress({}, [&](double fraction, const Sentence&) {
                began = began || fraction > 0.05;  // the text is read before
            });
            try {
                calibrate_model(model, CalibrationText::built_in(), options, progress);
                QFAIL("it ran");
            } catch (const Error& error) {
                QCOMPARE(error.code(), ErrorCode::limit);
                QCOMPARE(QString::fromStdString(error.sentence().english())
                             .contains(QStringLiteral("Gram")),
                         grams);
            }
            QVERIFY(!began);
        }
        // A disk that is too small.
        CalibrationNeeds needs{.memory = 1, .grams = ~std::uint64_t{0} / 2, .sample_tokens = 1};
        try {
            const QTemporaryDir folder;
            require_room(needs, {.folder = pathOf(folder)});
            QFAIL("no disk is that large");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::limit);
        }
    }

    void aCancelledCalibrationLeavesNothing() {
        const QTemporaryDir folder;
        const auto model = Model::open(QL_SOURCE_DIR "/resources/demo_model");
        CalibrationOptions options{.samples = 2, .context = 64, .grams = true};
        options.folder = pathOf(folder);
        options.memory_limit = calibration_needs(Decoder(model), 2 * 64, 64, true).memory;
        std::stop_source stop;
        const Progress progress(stop.get_token(), [&](double fraction, const Sentence&) {
            if (fraction > 0.5) {
                stop.request_stop();
            }
        });
        try {
            calibrate_model(model, CalibrationText::built_in(), options, progress);
            QFAIL("it went on");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::cancelled);
        }
        QCOMPARE(filesIn(folder), 0);
    }
};

QTEST_APPLESS_MAIN(TestGramStore)
#include "test_gram_store.moc"
