#include <QTest>

#include <nlohmann/json.hpp>

#include "core/export/export_plan.h"
#include "core/model/forward/stored_activations.h"
#include "core/model/tensor_rows.h"
#include "core/run/model_run.h"
#include "core/run/plan_weights.h"
#include "tests/core/export/export_fixture.h"
#include "tests/core/model/text_windows.h"

using namespace ql;

namespace {

/// A plan of the tiny model written in `format` to "a", and what is made of that.
struct KeptFixture : ExportFixture {
    KeptFixture(const QString& format, const QString& plan) {
        const auto model = this->model();
        write_from(model, plan.toStdString(), format, "a");
        source = Model::open(path("a"));
    }

    ExportPlan plan(const std::shared_ptr<const Model>& model, const std::string& plan,
                    const QString& format) const {
        ExportOptions options;
        options.format = export_format_from_name(format.toStdString()).value();
        return plan_export(*model, parse_plan(plan), options);
    }

    void write_from(const std::shared_ptr<const Model>& model, const std::string& text,
                    const QString& format, const std::string& name) const {
        const CalibratedPlan made =
            calibrate_plan(Decoder(model), model, parse_plan(text), nullptr, randomWindows(2, 16));
        write_export(*model, plan(model, text, format), made, path(name));
    }

    std::shared_ptr<const Model> source;
};

/// The codes and parameters of a packed matrix, whatever its layout.
std::vector<std::byte> codesOf(const Model& model, const ModelTensor& tensor) {
    const PackedMatrix matrix(tensor.packed->format, tensor.rows, tensor.cols);
    std::vector<std::span<const std::byte>> parts;
    for (const std::size_t part : tensor.packed->parts) {
        parts.push_back(model.checkpoint().bytes(model.checkpoint().tensors()[part]));
    }
    std::vector<std::byte> codes(static_cast<std::size_t>(tensor.rows) *
                                 matrix.grid()->row_bytes(tensor.cols));
    matrix.unpack(parts, 0, tensor.rows, codes.data());
    return codes;
}

/// Whether all matrices have the same values, and, `exactly`, the same type and codes.
bool same(const Model& a, const Model& b, bool exactly) {
    std::size_t packed = 0;
    for (const ModelTensor& tensor : a.tensors()) {
        const ModelTensor* other = b.find(tensor.name);
        if (other == nullptr || values_of(*a.rows(tensor)) != values_of(*b.rows(*other))) {
            return false;
        }
        if (tensor.packed != nullptr) {
            ++packed;
            if (other->packed == nullptr ||
                (exactly && (tensor.stored_as() != other->stored_as() ||
                             codesOf(a, tensor) != codesOf(b, *other)))) {
                return false;
            }
        }
    }
    return packed > 0 && a.tensors().size() == b.tensors().size();
}

bool notes(const ExportPlan& plan, std::string_view of) {
    return std::any_of(plan.notes.begin(), plan.notes.end(), [&](const Sentence& note) {
        return note.english().find(of) != std::string::npos;
    });
}

}  // namespace

/// Codes of quantized checkpoints that are written once more.
class TestKeptCodes : public QObject {
    Q_OBJECT

  private slots:
    void layoutsHoldEachOthersCodes_data() {
        QTest::addColumn<QString>("plan");
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        const auto add = [](const char* plan, const char* from, const char* to) {
            QTest::addRow("%s %s %s", plan, from, to) << plan << from << to;
        };
        const char* all[] = {"gptq", "awq", "compressed-tensors"};
        for (const char* from : all) {
            for (const char* to : all) {
                add("int4:g32", from, to);
                add("int4:g16:asym", from, to);
                if (std::string_view(from) != "awq" && std::string_view(to) != "awq") {
                    add("int8:channel", from, to);
                    add("int8:g32:asym", from, to);
                }
            }
        }
        add("int2:g16", "gptq", "gptq");
        add("int3:g32:asym", "gptq", "gptq");
        for (const char* plan : {"int4:g32:bf16", "fp8_e4m3:channel", "fp8_e4m3:tensor",
                                 "fp8_e4m3:block", "int8:channel:narrow@int8",
                                 "int8:tensor@int8:static", "fp8_e4m3:channel@fp8_e4m3:static"}) {
            add(plan, "compressed-tensors", "compressed-tensors");
        }
    }
    void layoutsHoldEachOthersCodes() {
        QFETCH(const QString, plan);
        QFETCH(const QString, from);
        QFETCH(const QString, to);
        const KeptFixture fixture(from, plan);
        fixture.write_from(fixture.source, "keep", to, "b");
        const auto written = Model::open(fixture.path("b"));
        // AWQ knows no symmetric codes: there, the middle is a zero point like any other.
        const bool exactly = from == to || plan.contains("asym") || (from != "awq" && to != "awq");
        QVERIFY(same(*fixture.source, *written, exactly));
        QVERIFY(same(*written, *fixture.source, exactly));
        const ModelTensor& down = *written->find("model.layers.1.mlp.down_proj.weight");
        QVERIFY(down.packed->activations == fixture.source->find(down.name)->packed->activations);
        // And back, where it came from.
        fixture.write_from(written, "keep", from, "c");
        QVERIFY(same(*fixture.source, *Model::open(fixture.path("c")), exactly));
    }

    void whatALayoutCannotHoldIsRefused_data() {
        QTest::addColumn<QString>("plan");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("says");
        const auto add = [](const char* plan, const char* to, const char* says) {
            QTest::addRow("%s %s", plan, to) << plan << to << says;
        };
        add("int4:g32:bf16", "gptq", "scales of F16, not int4:g32:sym:bf16");
        add("int8:g32", "awq", "integers of 4 bits");
        add("int4:channel", "awq", "in groups");
        add("fp8_e4m3:channel", "gptq", "not fp8_e4m3:channel");
        add("int8:channel@int8", "gptq", "how activations are stored");
        add("int4:g32; *down_proj*=int8:g32", "gptq", "one type");
        add("int4:g32; *up_proj*=keep", "gptq", "Every linear");
    }
    void whatALayoutCannotHoldIsRefused() {
        QFETCH(const QString, plan);
        QFETCH(const QString, to);
        QFETCH(const QString, says);
        const KeptFixture fixture("compressed-tensors", plan);
        const std::string said = error_of([&] { fixture.plan(fixture.source, "keep", to); });
        QVERIFY2(said.find(says.toStdString()) != std::string::npos, said.c_str());
        QVERIFY2(said.find("model.layers.") != std::string::npos, said.c_str());
    }

    void theSameTypeIsNotQuantizedAgain_data() {
        QTest::addColumn<QString>("plan");
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("again");
        QTest::newRow("gptq") << "int4:g32"
                              << "gptq"
                              << "int4:g32";
        QTest::newRow("with a fit") << "int4:g32"
                                    << "gptq"
                                    << "int4:g32+gptq";
        QTest::newRow("narrow") << "int8:channel:narrow@int8"
                                << "compressed-tensors"
                                << "int8:channel:narrow@int8";
        QTest::newRow("FP8") << "fp8_e4m3:channel"
                             << "compressed-tensors"
                             << "fp8_e4m3:channel";
        QTest::newRow("a part") << "int4:g32:asym; *down*=int8:channel"
                                << "compressed-tensors"
                                << "keep; *down*=int8:channel";
    }
    void theSameTypeIsNotQuantizedAgain() {
        QFETCH(const QString, plan);
        QFETCH(const QString, format);
        QFETCH(const QString, again);
        const KeptFixture fixture(format, plan);
        const ExportPlan planned = fixture.plan(fixture.source, again.toStdString(), format);
        QVERIFY(notes(planned, "codes are kept"));
        QVERIFY(!notes(planned, "costs quality"));
        fixture.write_from(fixture.source, again.toStdString(), format, "b");
        QVERIFY(same(*fixture.source, *Model::open(fixture.path("b")), true));
        // And what is measured is what is written.
        const ModelTensor& down = *fixture.source->find("model.layers.1.mlp.down_proj.weight");
        if (!again.contains("gptq")) {
            const PlanWeights weights(fixture.source, parse_plan(again.toStdString()));
            QVERIFY(values_of(*weights.rows(down)) == values_of(*fixture.source->rows(down)));
            const auto runs = run_model(*fixture.source, {parse_plan(again.toStdString())});
            QCOMPARE(runs[0].error.rmse(), 0.0);
        }
    }

    void anotherTypeIsSaidToBeASecondOne() {
        const KeptFixture fixture("gptq", "int4:g32");
        for (const char* plan : {"int4:g16", "int4:g32:asym", "int8:g32", "awq/int4:g32"}) {
            const ExportPlan planned = fixture.plan(fixture.source, plan, "gptq");
            QVERIFY2(notes(planned, "costs quality"), plan);
            QVERIFY2(!notes(planned, "codes are kept"), plan);
        }
    }

    void scatteredGroupsAreNot() {
        const KeptFixture fixture("gptq", "int4:g32");
        const StoredTensor* order =
            fixture.source->checkpoint().find("model.layers.0.mlp.up_proj.g_idx");
        const auto stored = fixture.source->checkpoint().bytes(*order);
        QByteArray groups(reinterpret_cast<const char*>(stored.data()),
                          static_cast<qsizetype>(stored.size()));
        std::swap(groups.front(), groups[groups.size() - 4]);  // little-endian words
        ExportFixture::overwrite(fixture.path("a/model.safetensors"), order->offset, groups);
        const auto scattered = Model::open(fixture.path("a"));
        const std::string said = error_of([&] { fixture.plan(scattered, "keep", "gptq"); });
        QVERIFY2(said.find("desc_act") != std::string::npos, said.c_str());
        QVERIFY2(said.find("layers.0.mlp.up_proj") != std::string::npos, said.c_str());
        const ExportPlan planned = fixture.plan(scattered, "int4:g32", "gptq");
        QVERIFY(notes(planned, "1 tensors are quantized already"));
        QVERIFY(notes(planned, "codes are kept"));
    }

    void ggufIsTheSame() {
        const KeptFixture fixture("gptq", "int4:g32");
        fixture.write("q8_0", "a.gguf");
        const auto model = Model::open(fixture.path("a.gguf"));
        const ExportPlan planned = fixture.plan(model, "q8_0+search", "gguf");
        QVERIFY(notes(planned, "codes are kept"));
        write_export(*model, planned, {}, fixture.path("b.gguf"));
        const auto written = Model::open(fixture.path("b.gguf"));
        const ModelTensor& a = *model->find("blk.1.ffn_down.weight");
        const ModelTensor& b = *written->find("blk.1.ffn_down.weight");
        const auto bytes = [](const Model& of, const ModelTensor& tensor) {
            const auto all = of.checkpoint().bytes(of.checkpoint().tensors()[tensor.stored]);
            return std::vector<std::byte>(all.begin(), all.end());
        };
        QVERIFY(bytes(*model, a) == bytes(*written, b));
    }

    void activationsThatAreLostAreSaid() {
        const KeptFixture fixture("compressed-tensors", "int8:channel@int8");
        QVERIFY(notes(fixture.plan(fixture.source, "keep", "gguf"), "does not say so"));
        QVERIFY(notes(fixture.plan(fixture.source, "keep", "dequantized"), "does not say so"));
        QVERIFY(!notes(fixture.plan(fixture.source, "keep", "compressed-tensors"), "does not say"));
        // Linears that read one tensor round it alike: where one is quantized anew, the plan says.
        const std::string partly = "keep; *layers.0.self_attn.q_proj*=int4:g32";
        QVERIFY(notes(fixture.plan(fixture.source, partly, "compressed-tensors"), "does not say"));
        fixture.write_from(fixture.source, partly, "compressed-tensors", "b");
        const auto written = Model::open(fixture.path("b"));
        const StoredActivations stored(*written);
        QVERIFY(!stored.at(0, InputSite::attention));
        QVERIFY(stored.at(1, InputSite::attention));
        const ModelTensor& key = *written->find("model.layers.0.self_attn.k_proj.weight");
        QVERIFY(codesOf(*written, key) ==
                codesOf(*fixture.source, *fixture.source->find(key.name)));
    }
};

QTEST_GUILESS_MAIN(TestKeptCodes)
#include "test_kept_codes.moc"
