#include <QTest>
#include <cmath>

#include "core/base/parallel.h"
#include "core/run/calibrated_plan.h"
#include "tests/core/export/export_fixture.h"
#include "tests/core/model/text_windows.h"

using namespace ql;

namespace {

struct Tiny {
    ExportFixture fixture;
    std::shared_ptr<const Model> model = fixture.model();
    Decoder decoder{model};
    std::vector<TokenIds> windows = randomWindows();
};

/// Stops at the n-th report, and counts those that come.
struct Stopping {
    int at = 0;
    int reports = 0;
    std::stop_source stop = {};
    Progress progress{stop.get_token(), [this](double, const Sentence&) {
                          if (++reports == at) {
                              stop.request_stop();
                          }
                      }};
};

/// Whether an action was cancelled.
template <class Action>
bool cancelled(const Action& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.code() == ErrorCode::cancelled;
    }
    return false;
}

}  // namespace

/// How far activations reach: what schemes with fixed scales go by.
class TestInputLimits : public QObject {
    Q_OBJECT

  private slots:
    /// Against a plain look at everything that is read.
    void areTheLargestMagnitudesOfEachPlace() {
        const Tiny tiny;
        InputLimits expected;
        for (const TokenIds& window : tiny.windows) {
            tiny.decoder.run({window}, StoredWeights(tiny.model), [&](const LinearInput& input) {
                float& limit = expected[{input.layer, input.site}];
                for (const float value : input.values) {
                    limit = std::max(limit, std::fabs(value));
                }
            });
        }
        const int before = thread_limit();
        for (const int threads : {1, 2}) {
            set_thread_limit(threads);
            const InputLimits found = find_input_limits(tiny.decoder, tiny.model, tiny.windows);
            QCOMPARE(found.size(), expected.size());
            for (const auto& [place, limit] : expected) {
                // Windows that are run together may be summed up in another order.
                QVERIFY(std::fabs(found.at(place) - limit) <= 1e-5F * limit);
            }
        }
        set_thread_limit(before);
        QVERIFY_THROWS_EXCEPTION(Error, find_input_limits(tiny.decoder, tiny.model, {}));
    }

    void canBeCancelledOnTheWay() {
        const Tiny tiny;
        for (const int at : {1, 2}) {  // a report for each layer
            Stopping stopping{at};
            QVERIFY(cancelled([&] {
                find_input_limits(tiny.decoder, tiny.model, tiny.windows, stopping.progress);
            }));
            QCOMPARE(stopping.reports, at);
        }
    }

    /// Limits that several plans share are those of a whole run, or none.
    void cancelledPlansLeaveNothingBehind() {
        const Tiny tiny;
        const std::vector<Plan> plans = {parse_plan("int8:channel:narrow@int8:static"),
                                         parse_plan("int4:g32:sym@int8:static")};
        const auto all = calibrate_plans(tiny.model, plans, nullptr, tiny.windows);
        QVERIFY(all[0].limits && all[0].limits == all[1].limits);
        std::vector<CalibratedPlan> made;
        Stopping stopping{2};
        QVERIFY(cancelled([&] {
            made = calibrate_plans(tiny.model, plans, nullptr, tiny.windows, stopping.progress);
        }));
        QVERIFY(made.empty());
        QCOMPARE(stopping.reports, 2);
        made = calibrate_plans(tiny.model, plans, nullptr, tiny.windows);
        QVERIFY(*made[1].limits == *all[1].limits);
    }
};

QTEST_GUILESS_MAIN(TestInputLimits)
#include "test_input_limits.moc"
