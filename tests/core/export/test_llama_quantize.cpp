#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <array>
#include <map>

#include "core/export/gguf_export.h"
#include "core/files/checkpoint.h"

using namespace ql;

namespace {

const std::filesystem::path kTiny = QL_TEST_DATA "/golden/gguf/tiny";

struct Expected {
    std::string type;
    std::uint32_t crc = 0;
};
using File = std::map<std::string, Expected>;  ///< by tensor

/// tensors.tsv, by file.
std::map<std::string, File> read_expected() {
    QFile file(QString::fromStdString((kTiny / "tensors.tsv").string()));
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    file.readLine();
    std::map<std::string, File> files;
    while (!file.atEnd()) {
        const QStringList row = QString::fromUtf8(file.readLine()).trimmed().split('\t');
        files[row[0].toStdString()][row[1].toStdString()] = {row[2].toStdString(),
                                                             row[4].toUInt(nullptr, 16)};
    }
    return files;
}

/// CRC-32 as in zlib.
std::uint32_t crc32(std::span<const std::byte> bytes) {
    static const auto kTable = [] {
        std::array<std::uint32_t, 256> table{};
        for (std::uint32_t i = 0; i < table.size(); ++i) {
            std::uint32_t value = i;
            for (int bit = 0; bit < 8; ++bit) {
                value = (value & 1) != 0 ? 0xEDB88320U ^ (value >> 1) : value >> 1;
            }
            table[i] = value;
        }
        return table;
    }();
    std::uint32_t crc = ~0U;
    for (const std::byte byte : bytes) {
        crc = kTable[(crc ^ static_cast<std::uint32_t>(byte)) & 0xFF] ^ (crc >> 8);
    }
    return ~crc;
}

}  // namespace

/// Whole files as llama-quantize makes them: every tensor has its type and its very bytes.
class TestLlamaQuantize : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    /// Quantizes the tiny model; `importance` names a file, or nothing.
    std::shared_ptr<const Checkpoint> quantize(const std::string& plan,
                                               const std::string& importance) const {
        const auto model = Model::open(kTiny / "tiny-llama-f16.gguf");
        ExportOptions options;
        if (!importance.empty()) {
            options.importance =
                std::make_shared<const ImportanceMatrix>(read_imatrix(kTiny / importance));
        }
        const std::filesystem::path path = folder_.filePath("out.gguf").toStdString();
        write_gguf(*model, plan_gguf(*model, parse_plan(plan), options), path);
        return Checkpoint::open(path);
    }

  private slots:
    void everyTensorHasTheReferenceBytes_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("importance");
        const auto files = read_expected();
        QCOMPARE(files.size(), std::size_t{14});
        for (const auto& [file, tensors] : files) {
            QCOMPARE(tensors.size(), std::size_t{21});
            const QString name = QString::fromStdString(file);
            if (!name.endsWith("-im")) {
                QTest::newRow(file.c_str()) << name << "";
                continue;
            }
            for (const char* form : {"tiny.imatrix.gguf", "tiny.imatrix.dat"}) {
                QTest::newRow((file + " " + form).c_str()) << name << form;
            }
        }
    }
    void everyTensorHasTheReferenceBytes() {
        QFETCH(QString, file);
        QFETCH(QString, importance);
        const std::string recipe = file.section('-', 1, 1).toStdString();
        const std::string plan = recipe == "llama" ? "f16" : "recipe:" + recipe;
        const auto written =
            quantize(importance.isEmpty() ? plan : plan + "+imatrix", importance.toStdString());
        const auto files = read_expected();
        const File& expected = files.at(file.toStdString());
        QCOMPARE(written->tensors().size(), expected.size());
        for (const StoredTensor& tensor : written->tensors()) {
            const Expected& reference = expected.at(tensor.name);
            QVERIFY2(name(tensor.dtype) == reference.type, tensor.name.c_str());
            QVERIFY2(crc32(written->bytes(tensor)) == reference.crc, tensor.name.c_str());
        }
    }

    void keysAreThoseOfTheReference() {
        const auto written = quantize("q4_k_m+imatrix", "tiny.imatrix.gguf");
        const auto reference = Checkpoint::open(kTiny / "tiny-Q4_K_M-im.gguf");
        for (const auto& [key, value] : reference->gguf()->entries()) {
            const GgufValue* found = written->gguf()->find(key);
            QVERIFY2(found != nullptr && *found == value, key.c_str());
        }
        // Nothing but our hashes, of values and of types, beside them.
        QCOMPARE(written->gguf()->entries().size(), reference->gguf()->entries().size() + 2);
    }
};

QTEST_APPLESS_MAIN(TestLlamaQuantize)
#include "test_llama_quantize.moc"
