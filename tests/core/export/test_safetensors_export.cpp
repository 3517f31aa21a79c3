#include <QTest>

#include <nlohmann/json.hpp>

#include "core/export/export_plan.h"
#include "core/export/verify.h"
#include "core/files/temporary_name.h"
#include "core/run/plan_weights.h"
#include "tests/core/export/export_fixture.h"
#include "tests/core/model/text_windows.h"
#include "tests/core/safetensors_builder.h"

using namespace ql;
namespace fs = std::filesystem;

namespace {

ExportOptions optionsOf(const QString& format) {
    ExportOptions options;
    options.format = export_format_from_name(format.toStdString()).value();
    return options;
}

/// Whether a written model has exactly the weights that a plan makes of the original.
bool hasWeightsOf(const fs::path& written, const std::shared_ptr<const Model>& model,
                  const Plan& plan) {
    const auto opened = Model::open(written);
    const PlanWeights weights(model, plan);
    bool same = opened->tensors().size() == model->tensors().size();
    for (std::size_t i = 0; same && i < model->tensors().size(); ++i) {
        const ModelTensor& tensor = model->tensors()[i];
        same = opened->tensors()[i].name == tensor.name &&
               values_of(*opened->rows(opened->tensors()[i])) == values_of(*weights.rows(tensor));
    }
    return same;
}

std::set<std::string> namesIn(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
        names.insert(entry.path().filename().string());
    }
    return names;
}

}  // namespace

class TestSafetensorsExport : public QObject {
    Q_OBJECT

  private slots:
    void exportsAreReadBackExactly_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("plan");
        const auto add = [](const char* format, const char* plan) {
            QTest::addRow("%s %s", format, plan) << format << plan;
        };
        for (const char* plan : {"int2:g16", "int3:g32", "int4:g32", "int4:channel:narrow",
                                 "int8:channel", "int4:g16:asym", "int8:channel:asym"}) {
            add("gptq", plan);
        }
        for (const char* plan : {"int4:g32:asym", "int4:g16", "int4:g32:asym; *.layers.0.*=keep"}) {
            add("awq", plan);
        }
        for (const char* plan :
             {"int4:g32", "int4:g32:asym", "int8:channel:bf16", "fp8_e4m3:channel",
              "fp8_e4m3:tensor", "fp8_e4m3:block", "int4:g32; *down_proj*=fp8_e4m3:channel",
              "int4:g32; *down_proj*=int8:channel; *.layers.1.*_proj.weight=keep"}) {
            add("compressed-tensors", plan);
        }
        for (const char* plan : {"q4_0", "q4_k", "int3:g32:asym", "f32", "int4:channel"}) {
            add("dequantized", plan);  // of a model in F32: exact
        }
    }
    void exportsAreReadBackExactly() {
        QFETCH(const QString, format);
        QFETCH(const QString, plan);
        const ExportFixture fixture;
        const auto model = fixture.model();
        const Plan parsed = parse_plan(plan.toStdString());
        const ExportPlan planned = plan_export(*model, parsed, optionsOf(format));
        const ExportResult result = write_export(*model, planned, {}, fixture.path("out"));
        QVERIFY(hasWeightsOf(fixture.path("out"), model, parsed));
        const VerifyResult verified = verify_file(fixture.path("out"));
        QVERIFY(verified.ok());
        QCOMPARE(verified.hashes_compared, model->tensors().size());
        QVERIFY(result.bytes > planned.bytes);
        // And once more from there, as floats.
        const auto again = Model::open(fixture.path("out"));
        write_export(*again, plan_export(*again, parse_plan("f32"), optionsOf("dequantized")), {},
                     fixture.path("floats"));
        QVERIFY(hasWeightsOf(fixture.path("floats"), model, parsed));
    }

    void formatsRefuseWhatTheyCannotHold_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("plan");
        QTest::addColumn<QString>("says");
        const auto add = [](const char* format, const char* plan, const char* says) {
            QTest::addRow("%s %s", format, plan) << format << plan << says;
        };
        add("gptq", "q4_0", "int4:g128 would fit");
        add("gptq", "int5:channel", "int4:g128 would fit");
        add("gptq", "int4:tensor", "int4:g128 would fit");
        add("gptq", "int4:g32:bf16", "scales of F16");
        add("gptq", "int8:channel@int8", "does not record how activations");
        add("gptq", "int4:g32; *down_proj*=int8:g32", "one type");
        add("gptq", "int4:g32; *down_proj*=keep", "Every linear");
        add("gptq", "int4:g64", "do not divide");  // rows of 96
        add("awq", "keep", "quantizes nothing");
        add("awq", "int8:g32:asym", "int4:g128:asym would fit");
        add("awq", "int4:g128:asym", "Groups of 128 columns do not divide rows of 64 values.");
        add("awq", "int4:channel:asym", "in groups");
        add("awq", "int4:g32; *embed*=int4:g32", "Only linears");
        add("compressed-tensors", "int3:g32", "4 or 8 bits");
        add("compressed-tensors", "int4:tensor", "per row or group");
        add("compressed-tensors", "q4_0", "int4:g128 would fit");
        add("compressed-tensors", "fp8_e5m2:channel", "E4M3");
        add("compressed-tensors", "fp8_e4m3:block@fp8_e4m3", "do not compute");
        add("compressed-tensors", "int8:channel@int8:tensor", "@int8:token would fit");
        add("compressed-tensors", "int4:g32@int8", "do not compute");
        add("dequantized", "int8:channel@int8", "do not record");
        add("dequantized", "textbook_q4_0", "not exported");
    }
    void formatsRefuseWhatTheyCannotHold() {
        QFETCH(const QString, format);
        QFETCH(const QString, plan);
        QFETCH(const QString, says);
        const Plan parsed = plan == "keep" ? Plan{} : parse_plan(plan.toStdString());
        const ExportFixture fixture;
        std::string said;
        std::string of;
        try {
            plan_export(*fixture.model(), parsed, optionsOf(format));
        } catch (const Error& error) {
            said = error.sentence().english();
            of = error.context();
        }
        QVERIFY2(said.find(says.toStdString()) != std::string::npos, said.c_str());
        QCOMPARE(of.find(".weight") != std::string::npos, plan != "keep");
    }

    void aMissingTokenizerIsSaid() {
        const ExportFixture fixture;
        const auto says = [&] {
            const auto model = fixture.model();
            const ExportPlan planned =
                plan_export(*model, parse_plan("int4:g32"), optionsOf("gptq"));
            return std::any_of(planned.notes.begin(), planned.notes.end(),
                               [](const Sentence& note) {
                                   return note.english().find("no tokenizer") != std::string::npos;
                               });
        };
        QVERIFY(says());
        write_file(QString::fromStdString(fixture.path("model/tokenizer.json").string()), "{}");
        QVERIFY(!says());
    }

    void configurationSaysHow() {
        const ExportFixture fixture;
        const auto model = fixture.model();
        const auto config = [&](const char* format, const char* plan) {
            write_export(*model, plan_export(*model, parse_plan(plan), optionsOf(format)), {},
                         fixture.path(plan));
            return read_json_file(fixture.path(plan) / "config.json").at("quantization_config");
        };
        const auto gptq = config("gptq", "int4:g32");
        QVERIFY(gptq.at("bits") == 4);
        QVERIFY(gptq.at("group_size") == 32);
        QVERIFY(gptq.at("sym") == true);
        QVERIFY(gptq.at("checkpoint_format") == "gptq");
        QVERIFY(config("gptq", "int8:channel:asym").at("checkpoint_format") == "gptq_v2");
        QVERIFY(config("gptq", "int8:channel").at("group_size") == -1);
        const auto awq = config("awq", "int4:g32:asym; *.0.mlp.up_proj*=keep");
        QVERIFY(awq.at("modules_to_not_convert") ==
                nlohmann::json({"model.layers.0.mlp.up_proj", "lm_head"}));
        const auto mixed = config("compressed-tensors", "int4:g32; *down_proj*=fp8_e4m3:channel");
        QVERIFY(mixed.at("format") == "mixed-precision");
        QVERIFY(mixed.at("config_groups").at("group_1").at("targets") ==
                nlohmann::json({"model.layers.0.mlp.down_proj", "model.layers.1.mlp.down_proj"}));
        QVERIFY(mixed.at("config_groups").at("group_1").at("format") == "float-quantized");
        const auto alike =
            config("compressed-tensors", "fp8_e4m3:channel; *down_proj*=fp8_e4m3:tensor");
        QVERIFY(alike.at("format") == "float-quantized");
        QVERIFY(!alike.at("config_groups").at("group_0").contains("format"));
    }

    void otherTypesOfTheRest() {
        const ExportFixture fixture;
        const auto model = fixture.model();
        ExportOptions options = optionsOf("gptq");
        options.rest = DType::f16;
        write_export(*model, plan_export(*model, parse_plan("int4:g32"), options), {},
                     fixture.path("out"));
        const auto written = Model::open(fixture.path("out"));
        QCOMPARE(written->find("model.embed_tokens.weight")->dtype, DType::f16);
        QCOMPARE(written->find("model.norm.weight")->dtype, DType::f16);
        QVERIFY(read_json_file(fixture.path("out/config.json")).at("torch_dtype") == "float16");
    }

    void joinedLinearsOfDifferentTypesAreNoted() {
        const ExportFixture fixture;
        const auto noted = [&](const char* plan) {
            const ExportPlan planned =
                plan_export(*fixture.model(), parse_plan(plan), optionsOf("compressed-tensors"));
            return std::any_of(planned.notes.begin(), planned.notes.end(),
                               [](const Sentence& note) {
                                   return note.english().find("vLLM joins") != std::string::npos;
                               });
        };
        QVERIFY(noted("int4:g32; *layers.1.self_attn.v_proj*=keep"));
        QVERIFY(noted("int4:g32; *up_proj*=int8:channel"));
        QVERIFY(!noted("int4:g32; *down_proj*=int8:channel"));
        QVERIFY(!noted("int4:g32; *layers.0.*=keep"));
    }

    void otherTensorsAreFloats() {
        const ExportFixture fixture;
        ExportOptions options = optionsOf("gptq");
        options.rest = DType::q8_0;
        QVERIFY_EXCEPTION_THROWN(plan_export(*fixture.model(), parse_plan("int4:g32"), options),
                                 Error);
    }

    void shards() {
        const ExportFixture fixture;
        const auto model = fixture.model();
        ExportOptions options = optionsOf("compressed-tensors");
        options.shard_bytes = 20'000;
        const ExportPlan planned = plan_export(*model, parse_plan("int4:g32"), options);
        write_export(*model, planned, {}, fixture.path("out"));
        const auto index = read_json_file(fixture.path("out/model.safetensors.index.json"));
        QVERIFY(index.at("metadata").at("total_size") == planned.bytes);
        std::set<std::string> files;
        for (const auto& [tensor, file] : index.at("weight_map").items()) {
            files.insert(file);
        }
        QVERIFY(files.size() > 1);
        QCOMPARE(std::get<SafetensorsExport>(planned.file).shards, files.size());
        QVERIFY(files.contains(fmt::format("model-00001-of-{:05}.safetensors", files.size())));
        QVERIFY(hasWeightsOf(fixture.path("out"), model, parse_plan("int4:g32")));
    }

    void anEarlierExportIsReplacedAndNothingElse() {
        const ExportFixture fixture;
        const auto model = fixture.model();
        const auto write = [&](const char* format, const char* plan) {
            write_export(*model, plan_export(*model, parse_plan(plan), optionsOf(format)), {},
                         fixture.path("out"));
        };
        write("gptq", "int4:g32");
        QVERIFY(fs::exists(fixture.path("out/quantize_config.json")));
        write("awq", "int4:g32:asym");
        QVERIFY(!fs::exists(fixture.path("out/quantize_config.json")));  // nothing stale
        QVERIFY(hasWeightsOf(fixture.path("out"), model, parse_plan("int4:g32:asym")));
        write_file(QString::fromStdString(fixture.path("out/notes.txt").string()), "mine");
        const std::set<std::string> before = namesIn(fixture.path("out"));
        QVERIFY_EXCEPTION_THROWN(write("gptq", "int4:g32"), Error);
        QVERIFY(namesIn(fixture.path("out")) == before);
        QVERIFY_EXCEPTION_THROWN(
            write_export(*model, plan_export(*model, parse_plan("int4:g32"), optionsOf("gptq")), {},
                         fixture.path("model")),
            Error);
        QVERIFY(namesIn(fixture.path("")) == std::set<std::string>({"model", "out"}));
    }

    void aFolderInsideIsNotOurs() {
        const ExportFixture fixture;
        const auto model = fixture.model();
        const ExportPlan planned = plan_export(*model, parse_plan("int4:g32"), optionsOf("gptq"));
        fs::create_directories(fixture.path("out/precious"));
        write_file(QString::fromStdString(fixture.path("out/quantloupe.json").string()),
                   R"({"format": "gptq", "plan": "", "files": ["precious"], "hashes": {}})");
        QVERIFY_EXCEPTION_THROWN(check_target(*model, planned, fixture.path("out")), Error);
        QVERIFY_EXCEPTION_THROWN(write_export(*model, planned, {}, fixture.path("out")), Error);
        QVERIFY(fs::exists(fixture.path("out/precious")));
    }

    void aCheckRemovesNothing() {
        const ExportFixture fixture;
        const auto model = fixture.model();
        const fs::path abandoned = temporary_beside(fixture.path("out"));
        const std::set<std::string> both = {"model", abandoned.filename().string()};
        for (const char* format : {"gguf", "gptq"}) {
            const ExportPlan planned =
                plan_export(*model, parse_plan(format == std::string("gguf") ? "q4_0" : "int4:g32"),
                            optionsOf(format));
            fs::create_directory(abandoned);
            check_target(*model, planned, fixture.path("out"));
            QVERIFY(namesIn(fixture.path("")) == both);
            prepare_target(*model, planned, fixture.path("out"));
            QVERIFY(namesIn(fixture.path("")) == std::set<std::string>{"model"});
        }
    }

    void whatComesMeanwhileIsKept() {
        const ExportFixture fixture;
        const auto model = fixture.model();
        const ExportPlan planned = plan_export(*model, parse_plan("int4:g32"), optionsOf("gptq"));
        const Progress progress({}, [&](double fraction, const Sentence&) {
            if (fraction > 0.86 && !fs::exists(fixture.path("out"))) {
                fs::create_directory(fixture.path("out"));
                write_file(QString::fromStdString(fixture.path("out/mine").string()), "1");
            }
        });
        QVERIFY_EXCEPTION_THROWN(write_export(*model, planned, {}, fixture.path("out"), progress),
                                 Error);
        QVERIFY(namesIn(fixture.path("out")) == std::set<std::string>({"mine"}));
    }

    void codesThatAreNotReadAreNoWeights() {
        ExportFixture fixture;
        fixture.tiny.config["quantization_config"] = {{"quant_method", "of my own"}};
        fixture.tiny.write(QString::fromStdString(fixture.path("model").string()));
        for (const char* format : {"gguf", "awq", "dequantized"}) {
            try {
                plan_export(*fixture.model(), parse_plan("int4:g32:asym"), optionsOf(format));
                QFAIL(format);
            } catch (const Error& error) {
                QCOMPARE(error.code(), ErrorCode::unsupported);
            }
        }
    }

    void cancellingLeavesNothing() {
        const ExportFixture fixture;
        const auto model = fixture.model();
        const ExportPlan planned = plan_export(*model, parse_plan("int4:g32"), optionsOf("gptq"));
        for (const double at : {0.0, 0.3, 0.9}) {
            std::stop_source stop;
            const Progress progress(stop.get_token(), [&](double fraction, const Sentence&) {
                if (fraction >= at) {
                    stop.request_stop();
                }
            });
            try {
                write_export(*model, planned, {}, fixture.path("out"), progress);
                QFAIL("was not cancelled");
            } catch (const Error& error) {
                QCOMPARE(error.code(), ErrorCode::cancelled);
            }
            QVERIFY(namesIn(fixture.path("")) == std::set<std::string>({"model"}));
        }
    }

    void badWeightsAreNamed() {
        const ExportFixture fixture;
        fixture.set_weight("model.layers.1.mlp.up_proj.weight", 3,
                           std::numeric_limits<float>::quiet_NaN());
        const auto model = fixture.model();
        try {
            write_export(*model, plan_export(*model, parse_plan("int4:g32"), optionsOf("awq")), {},
                         fixture.path("out"));
            QFAIL("NaN was written");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::bad_data);
            QCOMPARE(error.context(), std::string("model.layers.1.mlp.up_proj.weight"));
        }
    }

    void verifyNoticesChanges() {
        const ExportFixture fixture;
        const auto model = fixture.model();
        write_export(*model, plan_export(*model, parse_plan("int4:g32"), optionsOf("gptq")), {},
                     fixture.path("out"));
        std::uint64_t offset = 0;
        {
            const auto checkpoint = Checkpoint::open(fixture.path("out"));
            offset = checkpoint->find("model.layers.0.mlp.up_proj.qweight")->offset;
        }
        ExportFixture::overwrite(fixture.path("out/model.safetensors"), offset, "\x13\x57");
        const VerifyResult verified = verify_file(fixture.path("out"));
        QCOMPARE(verified.problems.size(), std::size_t{1});
        QVERIFY(verified.problems[0].english().find("layers.0.mlp.up_proj") != std::string::npos);
    }

    void verifyNoticesChangesBesideTheWeights_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("after");
        QTest::addColumn<int>("problems");
        QTest::newRow("format") << "config.json"
                                << R"("checkpoint_format": "gptq")"
                                << R"("checkpoint_format": "gptq_v2")" << 1;
        QTest::newRow("bits") << "config.json"
                              << R"("bits": 4)"
                              << R"("bits": 8)" << 1;
        QTest::newRow("tokenizer") << "tokenizer.json"
                                   << "one"
                                   << "two" << 1;
        QTest::newRow("generation") << "generation_config.json"
                                    << "one"
                                    << "two" << 0;
    }
    void verifyNoticesChangesBesideTheWeights() {
        QFETCH(const QString, file);
        QFETCH(const QString, before);
        QFETCH(const QString, after);
        QFETCH(const int, problems);
        const ExportFixture fixture;
        for (const char* name : {"tokenizer.json", "generation_config.json"}) {
            write_file(QString::fromStdString(fixture.path("model").string()) + '/' + name, "one");
        }
        const auto model = fixture.model();
        write_export(*model, plan_export(*model, parse_plan("int4:g32"), optionsOf("gptq")), {},
                     fixture.path("out"));
        QVERIFY(verify_file(fixture.path("out")).ok());
        const fs::path path = fixture.path("out") / file.toStdString();
        const QString text = ExportFixture::content(path);
        QVERIFY(text.contains(before));
        fs::remove(path);
        write_file(QString::fromStdString(path.string()),
                   QString(text).replace(before, after).toUtf8());
        const VerifyResult verified = verify_file(fixture.path("out"));
        QCOMPARE(verified.problems.size(), static_cast<std::size_t>(problems));
        QCOMPARE(verified.notes.size(), static_cast<std::size_t>(1 - problems));
        const Sentence& said = problems > 0 ? verified.problems[0] : verified.notes[0];
        QCOMPARE(QString::fromStdString(said.english()),
                 QString("The file \"%1\" was changed after the export.").arg(file));
    }

    void verifyNoticesPartsThatDecodingDoesNotSee_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("plan");
        QTest::addColumn<QString>("part");
        QTest::newRow("zero points") << "gptq"
                                     << "int4:g32"
                                     << "qzeros";
        QTest::newRow("groups") << "gptq"
                                << "int8:channel"
                                << "g_idx";
        QTest::newRow("scale of inputs") << "compressed-tensors"
                                         << "int8:channel@int8:static"
                                         << "input_scale";
    }
    void verifyNoticesPartsThatDecodingDoesNotSee() {
        QFETCH(const QString, format);
        QFETCH(const QString, plan);
        QFETCH(const QString, part);
        const ExportFixture fixture;
        const auto model = fixture.model();
        const Plan parsed = parse_plan(plan.toStdString());
        const CalibratedPlan made =
            calibrate_plan(Decoder(model), model, parsed, nullptr, randomWindows(2, 16));
        write_export(*model, plan_export(*model, parsed, optionsOf(format)), made,
                     fixture.path("out"));
        QVERIFY(verify_file(fixture.path("out")).ok());
        const std::string name = "model.layers.1.mlp.down_proj." + part.toStdString();
        std::uint64_t last = 0;
        {
            const auto checkpoint = Checkpoint::open(fixture.path("out"));
            const StoredTensor& stored = *checkpoint->find(name);
            last = stored.offset + stored.bytes - 1;
        }
        ExportFixture::overwrite(fixture.path("out/model.safetensors"), last, "\x13");
        const VerifyResult verified = verify_file(fixture.path("out"));
        QCOMPARE(verified.problems.size(), std::size_t{1});
        QVERIFY(verified.problems[0].english().find('"' + name + '"') != std::string::npos);
    }

    void verifySaysOneThingOfAMissingFile_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("configuration") << "config.json";
        QTest::newRow("index") << "model.safetensors.index.json";
        QTest::newRow("weights") << "model-00002-of-00003.safetensors";
    }
    void verifySaysOneThingOfAMissingFile() {
        QFETCH(const QString, file);
        const ExportFixture fixture;
        const auto model = fixture.model();
        ExportOptions options = optionsOf("gptq");
        options.shard_bytes = 20'000;
        write_export(*model, plan_export(*model, parse_plan("int4:g32"), options), {},
                     fixture.path("out"));
        QVERIFY(verify_file(fixture.path("out")).ok());
        QVERIFY(fs::remove(fixture.path("out") / file.toStdString()));
        const VerifyResult verified = verify_file(fixture.path("out"));
        QCOMPARE(verified.problems.size(), std::size_t{1});
        const std::string said = verified.problems[0].english();
        QVERIFY2(said.find("The file \"" + file.toStdString() + "\" is missing") == 0,
                 said.c_str());
    }

    void badManifestsAreNamed() {
        const ExportFixture fixture;
        for (const char* rest : {R"("files": [], "hashes": {"a": "xyz"})",
                                 R"("files": ["../a"], "hashes": {})", R"("files": 1)"}) {
            fs::remove(fixture.path("model/quantloupe.json"));
            write_file(QString::fromStdString(fixture.path("model/quantloupe.json").string()),
                       QByteArray(R"({"format": "gptq", "plan": "", )") + rest + '}');
            const std::string said = error_of([&] { verify_file(fixture.path("model")); });
            QVERIFY2(said.find("quantloupe.json") != std::string::npos, said.c_str());
        }
    }

    void packedModelsBecomeGguf() {
        const ExportFixture fixture;
        const auto model = fixture.model();
        write_export(*model, plan_export(*model, parse_plan("int4:g32"), optionsOf("gptq")), {},
                     fixture.path("out"));
        const auto packed = Model::open(fixture.path("out"));
        const ExportPlan planned = plan_export(*packed, parse_plan("q8_0"), optionsOf("gguf"));
        QVERIFY(std::any_of(planned.notes.begin(), planned.notes.end(), [](const Sentence& note) {
            return note.english().find("quantized already") != std::string::npos;
        }));
        write_export(*packed, planned, {}, fixture.path("out.gguf"));
        const auto written = Model::open(fixture.path("out.gguf"));
        const PlanWeights weights(packed, parse_plan("q8_0"));
        const char* down = "blk.1.ffn_down.weight";
        QVERIFY(values_of(*written->rows(*written->find(down))) ==
                values_of(*weights.rows(*packed->find(down))));
        // What a plan keeps becomes F16, as its runtimes have it.
        const ExportPlan kept = plan_export(*packed, Plan{}, optionsOf("gguf"));
        const auto row = std::find_if(kept.tensors.begin(), kept.tensors.end(),
                                      [&](const ExportRow& each) { return each.name == down; });
        QCOMPARE(row->type, std::string("F16"));
    }

    void calibratedPlans_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("plan");
        QTest::newRow("gptq") << "gptq"
                              << "int4:g32+gptq";
        QTest::newRow("awq") << "awq"
                             << "awq/int4:g32:asym+clip";
        QTest::newRow("awq and gptq") << "compressed-tensors"
                                      << "awq/int4:g32:asym+gptq";
        QTest::newRow("smooth") << "compressed-tensors"
                                << "smooth(0.5)/int8:channel:narrow@int8";
        QTest::newRow("static") << "compressed-tensors"
                                << "int8:channel@int8:static";
        QTest::newRow("floats") << "dequantized"
                                << "awq/q4_0+gptq";
    }
    void calibratedPlans() {
        QFETCH(const QString, format);
        QFETCH(const QString, plan);
        const ExportFixture fixture;
        const auto model = fixture.model();
        const Plan parsed = parse_plan(plan.toStdString());
        const Decoder decoder(model);
        const CalibratedPlan made =
            calibrate_plan(decoder, model, parsed, nullptr, randomWindows(4, 16));
        write_export(*model, plan_export(*model, parsed, optionsOf(format)), made,
                     fixture.path("out"));
        const auto written = Model::open(fixture.path("out"));
        const auto weights = made.weights(model, parsed, nullptr);
        for (std::size_t i = 0; i < model->tensors().size(); ++i) {
            QVERIFY2(values_of(*written->rows(written->tensors()[i])) ==
                         values_of(*weights->rows(made.transformed
                                                      ? made.transformed->model->tensors()[i]
                                                      : model->tensors()[i])),
                     model->tensors()[i].name.c_str());
        }
        if (made.limits) {
            const auto& checkpoint = written->checkpoint();
            const StoredTensor* scale = checkpoint.find("model.layers.1.mlp.down_proj.input_scale");
            QVERIFY(scale != nullptr);
            float value = 0;
            std::memcpy(&value, checkpoint.bytes(*scale).data(), sizeof value);
            QCOMPARE(value, made.limits->at({1, InputSite::down}) / 127);
        }
        const auto manifest = read_json_file(fixture.path("out/quantloupe.json"));
        QVERIFY(manifest.at("plan") == ql::format(parsed));
    }
};

QTEST_GUILESS_MAIN(TestSafetensorsExport)
#include "test_safetensors_export.moc"
