#include <QTemporaryDir>
#include <QTest>

#include "core/measure/memory.h"
#include "tests/core/tiny_model.h"

using namespace ql;

/// Sizes of caches and the survey's estimate, on cases that can be worked out by hand.
class TestMemory : public QObject {
    Q_OBJECT

  private slots:
    void cacheOfLlama3() {
        // Llama 3 8B: 32 layers, 8 KV heads of 128. 128 KiB a token; 1 GiB at 8192 tokens.
        const KvCache cache{.layers = 32, .kv_heads = 8, .head_dim = 128};
        QCOMPARE(cache.bytes_per_token(DType::f16).value(), 131072.0);
        QCOMPARE(cache.bytes(8192, DType::f16).value(), 1073741824.0);
        // 34 bytes for 32 values instead of 64.
        QCOMPARE(cache.bytes(8192, DType::q8_0).value(), 1073741824.0 * 34 / 64);
        QCOMPARE(cache.bytes(0, DType::f16).value(), 0.0);
    }

    void windowedLayersDropOldTokens() {
        // Gemma 3 4B: 34 layers, of which 5 attend to everything; 4 KV heads of 256, window 1024.
        QCOMPARE(kept_tokens(1024), std::int64_t{1536});
        QCOMPARE(kept_tokens(4096), std::int64_t{4608});  // Gemma 2
        QCOMPARE(kept_tokens(100), std::int64_t{768});    // 612, in whole cells
        const KvCache cache{.layers = 34,
                            .windowed = 29,
                            .kept = kept_tokens(1024),
                            .kv_heads = 4,
                            .head_dim = 256};
        const double layer = 4 * 256 * 2 * 2;  // bytes of a token
        QCOMPARE(cache.bytes(400, DType::f16).value(), 34 * 400 * layer);
        QCOMPARE(cache.bytes(32768, DType::f16).value(), (5 * 32768 + 29 * 1536) * layer);
    }

    void headsMustBeWholeBlocks() {
        const KvCache cache{.layers = 2, .kv_heads = 4, .head_dim = 8};
        QCOMPARE(cache.bytes_per_token(DType::f16).value(), 2.0 * 4 * 8 * 2 * 2);
        QVERIFY(!cache.bytes_per_token(DType::q8_0));
    }

    void cacheOfAModel() {
        const QTemporaryDir folder;
        TinyModel().write(folder.path());
        const KvCache cache = kv_cache(*Model::open(folder.path().toStdString()));
        QCOMPARE(cache.layers, std::int64_t{TinyModel::kLayers});
        QCOMPARE(cache.kv_heads, std::int64_t{TinyModel::kKvHeads});
        QCOMPARE(cache.head_dim, std::int64_t{TinyModel::kHeadDim});
        QCOMPARE(cache.windowed, std::int64_t{0});
    }

    void windowsOfModels_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<qint64>("windowed");
        QTest::newRow("gemma2: every other layer") << "gemma2" << qint64{1};
        QTest::newRow("gemma3: all but every sixth") << "gemma3" << qint64{5};
        QTest::newRow("mistral: a window that llama.cpp does not use") << "mistral" << qint64{0};
        QTest::newRow("phi3: likewise") << "phi3" << qint64{0};
    }

    void windowsOfModels() {
        QFETCH(QString, model);
        const QString path = QStringLiteral(QL_TEST_DATA "/forward/") + model;
        const auto opened = Model::open(path.toStdString());
        QVERIFY(opened->hyperparameters()->sliding_window);
        const KvCache cache = kv_cache(*opened);
        QTEST(static_cast<qint64>(cache.windowed), "windowed");
        // A window of 8 tokens.
        QCOMPARE(cache.kept, std::int64_t{cache.windowed > 0 ? 768 : 0});
    }

    void withoutHyperparametersAReason() {
        const QTemporaryDir folder;
        TinyModel tiny;
        tiny.config["model_type"] = "unheard_of";
        tiny.write(folder.path());
        const auto model = Model::open(folder.path().toStdString());
        try {
            kv_cache(*model);
            QFAIL("it has a size");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::unsupported);
        }
    }

    void estimateOfTheSurvey() {
        // What its function yields, which is not what its comments say ("~14 GB").
        QCOMPARE(survey_estimate(7'000'000'000, 16), 15.4e9);
        QCOMPARE(survey_estimate(7'000'000'000, 4), 3.85e9);
    }

    void bitsInNames() {
        QCOMPARE(nominal_bits(DType::q4_k), 4);
        QCOMPARE(nominal_bits(DType::iq4_nl), 4);
        QCOMPARE(nominal_bits(DType::bf16), 16);
        QCOMPARE(nominal_bits(DType::mxfp4), 4);
        QCOMPARE(nominal_bits(parse_plan("recipe:Q5_K_M")).value(), 5);
        QCOMPARE(nominal_bits(parse_plan("int3:g64:asym; *=q8_0")).value(), 3);
        QCOMPARE(nominal_bits(parse_plan("textbook_sym8")).value(), 8);
        QVERIFY(!nominal_bits(Plan()));
    }

    void mostValuesDecide() {
        const QTemporaryDir folder;
        TinyModel().write(folder.path());
        QCOMPARE(nominal_bits(*Model::open(folder.path().toStdString())), 32);
    }
};

QTEST_APPLESS_MAIN(TestMemory)
#include "test_memory.moc"
