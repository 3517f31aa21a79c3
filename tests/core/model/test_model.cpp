#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>

#include "core/files/json_file.h"
#include "core/model/model.h"
#include "core/tensor/convert.h"
#include "tests/core/tiny_model.h"

using namespace ql;

/// Opening models: identity, checks, and rows in both orders.
class TestModel : public QObject {
    Q_OBJECT

  private slots:
    void demoModelIsUnderstood() {
        const auto model = Model::open(QL_SOURCE_DIR "/resources/demo_model");
        QCOMPARE(std::string(model->architecture()->id), std::string("llama"));
        QCOMPARE(model->parameters(), std::uint64_t{5770496});
        QVERIFY(model->warnings().empty());
        QCOMPARE(model->hyperparameters()->head_dim, std::uint64_t{32});
        std::uint64_t linear_weights = 0;
        int linears = 0;
        for (const ModelTensor& tensor : model->tensors()) {
            linears += tensor.linear ? 1 : 0;
            linear_weights += tensor.linear ? tensor.values() : 0;
        }
        QCOMPARE(linears, 42);
        QCOMPARE(linear_weights, std::uint64_t{4718592});
        QCOMPARE(model->tensors().front().role, Role::token_embedding);
        QCOMPARE(model->tensors().back().role, Role::output_norm);
    }

    void queryRowsArePermutedForGguf() {
        QTemporaryDir dir;
        TinyModel tiny;
        tiny.write(dir.path());
        const auto model = Model::open(dir.path().toStdString());
        const ModelTensor& q = *model->find("blk.0.attn_q.weight");
        QCOMPARE(q.adjust, Adjust::permute_q);
        std::vector<float> stored(static_cast<std::size_t>(q.values()));
        std::vector<float> moved(stored.size());
        model->rows(q)->read(0, q.rows, stored.data());
        model->rows(q, RowOrder::gguf)->read(0, q.rows, moved.data());
        const std::int64_t d = TinyModel::kHeadDim;
        for (std::int64_t head = 0; head < q.rows / d; ++head) {
            for (std::int64_t half = 0; half < 2; ++half) {
                for (std::int64_t i = 0; i < d / 2; ++i) {
                    const std::int64_t from = head * d + half * d / 2 + i;
                    const std::int64_t to = head * d + 2 * i + half;
                    QCOMPARE(moved[static_cast<std::size_t>(to * q.cols)],
                             stored[static_cast<std::size_t>(from * q.cols)]);
                }
            }
        }
    }

    void unknownArchitectureOpensAsPlainTensors() {
        QTemporaryDir dir;
        TinyModel tiny;
        tiny.config["model_type"] = "surprise";
        tiny.write(dir.path());
        const auto model = Model::open(dir.path().toStdString());
        QVERIFY(model->architecture() == nullptr);
        QCOMPARE(model->warnings().size(), std::size_t{1});
        QCOMPARE(model->tensors().front().role, Role::other);
        QVERIFY(!model->tensors().front().group.empty());
    }

    void badHyperparametersAreRefused_data() {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("value");
        QTest::newRow("no heads") << QByteArray("num_attention_heads") << QByteArray("0");
        QTest::newRow("negative width") << QByteArray("hidden_size") << QByteArray("-64");
        QTest::newRow("fraction") << QByteArray("hidden_size") << QByteArray("64.5");
        QTest::newRow("text") << QByteArray("hidden_size") << QByteArray("\"64\"");
        QTest::newRow("huge layers") << QByteArray("num_hidden_layers") << QByteArray("4294967295");
        QTest::newRow("kv heads") << QByteArray("num_key_value_heads") << QByteArray("3");
        QTest::newRow("more kv heads") << QByteArray("num_key_value_heads") << QByteArray("16");
        QTest::newRow("epsilon") << QByteArray("rms_norm_eps") << QByteArray("-1e-5");
        QTest::newRow("rope base") << QByteArray("rope_theta") << QByteArray("0");
        QTest::newRow("tied text") << QByteArray("tie_word_embeddings") << QByteArray("\"yes\"");
        QTest::newRow("scaling list") << QByteArray("rope_scaling") << QByteArray("[1]");
        QTest::newRow("other shape") << QByteArray("intermediate_size") << QByteArray("160");
        QTest::newRow("huge heads") << QByteArray("head_dim") << QByteArray("2147483648");
        QTest::newRow("fewer layers") << QByteArray("num_hidden_layers") << QByteArray("1");
    }
    void badHyperparametersAreRefused() {
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, value);
        QTemporaryDir dir;
        TinyModel tiny;
        tiny.config[key.toStdString()] = parse_json(value.toStdString());
        tiny.write(dir.path());
        try {
            Model::open(dir.path().toStdString());
            QFAIL("opened");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::bad_file);
            QVERIFY(QString(error.what()).contains(dir.path()));
        }
    }

    /// What turns beyond a head would be the next one's, or no one's.
    void rotationBeyondTheHeadIsRefused() {
        GgufMetadata keys;
        for (const auto& [key, value] : {std::pair("context_length", 128U),
                                         {"embedding_length", 64U},
                                         {"block_count", 2U},
                                         {"attention.head_count", 8U},
                                         {"rope.dimension_count", 8U}}) {
            keys.set(std::string("llama.") + key, GgufValue::of_u32(value));
        }
        const Architecture& llama = *architecture_of_gguf("llama");
        QCOMPARE(hyperparameters_from_gguf(keys, llama).rope_dimension, std::uint64_t{8});
        keys.set("llama.rope.dimension_count", GgufValue::of_u32(10U));
        QVERIFY_EXCEPTION_THROWN(hyperparameters_from_gguf(keys, llama), Error);
        keys.set("llama.rope.dimension_count", GgufValue::of_u32(1U << 30));
        QVERIFY_EXCEPTION_THROWN(hyperparameters_from_gguf(keys, llama), Error);
    }

    void ropeIsReadInBothForms() {
        const auto opened = [](const nlohmann::json& changes) {
            QTemporaryDir dir;
            TinyModel tiny;
            tiny.config.update(changes);
            tiny.write(dir.path());
            return *Model::open(dir.path().toStdString())->hyperparameters();
        };
        const nlohmann::json scaling = {{"rope_type", "linear"}, {"factor", 4.0}};
        const Hyperparameters old = opened({{"rope_theta", 5e5}, {"rope_scaling", scaling}});
        QCOMPARE(old.rope_freq_base, 5e5);
        QCOMPARE(old.rope_scaling->factor, 4.0);
        const Hyperparameters newer = opened(
            {{"rope_parameters", {{"rope_theta", 5e5}, {"rope_type", "linear"}, {"factor", 4.0}}}});
        QCOMPARE(newer.rope_freq_base, 5e5);
        QCOMPARE(newer.rope_scaling->factor, 4.0);
        const Hyperparameters plain =
            opened({{"rope_parameters", {{"rope_theta", 7e4}, {"rope_type", "default"}}}});
        QCOMPARE(plain.rope_freq_base, 7e4);
        QVERIFY(!plain.rope_scaling);
    }

    void emptyTensorsHaveNoRows() {
        QTemporaryDir dir;
        const QByteArray header =
            R"({"a":{"dtype":"F32","shape":[4611686018427387904,0],"data_offsets":[0,0]}})";
        const auto length = static_cast<std::uint64_t>(header.size());
        QFile file(dir.filePath("a.safetensors"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(reinterpret_cast<const char*>(&length), sizeof(length));
        file.write(header);
        file.close();
        const auto model = Model::open(file.fileName().toStdString());
        QCOMPARE(model->tensors().front().rows, std::int64_t{0});
        QCOMPARE(model->parameters(), std::uint64_t{0});
    }

    void collectionsOfTensorsOpenWithoutHyperparameters() {
        GgufMetadata metadata;
        metadata.set("general.architecture", GgufValue::of_string("llama"));
        std::vector<GgufTensor> tensors = {{"blk.0.attn_q.weight", DType::q6_k, {4, 256}, 0, 840}};
        std::vector<std::byte> bytes = write_gguf_header(metadata, tensors);
        bytes.resize(bytes.size() + 864);
        QTemporaryDir dir;
        QFile file(dir.filePath("a.gguf"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
        file.close();
        const auto model = Model::open(file.fileName().toStdString());
        QVERIFY(!model->hyperparameters());
        QCOMPARE(model->tensors().front().role, Role::q);
        QCOMPARE(model->tensors().front().bytes, std::uint64_t{840});
        QCOMPARE(model->warnings().size(), std::size_t{1});
        QVERIFY(model->missing().empty());
    }

    void missingTensorsAreSaid() {
        QTemporaryDir dir;
        TinyModel tiny;
        tiny.without = "model.layers.1.mlp.up_proj.weight";
        tiny.write(dir.path());
        const auto model = Model::open(dir.path().toStdString());
        QCOMPARE(model->missing(), (std::vector<std::string>{"blk.1.ffn_up.weight"}));
        QCOMPARE(model->warnings().size(), std::size_t{1});
    }
};

QTEST_APPLESS_MAIN(TestModel)
#include "test_model.moc"
