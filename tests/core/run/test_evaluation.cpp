#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <cmath>
#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

#include "core/base/parallel.h"
#include "core/files/checkpoint.h"
#include "core/run/evaluation.h"
#include "core/run/evaluation_state.h"
#include "core/run/plan_weights.h"

using namespace ql;

namespace {

/// Weights that count how often each row was read.
class CountingWeights final : public WeightSource {
  public:
    explicit CountingWeights(std::shared_ptr<const WeightSource> weights)
        : weights_(std::move(weights)) {}

    std::unique_ptr<RowSource> rows(const ModelTensor& tensor) const override {
        return std::make_unique<Rows>(weights_->rows(tensor), values_read[tensor.name]);
    }

    mutable std::map<std::string, std::atomic<std::int64_t>> values_read;

  private:
    class Rows final : public RowSource {
      public:
        Rows(std::unique_ptr<RowSource> rows, std::atomic<std::int64_t>& read)
            : RowSource(rows->rows(), rows->cols()), rows_(std::move(rows)), read_(read) {}
        void read(std::int64_t first, std::int64_t count, float* out) const override {
            read_ += count * cols();
            rows_->read(first, count, out);
        }

      private:
        std::unique_ptr<RowSource> rows_;
        std::atomic<std::int64_t>& read_;
    };

    std::shared_ptr<const WeightSource> weights_;
};

/// The model's weights, but for outputs of attention whose sums overflow.
class HugeWeights final : public WeightSource {
  public:
    explicit HugeWeights(std::shared_ptr<const Model> model)
        : weights_(std::move(model)), values_(256 * 256, 3e38F) {}

    std::unique_ptr<RowSource> rows(const ModelTensor& tensor) const override {
        if (tensor.role != Role::attention_output) {
            return weights_.rows(tensor);
        }
        return std::make_unique<MemoryRows>(values_.data(), tensor.rows, tensor.cols);
    }

  private:
    StoredWeights weights_;
    std::vector<float> values_;
};

/// The demo model with the first windows of the held-out text.
struct Demo {
    explicit Demo(std::size_t windows = 2) {
        golden = read_json_file(QL_TEST_DATA "/demo_model/perplexity.json");
        std::vector<TokenIds> all = golden["heldout_windows"];
        for (std::size_t i = 0; i < windows; ++i) {
            ids.insert(ids.end(), all[i].begin(), all[i].end());
        }
    }

    EvaluatedModel with(const char* plan) const {
        return {plan, std::make_shared<PlanWeights>(model, parse_plan(plan))};
    }
    EvaluationText text(std::int64_t context = 512) const {
        return EvaluationText::cut(ids, Protocol::gptq, context, {});
    }

    std::shared_ptr<const Model> model = Model::open(QL_SOURCE_DIR "/resources/demo_model");
    Decoder decoder{model};
    nlohmann::json golden;
    TokenIds ids;
};

bool same(const Evaluation& a, const Evaluation& b) {
    return a.label == b.label && a.nll == b.nll && a.perplexity.error == b.perplexity.error &&
           a.divergence.has_value() == b.divergence.has_value() &&
           (!a.divergence || (a.divergence->mean_kl.value == b.divergence->mean_kl.value &&
                              a.divergence->kl.p99_9 == b.divergence->kl.p99_9 &&
                              a.divergence->same_top.value == b.divergence->same_top.value));
}

bool same(const std::vector<Evaluation>& a, const std::vector<Evaluation>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Evaluation& x, const Evaluation& y) { return same(x, y); });
}

}  // namespace

/// Perplexity and divergence of several models in lockstep.
class TestEvaluation : public QObject {
    Q_OBJECT

  private slots:
    void originalHasItsGoldenPerplexity() {
        const Demo demo(4);
        const Evaluation result = evaluate(demo.decoder, {demo.with("keep")}, demo.text()).front();
        double nll = 0;
        for (int i = 0; i < 4; ++i) {
            nll += demo.golden["independent_float64"]["window_nll"][i].get<double>() / 4;
        }
        QVERIFY2(std::fabs(result.nll - nll) < 2e-6, qPrintable(QString::number(result.nll)));
        QCOMPARE(result.tokens, std::int64_t{4 * 511});
        QVERIFY(!result.divergence);
    }

    void modelDoesNotDivergeFromItself() {
        const Demo demo;
        const auto results =
            evaluate(demo.decoder, {demo.with("keep"), demo.with("f32")}, demo.text());
        const Divergence& d = *results[1].divergence;
        QVERIFY(std::fabs(d.kl.max) < 1e-12 && std::fabs(d.kl.min) < 1e-12);
        QCOMPARE(d.same_top.value, 1.0);
        QCOMPARE(results[0].nll, results[1].nll);
    }

    void fewerBitsDivergeMore() {
        const Demo demo;
        const auto results =
            evaluate(demo.decoder,
                     {demo.with("keep"), demo.with("q8_0"), demo.with("q4_0"), demo.with("q2_k")},
                     demo.text());
        QVERIFY(results[1].divergence->mean_kl.value > 1e-6);
        QVERIFY(results[2].divergence->mean_kl.value > 10 * results[1].divergence->mean_kl.value);
        QVERIFY(results[3].divergence->mean_kl.value > 3 * results[2].divergence->mean_kl.value);
        QVERIFY(results[3].divergence->same_top.value < results[1].divergence->same_top.value);
        for (const Evaluation& result : results) {
            QVERIFY(!result.divergence || result.divergence->kl.min > -1e-12);
        }
    }

    void everyWeightIsDecodedOnceForAPartOfTheText() {
        const Demo demo;
        const auto q4 = std::make_shared<CountingWeights>(demo.with("q4_0").weights);
        // All windows at once, then each by itself.
        for (const std::uint64_t bytes : {std::uint64_t{1} << 30, std::uint64_t{1}}) {
            q4->values_read.clear();
            EvaluationOptions options;
            options.hidden_bytes = bytes;
            evaluate(demo.decoder, {demo.with("keep"), {"q4_0", q4}}, demo.text(), options);
            const std::int64_t parts = bytes == 1 ? 2 : 1;
            for (const ModelTensor& tensor : demo.model->tensors()) {
                // The embedding is the output matrix, and its rows of the text's tokens are read.
                const std::int64_t more = tensor.role == Role::token_embedding
                                              ? std::int64_t(demo.ids.size()) * tensor.cols
                                              : 0;
                QCOMPARE(q4->values_read[tensor.name].load(),
                         parts * std::int64_t(tensor.values()) + more);
            }
        }
    }

    void resultsDependNeitherOnPartsNorOnThreads() {
        const Demo demo;
        const std::vector<EvaluatedModel> models = {demo.with("keep"), demo.with("q4_k_m")};
        const EvaluationText text = demo.text(128);
        const auto expected = evaluate(demo.decoder, models, text);
        EvaluationOptions small;
        small.hidden_bytes = 3 * 128 * 256 * 4 * 2;  // three windows of two models
        set_thread_limit(1);
        const auto results = evaluate(demo.decoder, models, text, small);
        set_thread_limit(0);
        QVERIFY(same(results, expected));
    }

    /// As after `kill -9`: what was kept last is there, and nothing else.
    void interruptedEvaluationEndsWithTheSameNumbers() {
        const Demo demo;
        const std::vector<EvaluatedModel> models = {demo.with("keep"), demo.with("q4_0")};
        const EvaluationText text = demo.text(128);
        const auto expected = evaluate(demo.decoder, models, text);
        const QTemporaryDir folder;
        EvaluationOptions options;
        options.hidden_bytes = 4 * 128 * 256 * 4 * 2;
        options.state = folder.filePath("state").toStdString();
        options.save_every = {};
        for (const double stop_at : {0.3, 0.45, 0.7, 0.9}) {
            std::stop_source stop;
            const Progress progress(stop.get_token(), [&](double fraction, const Sentence&) {
                if (fraction >= stop_at) {
                    stop.request_stop();
                }
            });
            QVERIFY_THROWS_EXCEPTION(Error,
                                     evaluate(demo.decoder, models, text, options, progress));
            QVERIFY(std::filesystem::exists(options.state));
        }
        const auto before = std::filesystem::file_size(options.state);
        double first = 1;
        const auto results = evaluate(demo.decoder, models, text, options,
                                      Progress({}, [&](double fraction, const Sentence&) {
                                          first = std::min(first, fraction);
                                      }));
        QVERIFY(same(results, expected));
        QVERIFY2(before > 0 && first > 0.5, qPrintable(QString::number(first)));
        QVERIFY(!std::filesystem::exists(options.state));
    }

    void stateOfAnotherEvaluationIsNotUsed() {
        const Demo demo;
        const QTemporaryDir folder;
        EvaluationOptions options;
        options.state = folder.filePath("state").toStdString();
        options.save_every = {};
        const EvaluationText text = demo.text(128);
        const auto interrupted = [&](const char* plan) {
            std::stop_source stop;
            const Progress progress(stop.get_token(), [&](double fraction, const Sentence&) {
                if (fraction > 0.5) {
                    stop.request_stop();
                }
            });
            QVERIFY_THROWS_EXCEPTION(
                Error, evaluate(demo.decoder, {demo.with("keep"), demo.with(plan)}, text, options,
                                progress));
        };
        const std::vector<EvaluatedModel> wanted = {demo.with("keep"), demo.with("q8_0")};
        const auto expected = evaluate(demo.decoder, wanted, text);
        interrupted("q2_k");
        QVERIFY(same(evaluate(demo.decoder, wanted, text, options), expected));
        // Nor is one that was damaged.
        interrupted("q8_0");
        std::fstream file(options.state, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4000);
        file.put('\x55');
        file.close();
        QVERIFY(same(evaluate(demo.decoder, wanted, text, options), expected));
    }

    /// The label is the plan's text, which does not tell what importance it was given.
    void stateWithAnotherImportanceIsNotUsed() {
        const Demo demo;
        const auto with = [&](float factor) {
            auto importance = std::make_shared<ImportanceMatrix>();
            for (const ModelTensor& tensor : demo.model->tensors()) {
                ImportanceEntry entry{std::vector<float>(std::size_t(tensor.cols), 1), {1}};
                for (std::size_t i = 0; i < entry.sums.size(); i += 3) {
                    entry.sums[i] = factor;
                }
                importance->entries[tensor.gguf_name] = entry;
            }
            return std::vector<EvaluatedModel>{
                demo.with("keep"),
                {"q4_0+imatrix", std::make_shared<PlanWeights>(
                                     demo.model, parse_plan("q4_0+imatrix"), importance)}};
        };
        const QTemporaryDir folder;
        EvaluationOptions options;
        options.hidden_bytes = 128 * 256 * 4 * 2 * 4;
        options.state = folder.filePath("state").toStdString();
        options.save_every = {};
        const EvaluationText text = demo.text(128);
        std::stop_source stop;
        const Progress progress(stop.get_token(), [&](double fraction, const Sentence&) {
            if (fraction > 0.6) {
                stop.request_stop();
            }
        });
        QVERIFY_THROWS_EXCEPTION(Error, evaluate(demo.decoder, with(2), text, options, progress));
        QVERIFY(std::filesystem::exists(options.state));
        const auto expected = evaluate(demo.decoder, with(90), text);
        QVERIFY(same(evaluate(demo.decoder, with(90), text, options), expected));
    }

    void stateThatDoesNotFitIsNotUsed() {
        const QTemporaryDir folder;
        const EvaluationFile file(folder.filePath("state").toStdString(), 5);
        constexpr EvaluationShape kShape{2, 7, 3, 4, 2, 6};
        TokenScores first{std::vector<double>(8), std::vector<std::int32_t>(8), {}, 6};
        TokenScores second = first;
        second.kl.resize(8);
        const HiddenStates part{Sequences({4, 4, 4}), 2, std::vector<float>(24)};
        const EvaluationState good{2, {first, second}, 1, {part, part}};
        const auto fits = [&](const auto& change) {
            EvaluationState state = good;
            change(state);
            file.save(state);
            return file.load(kShape).has_value();
        };
        QVERIFY(fits([](EvaluationState&) {}));
        QCOMPARE(file.load(kShape)->hidden[1].sequences.tokens(), std::int64_t{12});
        QVERIFY(!EvaluationFile(folder.filePath("state").toStdString(), 6).load(kShape));
        QVERIFY(!fits([](EvaluationState& state) { state.blocks_done = -1; }));
        QVERIFY(!fits([](EvaluationState& state) { state.blocks_done = 7; }));
        QVERIFY(!fits([](EvaluationState& state) { state.blocks_done = 0; }));
        QVERIFY(!fits([](EvaluationState& state) { state.windows_done = 8; }));
        QVERIFY(!fits([](EvaluationState& state) { state.windows_done = 1; }));
        QVERIFY(!fits([](EvaluationState& state) { state.scores[1].kl.clear(); }));
        QVERIFY(!fits([](EvaluationState& state) { state.scores[0].best.pop_back(); }));
        QVERIFY(!fits([](EvaluationState& state) { state.scores[0].nll[3] = NAN; }));
        QVERIFY(!fits([](EvaluationState& state) { state.scores.pop_back(); }));
        QVERIFY(!fits([](EvaluationState& state) { state.hidden[1].values.pop_back(); }));
        QVERIFY(!fits([](EvaluationState& state) { state.hidden.clear(); }));
        QVERIFY(fits([](EvaluationState&) {}));
        std::filesystem::resize_file(folder.filePath("state").toStdString(), 200);
        QVERIFY(!file.load(kShape));
    }

    void fileOfSomebodyElseIsNeitherUsedNorRemoved() {
        const QTemporaryDir folder;
        const Demo demo;
        EvaluationOptions options;
        options.state = folder.filePath("model.gguf").toStdString();
        std::ofstream(options.state) << "GGUF and weights";
        QVERIFY_THROWS_EXCEPTION(
            Error, evaluate(demo.decoder, {demo.with("keep")}, demo.text(64), options));
        QCOMPARE(std::filesystem::file_size(options.state), std::uintmax_t{16});
        // A kept evaluation of another version makes room.
        std::ofstream(options.state) << "ql-eval1, of some time ago";
        evaluate(demo.decoder, {demo.with("keep")}, demo.text(64), options);
        QVERIFY(!std::filesystem::exists(options.state));
    }

    void predictionsThatAreNotFiniteAreRefused() {
        const Demo demo;
        const auto huge = std::make_shared<HugeWeights>(demo.model);
        try {
            evaluate(demo.decoder, {demo.with("keep"), {"huge", huge}}, demo.text(128));
            QFAIL("means of infinite numbers were given");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::bad_data);
            QCOMPARE(error.context(), std::string("huge"));
        }
    }

    void protocolsScoreDifferentTokens() {
        const TokenIds ids(100, 7);
        const EvaluationText gptq = EvaluationText::cut(ids, Protocol::gptq, 32, 1);
        QCOMPARE(gptq.windows.size(), std::size_t{3});
        QCOMPARE(gptq.windows[1].front(), 7);
        QCOMPARE(gptq.scored_tokens(), std::int64_t{3 * 31});
        const EvaluationText llama = EvaluationText::cut(ids, Protocol::llama_cpp, 32, 1, 2);
        QCOMPARE(llama.windows.size(), std::size_t{2});
        QCOMPARE(llama.windows[1].front(), 1);
        QCOMPARE(llama.scored_tokens(), std::int64_t{2 * 15});
        QVERIFY(!llama.scored(15) && llama.scored(16) && llama.scored(30) && !llama.scored(31));
        QVERIFY_THROWS_EXCEPTION(Error, EvaluationText::cut(ids, Protocol::gptq, 101, {}));
        QVERIFY_THROWS_EXCEPTION(Error, EvaluationText::cut(ids, Protocol::gptq, 1, {}));
    }

    void plansThatNeedImportanceAreRefusedWithoutIt() {
        const Demo demo;
        QVERIFY_THROWS_EXCEPTION(Error, PlanWeights(demo.model, parse_plan("q4_0+imatrix")));
    }
};

QTEST_APPLESS_MAIN(TestEvaluation)
#include "test_evaluation.moc"
