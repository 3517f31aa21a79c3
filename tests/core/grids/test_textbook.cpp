#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/grids/grid.h"

using namespace ql;

namespace {

struct Result {
    std::shared_ptr<const Grid> grid;
    TensorParams params;
    std::vector<std::byte> bytes;
    std::vector<float> values;
};

/// One row through the grid.
Result through(const char* text, const std::vector<float>& weights) {
    Result result{make_grid(parse_grid(text)), {}, {}, std::vector<float>(weights.size())};
    const auto cols = std::int64_t(weights.size());
    const auto [lo, hi] = std::minmax_element(weights.begin(), weights.end());
    if (result.grid->per_tensor()) {
        result.params = result.grid->fit_tensor({*lo, *hi});
    }
    result.bytes.resize(result.grid->row_bytes(cols));
    result.grid->encode(weights.data(), 1, cols, {result.params}, result.bytes.data());
    result.grid->decode(result.bytes.data(), 1, cols, result.params, result.values.data());
    return result;
}

bool allZero(const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return value == 0; });
}

}  // namespace

/// The survey's formulas, by hand.
class TestTextbook : public QObject {
    Q_OBJECT

  private slots:
    void symmetric() {
        // s = 14 / 7 = 2; 5 / 2 is a tie and goes to the even 2.
        const Result result = through("textbook_sym4", {14, -14, 5, 7, -1, 0.9f});
        QVERIFY(result.params.scale == 2.0f);
        QVERIFY(result.values == (std::vector<float>{14, -14, 4, 8, 0, 0}));
    }

    void asymmetric() {
        // s = (9 + 6) / 15 = 1, zero point 6; 2.5 + 6 goes to the even 8.
        const Result result = through("textbook_asym4", {-6, 9, 2.5f, 0.2f});
        QVERIFY(result.params.scale == 1.0f);
        QCOMPARE(result.params.zero, 6);
        QVERIFY(result.values == (std::vector<float>{-6, 9, 2, 0}));
        // Zero point 5: 3.5 + 5 = 8.5 goes to 8, so 3; rounding first would give 4.
        const Result odd = through("textbook_asym4", {-5, 10, 3.5f});
        QCOMPARE(odd.params.zero, 5);
        QVERIFY(odd.values == (std::vector<float>{-5, 10, 3}));
    }

    void aOneSidedTensorIsClipped() {
        // Range 10..25 without 0: s = 1, the zero point -10 is clamped to 0, codes end at 15.
        const Result result = through("textbook_asym4", {10, 25, 16});
        QCOMPARE(result.params.zero, 0);
        QVERIFY(result.values == (std::vector<float>{10, 15, 15}));
    }

    void blocksOfQ4() {
        std::vector<float> weights(64, 0.0f);
        weights[0] = -7;
        weights[1] = 3.4f;
        weights[32] = 70;
        weights[33] = 24;
        const Result result = through("textbook_q4_0", weights);
        QVERIFY(result.values[0] == -7.0f);
        QVERIFY(result.values[1] == 3.0f);
        QVERIFY(result.values[32] == 70.0f);
        QVERIFY(result.values[33] == 20.0f);
        const CellInfo cell = result.grid->inspect(result.bytes.data(), 64, 33, {});
        QVERIFY(cell.scale == 10.0f);
        QCOMPARE(cell.code, 2);
        QCOMPARE(int(cell.block_begin), 32);
        QCOMPARE(int(cell.block_end), 64);
    }

    void zerosAndConstantsStayNumbers() {
        for (const char* const text : {"textbook_sym8", "textbook_asym8", "textbook_q4_0"}) {
            QVERIFY2(allZero(through(text, std::vector<float>(32, 0.0f)).values), text);
        }
        // All equal: the survey's scale is 0, and its own code yields zeros.
        QVERIFY(allZero(through("textbook_asym8", std::vector<float>(32, 3.0f)).values));
        QVERIFY(allZero(through("textbook_asym8", std::vector<float>(32, -3.0f)).values));
    }

    void rowsAreDenseFloats() {
        const auto grid = make_grid(parse_grid("textbook_q4_0"));
        QCOMPARE(grid->row_bytes(64), std::size_t(256));
        QVERIFY(grid->refuses(40).has_value());
        QVERIFY(!make_grid(parse_grid("textbook_sym8"))->refuses(40).has_value());
        QCOMPARE(grid->bits_stored(2, 64) / 128.0, 4.5);
        QCOMPARE(make_grid(parse_grid("textbook_asym4"))->bits_stored(2, 8), 64.0 + 16 + 4);
    }

    void cellsExplainTheirValues() {
        const std::vector<float> weights = {-0.3f, 0.1f, 0.75f, -0.02f, 0.33f, 0};
        for (const char* const text : {"textbook_sym3", "textbook_asym5", "textbook_sym8"}) {
            const Result result = through(text, weights);
            for (std::size_t col = 0; col < weights.size(); ++col) {
                const CellInfo cell =
                    result.grid->inspect(result.bytes.data(), std::int64_t(weights.size()),
                                         std::int64_t(col), result.params);
                QVERIFY((float(cell.code) - cell.zero) * cell.scale == result.values[col]);
                QVERIFY(cell.code_min <= cell.code && cell.code <= cell.code_max);
            }
        }
    }

    void badBitsAreRefused() {
        QVERIFY_THROWS_EXCEPTION(Error, make_grid(TextbookGrid{TextbookKind::symmetric, 1}));
        QVERIFY_THROWS_EXCEPTION(Error, make_grid(TextbookGrid{TextbookKind::asymmetric, 9}));
        QVERIFY_THROWS_EXCEPTION(Error, make_grid(TextbookGrid{TextbookKind::q4_0, 5}));
    }
};

QTEST_APPLESS_MAIN(TestTextbook)
#include "test_textbook.moc"
