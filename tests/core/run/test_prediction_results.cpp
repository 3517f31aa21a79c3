#include <QTest>

#include "core/run/plan_weights.h"
#include "core/run/predictions.h"

using namespace ql;

/// What a comparison measures on a text, all in one call.
class TestPredictionResults : public QObject {
    Q_OBJECT

  private slots:
    void resultsAreThoseOfTheParts();
    void moderateWindowsDependOnTheModelAlone();
};

namespace {

std::shared_ptr<const Model> demo() {
    return Model::open(std::string(QL_SOURCE_DIR) + "/resources/demo_model");
}

EvaluationText some_text(const Model& model) {
    return EvaluationText::of(
        model, std::string(400, 'a') + " cat sat on the mat. The dog was out.", Protocol::gptq, 16);
}

}  // namespace

void TestPredictionResults::resultsAreThoseOfTheParts() {
    PredictionRequest request;
    request.model = demo();
    request.plans = {parse_plan("q4_0"), parse_plan("q8_0")};
    request.text = some_text(*request.model);
    const auto results = measure_predictions(request);
    QCOMPARE(results.size(), std::size_t{3});
    QVERIFY(!results[0].evaluation.divergence);
    QVERIFY(!results[0].outputs);

    const Decoder decoder(request.model);
    const std::vector<EvaluatedModel> models = {
        {"", std::make_shared<StoredWeights>(request.model)},
        {"", std::make_shared<PlanWeights>(request.model, request.plans[0])},
        {"", std::make_shared<PlanWeights>(request.model, request.plans[1])}};
    const auto evaluations = evaluate(decoder, models, request.text);
    const auto outputs = measure_outputs(decoder, models, request.text.windows);
    for (std::size_t i = 0; i < 3; ++i) {
        QCOMPARE(results[i].evaluation.nll, evaluations[i].nll);
    }
    QCOMPARE(results[1].outputs->mean_relative, outputs[0].mean_relative);
    QCOMPARE(results[2].outputs->mean_relative, outputs[1].mean_relative);
    QCOMPARE(results[2].evaluation.label, std::string("q8_0"));

    request.output_errors = false;
    QVERIFY(!measure_predictions(request)[1].outputs);
}

void TestPredictionResults::moderateWindowsDependOnTheModelAlone() {
    const Decoder decoder(demo());
    // 4.72 M weights in linears and 1.05 M in the output: 12 M operations a token at least.
    const std::size_t windows = moderate_windows(decoder, 512);
    QVERIFY(windows > 100);
    QVERIFY(static_cast<double>(windows) < 1e12 / (512 * 11.5e6));
    QVERIFY(moderate_windows(decoder, 128) > 4 * windows);
}

QTEST_GUILESS_MAIN(TestPredictionResults)
#include "test_prediction_results.moc"
