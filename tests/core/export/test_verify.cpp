#include <QTest>

#include "core/export/verify.h"
#include "tests/core/export/export_fixture.h"

using namespace ql;

/// Checking files that were written, by us or by others.
class TestVerify : public QObject {
    Q_OBJECT

  private slots:
    void anyFlippedBitIsFound() {
        const ExportFixture fixture;
        const auto file = fixture.write("q8_0", "out.gguf");
        const QByteArray good = ExportFixture::content(file);
        struct Place {
            std::string name;
            std::uint64_t offset;
        };
        std::vector<Place> places;
        {
            const auto checkpoint = Checkpoint::open(file);
            for (const StoredTensor& tensor : checkpoint->tensors()) {
                places.push_back({tensor.name, tensor.offset});
                places.push_back({tensor.name, tensor.offset + tensor.bytes - 1});
            }
        }
        QVERIFY(places.size() > 10);
        for (const Place& place : places) {
            QByteArray bad = good.mid(static_cast<qsizetype>(place.offset), 1);
            bad[0] = static_cast<char>(bad[0] ^ 4);
            ExportFixture::overwrite(file, place.offset, bad);
            const VerifyResult result = verify_file(file);
            QCOMPARE(result.problems.size(), std::size_t{1});
            QVERIFY(result.problems[0].english().find(place.name) != std::string::npos);
            ExportFixture::overwrite(file, place.offset,
                                     good.mid(static_cast<qsizetype>(place.offset), 1));
        }
        QVERIFY(verify_file(file).ok());
    }

    void safetensorsAreCheckedForFiniteValues() {
        const ExportFixture fixture;
        QVERIFY(verify_file(fixture.path("model")).ok());
        QCOMPARE(verify_file(fixture.path("model")).hashes_compared, std::size_t{0});
        fixture.set_weight("model.layers.0.mlp.up_proj.weight", 5,
                           -std::numeric_limits<float>::infinity());
        const VerifyResult result = verify_file(fixture.path("model"));
        QCOMPARE(result.problems.size(), std::size_t{1});
        QVERIFY(result.problems[0].english().find("up_proj") != std::string::npos);
    }

    void aCutFileThrows() {
        const ExportFixture fixture;
        const auto file = fixture.write("q8_0", "out.gguf");
        std::filesystem::resize_file(file, std::filesystem::file_size(file) - 100);
        QVERIFY_EXCEPTION_THROWN(verify_file(file), Error);
    }

    // As llama-quantize does: other types and values, every key kept.
    void hashesOfTheSourceAreNotComparedWithARewrittenFile() {
        const ExportFixture fixture;
        const auto first = fixture.write("f32", "first.gguf");
        const auto source = Checkpoint::open(first);
        const auto second = Checkpoint::open(fixture.write("q4_0", "second.gguf"));
        std::vector<GgufTensor> tensors;
        for (const StoredTensor& tensor : second->tensors()) {
            tensors.push_back({tensor.name, tensor.dtype, tensor.shape, 0, 0});
        }
        std::vector<std::byte> bytes = write_gguf_header(*source->gguf(), tensors);
        const std::size_t data = bytes.size();
        for (std::size_t t = 0; t < tensors.size(); ++t) {
            const auto stored = second->bytes(second->tensors()[t]);
            bytes.resize(data + tensors[t].offset);
            bytes.insert(bytes.end(), stored.begin(), stored.end());
        }
        QFile file(QString::fromStdString(fixture.path("rewritten.gguf").string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
        file.close();
        const VerifyResult result = verify_file(fixture.path("rewritten.gguf"));
        QVERIFY(result.ok());
        QCOMPARE(result.hashes_compared, std::size_t{0});
        QCOMPARE(result.tensors, tensors.size());
        QVERIFY(verify_file(fixture.path("second.gguf")).hashes_compared > 0);
    }

    void hashesOfAnotherLengthAreAProblem() {
        const ExportFixture fixture;
        const auto model = fixture.model();
        GgufExport plan = plan_gguf(*model, Plan::of(parse_scheme("q8_0")));
        GgufMetadata metadata = plan.metadata;
        metadata.set(std::string(kHashesKey), GgufValue::of_u64s(std::vector<std::uint64_t>{1}));
        metadata.erase(kTypesKey);
        std::vector<GgufTensor> tensors;
        const std::vector<std::byte> header = write_gguf_header(metadata, tensors);
        QFile file(QString::fromStdString(fixture.path("wrong.gguf").string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(reinterpret_cast<const char*>(header.data()),
                   static_cast<qint64>(header.size()));
        file.close();
        QVERIFY(!verify_file(fixture.path("wrong.gguf")).ok());
    }
};

QTEST_GUILESS_MAIN(TestVerify)
#include "test_verify.moc"
