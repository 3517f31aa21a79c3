#include <QTest>
#include <cmath>

#include "core/measure/importance_statistics.h"

using namespace ql;

/// Against values worked out by hand.
class TestImportanceStatistics : public QObject {
    Q_OBJECT

  private slots:
    void valuesOfOneEntry() {
        ImportanceMatrix matrix;
        // Mean squares 1, 1, 2, 0 over 4 tokens.
        matrix.entries["output.weight"] = {{4, 4, 8, 0}, {4}};
        const ImportanceStatistics s = importance_statistics(matrix).front();
        QCOMPARE(s.name, std::string("output.weight"));
        QCOMPARE(s.columns, std::size_t{4});
        QCOMPARE(s.experts, std::size_t{1});
        QCOMPARE(s.tokens, 4.0);
        QCOMPARE(s.sum, 4.0);
        QCOMPARE(s.min, 0.0);
        QCOMPARE(s.max, 2.0);
        QCOMPARE(s.mean, 1.0);
        QCOMPARE(s.stddev, std::sqrt(0.5));
        QCOMPARE(s.active, 0.75);
        QCOMPARE(s.entropy, 1.5);  // shares 1/4, 1/4, 1/2
        QCOMPARE(s.normalized_entropy, 0.75);
        QCOMPARE(s.outliers, 0.25);
        QVERIFY(std::isnan(s.cosine_before));
    }

    void blocksAreComparedWithTheOneBefore() {
        ImportanceMatrix matrix;
        matrix.entries["blk.9.attn_q.weight"] = {{3, 4}, {1}};
        matrix.entries["blk.10.attn_q.weight"] = {{4, 3}, {1}};
        matrix.entries["blk.10.attn_k.weight"] = {{4, 3}, {1}};
        matrix.entries["blk.11.attn_q.weight"] = {{4, 3, 0}, {1}};
        matrix.entries["output.weight"] = {{1, 1}, {1}};
        const auto all = importance_statistics(matrix);
        QCOMPARE(all[0].name, std::string("output.weight"));
        QCOMPARE(all[1].name, std::string("blk.9.attn_q.weight"));
        QVERIFY(std::isnan(all[1].cosine_before));
        QCOMPARE(all[2].name, std::string("blk.10.attn_k.weight"));
        QVERIFY(std::isnan(all[2].cosine_before));
        QCOMPARE(all[3].name, std::string("blk.10.attn_q.weight"));
        QCOMPARE(all[3].cosine_before, 24.0 / 25);
        QVERIFY(std::isnan(all[4].cosine_before));  // of another size
    }

    void oddEntriesGiveNumbers() {
        ImportanceMatrix matrix;
        matrix.entries["blk.0.zeros"] = {{0, 0}, {5}};
        matrix.entries["blk.1.zeros"] = {{0, 0}, {5}};
        matrix.entries["blk.99999999999999.x"] = {{2}, {1}};
        matrix.entries["experts"] = {{2, 2, 0, 0}, {2, 0}};
        for (const ImportanceStatistics& s : importance_statistics(matrix)) {
            QVERIFY2(std::isfinite(s.entropy) && std::isfinite(s.normalized_entropy),
                     s.name.c_str());
        }
        const auto experts = importance_statistics(matrix).front();
        QCOMPARE(experts.name, std::string("blk.99999999999999.x"));
    }
};

QTEST_APPLESS_MAIN(TestImportanceStatistics)
#include "test_importance_statistics.moc"
