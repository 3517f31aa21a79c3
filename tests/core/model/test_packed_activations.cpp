#include <QTest>

#include "core/export/export_plan.h"
#include "core/model/forward/stored_activations.h"
#include "tests/core/export/export_fixture.h"
#include "tests/core/model/text_windows.h"
#include "tests/core/safetensors_builder.h"

using namespace ql;
using nlohmann::json;

namespace {

/// A folder of compressed-tensors in "out", whose quantization_config can be changed.
struct QuantizedFolder {
    explicit QuantizedFolder(const char* scheme) {
        const auto model = fixture.model();
        const Plan plan = parse_plan(scheme);
        const CalibratedPlan made =
            calibrate_plan(Decoder(model), model, plan, nullptr, randomWindows(2, 16));
        ExportOptions options;
        options.format = ExportFormat::compressed_tensors;
        write_export(*model, plan_export(*model, plan, options), made, fixture.path("out"));
        config = read_json_file(fixture.path("out/config.json"));
    }

    json& quantization() { return config["quantization_config"]; }
    json& group() { return quantization()["config_groups"]["group_0"]; }

    std::shared_ptr<const Model> open() const {
        write_file(QString::fromStdString(fixture.path("out/config.json").string()),
                   QByteArray::fromStdString(config.dump()));
        return Model::open(fixture.path("out"));
    }

    ExportFixture fixture;
    json config;
};

std::string textOf(const StoredActivations& stored, int layer, InputSite site) {
    const auto activations = stored.at(layer, site);
    return activations ? format(*activations) : std::string();
}

bool warns(const Model& model, std::string_view of) {
    const auto& warnings = model.warnings();
    return std::any_of(warnings.begin(), warnings.end(), [&](const Sentence& warning) {
        return warning.english().find(of) != std::string::npos;
    });
}

}  // namespace

/// What configurations of quantized checkpoints say of activations.
class TestPackedActivations : public QObject {
    Q_OBJECT

  private slots:
    void argumentsOfCompressedTensors_data() {
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<QString>("known");
        const auto add = [](const char* arguments, const char* known) {
            QTest::newRow(arguments) << arguments << known;
        };
        add("null", "");
        add(R"({"strategy": "token", "dynamic": true})", "int8:token");
        add(R"({"strategy": "tensor", "dynamic": true})", "int8:tensor");
        add(R"({"type": "float", "strategy": "token", "dynamic": true})", "fp8_e4m3:token");
        add("{}", "int8:static");  // compressed-tensors' own defaults
        add(R"({"type": "float", "strategy": "tensor", "dynamic": false})", "fp8_e4m3:static");
        add(R"({"strategy": "group", "group_size": 32, "dynamic": true})", "?");
        add(R"({"strategy": "token", "dynamic": false})", "?");
        add(R"({"strategy": "token", "dynamic": true, "symmetric": false})", "?");
        add(R"({"strategy": "token", "dynamic": true, "num_bits": 4})", "?");
        add(R"({"strategy": "tensor_group", "dynamic": "local", "type": "float"})", "?");
        add(R"({"strategy": 5, "dynamic": []})", "?");
    }
    void argumentsOfCompressedTensors() {
        QFETCH(const QString, arguments);
        QFETCH(const QString, known);
        QuantizedFolder folder("int8:channel@int8:static");
        folder.group()["input_activations"] = json::parse(arguments.toStdString());
        const auto model = folder.open();
        const std::string expected = known == "?" ? "" : known.toStdString();
        QCOMPARE(textOf(StoredActivations(*model), 1, InputSite::down), expected);
        QCOMPARE(warns(*model, "is rounded while"), !expected.empty());
        QCOMPARE(warns(*model, "not simulated"), known == "?");
    }

    void fixedScalesAreThoseOfTheFile() {
        QuantizedFolder folder("int8:channel@int8:static");
        const auto model = folder.open();
        const StoredActivations stored(*model);
        const Checkpoint& checkpoint = model->checkpoint();
        const StoredTensor* scale = checkpoint.find("model.layers.1.mlp.down_proj.input_scale");
        float value = 0;
        std::memcpy(&value, checkpoint.bytes(*scale).data(), sizeof value);
        QVERIFY(value > 0);
        QCOMPARE(stored.scale(1, InputSite::down), value);
        // Another scale is another evaluation.
        const auto file = folder.fixture.path("out/model.safetensors");
        ExportFixture::overwrite(file, scale->offset, QByteArray("\0\0\0\x40", 4));  // 2
        const StoredActivations changed(*folder.open());
        QCOMPARE(changed.scale(1, InputSite::down), 2.0F);
        QVERIFY(changed.fingerprint() != stored.fingerprint());
        // And without one that can be used, it is said.
        ExportFixture::overwrite(file, scale->offset, QByteArray(4, '\0'));
        const auto without = folder.open();
        QVERIFY(!StoredActivations(*without).at(1, InputSite::down));
        QVERIFY(StoredActivations(*without).at(0, InputSite::down));
        QVERIFY(warns(*without, "(int8:static), but what"));
        QVERIFY(warns(*without, "layers.1.mlp.down_proj.weight"));
        QVERIFY(!warns(*without, "not simulated"));
        StoredActivations forgotten(*without);
        forgotten.drop(1, InputSite::down);
        QCOMPARE(forgotten.notes().size(), std::size_t{1});  // of the others, which are rounded
    }

    void joinedLinearsTakeTheLargestScale() {
        QuantizedFolder folder("int8:channel@int8:static");
        const auto model = folder.open();
        const StoredTensor* scale =
            model->checkpoint().find("model.layers.0.self_attn.k_proj.input_scale");
        ExportFixture::overwrite(folder.fixture.path("out/model.safetensors"), scale->offset,
                                 QByteArray("\0\0\0\x40", 4));
        QCOMPARE(StoredActivations(*folder.open()).scale(0, InputSite::attention), 2.0F);
    }

    void groupsAreFoundByTheirTargets() {
        QuantizedFolder folder("int8:channel@int8");
        json& groups = folder.quantization()["config_groups"];
        json other = folder.group();
        other["input_activations"] = {{"strategy", "tensor"}, {"dynamic", true}};
        other["targets"] = {"re:.*mlp\\.(gate|up)_proj$", "re:proj"};  // the latter finds nothing
        groups["group_1"] = other;
        other["input_activations"] = nullptr;
        other["targets"] = {"model.layers.0.mlp.down_proj"};
        groups["group_2"] = other;
        const StoredActivations stored(*folder.open());
        QCOMPARE(textOf(stored, 0, InputSite::attention), std::string("int8:token"));
        QCOMPARE(textOf(stored, 0, InputSite::feed_forward), std::string("int8:tensor"));
        QCOMPARE(textOf(stored, 0, InputSite::down), std::string());
        QCOMPARE(textOf(stored, 1, InputSite::down), std::string("int8:token"));
        QCOMPARE(textOf(stored, -1, InputSite::output), std::string());
    }

    void expressionsThatCannotBeReadAreSaid() {
        QuantizedFolder folder("int8:channel@int8");
        folder.group()["targets"] = {"re:(("};
        const auto model = folder.open();
        QVERIFY(!StoredActivations(*model).at(0, InputSite::down));
        QVERIFY(warns(*model, "re:(("));
    }

    void targetsThatAreNoListAreSaid() {
        QuantizedFolder folder("int8:channel@int8");
        for (const json& targets : {json("Linear"), json({{"a", "b"}}), json({1})}) {
            folder.group()["targets"] = targets;
            const auto model = folder.open();
            QVERIFY(!StoredActivations(*model).at(0, InputSite::down));
            QVERIFY(warns(*model, "not simulated"));
        }
    }

    /// The file opens nevertheless, after a time that does not grow with them.
    void expressionsThatTakeTooLongAreSaid() {
        QuantizedFolder folder("int8:channel@int8");
        folder.group()["targets"] = {"re:(m|o|d|e|l|.)*(.*)*(.*)*zzz$"};
        QVERIFY(warns(*folder.open(), "re:"));
        json many = json::array();
        for (int i = 0; i < 300; ++i) {
            many.push_back("re:.*.*.*.*.*.*.*.*z" + std::to_string(i));
        }
        folder.group()["targets"] = many;
        QVERIFY(warns(*folder.open(), "re:"));
    }

    void linearsOfOneInputThatDisagreeReadItAsItIs() {
        QuantizedFolder folder("int8:channel@int8");
        json other = folder.group();
        other["input_activations"] = nullptr;
        other["targets"] = {"model.layers.1.self_attn.v_proj"};
        folder.quantization()["config_groups"]["group_1"] = other;
        const auto model = folder.open();
        const StoredActivations stored(*model);
        QCOMPARE(textOf(stored, 0, InputSite::attention), std::string("int8:token"));
        QCOMPARE(textOf(stored, 1, InputSite::attention), std::string());
        QVERIFY(warns(*model, "in another way"));
    }

    void nativeFp8_data() {
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<QString>("weights");
        QTest::addColumn<QString>("known");
        QTest::newRow("dynamic") << "dynamic"
                                 << "fp8_e4m3:tensor@fp8_e4m3"
                                 << "fp8_e4m3:token";
        QTest::newRow("static") << "static"
                                << "fp8_e4m3:tensor@fp8_e4m3:static"
                                << "fp8_e4m3:static";
        QTest::newRow("static without scales") << "static"
                                               << "fp8_e4m3:tensor"
                                               << "";
        QTest::newRow("blocks") << "dynamic"
                                << "fp8_e4m3:block"
                                << "";
    }
    void nativeFp8() {
        QFETCH(const QString, scheme);
        QFETCH(const QString, weights);
        QFETCH(const QString, known);
        QuantizedFolder folder(weights.toUtf8().constData());
        folder.quantization() = {{"quant_method", "fp8"},
                                 {"activation_scheme", scheme.toStdString()}};
        if (weights.contains("block")) {
            folder.quantization()["weight_block_size"] = {128, 128};
        }
        const auto model = folder.open();
        QCOMPARE(textOf(StoredActivations(*model), 1, InputSite::down), known.toStdString());
        const bool blocks = weights.contains("block");
        QCOMPARE(warns(*model, "not simulated"), blocks);
        QCOMPARE(warns(*model, "(input_scale)"), known.isEmpty() && !blocks);
    }
};

QTEST_GUILESS_MAIN(TestPackedActivations)
#include "test_packed_activations.moc"
