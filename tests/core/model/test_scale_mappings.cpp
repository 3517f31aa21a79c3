#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <random>

#include "core/model/transform/scale_mappings.h"
#include "core/tensor/convert.h"
#include "tests/core/model/all_logits.h"
#include "tests/core/model/widened_model.h"
#include "tests/core/tiny_model.h"

using namespace ql;

namespace {

/// Scales from 1/8 to 8.
std::vector<float> randomScales(std::int64_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> exponent(-3, 3);
    std::vector<float> scales;
    for (std::int64_t i = 0; i < count; ++i) {
        scales.push_back(std::exp2(exponent(random)));
    }
    return scales;
}

std::vector<float> logitsOf(const std::shared_ptr<const Model>& model) {
    const Decoder decoder(model);
    const StoredWeights weights(model);
    return allLogits(decoder,
                     decoder.run({{1, 5, 9, 2, 30, 7, 7, 3, 11, 4, 21, 8}, {6, 3, 1}}, weights),
                     weights);
}

/// The model with scales moved at all of its mappings, and how many there are.
std::shared_ptr<const Model> folded(const std::shared_ptr<const Model>& model) {
    Model::Changes changes;
    unsigned seed = 1;
    for (const ScaleMapping& mapping : scale_mappings(*model)) {
        fold(*model, mapping, randomScales(mapping.channels, seed++), {}, changes);
    }
    return model->with(std::move(changes));
}

double largestDifference(const std::vector<float>& a, const std::vector<float>& b) {
    double largest = a.size() == b.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        largest = std::max(largest, std::fabs(double(a[i]) - double(b[i])));
    }
    return largest;
}

QStringList described(const Model& model) {
    QStringList all;
    for (const ScaleMapping& mapping : scale_mappings(model)) {
        if (mapping.place.layer > 0) {
            continue;
        }
        QStringList consumers;
        for (const std::size_t consumer : mapping.consumers) {
            const auto text = name(model.tensors()[consumer].role);
            consumers << QString::fromUtf8(text.data(), qsizetype(text.size()));
        }
        const auto producer = name(model.tensors()[mapping.producer].role);
        all << QString::fromUtf8(producer.data(), qsizetype(producer.size())) + " > " +
                   consumers.join(' ');
    }
    return all;
}

}  // namespace

/// Where scales can move, and that a model then computes what it did.
class TestScaleMappings : public QObject {
    Q_OBJECT

  private slots:
    void everyArchitectureHasItsTable_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QStringList>("mappings");
        const QString down = "ffn_up > ffn_down";
        const QStringList gated = {"attn_norm > attn_q attn_k attn_v", "ffn_norm > ffn_gate ffn_up",
                                   down};
        for (const char* name : {"llama", "mistral", "qwen2", "qwen3", "gemma2"}) {
            QTest::newRow(name) << name << gated;
        }
        QTest::newRow("gemma3") << "gemma3" << gated.mid(1);
        QTest::newRow("phi3") << "phi3"
                              << QStringList{"attn_norm > attn_qkv", "ffn_norm > ffn_gate_up",
                                             "ffn_gate_up > ffn_down"};
        QTest::newRow("gpt2") << "gpt2"
                              << QStringList{"attn_norm > attn_qkv", "attn_qkv > attn_output",
                                             "ffn_norm > ffn_up"};
    }
    void everyArchitectureHasItsTable() {
        QFETCH(QString, model);
        QFETCH(QStringList, mappings);
        QCOMPARE(described(*Model::open(QL_TEST_DATA "/forward/" + model.toStdString())), mappings);
    }

    void valuesGoToTheOutputWhereEveryHeadHasItsOwn() {
        QCOMPARE(described(*headsWithValues()).at(1), QString("attn_v > attn_output"));
    }

    void theFunctionIsKept_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3", "phi3",
                                 "gpt2", "values of every head"}) {
            QTest::newRow(name) << name;
        }
    }
    void theFunctionIsKept() {
        QFETCH(QString, name);
        std::unique_ptr<WidenedModel> widened;
        std::shared_ptr<const Model> model;
        if (name.contains(' ')) {
            model = headsWithValues();
        } else {
            widened = std::make_unique<WidenedModel>(name.toStdString());
            model = Model::open(widened->path);
        }
        const auto changed = folded(model);
        const std::vector<float> before = logitsOf(model);
        const double difference = largestDifference(before, logitsOf(changed));
        QVERIFY2(difference < 1e-4, qPrintable(QString::number(difference)));
        const double size = largestDifference(before, std::vector<float>(before.size()));
        QVERIFY(size > 100 * difference);  // it says something
        // The weights did change, and are had back.
        for (const ScaleMapping& mapping : scale_mappings(*model)) {
            const ModelTensor& tensor = model->tensors()[mapping.consumers.front()];
            std::vector<float> stored(tensor.values());
            std::vector<float> moved(stored.size());
            model->rows(tensor)->read(0, tensor.rows, stored.data());
            changed->rows(tensor)->read(0, tensor.rows, moved.data());
            QVERIFY(largestDifference(stored, moved) > 0.01);
            changed->change_of(tensor)->undo(0, tensor.rows, tensor.cols, moved.data());
            QVERIFY(largestDifference(stored, moved) < 1e-6);
        }
    }

    /// A norm in bfloat16 is rounded, and the scales follow: γ s stays what it was.
    void scalesFollowTheRoundedNorm_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("gamma") << "llama";
        QTest::newRow("gamma - 1") << "gemma2";
    }
    void scalesFollowTheRoundedNorm() {
        QFETCH(QString, name);
        const auto model = Model::open(QL_TEST_DATA "/forward/" + name.toStdString());
        const float one = name == "gemma2" ? 1 : 0;
        const ScaleMapping mapping = scale_mappings(*model).front();
        const auto scales = randomScales(mapping.channels, 3);
        const FoldedNorm norm = fold_into_norm(*model, mapping, scales);
        std::vector<float> stored(scales.size());
        model->rows(model->tensors()[mapping.producer])->read(0, 1, stored.data());
        bool moved = false;
        for (std::size_t i = 0; i < scales.size(); ++i) {
            const float value = norm.weight.values[i];
            QCOMPARE(bf16_to_float(float_to_bf16(value)), value);
            QVERIFY(std::fabs((value + one) * norm.scales[i] - (stored[i] + one)) < 1e-5F);
            QVERIFY(std::fabs(norm.scales[i] / scales[i] - 1) < (one > 0 ? 0.2F : 0.005F));
            moved = moved || norm.scales[i] != scales[i];
        }
        QVERIFY(moved);
    }

  private:
    std::shared_ptr<const Model> headsWithValues() {
        TinyModel tiny;
        tiny.kv_heads = TinyModel::kHeads;
        tiny.config["num_key_value_heads"] = tiny.kv_heads;
        tiny.write(folder_.path());
        return Model::open(folder_.path().toStdString());
    }

    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(TestScaleMappings)
#include "test_scale_mappings.moc"
