#include <QTest>

#include <nlohmann/json.hpp>

#include "core/export/export_plan.h"
#include "core/model/tensor_rows.h"
#include "core/model/tokenizer.h"
#include "core/run/plan_weights.h"
#include "tests/core/export/export_fixture.h"
#include "tests/core/model/text_windows.h"

using namespace ql;

namespace {

ExportOptions inFormat(ExportFormat format) {
    ExportOptions options;
    options.format = format;
    options.rest = DType::f32;
    return options;
}

/// Writes a model with one plan in one format, and opens it.
std::shared_ptr<const Model> converted(const Model& model, const char* plan, ExportFormat format,
                                       const std::filesystem::path& path) {
    write_export(model, plan_export(model, parse_plan(plan), inFormat(format)), {}, path);
    return Model::open(path);
}

bool haveSameWeights(const Model& a, const Model& b) {
    bool same = a.tensors().size() == b.tensors().size();
    for (std::size_t i = 0; same && i < a.tensors().size(); ++i) {
        same = a.tensors()[i].name == b.tensors()[i].name &&
               values_of(*a.rows(a.tensors()[i])) == values_of(*b.rows(b.tensors()[i]));
    }
    return same;
}

}  // namespace

class TestHuggingFaceForm : public QObject {
    Q_OBJECT

  private slots:
    void thereAndBack_data() {
        QTest::addColumn<QString>("type");
        for (const char* type : {"llama", "qwen2"}) {
            QTest::newRow(type) << type;
        }
    }
    void thereAndBack() {
        QFETCH(const QString, type);
        ExportFixture fixture;
        fixture.tiny.config["model_type"] = type.toStdString();
        fixture.tiny.config["rope_theta"] = 50000.0;
        fixture.tiny.write(QString::fromStdString(fixture.path("model").string()));
        const auto original = fixture.model();
        const auto gguf = converted(*original, "f32", ExportFormat::gguf, fixture.path("m.gguf"));
        const auto folder =
            converted(*gguf, "f32", ExportFormat::dequantized, fixture.path("folder"));
        QVERIFY(haveSameWeights(*original, *folder));
        const auto& config = folder->checkpoint().config();
        for (const char* key :
             {"model_type", "hidden_size", "num_hidden_layers", "num_attention_heads",
              "num_key_value_heads", "intermediate_size", "vocab_size", "rms_norm_eps",
              "rope_theta", "tie_word_embeddings", "max_position_embeddings"}) {
            QVERIFY2(config.at(key) == original->checkpoint().config().at(key), key);
        }
    }

    void llama3ScalingIsRecognized() {
        ExportFixture fixture;
        const nlohmann::json scaling = {{"rope_type", "llama3"},
                                        {"factor", 32.0},
                                        {"low_freq_factor", 1.0},
                                        {"high_freq_factor", 4.0},
                                        {"original_max_position_embeddings", 8192}};
        fixture.tiny.config["rope_scaling"] = scaling;
        fixture.tiny.write(QString::fromStdString(fixture.path("model").string()));
        const auto gguf =
            converted(*fixture.model(), "f32", ExportFormat::gguf, fixture.path("m.gguf"));
        QVERIFY(gguf->find("rope_freqs.weight") != nullptr);
        const auto folder =
            converted(*gguf, "f32", ExportFormat::dequantized, fixture.path("folder"));
        QVERIFY(haveSameWeights(*fixture.model(), *folder));
        QVERIFY(folder->checkpoint().config().at("rope_scaling") == scaling);
    }

    void quantizedOnTheWay_data() {
        QTest::addColumn<QString>("plan");
        QTest::newRow("nearest") << "int4:g32";
        QTest::newRow("gptq") << "int4:g32+gptq";
        QTest::newRow("awq and gptq") << "awq/int4:g32:asym+gptq";
    }
    void quantizedOnTheWay() {
        QFETCH(const QString, plan);
        const ExportFixture fixture;
        const auto gguf =
            converted(*fixture.model(), "f32", ExportFormat::gguf, fixture.path("m.gguf"));
        const Plan parsed = parse_plan(plan.toStdString());
        CalibratedPlan made;
        if (parsed.uses_calibration()) {
            const Decoder decoder(gguf);
            made = calibrate_plan(decoder, gguf, parsed, nullptr, randomWindows(4, 16));
        }
        write_export(*gguf, plan_export(*gguf, parsed, inFormat(ExportFormat::compressed_tensors)),
                     made, fixture.path("folder"));
        const auto folder = Model::open(fixture.path("folder"));
        const auto weights = made.weights(gguf, parsed, nullptr);
        const Model& measured = made.transformed ? *made.transformed->model : *gguf;
        for (const ModelTensor& tensor : measured.tensors()) {
            const auto expected =
                in_order(weights->rows(tensor), measured, tensor, RowOrder::hugging_face);
            QVERIFY2(
                values_of(*folder->rows(*folder->find(tensor.gguf_name))) == values_of(*expected),
                tensor.name.c_str());
        }
    }

    void tokenizerOfTheDemoModel() {
        const QTemporaryDir folder;
        const std::filesystem::path home = folder.path().toStdString();
        const auto original =
            Model::open(std::filesystem::path(QL_SOURCE_DIR) / "resources/demo_model");
        const auto gguf = converted(*original, "f32", ExportFormat::gguf, home / "m.gguf");
        const auto back = converted(*gguf, "f32", ExportFormat::dequantized, home / "folder");
        const auto a = Tokenizer::of(*original);
        const auto b = Tokenizer::of(*back);
        for (const char* text : {"The old house stood", "  two  spaces\n\n\tand a tab",
                                 "你好，世界 2026", "<|endoftext|> naïve café", ""}) {
            QVERIFY2(a->encode(text) == b->encode(text), text);
        }
    }

    void whatHasNoPlaceIsRefused() {
        ExportFixture fixture;
        fixture.tiny.config["rope_scaling"] = {{"rope_type", "llama3"},
                                               {"factor", 5.0},
                                               {"low_freq_factor", 1.0},
                                               {"high_freq_factor", 4.0},
                                               {"original_max_position_embeddings", 100}};
        fixture.tiny.write(QString::fromStdString(fixture.path("model").string()));
        const auto gguf =
            converted(*fixture.model(), "f32", ExportFormat::gguf, fixture.path("m.gguf"));
        QVERIFY_EXCEPTION_THROWN(
            plan_export(*gguf, parse_plan("f32"), inFormat(ExportFormat::dequantized)), Error);
        const ExportFixture plain;
        const auto permuted =
            converted(*plain.model(), "f32", ExportFormat::gguf, plain.path("m.gguf"));
        QVERIFY_EXCEPTION_THROWN(plan_export(*permuted, parse_plan("fp8_e4m3:block"),
                                             inFormat(ExportFormat::compressed_tensors)),
                                 Error);
    }
};

QTEST_GUILESS_MAIN(TestHuggingFaceForm)
#include "test_hugging_face_form.moc"
