#include <QTest>
#include <atomic>
#include <set>

#include "core/base/checked.h"
#include "core/base/hash.h"
#include "core/base/hash_in_pieces.h"
#include "core/base/parallel.h"
#include "core/base/parse_error.h"

using namespace ql;

/// Errors, progress, parallel loops, checked arithmetic.
class TestBase : public QObject {
    Q_OBJECT

  private slots:
    void sentenceFillsItsPlaces() {
        const Sentence sentence("{} of {}", 3, "four");
        QCOMPARE(sentence.english(), std::string("3 of four"));
        QCOMPARE(sentence.filled("{1}: {0}"), std::string("four: 3"));
    }

    void translationThatDoesNotFitFallsBackToEnglish() {
        const Sentence sentence("{} rows", 3);
        QCOMPARE(sentence.filled("{} 行 {}"), std::string("3 rows"));
    }

    void bracesInArgumentsStay() {
        QCOMPARE(Sentence("name {}", "{}{0}").english(), std::string("name {}{0}"));
    }

    void errorNamesItsContext() {
        const Error error(ErrorCode::io, Sentence("It is full."), "disk");
        QCOMPARE(std::string(error.what()), std::string("disk: It is full."));
    }

    void piecesHaveTheHashOfTheWhole() {
        std::vector<std::byte> bytes((16 << 20) + 5);  // two pieces and a rest
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] = static_cast<std::byte>(i * i >> 7);
        }
        for (const std::size_t size : {std::size_t{0}, std::size_t{100}, bytes.size()}) {
            QCOMPARE(hash_in_pieces(std::span(bytes).first(size), {}),
                     hash_bytes(bytes.data(), size));
        }
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(hash_in_pieces(bytes, Progress(stop.get_token(), nullptr)), Error);
    }

    void partsOfProgressNest() {
        std::vector<double> seen;
        const Progress all({}, [&](double f, const Sentence&) { seen.push_back(f); });
        const Progress half = all.part(0.5, 1.0);
        half.part(0.0, 0.5).report(1.0);
        half.report(1.0);
        QCOMPARE(seen, (std::vector<double>{0.75, 1.0}));
    }

    void parallelForVisitsEveryIndexOnce() {
        std::vector<std::atomic<int>> visits(1000);
        parallel_for(1000, {}, [&](std::int64_t i) { ++visits[static_cast<std::size_t>(i)]; });
        for (const auto& count : visits) {
            QCOMPARE(count.load(), 1);
        }
    }

    void parallelForThrowsTheFirstException() {
        bool caught = false;
        try {
            parallel_for(100, {}, [](std::int64_t i) {
                if (i == 7) {
                    throw Error(ErrorCode::bad_data, Sentence("seven"));
                }
            });
        } catch (const Error& error) {
            caught = error.code() == ErrorCode::bad_data;
        }
        QVERIFY(caught);
    }

    void parallelForStopsWhenCancelled() {
        std::stop_source stop;
        const Progress progress(stop.get_token(), nullptr);
        std::atomic<int> done{0};
        bool cancelled = false;
        try {
            parallel_for(100000, progress, [&](std::int64_t) {
                if (++done == 10) {
                    stop.request_stop();
                }
            });
        } catch (const Error& error) {
            cancelled = error.code() == ErrorCode::cancelled;
        }
        QVERIFY(cancelled);
        QVERIFY(done < 1000);
    }

    void checkedArithmeticSeesOverflow() {
        QCOMPARE(checked_mul(1ULL << 32, 1ULL << 31), std::optional<std::uint64_t>(1ULL << 63));
        QVERIFY(!checked_mul(1ULL << 32, 1ULL << 32));
        QVERIFY(!checked_add(~0ULL, 1));
    }
};

QTEST_APPLESS_MAIN(TestBase)
#include "test_base.moc"
