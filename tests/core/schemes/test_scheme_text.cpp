#include <QTest>

#include "core/base/parse_error.h"
#include "core/schemes/plan.h"

using namespace ql;

/// parse and format are exact inverses; errors point at the character.
class TestSchemeText : public QObject {
    Q_OBJECT

  private slots:
    void canonicalTextsSurvive_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"f32",
                                 "f16",
                                 "bf16",
                                 "q4_0",
                                 "q4_1",
                                 "q5_0",
                                 "q5_1",
                                 "q8_0",
                                 "int4:g128:asym",
                                 "int8:channel:narrow",
                                 "int2:g32:sym",
                                 "int3:tensor:asym",
                                 "int4:g128:sym:bf16",
                                 "int8:channel:sym:f32",
                                 "textbook_sym8",
                                 "textbook_asym4",
                                 "textbook_q4_0",
                                 "q4_0+gptq",
                                 "q4_k+imatrix+search+gptq",
                                 "int4:g128:sym+gptq(damp=0.05)",
                                 "q6_k+gptq(damp=1e-05,order=none,independent)",
                                 "q4_k+gptq(gptaq)",
                                 "awq/q4_0+gptq(damp=0.02,order=group,gptaq)",
                                 "iq4_xs+gptq(order=group)",
                                 "awq/int4:g128:asym",
                                 "awq/int4:g128:asym+clip",
                                 "awq/q4_0",
                                 "awq/q4_k+imatrix+gptq(damp=0.1)",
                                 "smooth(0.5)/int8:channel:narrow",
                                 "smooth(0.85)/q8_0",
                                 "int8:channel:narrow+clip",
                                 "q4_1+clip",
                                 "smooth(0.5)/int8:channel:narrow@int8:token",
                                 "fp8_e4m3:block+gptq",
                                 "int8:channel:narrow@int8:token",
                                 "q4_k+imatrix+gptq(damp=0.05)@int8:tensor",
                                 "fp8_e5m2:tensor@fp8_e5m2:tensor",
                                 "bf16@fp8_e4m3:token"}) {
            QTest::newRow(text) << text;
        }
    }
    void canonicalTextsSurvive() {
        QFETCH(QString, text);
        QCOMPARE(QString::fromStdString(format(parse_scheme(text.toStdString()))), text);
    }

    void everySchemeSurvives() {
        int schemes = 0;
        for (int bits = 2; bits <= 8; ++bits) {
            for (const auto symmetry :
                 {Symmetry::symmetric, Symmetry::narrow, Symmetry::asymmetric}) {
                for (const auto granularity :
                     {Granularity::tensor, Granularity::channel, Granularity::group}) {
                    for (const DType scale : {DType::f16, DType::bf16, DType::f32}) {
                        IntegerGrid grid{bits, granularity,
                                         granularity == Granularity::group ? 64 : 0, symmetry,
                                         scale};
                        const Scheme scheme{.grid = grid};
                        QCOMPARE(parse_scheme(format(scheme)), scheme);
                        ++schemes;
                    }
                }
            }
        }
        QCOMPARE(schemes, 7 * 3 * 3 * 3);
    }

    void presetsStandForTheirText() {
        for (const Preset& preset : presets()) {
            QCOMPARE(parse_scheme(preset.name), parse_scheme(preset.text));
            QCOMPARE(format(parse_scheme(preset.text)), std::string(preset.text));
            QCOMPARE(title(parse_scheme(preset.name)), std::string(preset.title));
        }
    }

    void activationsAreRead() {
        for (const Activations& activations : all_activations()) {
            const Scheme scheme{.grid = StorageGrid{DType::q8_0}, .activations = activations};
            QCOMPARE(parse_scheme(format(scheme)), scheme);
            QVERIFY(parse_activations(format(activations)) == activations);
        }
        QCOMPARE(format(parse_scheme("Q8_0@INT8")), std::string("q8_0@int8:token"));
        QCOMPARE(format(parse_scheme("fp8_e4m3:tensor@fp8_e4m3")),
                 std::string("fp8_e4m3:tensor@fp8_e4m3:token"));
        // A preset's may be replaced.
        QCOMPARE(format(parse_scheme("w8a8@int8:tensor")),
                 std::string("int8:channel:narrow@int8:tensor"));
        QCOMPARE(title(parse_scheme("q8_0@int8:token")), std::string("Q8_0@int8:token"));
        QVERIFY(parse_plan("int8; *.ffn_down.*=q8_0@int8:token").rules.at(0).scheme ==
                parse_scheme("q8_0@int8:token"));
    }

    void gptqIsRead() {
        const Scheme scheme = parse_scheme("Q4_K+GPTQ(order=group,damp=0.1)+imatrix");
        QVERIFY(scheme.fit.importance);
        QCOMPARE(scheme.gptq->damp, 0.1);
        QVERIFY(scheme.gptq->order == Gptq::Order::by_group);
        QCOMPARE(format(scheme), std::string("q4_k+imatrix+gptq(damp=0.1,order=group)"));
        QCOMPARE(format(parse_scheme("q4_0+gptq(damp=0.01,order=static)")),
                 std::string("q4_0+gptq"));
        QVERIFY(parse_scheme("q4_0+gptq").gptq->order == Gptq::Order::fixed);
        // A preset with GPTQ may be told more.
        QCOMPARE(format(parse_scheme("gptq+gptq(independent)")),
                 std::string("int4:g128:sym+gptq(independent)"));
    }

    void gptqNeedsParameters() {
        for (const char* grid : {"f16", "textbook_sym8", "tq1_0"}) {
            const Scheme scheme{.grid = parse_grid(grid), .gptq = Gptq()};
            QVERIFY(scheme.validate());
        }
        for (const DType dtype : encodable_dtypes()) {
            const Scheme scheme{.grid = StorageGrid{dtype}, .gptq = Gptq()};
            const bool block = traits(dtype).block_values > 1 && dtype != DType::tq1_0;
            QCOMPARE(!scheme.validate(), block);
        }
    }

    void transformsAreRead() {
        QVERIFY(parse_scheme("AWQ/Q4_0").transform == Transform(Awq()));
        QVERIFY(parse_scheme("awq(module)/q4_0").transform == Transform(Awq{AwqLoss::module}));
        QCOMPARE(format(parse_scheme("AWQ(Module)/Q4_0")), std::string("awq(module)/q4_0"));
        QVERIFY(parse_scheme("smooth/int8").transform == Transform(Smooth{0.5}));
        QVERIFY(parse_scheme("smooth(1)/int8").transform == Transform(Smooth{1}));
        QCOMPARE(format(parse_scheme("awq/int4")), std::string("awq/int4:g128:asym"));  // a preset
        QCOMPARE(title(parse_scheme("awq/q4_0")), std::string("awq/Q4_0"));
        // A preset's name is no transform before a grid.
        QCOMPARE(format(parse_scheme("awq")), std::string("awq/int4:g128:asym+clip"));
        const Plan plan = parse_plan("awq/q4_0; *ffn_down*=smooth(0.5)/q8_0; /blk[.]0/=q8_0+clip");
        QCOMPARE(format(plan), std::string("awq/q4_0; *ffn_down*=smooth(0.5)/q8_0; "
                                           "/blk[.]0/=q8_0+clip"));
        QVERIFY(plan.folds() && plan.uses_calibration() && !plan.uses_gptq());
        QCOMPARE(format(plan.folded()), std::string("q4_0; *ffn_down*=q8_0; /blk[.]0/=q8_0"));
        QVERIFY(!plan.folded().folds());
        QCOMPARE(parse_plans("smooth(0.5)/q8_0,awq/q4_0").size(), std::size_t{2});
    }

    void clippingNeedsGroupsOfItsOwn() {
        for (const char* text : {"q4_k+clip", "iq4_xs+clip", "f16+clip", "textbook_sym8+clip",
                                 "int8:tensor:sym+clip", "q4_0+clip+gptq", "q4_0+clip+search",
                                 "q4_0+clip+imatrix", "q4_0+clip+clip", "q4_k_m+clip"}) {
            QVERIFY_THROWS_EXCEPTION(ParseError, parse_plan(text));
        }
    }

    void caseAndSpacesDoNotMatter() {
        QCOMPARE(parse_scheme(" Q4_0 "), parse_scheme("q4_0"));
        QCOMPARE(title(parse_scheme("q4_0")), std::string("Q4_0"));
    }

    void errorsPointAtTheCharacter_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("position");
        QTest::newRow("empty") << "" << 0;
        QTest::newRow("unknown grid") << "q4_7" << 3;
        QTest::newRow("bits") << "int9:g128" << 3;
        QTest::newRow("parameter") << "int4:g128:xyz" << 10;
        QTest::newRow("group") << "int4:gx" << 6;
        QTest::newRow("twice") << "int4:sym:asym" << 9;
        QTest::newRow("fit") << "q4_0+magic" << 5;
        QTest::newRow("damping") << "q4_0+gptq(damp=x)" << 15;
        QTest::newRow("too much damping") << "q4_0+gptq(damp=2)" << 15;
        QTest::newRow("order") << "q4_0+gptq(order=up)" << 16;
        QTest::newRow("option") << "q4_0+gptq(damp=0.1,magic)" << 19;
        QTest::newRow("option twice") << "q4_0+gptq(damp=0.1,damp=0.1)" << 19;
        QTest::newRow("no options") << "q4_0+gptq()" << 9;
        QTest::newRow("open options") << "q4_0+gptq(damp=0.1" << 9;
        QTest::newRow("gptq twice") << "q4_0+gptq+gptq" << 9;
        QTest::newRow("gptq of floats") << "f16+gptq" << 3;
        QTest::newRow("transform") << "spin/q4_0" << 0;
        QTest::newRow("transform twice") << "awq/awq/q4_0" << 0;
        QTest::newRow("transform of floats") << "awq/f16" << 0;
        QTest::newRow("transform alone") << "awq/" << 4;
        QTest::newRow("grid after a transform") << "awq/q4_7" << 7;
        QTest::newRow("strength") << "smooth(2)/q4_0" << 7;
        QTest::newRow("strength missing") << "smooth()/q4_0" << 7;
        QTest::newRow("activations") << "q4_0@int3" << 5;
        QTest::newRow("no activations") << "q4_0@" << 5;
        QTest::newRow("scaling") << "q4_0+gptq@int8:channel" << 15;
        QTest::newRow("no scaling") << "q4_0@int8:" << 10;
        QTest::newRow("activations twice") << "q4_0@int8@int8" << 5;
        QTest::newRow("fit behind activations") << "q4_0@int8+gptq" << 5;
        QTest::newRow("storage grid takes no parameters") << "q4_0:g128" << 4;
    }
    void errorsPointAtTheCharacter() {
        QFETCH(QString, text);
        QFETCH(int, position);
        try {
            parse_scheme(text.toStdString());
        } catch (const ParseError& error) {
            QCOMPARE(static_cast<int>(error.position()), position);
            QVERIFY(!error.sentence().empty());
            QCOMPARE(error.context(), text.toStdString());
            return;
        }
        QFAIL("no error");
    }

    void listsCountPositionsFromTheirStart() {
        QCOMPARE(parse_plans("q4_0,int4:g128:asym").size(), std::size_t{2});
        QCOMPARE(parse_plans("q4_0+gptq(damp=0.1,order=group),q4_k").size(), std::size_t{2});
        try {
            parse_plans("q4_0, int4:xyz");
        } catch (const ParseError& error) {
            QCOMPARE(static_cast<int>(error.position()), 11);
            return;
        }
        QFAIL("no error");
    }

    void recipesHaveNoActivations() {
        for (const auto& [text, position] :
             {std::pair("q4_k_m@int8", 6), std::pair("recipe:Q4_K_M+imatrix@int8:token", 21)}) {
            try {
                parse_plan(text);
                QFAIL(text);
            } catch (const ParseError& error) {
                QCOMPARE(static_cast<int>(error.position()), position);
                QVERIFY(error.sentence().english().find("recipe leaves") != std::string::npos);
            }
        }
        QVERIFY(parse_plan("q4_0@int8").base == PlanBase(parse_scheme("q4_0@int8:token")));
    }

    void textbookVariantsCannotBeExported() {
        QVERIFY(!parse_scheme("textbook_q4_0").exportable());
        QVERIFY(parse_scheme("q4_0").exportable());
    }
};

QTEST_APPLESS_MAIN(TestSchemeText)
#include "test_scheme_text.moc"
