#include <QTest>
#include <csignal>
#include <stop_token>

#include <sys/resource.h>

#include "core/base/parallel.h"
#include "core/export/verify.h"
#include "core/grids/grid.h"
#include "core/run/model_run.h"
#include "tests/core/export/export_fixture.h"

using namespace ql;

/// What is written, and that nothing is lost when writing fails.
class TestGgufWrite : public QObject {
    Q_OBJECT

    static std::vector<float> values(const std::filesystem::path& file, const std::string& name) {
        const auto checkpoint = Checkpoint::open(file);
        const StoredTensor& tensor = *checkpoint->find(name);
        std::vector<float> decoded(element_count(tensor.shape).value());
        decode_values(tensor.dtype, checkpoint->bytes(tensor).data(), decoded.size(),
                      decoded.data());
        return decoded;
    }

  private slots:
    void rowsOfQueriesAreInterleaved() {
        const ExportFixture fixture;
        const auto out = fixture.write("f32", "out.gguf");
        const auto theirs = values(fixture.path("model"), "model.layers.1.self_attn.q_proj.weight");
        const auto ours = values(out, "blk.1.attn_q.weight");
        QCOMPARE(ours.size(), theirs.size());
        // Heads of 8 rows: the halves 0 1 2 3 and 4 5 6 7 become the pairs 0 4 1 5 2 6 3 7.
        constexpr std::size_t kFrom[] = {0, 4, 1, 5, 2, 6, 3, 7};
        for (std::size_t row = 0; row < 64; ++row) {
            const std::size_t from = row / 8 * 8 + kFrom[row % 8];
            QVERIFY(std::equal(&ours[row * 64], &ours[row * 64] + 64, &theirs[from * 64]));
        }
        // Values are not permuted.
        QVERIFY(values(out, "blk.1.attn_v.weight") ==
                values(fixture.path("model"), "model.layers.1.self_attn.v_proj.weight"));
    }

    void bytesDoNotDependOnTheNumberOfThreads() {
        const ExportFixture fixture;
        set_thread_limit(1);
        fixture.write("q5_1", "one.gguf");
        set_thread_limit(4);
        fixture.write("q5_1", "four.gguf");
        set_thread_limit(0);
        QVERIFY(ExportFixture::content(fixture.path("one.gguf")) ==
                ExportFixture::content(fixture.path("four.gguf")));
    }

    void hashesOfAllTensorsAreStored() {
        const ExportFixture fixture;
        const auto out = fixture.write("q8_0", "out.gguf");
        const VerifyResult result = verify_file(out);
        QVERIFY(result.ok());
        QCOMPARE(result.hashes_compared, Checkpoint::open(out)->tensors().size());
        QVERIFY(result.hashes_compared > 0);
    }

    void metadataAndKeptTensorsAreCarriedOverFromGguf() {
        const ExportFixture fixture;
        const auto first = fixture.write("f32", "first.gguf");
        const auto model = Model::open(first);
        const GgufExport plan = plan_gguf(*model, Plan::of(parse_scheme("q8_0")));
        const auto second = fixture.path("second.gguf");
        write_gguf(*model, plan, second);

        const auto before = Checkpoint::open(first);
        const auto after = Checkpoint::open(second);
        for (const auto& [key, value] : before->gguf()->entries()) {
            if (key != "general.file_type" && key != kHashesKey && key != kTypesKey) {
                QVERIFY2(*after->gguf()->find(key) == value, key.c_str());
            }
        }
        QCOMPARE(after->gguf()->uint("general.file_type").value(), std::uint64_t{7});
        QCOMPARE(after->tensors().size(), before->tensors().size());
        int copied = 0;
        for (std::size_t i = 0; i < before->tensors().size(); ++i) {
            const StoredTensor& from = before->tensors()[i];
            const StoredTensor& to = after->tensors()[i];
            QCOMPARE(to.name, from.name);
            if (to.dtype == from.dtype) {
                const auto a = before->bytes(from);
                const auto b = after->bytes(to);
                QVERIFY(std::equal(a.begin(), a.end(), b.begin(), b.end()));
                ++copied;
            }
        }
        QCOMPARE(copied, 6);  // the embedding and five norms
    }

    // Decoding and encoding again would lose, and is not what was measured.
    void tensorsThatHaveTheTypeAlreadyAreCopied() {
        const ExportFixture fixture;
        const auto first = fixture.write("q4_0", "first.gguf");
        const auto model = Model::open(first);
        const GgufExport plan = plan_gguf(*model, parse_plan("q4_0; ffn_up=q8_0"));
        const auto second = fixture.path("second.gguf");
        write_gguf(*model, plan, second);
        const auto before = Checkpoint::open(first);
        const auto after = Checkpoint::open(second);
        int copied = 0;
        for (const StoredTensor& tensor : before->tensors()) {
            const StoredTensor& written = *after->find(tensor.name);
            if (tensor.name.find("ffn_up") != std::string::npos) {
                QCOMPARE(written.dtype, DType::q8_0);
                continue;
            }
            QCOMPARE(written.dtype, tensor.dtype);
            QVERIFY2(std::ranges::equal(before->bytes(tensor), after->bytes(written)),
                     tensor.name.c_str());
            copied += tensor.dtype == DType::q4_0 ? 1 : 0;
        }
        QCOMPARE(copied, 12);
        const auto says = [](const Sentence& note) {
            return note.english().find("2 tensors are quantized already") != std::string::npos;
        };
        QCOMPARE(std::count_if(plan.notes.begin(), plan.notes.end(), says), 1);
        // What a run measures is what the file holds.
        const ModelRun run = run_model(*model, {parse_plan("q4_0")}).front();
        QVERIFY(run.weights > 0);
        QCOMPARE(run.error.error2, 0.0);
    }

    void cancellingLeavesTheOldFileAndNoLitter() {
        const ExportFixture fixture;
        const auto target = fixture.write("q8_0", "out.gguf");
        const QByteArray old = ExportFixture::content(target);
        const auto names = fixture.names();
        const auto model = fixture.model();
        std::stop_source stop;
        int reports = 0;
        const Progress progress(stop.get_token(), [&](double, const Sentence&) {
            if (++reports == 5) {
                stop.request_stop();
            }
        });
        const GgufExport plan = plan_gguf(*model, Plan::of(parse_scheme("q4_0")));
        QVERIFY_EXCEPTION_THROWN(write_gguf(*model, plan, target, progress), Error);
        QVERIFY(reports >= 5);
        QVERIFY(ExportFixture::content(target) == old);
        QVERIFY(fixture.names() == names);
    }

    void aFailingWriteLeavesTheOldFile() {
        const ExportFixture fixture;
        const auto target = fixture.write("q4_0", "out.gguf");
        const QByteArray old = ExportFixture::content(target);
        const auto names = fixture.names();
        const auto model = fixture.model();
        const GgufExport plan = plan_gguf(*model, Plan::of(parse_scheme("q8_0")));
        // Files may not grow beyond 32 kB: as if the disk were full.
        rlimit usual{};
        getrlimit(RLIMIT_FSIZE, &usual);
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit small{32768, usual.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
        const std::string error = error_of([&] { write_gguf(*model, plan, target); });
        setrlimit(RLIMIT_FSIZE, &usual);
        std::signal(SIGXFSZ, handler);
        QVERIFY2(error.find("cannot be written") != std::string::npos, error.c_str());
        QVERIFY(ExportFixture::content(target) == old);
        QVERIFY(fixture.names() == names);
    }

    void theModelsOwnFileIsNoTarget() {
        const ExportFixture fixture;
        const auto source = fixture.write("f16", "source.gguf");
        std::filesystem::create_symlink(source, fixture.path("symbolic.gguf"));
        std::filesystem::create_hard_link(source, fixture.path("hard.gguf"));
        const QByteArray old = ExportFixture::content(source);
        const auto model = Model::open(source);
        const GgufExport plan = plan_gguf(*model, Plan::of(parse_scheme("q8_0")));
        for (const char* name : {"source.gguf", "symbolic.gguf", "hard.gguf"}) {
            const std::string error =
                error_of([&] { write_gguf(*model, plan, fixture.path(name)); });
            QVERIFY2(error.find("where the model itself lies") != std::string::npos, error.c_str());
        }
        QVERIFY(ExportFixture::content(source) == old);
    }

    void aSourceThatChangesIsNoticed() {
        const ExportFixture fixture;
        const auto model = fixture.model();
        const GgufExport plan = plan_gguf(*model, Plan::of(parse_scheme("q8_0")));
        const auto weights = fixture.path("model/model.safetensors");
        bool touched = false;
        const Progress progress({}, [&](double, const Sentence&) {
            if (!touched) {
                std::filesystem::last_write_time(
                    weights, std::filesystem::last_write_time(weights) + std::chrono::seconds(2));
                touched = true;
            }
        });
        const std::string error =
            error_of([&] { write_gguf(*model, plan, fixture.path("out.gguf"), progress); });
        QVERIFY2(error.find("changed while") != std::string::npos, error.c_str());
        QVERIFY(!std::filesystem::exists(fixture.path("out.gguf")));
    }

    void valuesThatCannotBeStoredAreNamed_data() {
        QTest::addColumn<float>("weight");
        QTest::addColumn<QString>("scheme");
        QTest::newRow("NaN") << std::numeric_limits<float>::quiet_NaN() << "q8_0";
        QTest::newRow("infinite") << std::numeric_limits<float>::infinity() << "f32";
        QTest::newRow("too large for half") << 1e6F << "f16";
    }
    void valuesThatCannotBeStoredAreNamed() {
        QFETCH(float, weight);
        QFETCH(QString, scheme);
        const ExportFixture fixture;
        fixture.set_weight("model.layers.0.mlp.up_proj.weight", 100, weight);
        const std::string error =
            error_of([&] { fixture.write(scheme.toStdString(), "out.gguf"); });
        QVERIFY2(error.find("blk.0.ffn_up.weight") != std::string::npos, error.c_str());
        QVERIFY(fixture.names() == std::vector<std::string>{"model"});
    }

    void keptTensorsMustBeFiniteToo() {
        const ExportFixture fixture;
        fixture.set_weight("model.embed_tokens.weight", 3, std::numeric_limits<float>::quiet_NaN());
        const std::string error = error_of([&] { fixture.write("q8_0", "out.gguf"); });
        QVERIFY2(error.find("token_embd.weight") != std::string::npos, error.c_str());
    }
};

QTEST_GUILESS_MAIN(TestGgufWrite)
#include "test_gguf_write.moc"
