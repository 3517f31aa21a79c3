#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/parallel.h"
#include "core/files/checkpoint.h"
#include "core/run/activation_rounding.h"
#include "core/run/calibrated_plan.h"
#include "core/run/evaluation.h"
#include "core/run/output_error.h"
#include "core/run/plan_weights.h"
#include "core/tensor/convert.h"
#include "tests/core/model/text_windows.h"

using namespace ql;

namespace {

std::shared_ptr<const Model> demoModel() {
    static const auto model = Model::open(QL_SOURCE_DIR "/resources/demo_model");
    return model;
}

std::vector<TokenIds> someWindows(std::int64_t count) {
    return textWindows(*demoModel(), QL_SOURCE_DIR "/resources/demo_model/calibration.txt", 512,
                       count);
}

EvaluatedModel with(const char* plan) {
    return {plan, std::make_shared<PlanWeights>(demoModel(), parse_plan(plan))};
}

float largestMagnitude(std::span<const float> values) {
    float largest = 0;
    for (const float value : values) {
        largest = std::max(largest, std::fabs(value));
    }
    return largest;
}

/// The nearest number with `step` between neighbours of its size, to even on ties.
float roundedTo(float value, int mantissaBits, int smallestExponent) {
    int exponent = 0;
    (void)std::frexp(value, &exponent);
    const float step = std::ldexp(1.0f, std::max(exponent - 1, smallestExponent) - mantissaBits);
    return std::nearbyint(value / step) * step;
}

/// Values that share a scale, rounded as the formats are defined.
void roundPlainly(std::span<float> values, DType dtype, float limit) {
    const float most = dtype == DType::i8 ? 127 : dtype == DType::f8_e4m3 ? 448 : 57344;
    const float scale = limit / most;
    if (scale == 0) {
        return;
    }
    for (float& value : values) {
        const float shrunk = std::clamp(value / scale, -most, most);
        const float rounded = dtype == DType::i8        ? std::nearbyint(shrunk)
                              : dtype == DType::f8_e4m3 ? roundedTo(shrunk, 3, -6)
                                                        : roundedTo(shrunk, 2, -14);
        value = rounded * scale;
    }
}

void roundPlainly(std::span<float> values, DType dtype) {
    roundPlainly(values, dtype, largestMagnitude(values));
}

std::vector<float> unevenValues(std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = std::sin(static_cast<float>(i) * 0.7f) *
                    std::exp(static_cast<float>(i % 13) * 0.5f - 3.0f);
    }
    return values;
}

}  // namespace

/// Activations that are rounded before linears read them.
class TestActivationRounding : public QObject {
    Q_OBJECT

  private slots:
    void valuesAreThoseOfTheFormat_data() {
        QTest::addColumn<QString>("text");
        for (const Activations& activations : all_activations()) {
            QTest::newRow(format(activations).c_str())
                << QString::fromStdString(format(activations));
        }
    }
    void valuesAreThoseOfTheFormat() {
        QFETCH(QString, text);
        const Activations activations = parse_activations(text.toStdString());
        constexpr std::int64_t kChannels = 37;
        constexpr float kLimit = 8;
        const Sequences sequences({3, 5});
        std::vector<float> values = unevenValues(8 * kChannels);
        std::fill_n(values.begin() + 2 * kChannels, kChannels, 0.0f);  // a token of zeros
        std::vector<float> expected = values;
        if (activations.scaling == Activations::Scaling::token) {
            for (std::size_t token = 0; token < 8; ++token) {
                roundPlainly(std::span(expected).subspan(token * kChannels, kChannels),
                             activations.dtype);
            }
        } else if (activations.scaling == Activations::Scaling::fixed) {
            roundPlainly(expected, activations.dtype, kLimit);
            QVERIFY(largestMagnitude(values) > 2 * kLimit);
            QVERIFY(std::fabs(largestMagnitude(expected) / kLimit - 1) < 1e-6F);  // it saturates
        } else {
            roundPlainly(std::span(expected).first(3 * kChannels), activations.dtype);
            roundPlainly(std::span(expected).subspan(3 * kChannels), activations.dtype);
        }
        round_activations(activations, activations.scale_reaching(kLimit),
                          {InputSite::attention, 0, sequences, 0, kChannels, values},
                          cpu_backend());
        QVERIFY(values == expected);
    }

    void valuesThatAreNotFiniteAreRefused() {
        std::vector<float> values = {1, std::numeric_limits<float>::infinity()};
        const Sequences sequences({1});
        QVERIFY_THROWS_EXCEPTION(
            Error,
            round_activations({}, 0, {InputSite::down, 0, sequences, 0, 2, values}, cpu_backend()));
    }

    /// bf16 is what the model's weights are stored as: only activations change.
    void theForwardPassReadsRoundedValues() {
        const auto windows = someWindows(1);
        const Decoder decoder(demoModel());
        const StoredWeights stored(demoModel());
        const PlanWeights rounding(demoModel(), parse_plan("bf16@int8:token"));
        int sites = 0;
        const HiddenStates expected = decoder.run(windows, stored, [&](const LinearInput& input) {
            if (input.site == InputSite::output) {
                return;
            }
            ++sites;
            const auto channels = static_cast<std::size_t>(input.channels);
            for (std::size_t at = 0; at < input.values.size(); at += channels) {
                roundPlainly(input.values.subspan(at, channels), DType::i8);
            }
        });
        QCOMPARE(sites, 4 * decoder.blocks());
        const HiddenStates result =
            decoder.run(windows, rounding, activation_rounding(rounding, cpu_backend(), {}));
        QVERIFY(result.values == expected.values);
        QVERIFY(result.values != decoder.run(windows, stored).values);
    }

    void evaluationsRoundActivations() {
        const Decoder decoder(demoModel());
        EvaluationText text{Protocol::gptq, 512, someWindows(2)};
        const std::vector<EvaluatedModel> models = {with("keep"),
                                                    with("int8:channel:narrow:f32"),
                                                    with("bf16@int8:token"),
                                                    with("int8:channel:narrow:f32@int8:token"),
                                                    with("bf16@int8:tensor"),
                                                    with("fp8_e4m3:channel@fp8_e4m3")};
        const auto results = evaluate(decoder, models, text);
        const auto kl = [&](std::size_t m) { return results[m].divergence->mean_kl.value; };
        QVERIFY(kl(2) > 1e-5);
        QVERIFY(kl(3) > 1.5 * kl(1));
        QVERIFY(kl(4) > 2 * kl(2));  // one scale for all tokens costs more
        QVERIFY(kl(5) > kl(3));
        QVERIFY(kl(5) < 0.1);
        // The same numbers at another number of threads, and of windows that are run together.
        const int before = thread_limit();
        set_thread_limit(before == 1 ? 3 : 1);
        EvaluationOptions one;
        one.hidden_bytes = 1;
        const auto again = evaluate(decoder, models, text, one);
        set_thread_limit(before);
        for (std::size_t m = 0; m < models.size(); ++m) {
            QCOMPARE(again[m].nll, results[m].nll);
        }
    }

    /// Scales from a calibration: on its own text they are those of the largest sequence.
    void staticScalesComeFromACalibration() {
        const auto windows = someWindows(3);
        const Decoder decoder(demoModel());
        for (const char* text : {"bf16@int8:static", "smooth(0.5)/int8:channel:narrow@int8:static",
                                 "int8:channel:narrow+gptq@fp8_e4m3:static"}) {
            const Plan plan = parse_plan(text);
            QVERIFY(plan.uses_calibration());
            QVERIFY_THROWS_EXCEPTION(Error, PlanWeights(demoModel(), plan));
            QVERIFY_THROWS_EXCEPTION(Error,
                                     calibrate_plan(decoder, demoModel(), plan, nullptr, {}));
            const CalibratedPlan made =
                calibrate_plan(decoder, demoModel(), plan, nullptr, windows);
            QVERIFY(made.exists());
            // What the (smoothed) model reads on these windows.
            const auto model = made.transformed ? made.transformed->model : demoModel();
            std::map<InputPlace, float> largest;
            decoder.run(windows, StoredWeights(model), [&](const LinearInput& input) {
                float& of = largest[{input.layer, input.site}];
                of = std::max(of, largestMagnitude(input.values));
            });
            const auto weights = made.weights(demoModel(), plan, nullptr);
            const float most =
                std::string_view(text).find("fp8") != std::string_view::npos ? 448 : 127;
            for (const auto& [place, limit] : largest) {
                if (place.site != InputSite::output) {  // which is read as it is
                    QCOMPARE(weights->activation_scale(place.layer, place.site), limit / most);
                }
            }
        }
    }

    /// GPTQ makes up for errors on inputs that are rounded as they will be.
    void gptqSeesStaticScales() {
        const auto windows = someWindows(2);
        const Decoder decoder(demoModel());
        const auto bytes = [&](const char* activations) {
            const Plan plan =
                parse_plan(fmt::format("int4:channel+gptq{}; *.up_proj.weight=keep; "
                                       "*.gate_proj.weight=keep; *.down_proj.weight=keep",
                                       activations));
            const CalibratedPlan made =
                calibrate_plan(decoder, demoModel(), plan, nullptr, windows);
            const ModelTensor* last = demoModel()->find("blk.1.attn_q.weight");
            return made.rounded->at(std::size_t(last - demoModel()->tensors().data()))
                .tensor->bytes;
        };
        QVERIFY(bytes("@int8:static") != bytes(""));
        QVERIFY(bytes("@int8:static") != bytes("@int8:token"));
    }

    /// On other texts too: coarser than a scale for every token, and another evaluation than that
    /// of other limits.
    void staticScalesAreSimulated() {
        const auto windows = someWindows(6);
        const std::vector<TokenIds> calibrated(windows.begin(), windows.begin() + 3);
        const EvaluationText text{Protocol::gptq, 512, {windows.begin() + 3, windows.end()}};
        const Decoder decoder(demoModel());
        const Plan plan = parse_plan("int8:channel:narrow@int8:static");
        const CalibratedPlan made = calibrate_plan(decoder, demoModel(), plan, nullptr, calibrated);
        const auto weights = made.weights(demoModel(), plan, nullptr);
        const auto results = evaluate(decoder,
                                      {{"original", std::make_shared<StoredWeights>(demoModel())},
                                       with("int8:channel:narrow@int8:token"),
                                       {"static", weights}},
                                      text);
        const auto kl = [&](std::size_t m) { return results[m].divergence->mean_kl.value; };
        QVERIFY(kl(2) > kl(1));
        QVERIFY(kl(2) < 0.1);
        const auto other = calibrate_plan(decoder, demoModel(), plan, nullptr, text.windows)
                               .weights(demoModel(), plan, {});
        QVERIFY(other->fingerprint() != weights->fingerprint());
    }

    void linearsOfOneInputMustAgree() {
        for (const char* plan :
             {"int8@int8:token; *.k_proj.weight=int8", "int8@int8:token; *.v_proj.weight=keep",
              "int8@int8:token; *.up_proj.weight=q8_0@int8:tensor"}) {
            try {
                const PlanWeights weights(demoModel(), parse_plan(plan));
                QFAIL(plan);
            } catch (const Error& error) {
                QVERIFY(error.code() == ErrorCode::usage);
                const QString sentence = QString::fromStdString(error.sentence().english());
                QCOMPARE(sentence.count("_proj.weight"), 2);
            }
        }
        const PlanWeights weights(demoModel(),
                                  parse_plan("int8@int8:token; *.down_proj.weight=q8_0; "
                                             "*.o_proj.weight=q8_0@fp8_e4m3:tensor"));
        QVERIFY(!weights.activations(0, InputSite::down));
        QVERIFY(!weights.activations(-1, InputSite::output));
        QVERIFY(weights.activations(3, InputSite::attention) ==
                (Activations{DType::i8, Activations::Scaling::token}));
        QVERIFY(weights.activations(3, InputSite::attention_output) ==
                (Activations{DType::f8_e4m3, Activations::Scaling::tensor}));
    }

    /// Other tensors are told that what they read stays.
    void onlyLinearsOfBlocksHaveActivations() {
        const auto entries = resolve_plan(parse_plan("bf16@int8:token"), *demoModel(), nullptr);
        int rounded = 0;
        for (std::size_t t = 0; t < entries.size(); ++t) {
            if (!entries[t].scheme) {
                continue;
            }
            QCOMPARE(entries[t].scheme->activations.has_value(), demoModel()->tensors()[t].linear);
            rounded += entries[t].scheme->activations ? 1 : 0;
        }
        QCOMPARE(rounded, 42);
    }

    /// Golden figures of all 4096 tokens; here a sample of them.
    void outputErrorsSeeActivations() {
        const nlohmann::json golden = read_json_file(
            QL_TEST_DATA
            "/demo_model/quantization.json")["schemes"]["int8_w8a8_rows_tokens"]["linears"];
        const std::vector<EvaluatedModel> models = {
            {"original", std::make_shared<StoredWeights>(demoModel())},
            with("int8:channel:narrow:f32"),
            with("int8:channel:narrow:f32@int8:token")};
        const auto results = measure_outputs(Decoder(demoModel()), models, someWindows(8));
        int compared = 0;
        for (std::size_t t = 0; t < demoModel()->tensors().size(); ++t) {
            const std::string& name = demoModel()->tensors()[t].name;
            const std::string key =
                name.substr(0, name.rfind('.')).substr(name.starts_with("model.") ? 6 : 0);
            if (!golden.contains(key)) {
                continue;
            }
            ++compared;
            const double wanted = golden[key]["output_rel_error"];
            const double relative = results[1].tensors[t].relative();
            QVERIFY2(
                std::fabs(relative - wanted) < 0.05 * wanted,
                qPrintable(
                    QString("%1: %2 instead of %3").arg(key.c_str()).arg(relative).arg(wanted)));
            QVERIFY(results[0].tensors[t].relative() < 0.9 * relative);
        }
        QCOMPARE(compared, 14);
    }
};

QTEST_APPLESS_MAIN(TestActivationRounding)
#include "test_activation_rounding.moc"
