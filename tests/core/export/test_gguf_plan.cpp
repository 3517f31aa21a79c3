#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <fstream>

#include "core/export/verify.h"
#include "core/files/checkpoint.h"
#include "tests/core/export/export_fixture.h"

using namespace ql;

/// What would be written: metadata, names, types, refusals.
class TestGgufPlan : public QObject {
    Q_OBJECT

    static GgufExport plan(const ExportFixture& fixture, const std::string& scheme,
                           const ExportOptions& options = {}) {
        return plan_gguf(*fixture.model(), Plan::of(parse_scheme(scheme)), options);
    }

    static const GgufExportTensor& tensor(const GgufExport& gguf, const std::string& name) {
        for (const GgufExportTensor& candidate : gguf.tensors) {
            if (candidate.name == name) {
                return candidate;
            }
        }
        qFatal("no tensor %s", name.c_str());
    }

  private slots:
    void metadataSaysWhatTheModelIs() {
        const GgufExport gguf = plan(ExportFixture(), "q8_0");
        QCOMPARE(gguf.metadata.string("general.architecture").value(), std::string("llama"));
        QCOMPARE(gguf.metadata.uint("general.file_type").value(), std::uint64_t{7});
        QCOMPARE(gguf.metadata.uint("general.quantization_version").value(), std::uint64_t{2});
        const std::pair<const char*, std::uint64_t> kCounts[] = {
            {"llama.context_length", 128},     {"llama.embedding_length", 64},
            {"llama.block_count", 2},          {"llama.feed_forward_length", 96},
            {"llama.attention.head_count", 8}, {"llama.attention.head_count_kv", 4},
            {"llama.rope.dimension_count", 8}, {"llama.vocab_size", 32}};
        for (const auto& [key, value] : kCounts) {
            QCOMPARE(gguf.metadata.uint(key).value_or(0), value);
            QCOMPARE(gguf.metadata.find(key)->type(), GgufType::uint32);
        }
        QCOMPARE(gguf.metadata.number("llama.attention.layer_norm_rms_epsilon").value(),
                 static_cast<double>(1e-5F));
        // No tokenizer stands beside the tiny model: it is said, and the file says "none".
        QCOMPARE(gguf.metadata.string("tokenizer.ggml.model").value(), std::string("none"));
        QCOMPARE(gguf.notes.size(), std::size_t{1});
    }

    void linearsTakeTheSchemeAndTheRestKeepsItsType() {
        const GgufExport gguf = plan(ExportFixture(), "q4_0");
        QCOMPARE(tensor(gguf, "blk.1.ffn_down.weight").dtype, DType::q4_0);
        QCOMPARE(tensor(gguf, "blk.1.ffn_down.weight").bytes, std::uint64_t{64 * 96 / 32 * 18});
        QCOMPARE(tensor(gguf, "token_embd.weight").dtype, DType::f32);
        QCOMPARE(tensor(gguf, "blk.0.attn_norm.weight").dtype, DType::f32);
    }

    void theRestCanTakeAnotherType() {
        const GgufExport gguf = plan(ExportFixture(), "q4_0", {.rest = DType::f16});
        QCOMPARE(tensor(gguf, "token_embd.weight").dtype, DType::f16);
        QCOMPARE(tensor(gguf, "output_norm.weight").dtype, DType::f32);
    }

    void rowsThatDoNotFitAreNamed() {
        ExportFixture fixture;
        fixture.tiny.feed_forward = 80;  // no multiple of 32
        fixture.tiny.config["intermediate_size"] = 80;
        fixture.tiny.write(QString::fromStdString(fixture.path("model").string()));
        const GgufExport gguf = plan(fixture, "q4_0");
        QCOMPARE(tensor(gguf, "blk.0.ffn_up.weight").dtype, DType::q4_0);
        const GgufExportTensor& down = tensor(gguf, "blk.0.ffn_down.weight");
        QCOMPARE(down.dtype, DType::f32);
        QVERIFY(!down.entry.fallback.empty());
        const auto says = [](const Sentence& note) {
            return note.english().find("2 tensors get something else") != std::string::npos;
        };
        QVERIFY(std::any_of(gguf.notes.begin(), gguf.notes.end(), says));
    }

    void sizeIsKnownBeforeWriting() {
        const ExportFixture fixture;
        const GgufExport gguf = plan(fixture, "q4_0");
        fixture.write("q4_0", "out.gguf");
        QCOMPARE(std::filesystem::file_size(fixture.path("out.gguf")), gguf.file_bytes);
    }

    void gridsWithoutGgufTypeAreRefused_data() {
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<QString>("instead");
        QTest::newRow("groups") << "int4:g128:asym"
                                << "q4_0";
        QTest::newRow("channels") << "int8:channel"
                                  << "q8_0";
        QTest::newRow("floats") << "fp8_e4m3:block"
                                << "q8_0";
        QTest::newRow("textbook") << "textbook_q4_0"
                                  << "q4_0";
    }
    void gridsWithoutGgufTypeAreRefused() {
        QFETCH(QString, scheme);
        QFETCH(QString, instead);
        const ExportFixture fixture;
        const QString error =
            QString::fromStdString(error_of([&] { plan(fixture, scheme.toStdString()); }));
        QVERIFY2(error.contains("GGUF has no type for the scheme"), qPrintable(error));
        QVERIFY2(error.contains(scheme.section(':', 0, 1)), qPrintable(error));
        QVERIFY2(error.contains(instead), qPrintable(error));
    }

    void activationsAreNotRecorded() {
        const ExportFixture fixture;
        const QString error =
            QString::fromStdString(error_of([&] { plan(fixture, "q8_0@int8:token"); }));
        QVERIFY2(error.contains("does not record how activations are stored"), qPrintable(error));
        QVERIFY2(error.contains("@int8:token"), qPrintable(error));
    }

    void modelsThatLlamaCppCannotRunAreRefused() {
        {
            ExportFixture fixture;
            fixture.tiny.config["model_type"] = "falcon";
            fixture.tiny.write(QString::fromStdString(fixture.path("model").string()));
            QVERIFY(gguf_refusal(*fixture.model())->english().find("not seen to work") !=
                    std::string::npos);
        }
        {
            ExportFixture fixture;
            fixture.tiny.config["hidden_act"] = "relu";
            fixture.tiny.write(QString::fromStdString(fixture.path("model").string()));
            QVERIFY(gguf_refusal(*fixture.model())->english().find("activation function") !=
                    std::string::npos);
        }
        {
            ExportFixture fixture;
            fixture.tiny.without = "model.layers.1.mlp.up_proj.weight";
            fixture.tiny.write(QString::fromStdString(fixture.path("model").string()));
            QVERIFY(gguf_refusal(*fixture.model())->english().find("blk.1.ffn_up.weight") !=
                    std::string::npos);
        }
        {
            ExportFixture fixture;
            fixture.tiny.config["rope_parameters"] = {{"rope_theta", 123456.0},
                                                      {"rope_type", "longest"}};
            fixture.tiny.write(QString::fromStdString(fixture.path("model").string()));
            const auto refusal = gguf_refusal(*fixture.model());
            QVERIFY(refusal && refusal->english().find("longest") != std::string::npos);
        }
        {
            ExportFixture fixture;
            fixture.tiny.config["tie_word_embeddings"] = false;
            fixture.tiny.write(QString::fromStdString(fixture.path("model").string()));
            QVERIFY(gguf_refusal(*fixture.model())->english().find("lm_head") != std::string::npos);
        }
        {
            ExportFixture fixture;
            fixture.tiny.config["partial_rotary_factor"] = 0.5;
            fixture.tiny.write(QString::fromStdString(fixture.path("model").string()));
            QVERIFY(gguf_refusal(*fixture.model())->english().find("rotates whole heads") !=
                    std::string::npos);
        }
        QVERIFY(!gguf_refusal(*ExportFixture().model()));
    }

    /// The list of layers counts, as in transformers, not the older number beside it.
    void otherPatternsOfWindowsAreRefused() {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("model").toStdString();
        std::filesystem::copy(QL_TEST_DATA "/forward/gemma2", path);
        nlohmann::json config = read_json_file(path + "/config.json");
        const auto refusal = [&] {
            std::ofstream(path + "/config.json") << config;
            const auto sentence = gguf_refusal(*Model::open(path));
            return sentence ? sentence->english() : "";
        };
        config["query_pre_attn_scalar"] = 16;  // what llama.cpp takes for a model of this size
        const std::string usual = refusal();
        config["sliding_window_pattern"] = 2;
        config["layer_types"] = std::vector<std::string>(
            config["num_hidden_layers"].get<std::size_t>(), "full_attention");
        QVERIFY2(refusal().find("do not alternate") != std::string::npos, refusal().c_str());
        config["layer_types"][0] = "chunked_attention";
        QVERIFY2(refusal().find("layer_types") != std::string::npos, refusal().c_str());
        config.erase("layer_types");
        QCOMPARE(refusal(), usual);
        QVERIFY(usual.find("alternate") == std::string::npos);
    }

    void rulesThatDecideNothingAreNoted() {
        const ExportFixture fixture;
        Plan plan = Plan::of(parse_scheme("q8_0"));
        plan.rules = {{"blk.99.*", parse_scheme("q4_0")}, {"blk.0.*", std::nullopt}};
        const GgufExport gguf = plan_gguf(*fixture.model(), plan);
        const auto notes = [&](const char* text) {
            return std::count_if(gguf.notes.begin(), gguf.notes.end(), [&](const Sentence& note) {
                return note.english().find(text) != std::string::npos;
            });
        };
        QCOMPARE(notes("blk.99.*"), 1);
        QCOMPARE(notes("blk.0.*"), 0);
    }

    void yarnBetasAreKeptFromBothForms() {
        for (const char* key : {"rope_scaling", "rope_parameters"}) {
            ExportFixture fixture;
            fixture.tiny.config[key] = {
                {"rope_type", "yarn"},   {"factor", 4.0},
                {"rope_theta", 10000.0}, {"beta_fast", 24.0},
                {"beta_slow", 2.0},      {"original_max_position_embeddings", 64}};
            fixture.tiny.write(QString::fromStdString(fixture.path("model").string()));
            const GgufExport gguf = plan(fixture, "q8_0");
            QCOMPARE(gguf.metadata.number("llama.rope.scaling.yarn_beta_fast"),
                     std::optional<double>(24.0));
            QCOMPARE(gguf.metadata.number("llama.rope.scaling.yarn_beta_slow"),
                     std::optional<double>(2.0));
        }
    }

    void llama3RopeBecomesATensor() {
        ExportFixture fixture;
        fixture.tiny.config["rope_theta"] = 10000.0;
        fixture.tiny.config["rope_scaling"] = {{"rope_type", "llama3"},
                                               {"factor", 8.0},
                                               {"low_freq_factor", 1.0},
                                               {"high_freq_factor", 4.0},
                                               {"original_max_position_embeddings", 64}};
        fixture.tiny.write(QString::fromStdString(fixture.path("model").string()));
        const GgufExport gguf = plan(fixture, "q8_0");
        const GgufExportTensor& divisors = tensor(gguf, "rope_freqs.weight");
        // Heads of 8: waves of 6.3, 63, 628 and 6283 tokens in a context of 64. The first is short
        // (divisor 1), the last two are long (8), the second lies between: 64/62.83 = 1.0186, so
        // s = 0.0186/3 and the divisor is 1/((1 - s)/8 + s).
        QCOMPARE(divisors.values.size(), std::size_t{4});
        QCOMPARE(divisors.values[0], 1.0F);
        QVERIFY(std::abs(divisors.values[1] - 7.6671F) < 1e-3F);
        QCOMPARE(divisors.values[2], 8.0F);
        QCOMPARE(divisors.values[3], 8.0F);
    }

    void recipeGivesTheFileItsType() {
        const auto model = Model::open(QL_SOURCE_DIR "/resources/demo_model");
        for (const auto& [text, type] : {std::pair{"q4_k_m", 15U}, std::pair{"recipe:Q4_K_S", 14U},
                                         std::pair{"recipe:Q8_0", 7U}, std::pair{"q3_k_l", 13U}}) {
            const GgufExport gguf = plan_gguf(*model, parse_plan(text));
            QCOMPARE(gguf.metadata.uint("general.file_type"), std::optional<std::uint64_t>(type));
            QCOMPARE(gguf.metadata.uint("general.quantization_version"),
                     std::optional<std::uint64_t>(2));
        }
        const GgufExport gguf = plan_gguf(*model, parse_plan("q4_k_m"));
        QCOMPARE(tensor(gguf, "token_embd.weight").dtype, DType::q6_k);  // tied
        QCOMPARE(tensor(gguf, "blk.0.attn_norm.weight").dtype, DType::f32);
        QCOMPARE(tensor(gguf, "blk.5.ffn_down.weight").dtype, DType::q6_k);
        QCOMPARE(tensor(gguf, "blk.0.attn_q.weight").dtype, DType::q4_k);
    }

    void importanceIsUsedAndNamed() {
        const ExportFixture fixture;
        const auto importance = std::make_shared<ImportanceMatrix>();
        importance->path = "/somewhere/calibration.gguf";
        importance->datasets = {"a.txt"};
        importance->chunk_count = 9;
        importance->entries["blk.0.attn_q.weight"] = {std::vector<float>(64, 1), {1}};
        ExportOptions options;
        options.importance = importance;
        const GgufExport gguf = plan(fixture, "q4_0+imatrix", options);
        QCOMPARE(gguf.metadata.string("quantize.imatrix.file"),
                 std::optional<std::string>("calibration.gguf"));
        QCOMPARE(gguf.metadata.string("quantize.imatrix.dataset"),
                 std::optional<std::string>("a.txt"));
        QCOMPARE(gguf.metadata.uint("quantize.imatrix.entries_count"),
                 std::optional<std::uint64_t>(1));
        QCOMPARE(gguf.metadata.uint("quantize.imatrix.chunks_count"),
                 std::optional<std::uint64_t>(9));
        QVERIFY(tensor(gguf, "blk.0.attn_q.weight").entry.scheme->fit.importance);
        const PlanEntry& without = tensor(gguf, "blk.1.attn_q.weight").entry;
        QVERIFY(!without.scheme->fit.importance && !without.fallback.empty());
        const auto says = [](const Sentence& note) {
            return note.english().find("no entry for this tensor") != std::string::npos;
        };
        QCOMPARE(std::count_if(gguf.notes.begin(), gguf.notes.end(), says), 1);
        // A matrix that no tensor was fitted with is not named in the file, and it is said.
        const GgufExport unused = plan(fixture, "q4_0", options);
        QVERIFY(!unused.metadata.find("quantize.imatrix.file"));
        QVERIFY(unused.notes.back().english().find("not used") != std::string::npos);
    }

    void importanceOfAnotherModelIsRefused() {
        const ExportFixture fixture;
        const auto importance = std::make_shared<ImportanceMatrix>();
        importance->entries["blk.0.attn_q.weight"] = {std::vector<float>(65, 1), {1}};
        ExportOptions options;
        options.importance = importance;
        const std::string error = error_of([&] { plan(fixture, "q4_0+imatrix", options); });
        QVERIFY2(error.find("65 values") != std::string::npos &&
                     error.find("needs 64") != std::string::npos,
                 error.c_str());
        QVERIFY(error_of([&] { plan(fixture, "q4_0+imatrix"); }) != "no error");
    }

    void demoModelHasItsTokenizer() {
        const auto model = Model::open(QL_SOURCE_DIR "/resources/demo_model");
        const GgufExport gguf = plan_gguf(*model, Plan::of(parse_scheme("q4_0")));
        QCOMPARE(gguf.metadata.string("tokenizer.ggml.model").value(), std::string("gpt2"));
        QCOMPARE(gguf.metadata.string("tokenizer.ggml.pre").value(), std::string("gpt-2"));
        QCOMPARE(gguf.metadata.find("tokenizer.ggml.tokens")->count(), std::uint64_t{4096});
        const auto merges = gguf.metadata.find("tokenizer.ggml.merges")->as_strings().value();
        QCOMPARE(merges.front(), std::string("Ġ t"));
        QVERIFY(!gguf.metadata.find("tokenizer.ggml.add_bos_token")->as_bool().value());
    }
};

QTEST_GUILESS_MAIN(TestGgufPlan)
#include "test_gguf_plan.moc"
