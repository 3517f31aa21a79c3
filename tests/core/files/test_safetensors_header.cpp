#include <QTest>

#include "core/base/error.h"
#include "core/files/safetensors.h"
#include "tests/core/files/hostile_safetensors.h"

using namespace ql;

namespace {

SafetensorsHeader parse(const std::string& file) {
    return parse_safetensors(std::as_bytes(std::span(file)));
}

std::string sentence_of(const std::string& file) {
    try {
        parse(file);
    } catch (const Error& error) {
        return error.sentence().english();
    }
    return {};
}

}  // namespace

class TestSafetensorsHeader : public QObject {
    Q_OBJECT

  private slots:
    void reads_the_golden_file();
    void length_need_not_be_aligned();
    void tensors_come_in_the_order_of_their_data();
    void every_dtype_is_known();
    void sentences_name_the_tensor_and_the_numbers();
    void names_are_escaped_in_sentences();
};

void TestSafetensorsHeader::reads_the_golden_file() {
    // 104 bytes: one F16 tensor of 2 × 2 behind a header padded with a space.
    const std::string header =
        R"({"__metadata__":{"format":"pt"},"w":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]}} )";
    const std::string file =
        hostile::with_length(88, header, std::string("\x00\x3c\x00\x40\x00\x42\x00\xb8", 8));
    QCOMPARE(file.size(), 104U);
    const SafetensorsHeader read = parse(file);
    QCOMPARE(read.metadata.size(), 1U);
    QCOMPARE(read.metadata.at("format"), "pt");
    QCOMPARE(read.tensors.size(), 1U);
    QCOMPARE(read.tensors[0].name, "w");
    QCOMPARE(read.tensors[0].dtype, DType::f16);
    QCOMPARE(read.tensors[0].shape, (Shape{2, 2}));
    QCOMPARE(read.tensors[0].offset, 96U);
    QCOMPARE(read.tensors[0].bytes, 8U);
}

void TestSafetensorsHeader::length_need_not_be_aligned() {
    const std::string header = R"({"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}})";
    QCOMPARE(header.size(), 0x3CU);
    QCOMPARE(parse(hostile::safetensors(header, 16)).tensors[0].offset, 68U);
}

void TestSafetensorsHeader::tensors_come_in_the_order_of_their_data() {
    const SafetensorsHeader read = parse(
        hostile::safetensors(hostile::object(hostile::entry("c", "U8", "[3]", "[4,7]") + "," +
                                             hostile::entry("empty", "F32", "[5,0]", "[4,4]") +
                                             "," + hostile::entry("a", "U8", "[4]", "[0,4]")),
                             7));
    QCOMPARE(read.tensors.size(), 3U);
    QCOMPARE(read.tensors[0].name, "a");
    QCOMPARE(read.tensors[1].name, "empty");
    QCOMPARE(read.tensors[1].bytes, 0U);
    QCOMPARE(read.tensors[2].name, "c");
    QCOMPARE(read.tensors[2].offset, read.tensors[1].offset);
}

void TestSafetensorsHeader::every_dtype_is_known() {
    for (const DTypeTraits& type : all_dtypes()) {
        if (type.safetensors.empty()) {
            continue;
        }
        const std::string shape = "[2," + std::to_string(type.block_values) + "]";
        const std::string offsets = "[0," + std::to_string(2 * type.block_bytes) + "]";
        const SafetensorsHeader read = parse(hostile::safetensors(
            hostile::object(hostile::entry("w", std::string(type.safetensors), shape, offsets)),
            2 * type.block_bytes));
        QCOMPARE(read.tensors.at(0).dtype, type.dtype);
        QCOMPARE(read.tensors[0].bytes, 2 * type.block_bytes);
    }
}

void TestSafetensorsHeader::sentences_name_the_tensor_and_the_numbers() {
    const std::string sentence = sentence_of(hostile::safetensors(
        hostile::object(hostile::entry("blk.w", "F32", "[1024,1024]", "[0,4]")), 4));
    for (const char* part : {"\"blk.w\"", "F32", "1024 × 1024", "4194304", "span 4"}) {
        QVERIFY2(sentence.find(part) != sentence.npos, sentence.c_str());
    }
}

void TestSafetensorsHeader::names_are_escaped_in_sentences() {
    const std::string sentence = sentence_of(hostile::safetensors(
        hostile::object(hostile::entry("w\\u001b[2J\\n", "F33", "[1]", "[0,4]")), 4));
    QVERIFY2(sentence.find("\"w\\x1B[2J\\n\"") != sentence.npos, sentence.c_str());
}

QTEST_APPLESS_MAIN(TestSafetensorsHeader)
#include "test_safetensors_header.moc"
