#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "core/run/calibrated_plan.h"
#include "tests/core/export/export_fixture.h"
#include "tests/core/model/text_windows.h"

using namespace ql;

namespace {

/// A tiny model, and a file in which what GPTQ makes of it is kept.
struct Kept {
    ExportFixture fixture;
    std::shared_ptr<const Model> model = fixture.model();
    std::filesystem::path file = fixture.path("kept");
    std::vector<TokenIds> windows = randomWindows();
    std::shared_ptr<const ImportanceMatrix> importance = {};

    CalibratedPlan calibrate(const std::string& plan, const Progress& progress = {},
                             RoundingFile* kept = nullptr) const {
        return calibrate_plan(Decoder(model), model, parse_plan(plan), importance, windows,
                              progress, kept);
    }

    /// Stops when the n-th tensor begins to be rounded (or goes to the end), and leaves the file as
    /// a program does that is killed. Returns how many were begun.
    int run(const std::string& plan, int stop_at, CalibratedPlan* result = nullptr) const {
        int begun = 0;
        bool rounding = false;  // AWQ's search names tensors too
        std::stop_source stop;
        const Progress progress(stop.get_token(), [&](double, const Sentence& text) {
            rounding = rounding || text.text().starts_with("GPTQ");
            if (rounding && model->find(text.english()) != nullptr && ++begun == stop_at) {
                stop.request_stop();
            }
        });
        RoundingFile kept(file);
        try {
            CalibratedPlan made = calibrate(plan, progress, &kept);
            if (result != nullptr) {
                *result = std::move(made);
            }
        } catch (const Error& error) {
            if (error.code() != ErrorCode::cancelled) {
                throw;
            }
        }
        return begun;
    }

    /// How many tensors are rounded when a run goes on, whose bytes are those of one that never
    /// stopped; -1 if they are not.
    int resumed(const std::string& plan) const {
        CalibratedPlan result;
        const int begun = run(plan, 0, &result);
        return same(result, calibrate(plan)) ? begun : -1;
    }

    static bool same(const CalibratedPlan& a, const CalibratedPlan& b) {
        return a.rounded && a.rounded->size() == b.rounded->size() &&
               std::equal(a.rounded->begin(), a.rounded->end(), b.rounded->begin(),
                          [](const auto& x, const auto& y) {
                              const GptqReport& p = x.second.report;
                              const GptqReport& q = y.second.report;
                              return x.first == y.first &&
                                     x.second.tensor->bytes == y.second.tensor->bytes &&
                                     x.second.tensor->params == y.second.tensor->params &&
                                     p.damp == q.damp && p.increases == q.increases &&
                                     p.loss == q.loss && p.dead_columns == q.dead_columns;
                          });
    }
};

}  // namespace

/// GPTQ over whole models goes on where it was interrupted, with the bytes of a run that was not.
class TestRoundingFile : public QObject {
    Q_OBJECT

  private slots:
    void goesOnWithTheSameBytes_data() {
        QTest::addColumn<QString>("plan");
        QTest::newRow("sequential") << "int2:g32:sym+gptq";
        QTest::newRow("independent") << "int2:g32:sym+gptq(independent)";
        QTest::newRow("gptaq") << "int2:g32:sym+gptq(gptaq)";
        QTest::newRow("mixed") << "int2:g32:sym+gptq(gptaq); attn_q=int2:g32:sym+gptq(independent)";
        QTest::newRow("scales of tensors") << "fp8_e4m3:tensor+gptq";
        QTest::newRow("rounded activations") << "int4:g32:sym+gptq@int8:token";
        QTest::newRow("fixed activations") << "int4:g32:sym+gptq@int8:static";
        QTest::newRow("folded before") << "awq/int4:g32:asym+gptq";
    }
    void goesOnWithTheSameBytes() {
        QFETCH(QString, plan);
        const Kept tiny;
        for (const int stop_at : {1, 2, 6, 8, 11, 14}) {
            std::filesystem::remove(tiny.file);
            QCOMPARE(tiny.run(plan.toStdString(), stop_at), stop_at);
            QCOMPARE(tiny.resumed(plan.toStdString()), 14 - (stop_at - 1));
        }
        QCOMPARE(tiny.resumed(plan.toStdString()), 0);
    }

    /// Each time something is done.
    void canBeInterruptedAgainAndAgain() {
        const Kept tiny;
        for (int i = 0; i < 7; ++i) {
            QCOMPARE(tiny.run("q4_0+gptq", 2), 2);
        }
        QCOMPARE(tiny.resumed("q4_0+gptq"), 7);
    }

    void plansOfOneCalibrationShareAFile() {
        const Kept tiny;
        tiny.run("q4_0+gptq", 0);
        QCOMPARE(tiny.run("q8_0+gptq", 9), 9);
        QCOMPARE(tiny.resumed("q4_0+gptq"), 0);
        QCOMPARE(tiny.resumed("q8_0+gptq"), 6);
        const std::vector<Plan> plans = {parse_plan("q8_0+gptq"), parse_plan("q4_0"),
                                         parse_plan("q4_0+gptq")};
        RoundingFile kept(tiny.file);
        const auto all = calibrate_plans(tiny.model, plans, nullptr, tiny.windows, {}, &kept);
        QVERIFY(Kept::same(all[0], tiny.calibrate("q8_0+gptq")));
        QVERIFY(Kept::same(all[2], tiny.calibrate("q4_0+gptq")));
        kept.remove();
        QVERIFY(!std::filesystem::exists(tiny.file));
    }

    void whatWasMadeOfSomethingElseIsNotUsed() {
        Kept tiny;
        const std::string plan = "q4_0+gptq";
        tiny.run(plan, 0);
        QCOMPARE(tiny.resumed("q4_0+gptq(damp=0.1)"), 14);
        QCOMPARE(tiny.resumed("keep; model.layers.1.*=q4_0+gptq"), 7);
        QCOMPARE(tiny.resumed(plan), 0);
        // Blocks after rounded activations are others; those of another importance, too.
        QCOMPARE(tiny.resumed("q4_0+gptq@int8:token"), 14);
        auto importance = std::make_shared<ImportanceMatrix>();
        for (const ModelTensor& tensor : tiny.model->tensors()) {
            ImportanceEntry entry{std::vector<float>(std::size_t(tensor.cols), 1), {1}};
            entry.sums.front() = 50;
            importance->entries[tensor.gguf_name] = entry;
        }
        tiny.importance = importance;
        tiny.run("q4_0+imatrix+gptq", 0);
        importance->entries["blk.0.attn_q.weight"].sums.front() = 5;
        QCOMPARE(tiny.resumed("q4_0+imatrix+gptq"), 14);
        tiny.importance = nullptr;
        QCOMPARE(tiny.resumed(plan), 0);
        // Another text, and what was there is gone.
        std::swap(tiny.windows.front(), tiny.windows.back());
        QCOMPARE(tiny.resumed(plan), 14);
        std::swap(tiny.windows.front(), tiny.windows.back());
        QCOMPARE(tiny.resumed(plan), 14);
    }

    void anotherModelIsNotTakenForThisOne() {
        Kept tiny;
        tiny.run("q4_0+gptq", 0);
        tiny.model = nullptr;
        tiny.fixture.set_weight("model.layers.1.mlp.up_proj.weight", 5, 0.75F);
        tiny.model = tiny.fixture.model();
        QCOMPARE(tiny.resumed("q4_0+gptq"), 14);
    }

    void whatWasDamagedIsNotUsed() {
        const Kept tiny;
        const std::string plan = "int3:g32:sym+gptq";
        tiny.run(plan, 0);
        const QByteArray good = ExportFixture::content(tiny.file);
        const auto with = [&](const QByteArray& bytes) {
            std::ofstream(tiny.file, std::ios::binary).write(bytes.constData(), bytes.size());
            return tiny.resumed(plan);
        };
        QCOMPARE(with(good), 0);
        // A bit anywhere costs what it stands in, or what can no longer be found.
        for (qsizetype at = 9; at < good.size(); at += good.size() / 37) {
            QByteArray bytes = good;
            bytes[at] = char(bytes[at] ^ 8);
            const int again = with(bytes);
            QVERIFY2(again >= 1 && again <= 14,
                     qPrintable(QString("byte %1: %2").arg(at).arg(again)));
            QCOMPARE(tiny.resumed(plan), 0);  // and is kept anew
        }
        for (const qsizetype size : {qsizetype{0}, qsizetype{3}, qsizetype{20}}) {
            QCOMPARE(with(good.left(size)), 14);
        }
        QCOMPARE(with(good.left(good.size() - 1)), 1);
        const int half = with(good.left(good.size() / 2));
        QVERIFY(half > 1 && half < 14);
        // Counts that nothing stands behind.
        QByteArray bytes = good;
        bytes.replace(16 + 3 * 8, 8, QByteArray(8, char(0xFF)));
        QCOMPARE(with(bytes), 14);
        QCOMPARE(with(good + QByteArray(5000, 0)), 0);
        QCOMPARE(with(good.left(16) + QByteArray(50000, 0)), 14);
    }

    void fileOfSomebodyElseIsNeitherUsedNorRemoved() {
        const Kept tiny;
        std::ofstream(tiny.file) << "GGUF and weights";
        QVERIFY_THROWS_EXCEPTION(Error, RoundingFile{tiny.file});
        QCOMPARE(std::filesystem::file_size(tiny.file), std::uintmax_t{16});
        QVERIFY_THROWS_EXCEPTION(Error, RoundingFile{tiny.fixture.path("model")});
        // One of another version makes room.
        std::ofstream(tiny.file) << "ql-gptq0, of some time ago";
        QCOMPARE(tiny.resumed("q4_0+gptq"), 14);
        QCOMPARE(tiny.resumed("q4_0+gptq"), 0);
        // One that no plan had a use for stays.
        RoundingFile unused(tiny.file);
        calibrate_plans(tiny.model, {parse_plan("q4_0")}, nullptr, {}, {}, &unused);
        unused.remove();
        QVERIFY(std::filesystem::exists(tiny.file));
    }

    void placesThatCannotBeWrittenToAreTold() {
        const Kept tiny;
        RoundingFile kept(tiny.fixture.path("no folder/kept"));
        try {
            tiny.calibrate("q4_0+gptq", {}, &kept);
            QFAIL("nothing was said");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::io);
            QVERIFY(error.context().ends_with("no folder/kept"));
        }
    }
};

QTEST_GUILESS_MAIN(TestRoundingFile)
#include "test_rounding_file.moc"
