#include <QTest>
#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/grids/grid.h"
#include "core/grids/throughput.h"

using namespace ql;

/// What is measured, never how fast it is.
class TestThroughput : public QObject {
    Q_OBJECT

  private slots:
    void everyStorageTypeIsMeasuredBothWays() {
        const auto results = measure_throughput({}, 6, 256, 1);
        const auto has = [&](const std::string& name) {
            return std::any_of(results.begin(), results.end(), [&](const Throughput& result) {
                return result.name == name && std::isfinite(result.megabytes_per_second) &&
                       result.megabytes_per_second > 0;
            });
        };
        for (const DType dtype : encodable_dtypes()) {
            QVERIFY(has(format(StorageGrid{dtype}) + " encode"));
            QVERIFY(has(format(StorageGrid{dtype}) + " decode"));
            const auto grid = make_grid(StorageGrid{dtype});
            QCOMPARE(has(format(StorageGrid{dtype}) + "+imatrix encode"),
                     !grid->refuses_fit({.importance = true}));
            QCOMPARE(has(format(StorageGrid{dtype}) + "+search encode"),
                     !grid->refuses_fit({.search = true}));
        }
        QVERIFY(has("int4:g128:asym encode"));
        QVERIFY(has("int8:channel:narrow decode"));
    }

    void itCanBeStopped() {
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_THROWS_EXCEPTION(Error,
                                 measure_throughput(Progress(stop.get_token(), {}), 4, 256, 1));
    }
};

QTEST_APPLESS_MAIN(TestThroughput)
#include "test_throughput.moc"
