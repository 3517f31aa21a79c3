#include <QTemporaryDir>
#include <QTest>
#include <cstring>

#include "core/base/error.h"
#include "core/model/model.h"
#include "core/tensor/convert.h"
#include "tests/core/safetensors_builder.h"

using namespace ql;
using nlohmann::json;

namespace {

constexpr int kRows = 8;
constexpr int kCols = 16;
constexpr int kGroup = 8;

/// Words as the builder takes them.
std::vector<float> wordsOf(const std::vector<std::uint32_t>& words) {
    std::vector<float> floats(words.size());
    std::memcpy(floats.data(), words.data(), 4 * words.size());
    return floats;
}

std::vector<float> halvesOf(const std::vector<float>& values) {
    std::vector<std::uint32_t> words((values.size() + 1) / 2);
    for (std::size_t i = 0; i < values.size(); ++i) {
        words[i / 2] |= std::uint32_t{float_to_half(values[i])} << 16 * (i % 2);
    }
    return wordsOf(words);
}

/// A checkpoint of one linear, "fc", in GPTQ's layout: 4 bits, 8 rows, 16 columns, two groups.
struct GptqCheckpoint {
    json quantization = {{"quant_method", "gptq"}, {"bits", 4}, {"sym", true}};
    std::vector<std::uint32_t> groups = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1};
    std::uint32_t zeros = 0x77777777;
    std::vector<int> scales_shape = {kCols / kGroup, kRows};
    std::vector<int> zeros_shape = {kCols / kGroup, 1};
    std::string scales_type = "F16";
    std::string without;

    static int code(int row, int col) { return (3 * row + 5 * col) % 16; }
    static float scale(int group, int row) { return 0.25F * static_cast<float>(1 + group + row); }

    void write(const QString& folder) const {
        SafetensorsBuilder file;
        const auto add = [&](const std::string& name, const std::string& type,
                             const std::vector<int>& shape, const std::vector<float>& values) {
            if (name != without) {
                file.add("fc." + name, type, shape, values);
            }
        };
        std::vector<std::uint32_t> codes(kCols / 8 * kRows);
        for (int row = 0; row < kRows; ++row) {
            for (int col = 0; col < kCols; ++col) {
                codes[static_cast<std::size_t>(col / 8 * kRows + row)] |=
                    static_cast<std::uint32_t>(code(row, col)) << 4 * (col % 8);
            }
        }
        std::vector<float> scales;
        for (int group = 0; group < scales_shape[0]; ++group) {
            for (int row = 0; row < scales_shape[1]; ++row) {
                scales.push_back(scale(group, row));
            }
        }
        const auto zero_words = static_cast<std::size_t>(zeros_shape[0] * zeros_shape[1]);
        add("qweight", "I32", {kCols / 8, kRows}, wordsOf(codes));
        add("qzeros", "I32", zeros_shape, wordsOf(std::vector<std::uint32_t>(zero_words, zeros)));
        add("scales", scales_type, scales_shape, scales_type == "F16" ? halvesOf(scales) : scales);
        add("g_idx", "I32", {static_cast<int>(groups.size())}, wordsOf(groups));
        file.write(folder + "/model.safetensors");
        write_config(folder);
    }

    void write_config(const QString& folder) const {
        const json config = {{"model_type", "of no kind"}, {"quantization_config", quantization}};
        write_file(folder + "/config.json", QByteArray::fromStdString(config.dump()));
    }
};

/// A checkpoint of compressed-tensors, 4 bits per row, of which the shape says something.
void writeCompressed(const QString& folder, std::int64_t rows, std::int64_t cols) {
    SafetensorsBuilder file;
    const auto word = [](std::int64_t value, int half) {
        return static_cast<std::uint32_t>(static_cast<std::uint64_t>(value) >> 32 * half);
    };
    file.add("fc.weight_packed", "I32", {kRows, kCols / 8},
             wordsOf(std::vector<std::uint32_t>(kRows * kCols / 8, 0x98989898)));
    file.add("fc.weight_scale", "F32", {kRows, 1}, std::vector<float>(kRows, 2.0F));
    file.add("fc.weight_shape", "I64", {2},
             wordsOf({word(rows, 0), word(rows, 1), word(cols, 0), word(cols, 1)}));
    file.write(folder + "/model.safetensors");
    GptqCheckpoint checkpoint;
    checkpoint.quantization = {{"quant_method", "compressed-tensors"}};
    checkpoint.write_config(folder);
}

std::vector<float> weights(const Model& model) {
    const ModelTensor* tensor = model.find("fc.weight");
    const auto rows = model.rows(*tensor);
    std::vector<float> values(static_cast<std::size_t>(rows->size()));
    rows->read(0, rows->rows(), values.data());
    return values;
}

std::string refusalOf(const QString& folder) {
    try {
        Model::open(folder.toStdString());
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace

class TestPackedTensors : public QObject {
    Q_OBJECT

  private slots:
    void groupsOfAnyColumns_data() {
        QTest::addColumn<QList<quint32>>("groups");
        QTest::newRow("in order") << QList<quint32>{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1};
        QTest::newRow("by turns") << QList<quint32>{0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
        QTest::newRow("reversed") << QList<quint32>{1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    }
    void groupsOfAnyColumns() {
        QFETCH(const QList<quint32>, groups);
        GptqCheckpoint checkpoint;
        checkpoint.groups = {groups.begin(), groups.end()};
        const QTemporaryDir folder;
        checkpoint.write(folder.path());
        const auto model = Model::open(folder.path().toStdString());
        QCOMPARE(model->tensors().size(), std::size_t{1});
        const ModelTensor& tensor = model->tensors()[0];
        QCOMPARE(tensor.stored_as(), std::string("int4:g8:sym"));
        QCOMPARE(tensor.bytes, std::uint64_t{64 + 8 + 32 + 64});
        const std::vector<float> values = weights(*model);
        for (int row = 0; row < kRows; ++row) {
            for (int col = 0; col < kCols; ++col) {
                const int group =
                    static_cast<int>(checkpoint.groups[static_cast<std::size_t>(col)]);
                QCOMPARE(values[static_cast<std::size_t>(row * kCols + col)],
                         GptqCheckpoint::scale(group, row) *
                             static_cast<float>(GptqCheckpoint::code(row, col) - 8));
            }
        }
    }

    void zeroPointsOfBothVersions_data() {
        QTest::addColumn<bool>("symmetric");
        QTest::addColumn<QString>("version");
        QTest::addColumn<quint32>("zeros");
        QTest::addColumn<int>("zero");
        QTest::newRow("v1") << true << "gptq" << 0x77777777u << 8;
        QTest::newRow("v2") << true << "gptq_v2" << 0x88888888u << 8;
        QTest::newRow("v2 that calls itself v1") << true << "gptq" << 0x88888888u << 8;
        QTest::newRow("symmetric in name only") << true << "gptq_v2" << 0x55555555u << 5;
        QTest::newRow("asymmetric v1") << false << "gptq" << 0x44444444u << 5;
        QTest::newRow("asymmetric v1, 0") << false << "gptq" << 0xFFFFFFFFu << 0;
        QTest::newRow("asymmetric v2") << false << "gptq_v2" << 0x44444444u << 4;
    }
    void zeroPointsOfBothVersions() {
        QFETCH(const bool, symmetric);
        QFETCH(const QString, version);
        QFETCH(const quint32, zeros);
        QFETCH(const int, zero);
        GptqCheckpoint checkpoint;
        checkpoint.zeros = zeros;
        checkpoint.quantization["sym"] = symmetric;
        checkpoint.quantization["checkpoint_format"] = version.toStdString();
        const QTemporaryDir folder;
        checkpoint.write(folder.path());
        const std::vector<float> values = weights(*Model::open(folder.path().toStdString()));
        QCOMPARE(values[1], GptqCheckpoint::scale(0, 0) *
                                static_cast<float>(GptqCheckpoint::code(0, 1) - zero));
    }

    void brokenCheckpointsAreRefused_data() {
        QTest::addColumn<int>("fault");
        QTest::addColumn<QString>("says");
        const char* says[] = {"has no tensor", "has no tensor",   "no matrix",     "needs",
                              "stored as I32", "does not make",   "does not make", "how many bits",
                              "2, 3, 4 or 8",  "groups of equal", "multiples of",  "GEMM"};
        for (int fault = 0; fault < static_cast<int>(std::size(says)); ++fault) {
            QTest::addRow("%d", fault) << fault << says[fault];
        }
    }
    void brokenCheckpointsAreRefused() {
        QFETCH(const int, fault);
        QFETCH(const QString, says);
        GptqCheckpoint checkpoint;
        json& quantization = checkpoint.quantization;
        switch (fault) {
            case 0:
                checkpoint.without = "scales";
                break;
            case 1:
                checkpoint.without = "qzeros";
                break;
            case 2:
                checkpoint.zeros_shape = {2, 1, 1};
                break;
            case 3:
                checkpoint.zeros_shape = {2, 3};
                break;
            case 4:
                checkpoint.scales_type = "I32";
                break;
            case 5:
                checkpoint.groups[3] = 2;
                break;
            case 6:
                checkpoint.groups[3] = 1;  // nine columns
                break;
            case 7:
                quantization.erase("bits");
                break;
            case 8:
                quantization["bits"] = 5;
                break;
            case 9:
                checkpoint.scales_shape = {3, kRows};
                break;
            case 10:
                checkpoint.groups.push_back(1);  // 17 columns
                checkpoint.groups.push_back(1);
                checkpoint.scales_shape = {1, kRows};
                break;
            default:
                quantization = {{"quant_method", "awq"}, {"bits", 4}, {"version", "gemv"}};
        }
        const QTemporaryDir folder;
        checkpoint.write(folder.path());
        const std::string said = refusalOf(folder.path());
        QVERIFY2(said.find(says.toStdString()) != std::string::npos, said.c_str());
    }

    void shapesThatLie_data() {
        QTest::addColumn<qint64>("rows");
        QTest::addColumn<qint64>("cols");
        QTest::newRow("rows") << qint64{9} << qint64{kCols};
        QTest::newRow("columns") << qint64{kRows} << qint64{17};
        QTest::newRow("negative") << qint64{kRows} << qint64{-16};
        QTest::newRow("none") << qint64{kRows} << qint64{0};
        QTest::newRow("huge") << qint64{kRows} << (qint64{1} << 61);
    }
    void shapesThatLie() {
        QFETCH(const qint64, rows);
        QFETCH(const qint64, cols);
        const QTemporaryDir folder;
        writeCompressed(folder.path(), rows, cols);
        QVERIFY(!refusalOf(folder.path()).empty());
    }

    void shapesThatFit() {
        const QTemporaryDir folder;
        writeCompressed(folder.path(), kRows, kCols);
        const std::vector<float> values = weights(*Model::open(folder.path().toStdString()));
        QCOMPARE(values[0], 0.0F);
        QCOMPARE(values[1], 2.0F);
    }

    void emptyTensorsAllocateNothing() {
        // Legal tensors of no bytes, whose dimensions would be taken for counts.
        GptqCheckpoint checkpoint;
        const QTemporaryDir folder;
        SafetensorsBuilder file;
        file.add("fc.qweight", "I32", {0, 0}, {});
        file.add("fc.qzeros", "I32", {0, 0}, {});
        file.add("fc.scales", "F16", {2'000'000'000, 0}, {});
        file.add("fc.g_idx", "I32", {0}, {});
        file.write(folder.path() + "/model.safetensors");
        checkpoint.write_config(folder.path());
        QVERIFY(QString::fromStdString(refusalOf(folder.path())).contains("is no matrix"));
    }

    void aMatrixIsThereOnce() {
        const QTemporaryDir folder;
        GptqCheckpoint checkpoint;
        checkpoint.quantization = {{"quant_method", "fp8"}};
        SafetensorsBuilder file;
        const std::vector<float> codes(kRows * kCols / 4);
        file.add("fc.weight", "F8_E4M3", {kRows, kCols}, codes);
        file.add("fc.weight_scale", "F32", {1}, {1});
        file.add("fc.weight_scale_inv", "F32", {1}, {1});
        file.write(folder.path() + "/model.safetensors");
        checkpoint.write_config(folder.path());
        QVERIFY(QString::fromStdString(refusalOf(folder.path())).contains("two matrices"));

        const QTemporaryDir other;
        checkpoint.quantization = {{"quant_method", "compressed-tensors"}};
        SafetensorsBuilder both;
        both.add("fc.weight", "F32", {1, 1}, {1});
        both.add("fc.weight_packed", "I32", {kRows, kCols / 8},
                 std::vector<float>(kRows * kCols / 8));
        both.add("fc.weight_scale", "F32", {kRows, 1}, std::vector<float>(kRows, 1.0F));
        both.add("fc.weight_shape", "I64", {2}, wordsOf({kRows, 0, kCols, 0}));
        both.write(other.path() + "/model.safetensors");
        checkpoint.write_config(other.path());
        QVERIFY(QString::fromStdString(refusalOf(other.path())).contains("a second time"));
    }

    void zeroPointsOfBytes_data() {
        QTest::addColumn<quint32>("points");
        QTest::addColumn<bool>("read");
        QTest::newRow("all 0") << 0u << true;
        QTest::newRow("one is not") << 0x00010000u << false;
    }
    void zeroPointsOfBytes() {
        QFETCH(const quint32, points);
        QFETCH(const bool, read);
        const QTemporaryDir folder;
        GptqCheckpoint checkpoint;
        checkpoint.quantization = {{"quant_method", "compressed-tensors"}};
        SafetensorsBuilder file;
        file.add("fc.weight", "I8", {kRows, kCols}, std::vector<float>(kRows * kCols / 4));
        file.add("fc.weight_scale", "F32", {kRows, 1}, std::vector<float>(kRows, 1.0F));
        file.add("fc.weight_zero_point", "I8", {kRows, 1}, wordsOf({points, 0}));
        file.write(folder.path() + "/model.safetensors");
        checkpoint.write_config(folder.path());
        QCOMPARE(refusalOf(folder.path()).empty(), read);
        if (read) {
            QCOMPARE(Model::open(folder.path().toStdString())->tensors().size(), std::size_t{1});
        }
    }

    void otherFormsAreLeftAlone() {
        const QTemporaryDir folder;
        GptqCheckpoint checkpoint;
        checkpoint.quantization = {{"quant_method", "compressed-tensors"}};
        SafetensorsBuilder file;  // 4-bit floats
        file.add("fc.weight_packed", "U8", {kRows, kCols / 2},
                 std::vector<float>(kRows * kCols / 8));
        file.add("fc.weight_scale", "F8_E4M3", {kRows, 4}, std::vector<float>(kRows));
        file.write(folder.path() + "/model.safetensors");
        checkpoint.write_config(folder.path());
        const auto model = Model::open(folder.path().toStdString());
        QCOMPARE(model->tensors().size(), std::size_t{2});
        QVERIFY(!model->warnings().empty());
    }

    void unknownMethodsAreShownAsStored() {
        GptqCheckpoint checkpoint;
        checkpoint.quantization = {{"quant_method", "of my own"}};
        const QTemporaryDir folder;
        checkpoint.write(folder.path());
        const auto model = Model::open(folder.path().toStdString());
        QCOMPARE(model->tensors().size(), std::size_t{4});
        QVERIFY(model->warnings()[0].english().find("of my own") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestPackedTensors)
#include "test_packed_tensors.moc"
