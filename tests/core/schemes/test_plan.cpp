#include <QTest>

#include <nlohmann/json.hpp>

#include "core/files/json_file.h"
#include "core/schemes/name_pattern.h"
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

    void textIsReadBack_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("canonical");
        const auto add = [](const char* text, const char* canonical) {
            QTest::newRow(text) << text << canonical;
        };
        add("q4_0", "q4_0");
        add("Q4_K_M", "recipe:Q4_K_M");
        add("q4_k_m+imatrix", "recipe:Q4_K_M+imatrix");
        add("recipe:q4_k", "recipe:Q4_K_M");  // llama.cpp's other name for it
        add("q4_k", "q4_k");                  // the grid
        add("recipe:Q4_0+search+imatrix", "recipe:Q4_0+imatrix+search");
        add("keep; ffn_down=q6_k", "keep; *ffn_down*=q6_k");
        add("q4_k;blk.0.*=keep ; *.attn_v.weight=q8_0", "q4_k; blk.0.*=keep; *.attn_v.weight=q8_0");
        add("q8_0; /blk\\.[01]\\./=q4_0+imatrix", "q8_0; /blk\\.[01]\\./=q4_0+imatrix");
        add("q8_0; blk\\.(0|5)\\.=keep", "q8_0; /blk\\.(0|5)\\./=keep");
        add("q8_0; /a;b/=keep; x=q4_0", "q8_0; /a;b/=keep; *x*=q4_0");
        add("q4_k_m+gptq(order=none)", "recipe:Q4_K_M+gptq(order=none)");
        add("keep; ffn_down=q4_k+gptq(damp=0.1,independent)",
            "keep; *ffn_down*=q4_k+gptq(damp=0.1,independent)");
        add("q4_0; /a=b/=q8_0+gptq(damp=0.1)", "q4_0; /a=b/=q8_0+gptq(damp=0.1)");
    }
    void textIsReadBack() {
        QFETCH(QString, text);
        QFETCH(QString, canonical);
        const Plan plan = parse_plan(text.toStdString());
        QCOMPARE(QString::fromStdString(format(plan)), canonical);
        QCOMPARE(parse_plan(format(plan)), plan);
        QCOMPARE(plan_from_json(to_json(plan)), plan);
    }

    void badTextIsRefusedWithItsPlace_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("position");
        QTest::newRow("unknown recipe") << "recipe:q9_k" << 7;
        QTest::newRow("unknown scheme") << "q9_k" << 1;
        QTest::newRow("empty") << "" << 0;
        QTest::newRow("rule without scheme") << "q4_0; ffn_down" << 6;
        QTest::newRow("rule without pattern") << "q4_0; =q8_0" << 6;
        QTest::newRow("bad scheme in a rule") << "q4_0; ffn_down=q9_9" << 16;
        QTest::newRow("bad expression") << "q4_0; /blk(/=q8_0" << 6;
        QTest::newRow("bad fit") << "q4_k_m+magic" << 7;
    }
    void badTextIsRefusedWithItsPlace() {
        QFETCH(QString, text);
        QFETCH(int, position);
        try {
            parse_plan(text.toStdString());
            QFAIL("it was read");
        } catch (const ParseError& error) {
            QCOMPARE(static_cast<int>(error.position()), position);
            QCOMPARE(QString::fromStdString(error.context()), text);
        }
    }

    // llama.cpp searches an expression in the name; here whole names would have to match.
    void tensorTypesAreExpressionsSearchedInTheName() {
        const PlanTarget value = linear("x", "blk.10.attn_v.weight");
        for (const char* text :
             {"attn_v=q8_0", "ATTN_V=q8_0", "blk.*attn_v=q8_0", "attn_v.weight=q8_0",
              "blk\\.10\\.=q8_0", "[0-9]+\\.attn_[kv]=q8_0", "weight$=q8_0", "^blk.1=q8_0"}) {
            Plan plan;
            plan.rules = {parse_tensor_type(text)};
            QVERIFY2(resolve(plan, value).rule == 0, text);
            QCOMPARE(parse_rule(format(plan.rules[0])), plan.rules[0]);
        }
        for (const char* text : {"attn_q=q8_0", "^attn_v=q8_0", "blk\\.1\\.=q8_0"}) {
            Plan plan;
            plan.rules = {parse_tensor_type(text)};
            QVERIFY2(!resolve(plan, value).scheme, text);
        }
        QVERIFY_THROWS_EXCEPTION(ParseError, parse_tensor_type("a[=q8_0"));
        QVERIFY_THROWS_EXCEPTION(ParseError, parse_tensor_type("attn_v"));
    }

    void namesOfAnyLengthAreSurvived() {
        const std::string name = std::string(2'000'000, 'a') + ".attn_v.weight";
        Plan plan;
        for (const char* text : {"/attn_v/=q8_0", "*attn_v*=q8_0", "/[.]attn_[kv]/=q8_0"}) {
            plan.rules = {parse_rule(text)};
            QCOMPARE(resolve(plan, linear(name, "")).rule, 0);
        }
    }

    /// The pattern would need more steps than there is time, or more memory.
    void expressionsThatTakeForEverAreRefused() {
        Plan plan;
        for (const char* text : {"/^(a+)+$/=q8_0", "/^((a|b)*)*c/=q8_0"}) {
            plan.rules = {parse_rule(text)};
            try {
                resolve(plan, linear(std::string(5000, 'a') + "!", ""));
                QFAIL(text);
            } catch (const Error& error) {
                QVERIFY(error.sentence().english().find("takes too long") != std::string::npos);
            }
        }
    }

    void patternsOfAnyLengthAreRefused() {
        for (const std::string& part : {std::string("("), std::string("a"), std::string("(a?")}) {
            std::string pattern;
            for (int i = 0; i < 100'000; ++i) {
                pattern += part;
            }
            QVERIFY_THROWS_EXCEPTION(ParseError, parse_rule("/" + pattern + "/=q8_0"));
        }
    }

    void globs_data() {
        QTest::addColumn<QString>("glob");
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("matches");
        const auto row = [](const char* glob, const char* name, bool matches) {
            QTest::addRow("%s on %s", glob, name) << glob << name << matches;
        };
        row("blk.*.attn_q.weight", "blk.11.attn_q.weight", true);
        row("blk.*.attn_q.weight", "blk.11.attn_q.weightless", false);
        row("blk.*.attn_q.weight", "blkx11.attn_q.weight", false);
        row("blk.?.*", "blk.1.attn_q.weight", true);
        row("blk.?.*", "blk.11.attn_q.weight", false);
        row("blk.[0-3].*", "blk.2.ffn_up.weight", true);
        row("blk.[0-3].*", "blk.4.ffn_up.weight", false);
        row("blk.[!0-3].*", "blk.4.ffn_up.weight", true);
        row("*[]-]*", "a]b", true);
        row("*[]-]*", "a-b", true);
        row("*[ab&&c]*", "x&y", true);
        row("*attn[*", "blk.0.attn[0", true);
        row("a\\*b*", "a*bc", true);
        row("a\\*b*", "axbc", false);
    }
    void globs() {
        QFETCH(QString, glob);
        QFETCH(QString, name);
        QFETCH(bool, matches);
        QCOMPARE(NamePattern(glob.toStdString()).matches(name.toStdString()), matches);
    }

    /// A pattern means the same in a file as on the command line, and after it was written.
    void patternsInJsonMeanTheSame() {
        const auto plan_with = [](const char* match) {
            return plan_from_json(
                {{"base", "q4_0"}, {"rules", {{{"match", match}, {"scheme", "q8_0"}}}}});
        };
        for (const char* match :
             {"ffn_down", "blk.*.ffn_down.weight", "/down$/", "ffn_(up|gate)"}) {
            const Plan plan = plan_with(match);
            QCOMPARE(parse_plan(format(plan)), plan);
            QCOMPARE(plan.rules[0], parse_rule(std::string(match) + "=q8_0"));
        }
        for (const char* match : {"blk;1*", "blk=1*", "/blk(/"}) {
            QVERIFY_THROWS_EXCEPTION(Error, plan_with(match));
        }
        QCOMPARE(parse_plan("q4_0; /a;b/ =q8_0").rules[0].match, std::string("/a;b/"));
    }

    void rulesGoOverARecipe() {
        Plan plan = parse_plan("q4_k_m; attn_v=q8_0; blk.0.*=keep");
        const std::string names[] = {"blk.0.attn_v.weight", "blk.1.attn_v.weight",
                                     "blk.1.attn_q.weight"};
        std::vector<PlanTarget> targets;
        for (const std::string& name : names) {
            targets.push_back(linear("", name, 512));
        }
        const auto entries = plan.resolve({}, targets);
        QVERIFY(!entries[0].scheme);
        QCOMPARE(entries[0].rule, 1);
        QCOMPARE(format(*entries[1].scheme), std::string("q8_0"));
        QCOMPARE(format(*entries[2].scheme), std::string("q4_k"));
        QCOMPARE(entries[2].rule, static_cast<int>(PlanEntry::kBase));
    }

    void rowsThatDoNotFitTakeLlamaCppsReplacement() {
        const auto first = [](const char* plan, std::int64_t cols) {
            return resolve(parse_plan(plan), linear("", "blk.0.attn_q.weight", cols));
        };
        const PlanEntry smaller = first("q4_k_m", 96);
        QCOMPARE(format(*smaller.scheme), std::string("q5_0"));
        QVERIFY(smaller.fallback.english().find("Q5_0 stands in for Q4_K") != std::string::npos);
        // Rows that no block divides: a recipe takes F16, a scheme leaves the tensor alone.
        QCOMPARE(format(*first("q4_k_m", 80).scheme), std::string("f16"));
        QVERIFY(!first("q4_k", 80).scheme);
        QVERIFY(!first("q4_k", 80).fallback.empty());
        QCOMPARE(format(*first("q4_k", 96).scheme), std::string("q5_0"));
        QVERIFY(first("q4_k", 256).fallback.empty());
    }

    void importanceThatIsMissingIsSaid() {
        PlanTarget target = linear("", "blk.0.attn_q.weight", 256);
        PlanModel model;
        const Plan plan = parse_plan("q4_k_m+imatrix");
        QVERIFY(plan.uses_importance());
        QVERIFY_THROWS_EXCEPTION(Error, plan.resolve(model, std::span(&target, 1)));
        model.importance = true;
        const PlanEntry without = plan.resolve(model, std::span(&target, 1)).front();
        QCOMPARE(format(*without.scheme), std::string("q4_k"));
        QVERIFY(!without.fallback.empty());
        target.importance = true;
        const PlanEntry with = plan.resolve(model, std::span(&target, 1)).front();
        QCOMPARE(format(*with.scheme), std::string("q4_k+imatrix"));
        QVERIFY(with.fallback.empty());
        // A replacement keeps the fit where it has it; floats have none.
        target.cols = 96;
        QCOMPARE(format(*plan.resolve(model, std::span(&target, 1)).front().scheme),
                 std::string("q5_0+imatrix"));
        target.cols = 80;
        QCOMPARE(format(*plan.resolve(model, std::span(&target, 1)).front().scheme),
                 std::string("f16"));
    }

    // Floats, which stand in where no blocks fit, have one fit only.
    void searchIsLeftOutWhereThereIsNone() {
        PlanTarget target = linear("", "blk.0.attn_q.weight", 256);
        const Plan plan = parse_plan("recipe:Q4_K_M+search");
        const auto scheme = [&] {
            return format(*plan.resolve({}, std::span(&target, 1)).front().scheme);
        };
        QCOMPARE(scheme(), std::string("q4_k+search"));
        target.cols = 96;
        QCOMPARE(scheme(), std::string("q5_0+search"));
        target.cols = 80;
        QCOMPARE(scheme(), std::string("f16"));
    }

    void badJsonIsRefused_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("array") << QByteArray("[]");
        QTest::newRow("unknown key") << QByteArray(R"({"basis": "q4_0"})");
        QTest::newRow("number") << QByteArray(R"({"base": 4})");
        QTest::newRow("bad scheme") << QByteArray(R"({"base": "q4_9"})");
        QTest::newRow("rule without match") << QByteArray(R"({"rules": [{"scheme": "q4_0"}]})");
        QTest::newRow("rules no list") << QByteArray(R"({"rules": {"a": "q4_0"}})");
        QTest::newRow("bad expression")
            << QByteArray("{\"rules\": [{\"match\": \"/[/\", \"scheme\": \"q4_0\"}]}");
    }
    void badJsonIsRefused() {
        QFETCH(QByteArray, json);
        const nlohmann::json parsed = parse_json(json.toStdString());
        QVERIFY_THROWS_EXCEPTION(Error, plan_from_json(parsed));
    }
};

QTEST_APPLESS_MAIN(TestPlan)
#include "test_plan.moc"
