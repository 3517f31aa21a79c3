#include <QTest>
#include <random>
#include <string>
#include <vector>

#include "core/grids/grid.h"

using namespace ql;

class TestGridText : public QObject {
    Q_OBJECT

  private slots:
    void canonicalTexts_data() {
        QTest::addColumn<QString>("text");
        for (const char* const text : {"q4_0",
                                       "q4_1",
                                       "q5_0",
                                       "q5_1",
                                       "q8_0",
                                       "f16",
                                       "bf16",
                                       "f32",
                                       "int4:g128:asym",
                                       "int4:g128:sym",
                                       "int8:channel:narrow:f32",
                                       "int2:tensor:sym:bf16",
                                       "int7:g1048576:asym:f32",
                                       "int3:g1:narrow",
                                       "textbook_sym8",
                                       "textbook_asym4",
                                       "textbook_sym2",
                                       "textbook_q4_0",
                                       "fp8_e4m3:tensor",
                                       "fp8_e4m3:channel",
                                       "fp8_e4m3:block",
                                       "fp8_e5m2:channel"}) {
            QTest::addRow("%s", text) << QString(text);
        }
    }
    void canonicalTexts() {
        QFETCH(QString, text);
        const GridSpec spec = parse_grid(text.toStdString());
        QCOMPARE(QString::fromStdString(format(spec)), text);
        QVERIFY(make_grid(spec)->spec() == spec);
        QCOMPARE(QString::fromStdString(make_grid(spec)->text()), text);
    }

    void everySpecSurvivesItsText() {
        std::vector<GridSpec> specs;
        for (const DType dtype : encodable_dtypes()) {
            specs.push_back(StorageGrid{dtype});
        }
        for (int bits = kMinGridBits; bits <= kMaxGridBits; ++bits) {
            for (const Symmetry symmetry :
                 {Symmetry::symmetric, Symmetry::narrow, Symmetry::asymmetric}) {
                for (const DType scale : {DType::f16, DType::bf16, DType::f32}) {
                    specs.push_back(IntegerGrid{bits, Granularity::tensor, 0, symmetry, scale});
                    specs.push_back(IntegerGrid{bits, Granularity::channel, 0, symmetry, scale});
                    for (const int group : {1, 32, 128, 999, kMaxGroup}) {
                        specs.push_back(
                            IntegerGrid{bits, Granularity::group, group, symmetry, scale});
                    }
                }
            }
            specs.push_back(TextbookGrid{TextbookKind::symmetric, bits});
            specs.push_back(TextbookGrid{TextbookKind::asymmetric, bits});
        }
        specs.push_back(TextbookGrid{TextbookKind::q4_0, 4});
        for (const DType dtype : {DType::f8_e4m3, DType::f8_e5m2}) {
            for (const Fp8Scaling scaling :
                 {Fp8Scaling::tensor, Fp8Scaling::channel, Fp8Scaling::block}) {
                specs.push_back(Fp8Grid{dtype, scaling});
            }
        }
        for (const GridSpec& spec : specs) {
            QVERIFY2(parse_grid(format(spec)) == spec, format(spec).c_str());
        }
    }

    void whatIsLeftOutHasADefault() {
        const auto defaults =
            GridSpec(IntegerGrid{4, Granularity::channel, 0, Symmetry::symmetric, DType::f16});
        QVERIFY(parse_grid("int4") == defaults);
        QVERIFY(parse_grid("int4:sym") == defaults);
        QVERIFY(parse_grid("int4:channel:sym:f16") == defaults);
        QVERIFY(parse_grid("fp8_e5m2") == GridSpec(Fp8Grid{DType::f8_e5m2, Fp8Scaling::channel}));
        QVERIFY(parse_grid("int4:f32:asym:g64") == parse_grid("int4:g64:asym:f32"));
    }

    void wrongTextsPointAtTheFirstWrongCharacter_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("position");
        QTest::addColumn<QString>("mentions");
        const auto row = [](const char* text, int position, const char* mentions) {
            QTest::addRow("<%s>", text) << QString(text) << position << QString(mentions);
        };
        row("", 0, "q4_0");
        row("x", 0, "q4_0");
        row("q4_2", 3, "q4_0, q4_1");
        row("Q4_0", 0, "q4_0");
        row("q4_0 ", 4, "q4_0");
        row("q4_00", 4, "q4_0");
        row("bf17", 3, "bf16");
        row("int", 3, "2 to 8");
        row("int1", 3, "2 to 8");
        row("int9", 3, "2 to 8");
        row("int16", 3, "2 to 8");
        row("int44", 4, ":");
        row("int4:", 5, "narrow");
        row("int4::sym", 5, "narrow");
        row("int4:g", 6, "g128");
        row("int4:g0", 6, "g128");
        row("int4:g012", 6, "g128");
        row("int4:g128x", 9, "g128");
        row("int4:g1048577", 6, "1048576");
        row("int4:g99999999999999999999", 6, "1048576");
        row("int4:g128:asyn", 13, "asym");
        row("int4:row", 5, "channel");
        row("int4:sym:asym", 9, "asym");
        row("int4:g128:channel", 10, "channel");
        row("int4:f16:f32", 9, "f32");
        row("int4:fp16", 6, "f16");
        row("textbook_sym", 12, "2 to 8");
        row("textbook_sym9", 12, "2 to 8");
        row("textbook_asym4:g128", 14, "textbook_asym4");
        row("textbook_q4_1", 12, "textbook_q4_0");
        row("textbook", 8, "textbook_sym8");
        row("q4_x", 3, "q4_0");
        row("fp8", 3, "fp8_e4m3");
        row("fp8_e4m2", 7, "fp8_e4m3");
        row("fp8_e5m3", 7, "fp8_e5m2");
        row("fp8_e4m3x", 8, ":");
        row("fp8_e4m3:", 9, "block");
        row("fp8_e4m3:g128", 9, "block");
        row("fp8_e4m3:chanel", 13, "block");
        row("fp8_e4m3:tensor:f32", 15, "block");
    }
    /// Texts made of pieces of real ones are either read, and then written back in a form that is
    /// read as the same, or refused at a place inside of them.
    void anyTextIsReadOrRefused() {
        const std::vector<std::string> pieces = {"fp8",    "_e4m3",   "_e5m2", ":",
                                                 "tensor", "channel", "block", "int8",
                                                 "g128",   "asym",    "x"};
        std::mt19937 random(17);
        int read = 0;
        for (int round = 0; round < 20000; ++round) {
            std::string text;
            for (auto count = random() % 6; count > 0; --count) {
                text += pieces[random() % pieces.size()];
            }
            try {
                const GridSpec spec = parse_grid(text);
                QVERIFY(parse_grid(format(spec)) == spec);
                ++read;
            } catch (const ParseError& error) {
                QVERIFY(error.position() <= text.size());
            }
        }
        QVERIFY(read > 20);
    }
    void wrongTextsPointAtTheFirstWrongCharacter() {
        QFETCH(QString, text);
        QFETCH(int, position);
        QFETCH(QString, mentions);
        try {
            (void)parse_grid(text.toStdString(), 100);
            QFAIL("accepted");
        } catch (const ParseError& error) {
            QCOMPARE(int(error.position()), 100 + position);
            const QString sentence = QString::fromStdString(error.sentence().english());
            QVERIFY2(sentence.contains(mentions), qPrintable(sentence));
            QVERIFY(sentence.endsWith('.'));
        }
    }
};

QTEST_APPLESS_MAIN(TestGridText)
#include "test_grid_text.moc"
