#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include <nlohmann/json.hpp>

#include "core/base/parallel.h"
#include "core/files/json_file.h"
#include "tests/core/model/all_logits.h"
#include "tests/core/tiny_model.h"

using namespace ql;

namespace {

TokenIds random_ids(std::size_t count, std::int32_t below, unsigned seed) {
    std::mt19937 random(seed);
    TokenIds ids(count);
    for (std::int32_t& id : ids) {
        id = static_cast<std::int32_t>(random() % static_cast<unsigned>(below));
    }
    return ids;
}

/// Logits of all tokens of a small vocabulary.
std::vector<float> logits_of(const Decoder& decoder, const WeightSource& weights,
                             const std::vector<TokenIds>& ids, const LinearInputHook& hook = {}) {
    return allLogits(decoder, decoder.run(ids, weights, hook), weights);
}

std::vector<float> logits_of(const std::string& path, const std::vector<TokenIds>& ids) {
    const auto model = Model::open(path);
    return logits_of(Decoder(model), StoredWeights(model), ids);
}

/// Counts how often each tensor is asked for, and may give others than the stored values.
class CountingWeights final : public WeightSource {
  public:
    explicit CountingWeights(std::shared_ptr<const Model> model) : model_(std::move(model)) {}

    std::unique_ptr<RowSource> rows(const ModelTensor& tensor) const override {
        ++asked[tensor.name];
        return model_->rows(tensor);
    }

    mutable std::map<std::string, int> asked;

  private:
    std::shared_ptr<const Model> model_;
};

/// A model of tests/data/forward in a folder of its own, to be changed.
struct ChangedModel {
    explicit ChangedModel(const std::string& name) : path(folder.path().toStdString()) {
        const std::string source = QL_TEST_DATA "/forward/" + name;
        std::filesystem::copy(source, path, std::filesystem::copy_options::recursive);
        std::ifstream(source + "/config.json") >> config;
    }

    void write() const { std::ofstream(path + "/config.json") << config; }

    QTemporaryDir folder;
    std::string path;
    nlohmann::json config;
};

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    double largest = a.size() == b.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        largest = std::max(largest, static_cast<double>(std::abs(a[i] - b[i])));
    }
    return largest;
}

}  // namespace

/// Running models: what is exact, what hooks and sources see, and what is refused.
class TestForward : public QObject {
    Q_OBJECT

  private slots:
    /// The models are so small that on a busy machine threads would mostly wait for each other.
    void initTestCase() { set_thread_limit(1); }

    void bitsDoNotDependOnThreads() {
        const auto model = Model::open(QL_SOURCE_DIR "/resources/demo_model");
        const Decoder decoder(model);
        const StoredWeights weights(model);
        const std::vector<TokenIds> ids = {random_ids(300, 4096, 1), random_ids(20, 4096, 2)};
        std::vector<std::vector<float>> results;
        std::vector<std::vector<double>> losses;
        for (const int threads : {1, 2, 3}) {
            set_thread_limit(threads);
            const HiddenStates hidden = decoder.run(ids, weights);
            results.push_back(hidden.values);
            losses.push_back(scoresOf(decoder, hidden, ids, weights).nll);
        }
        set_thread_limit(1);
        QVERIFY(results[0] == results[1]);
        QVERIFY(results[0] == results[2]);
        QVERIFY(losses[0] == losses[1]);
        QVERIFY(losses[0] == losses[2]);
    }

    /// Sequences of many lengths, some batches of several and one longer than a batch, in windows
    /// and on both sides of the length from which LongRoPE takes its long factors.
    void sequencesDoNotTouchEachOther_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("windows") << "gemma3";
        QTest::newRow("longrope") << "phi3-longrope";
        QTest::newRow("biases") << "llama";
    }
    void sequencesDoNotTouchEachOther() {
        QFETCH(QString, name);
        const auto model = Model::open(QL_TEST_DATA "/forward/" + name.toStdString());
        const Decoder decoder(model);
        const StoredWeights weights(model);
        std::vector<TokenIds> ids;
        std::vector<float> alone;
        for (const std::size_t length : {5, 30, 700, 16, 17, 1100, 1}) {
            ids.push_back(random_ids(length, 64, static_cast<unsigned>(length)));
            const std::vector<float> one = logits_of(decoder, weights, {ids.back()});
            alone.insert(alone.end(), one.begin(), one.end());
        }
        QVERIFY(logits_of(decoder, weights, ids) == alone);
    }

    /// Block by block over all sequences, with weights that are decoded once.
    void weightsAreDecodedOnce() {
        const auto model = Model::open(QL_TEST_DATA "/forward/gemma3");
        const Decoder decoder(model);
        const CountingWeights weights(model);
        const std::vector<TokenIds> ids = {random_ids(30, 64, 1), random_ids(1200, 64, 2)};
        const HiddenStates hidden = decoder.run(ids, weights);
        scoresOf(decoder, hidden, ids, weights);
        for (const ModelTensor& tensor : model->tensors()) {
            // The tied embedding is also the output matrix.
            const int expected = tensor.role == Role::token_embedding ? 2 : 1;
            QCOMPARE(weights.asked[tensor.name], expected);
        }
    }

    void hooksSeeEverySite() {
        const auto model = Model::open(QL_TEST_DATA "/forward/gpt2");
        const Decoder decoder(model);
        const StoredWeights weights(model);
        const std::vector<TokenIds> ids = {random_ids(30, 64, 1), random_ids(7, 64, 2)};
        std::map<std::pair<int, InputSite>, std::int64_t> tokens;
        decoder.run(ids, weights, [&](const LinearInput& input) {
            const std::int64_t width = input.site == InputSite::down ? 128 : 32;
            QCOMPARE(input.channels, width);
            std::int64_t& seen = tokens[{input.layer, input.site}];
            QCOMPARE(input.first_token, seen);
            QCOMPARE(static_cast<std::int64_t>(input.values.size()),
                     input.sequences.tokens() * width);
            seen += input.sequences.tokens();
        });
        QCOMPARE(tokens.size(), std::size_t{2 * 4 + 1});
        for (const auto& [site, seen] : tokens) {
            QCOMPARE(seen, std::int64_t{37});
        }
        for (const ModelTensor& tensor : model->tensors()) {
            QCOMPARE(input_site(tensor.role).has_value(), is_linear(tensor.role));
        }
    }

    /// What the first linears read is the norm of the embedding, computed here once more.
    void hooksSeeWhatLinearsRead() {
        const auto model = Model::open(QL_TEST_DATA "/forward/qwen3");
        const Decoder decoder(model);
        const StoredWeights weights(model);
        const std::vector<TokenIds> ids = {random_ids(9, 64, 1)};
        const HiddenStates embedded = decoder.embed(ids, weights);
        std::vector<float> gamma(32);
        model->rows(*model->find("blk.0.attn_norm.weight"))->read(0, 1, gamma.data());
        bool seen = false;
        decoder.run(ids, weights, [&](const LinearInput& input) {
            if (input.layer != 0 || input.site != InputSite::attention) {
                return;
            }
            seen = true;
            for (std::size_t token = 0; token < 9; ++token) {
                const float* x = embedded.values.data() + token * 32;
                double squares = 0;
                for (std::size_t i = 0; i < 32; ++i) {
                    squares += static_cast<double>(x[i]) * x[i];
                }
                for (std::size_t i = 0; i < 32; ++i) {
                    const double normed = x[i] / std::sqrt(squares / 32 + 1e-5) * gamma[i];
                    QVERIFY(std::abs(input.values[token * 32 + i] - normed) < 1e-6);
                }
            }
        });
        QVERIFY(seen);
    }

    /// With zeros to read, attention and MLP add nothing; so what a hook writes is what is read.
    void hooksReplaceWhatLinearsRead() {
        const auto model = Model::open(QL_TEST_DATA "/forward/qwen2");
        const Decoder decoder(model);
        const StoredWeights weights(model);
        const std::vector<TokenIds> ids = {random_ids(9, 64, 1)};
        HiddenStates hidden = decoder.embed(ids, weights);
        const std::vector<float> before = hidden.values;
        const auto zero = [](const LinearInput& input) {
            if (input.site == InputSite::attention_output || input.site == InputSite::down) {
                std::fill(input.values.begin(), input.values.end(), 0.0F);
            }
        };
        decoder.run_block(decoder.load(0, weights), hidden, zero);
        QVERIFY(hidden.values == before);
        decoder.run_block(decoder.load(0, weights), hidden);
        QVERIFY(hidden.values != before);
    }

    /// The golden data would not notice a setting that changes nothing: each of these does.
    void settingsMatter_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("change");
        const auto row = [](const char* name, const char* change) {
            QTest::newRow(qPrintable(QString("%1 %2").arg(name, change)))
                << name << QByteArray(change);
        };
        row("llama-linear", R"({"rope_scaling": null})");
        row("llama-llama3", R"({"rope_scaling": null})");
        row("llama-yarn", R"({"rope_parameters": {"rope_type": "default"}})");
        row("qwen2-yarn", R"({"rope_scaling": {"factor": 5.0}})");
        row("llama-yarn", R"({"rope_parameters": {"beta_fast": 3.0}})");
        row("llama-yarn", R"({"rope_parameters": {"beta_slow": 0.5}})");
        row("llama-yarn", R"({"rope_parameters": {"truncate": true}})");
        row("llama-yarn", R"({"rope_parameters": {"attention_factor": 1.0}})");
        row("mistral", R"({"sliding_window": null})");
        row("mistral", R"({"sliding_window": 9})");
        row("qwen2", R"({"use_sliding_window": false})");
        row("qwen2", R"({"max_window_layers": 0})");
        row("gemma2", R"({"attn_logit_softcapping": null})");
        row("gemma2", R"({"final_logit_softcapping": null})");
        row("gemma2", R"({"query_pre_attn_scalar": 16})");
        row("gemma2", R"({"sliding_window": 9})");
        row("gemma2", R"({"hidden_activation": "gelu"})");
        row("gemma3", R"({"sliding_window_pattern": 5})");
        row("gemma3", R"({"rope_scaling": null})");
        row("gemma3", R"({"rope_local_base_freq": 1000000.0})");
        row("gemma3-new", R"({"layer_types": ["sliding_attention", "full_attention"]})");
        row("phi3", R"({"sliding_window": null})");
        row("phi3-longrope", R"({"original_max_position_embeddings": 64})");
        row("phi3-longrope", R"({"rope_scaling": {"attention_factor": 1.0}})");
        row("gpt2", R"({"layer_norm_epsilon": 0.1})");
    }
    void settingsMatter() {
        QFETCH(QString, name);
        QFETCH(QByteArray, change);
        ChangedModel model(name.toStdString());
        const std::vector<TokenIds> ids = {random_ids(40, 64, 5)};
        const std::vector<float> before = logits_of(model.path, ids);
        const nlohmann::json patch = parse_json(change.toStdString());
        if (change.contains("null")) {
            model.config.update(patch);  // a merge would drop the key: not the same everywhere
        } else {
            model.config.merge_patch(patch);
        }
        model.write();
        const double difference = largest_difference(logits_of(model.path, ids), before);
        QVERIFY2(difference > 3e-4, qPrintable(QString::number(difference)));
    }

    void whatCannotRunIsRefused_data() {
        QTest::addColumn<QByteArray>("change");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* name, const char* change, const char* part) {
            QTest::newRow(name) << QByteArray(change) << part;
        };
        row("architecture", R"({"model_type": "surprise"})", "architecture is not known");
        row("rope", R"({"rope_scaling": {"rope_type": "dynamic", "factor": 2.0}})", "dynamic");
        row("experts", R"({"num_local_experts": 8})", "experts");
        row("activation", R"({"hidden_act": "relu2"})", "relu2");
        row("output", R"({"tie_word_embeddings": false})", "output matrix");
        row("layers", R"({"layer_types": ["linear_attention", "full_attention"]})", "layer_types");
        row("few layers", R"({"layer_types": ["full_attention"]})", "layer_types");
        row("query scalar", R"({"use_bidirectional_attention": true})", "bidirectional");
        row("factors", R"({"rope_scaling": {"type": "longrope", "long_factor": [1]}})", "factors");
        row("infinite frequencies", R"({"rope_scaling": {"type": "longrope",
            "long_factor": [0, 1, 1, 1], "short_factor": [1, 1, 1, 1]}})",
            "not finite");
        row("frequencies",
            R"({"rope_scaling": {"type": "llama3", "low_freq_factor": 4, "high_freq_factor": 4}})",
            "order");
    }
    void whatCannotRunIsRefused() {
        QFETCH(QByteArray, change);
        QFETCH(QString, part);
        QTemporaryDir folder;
        TinyModel tiny;
        tiny.config.update(parse_json(change.toStdString()));
        tiny.write(folder.path());
        const auto model = Model::open(folder.path().toStdString());
        const std::optional<Sentence> reason = cannot_run(*model);
        QVERIFY(reason.has_value());
        QVERIFY2(QString::fromStdString(reason->english()).contains(part),
                 reason->english().c_str());
        QVERIFY_EXCEPTION_THROWN(Decoder{model}, Error);
    }

    void missingAndUnknownTensorsAreRefused() {
        QTemporaryDir folder;
        TinyModel tiny;
        tiny.without = "model.layers.1.mlp.up_proj.weight";
        tiny.write(folder.path());
        const auto reason = cannot_run(*Model::open(folder.path().toStdString()));
        QVERIFY(QString::fromStdString(reason->english()).contains("blk.1.ffn_up.weight"));
        // Norms of queries: a llama does not have them, so they would silently be left out.
        ChangedModel qwen("qwen3");
        qwen.config["model_type"] = "llama";
        qwen.write();
        const auto unknown = cannot_run(*Model::open(qwen.path));
        QVERIFY(QString::fromStdString(unknown->english()).contains("k_norm"));
    }

    void goodModelsCanRun() {
        QVERIFY(!cannot_run(*Model::open(QL_SOURCE_DIR "/resources/demo_model")));
        QVERIFY(!cannot_run(*Model::open(QL_TEST_DATA "/forward/gpt2")));
    }

    void badSequencesAreRefused() {
        const auto model = Model::open(QL_TEST_DATA "/forward/gpt2");
        const Decoder decoder(model);
        const StoredWeights weights(model);
        const auto code = [&](const TokenIds& ids) {
            try {
                decoder.embed({ids}, weights);
            } catch (const Error& error) {
                return error.code();
            }
            return ErrorCode::io;
        };
        QCOMPARE(code({}), ErrorCode::usage);
        QCOMPARE(code({1, 64}), ErrorCode::usage);
        QCOMPARE(code({-1}), ErrorCode::usage);
        QCOMPARE(code(TokenIds(41, 1)), ErrorCode::limit);  // it has 40 positions
    }

    /// Its probability could not be told from that of a token with a logit of 0.
    void tokensWithoutLogitAreRefused() {
        const QTemporaryDir folder;
        TinyModel tiny;
        tiny.config["tie_word_embeddings"] = false;
        tiny.output_rows = TinyModel::kVocabulary - 2;
        tiny.write(folder.path());
        const auto model = Model::open(folder.path().toStdString());
        const Decoder decoder(model);
        const StoredWeights weights(model);
        QCOMPARE(decoder.embed({{TinyModel::kVocabulary - 3}}, weights).width,
                 std::int64_t{TinyModel::kWidth});
        QVERIFY_EXCEPTION_THROWN(decoder.embed({{TinyModel::kVocabulary - 2}}, weights), Error);
    }

    void stopsOnRequest() {
        const auto model = Model::open(QL_TEST_DATA "/forward/gemma3");
        const Decoder decoder(model);
        const StoredWeights weights(model);
        std::stop_source stop;
        const Progress progress(stop.get_token(), {});
        std::set<int> layers;
        const auto hook = [&](const LinearInput& input) {
            layers.insert(input.layer);
            if (input.layer == 2) {
                stop.request_stop();
            }
        };
        try {
            decoder.run({random_ids(40, 64, 1)}, weights, hook, progress);
            QFAIL("not stopped");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::cancelled);
        }
        QCOMPARE(layers, (std::set<int>{0, 1, 2}));
    }

    /// Pieces give every token each row of the vocabulary once, and the scores of the whole.
    void logitsComeInPieces() {
        const auto model = Model::open(QL_TEST_DATA "/forward/llama");
        const Decoder decoder(model);
        const StoredWeights weights(model);
        const std::vector<TokenIds> ids = {random_ids(600, 64, 1), random_ids(3, 64, 2)};
        const HiddenStates hidden = decoder.run(ids, weights);
        const std::vector<float> logits = allLogits(decoder, hidden, weights, 20);
        const std::vector<float> whole = allLogits(decoder, hidden, weights);
        for (std::size_t i = 0; i < logits.size(); ++i) {
            QVERIFY(std::abs(logits[i] - whole[i]) < 1e-4F);
        }
        for (const TokenBatch& batch : output_batches(hidden.sequences)) {
            QVERIFY(batch.sequences.tokens() <= 512);
        }
        const TokenScores scores = scoresOf(decoder, hidden, ids, weights);
        QCOMPARE(scores.predictions, std::int64_t{601});
        for (std::size_t token : {std::size_t{0}, std::size_t{598}, std::size_t{601}}) {
            const float* row = logits.data() + token * 64;
            double sum = 0;
            for (int i = 0; i < 64; ++i) {
                sum += std::exp(static_cast<double>(row[i]));
            }
            const std::int32_t next = token < 600 ? ids[0][token + 1] : ids[1][token - 599];
            QVERIFY(std::abs(scores.nll[token] - (std::log(sum) - row[next])) < 1e-5);
            QCOMPARE(scores.best[token],
                     static_cast<std::int32_t>(std::max_element(row, row + 64) - row));
        }
        QCOMPARE(scores.nll[599], 0.0);
        QCOMPARE(scores.nll[602], 0.0);
        QCOMPARE(scoresOf(decoder, hidden, ids, weights, 20).best, scores.best);
    }
};

QTEST_MAIN(TestForward)
#include "test_forward.moc"
