#include <QTemporaryDir>
#include <QtTest>

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

    void windowedLayersKeepTheirWindow() {
        const KvCache cache{
            .layers = 6, .windowed = 5, .window = 512, .kv_heads = 1, .head_dim = 256};
        const double layer = 2 * 256 * 2;  // bytes of a token
        QCOMPARE(cache.bytes(400, DType::f16).value(), 6 * 400 * layer);
        QCOMPARE(cache.bytes(4096, DType::f16).value(), (4096 + 5 * 512) * layer);
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

    void windowsOfAModel() {
        const QTemporaryDir folder;
        TinyModel tiny;
        tiny.config["model_type"] = "mistral";
        tiny.config["sliding_window"] = 16;
        tiny.write(folder.path());
        const KvCache cache = kv_cache(*Model::open(folder.path().toStdString()));
        QCOMPARE(cache.windowed, std::int64_t{TinyModel::kLayers});
        QCOMPARE(cache.window, std::int64_t{16});
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
        QCOMPARE(main_dtype(*Model::open(folder.path().toStdString())), DType::f32);
    }
};

QTEST_APPLESS_MAIN(TestMemory)
#include "test_memory.moc"
