#include <QtTest>

#include <nlohmann/json.hpp>

#include "core/schemes/plan.h"

using namespace ql;

namespace {

PlanTarget linear(std::string_view name, std::string_view gguf, std::int64_t cols = 256) {
    return {name, gguf, true, true, false, DType::bf16, 64, cols};
}

PlanEntry resolve(const Plan& plan, const PlanTarget& target) {
    return plan.resolve({}, std::span(&target, 1)).front();
}

}  // namespace

/// Which rule decides, and what cannot take its scheme.
class TestPlan : public QObject {
    Q_OBJECT

  private slots:
    void bareSchemeCoversLinearsOnly() {
        const Plan plan = Plan::of(parse_scheme("q4_0"));
        QCOMPARE(resolve(plan, linear("a.weight", "")).rule, static_cast<int>(PlanEntry::kBase));
        PlanTarget embedding = linear("embed", "");
        embedding.linear = false;
        const PlanEntry entry = resolve(plan, embedding);
        QVERIFY(!entry.scheme);
        QCOMPARE(entry.rule, static_cast<int>(PlanEntry::kNothing));
        QVERIFY(entry.fallback.empty());
    }

    void bareFloatSchemeCoversEveryMatrix() {
        const Plan plan = Plan::of(parse_scheme("f16"));
        PlanTarget target = linear("embed", "");
        target.linear = false;
        QVERIFY(resolve(plan, target).scheme.has_value());
        target.matrix = false;
        QVERIFY(!resolve(plan, target).scheme.has_value());
    }

    void lastMatchingRuleWins() {
        Plan plan = Plan::of(parse_scheme("q4_0"));
        plan.rules = {{"blk.*.ffn_down.weight", parse_scheme("q8_0")},
                      {"*.5.*", parse_scheme("q5_1")},
                      {"blk.0.*", std::nullopt}};
        QCOMPARE(resolve(plan, linear("x", "blk.3.ffn_down.weight")).rule, 0);
        QCOMPARE(resolve(plan, linear("layers.5.down", "blk.5.ffn_down.weight")).rule, 1);
        const PlanEntry kept = resolve(plan, linear("x", "blk.0.ffn_down.weight"));
        QCOMPARE(kept.rule, 2);
        QVERIFY(!kept.scheme);
        QCOMPARE(resolve(plan, linear("x", "blk.3.attn_q.weight")).rule,
                 static_cast<int>(PlanEntry::kBase));
    }

    void whatRuntimesTakeAsF32IsKept() {
        PlanTarget positions = linear("wpe.weight", "position_embd.weight");
        positions.always_f32 = true;
        const PlanEntry entry = resolve(Plan::of(parse_scheme("f16")), positions);
        QVERIFY(!entry.scheme && !entry.fallback.empty());
    }

    void rowsThatDoNotFitFallBackWithAReason() {
        const PlanEntry entry =
            resolve(Plan::of(parse_scheme("q4_0")), linear("x.weight", "", 172));
        QVERIFY(!entry.scheme);
        QVERIFY(!entry.fallback.empty());
        QVERIFY(entry.fallback.english().find("172") != std::string::npos);
    }

    void jsonRoundTrip() {
        Plan plan = Plan::of(parse_scheme("int4:g128:asym"));
        plan.rules = {{"*.ffn_down.weight", parse_scheme("q8_0")}, {"blk.0.*", std::nullopt}};
        QCOMPARE(plan_from_json(to_json(plan)), plan);
        const Plan keep{{}, {{"*", parse_scheme("f16")}}};
        QCOMPARE(plan_from_json(to_json(keep)), keep);
    }

    void badJsonIsRefused_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("array") << QByteArray("[]");
        QTest::newRow("unknown key") << QByteArray(R"({"basis": "q4_0"})");
        QTest::newRow("number") << QByteArray(R"({"base": 4})");
        QTest::newRow("bad scheme") << QByteArray(R"({"base": "q4_9"})");
        QTest::newRow("rule without match") << QByteArray(R"({"rules": [{"scheme": "q4_0"}]})");
        QTest::newRow("rules no list") << QByteArray(R"({"rules": {"a": "q4_0"}})");
    }
    void badJsonIsRefused() {
        QFETCH(QByteArray, json);
        QVERIFY_THROWS_EXCEPTION(Error, plan_from_json(nlohmann::json::parse(json.toStdString())));
    }
};

QTEST_APPLESS_MAIN(TestPlan)
#include "test_plan.moc"
