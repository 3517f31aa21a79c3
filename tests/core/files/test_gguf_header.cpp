#include <QTest>
#include <algorithm>
#include <limits>

#include "core/base/error.h"
#include "core/files/gguf.h"
#include "tests/core/files/hostile_gguf.h"

using namespace ql;

namespace {

std::span<const std::byte> as_bytes(const std::string& text) {
    return std::as_bytes(std::span(text));
}

GgufTensor tensor(const std::string& name, DType dtype, Shape shape) {
    return {.name = name, .dtype = dtype, .shape = std::move(shape)};
}

/// A header with room for the data of its tensors, as a whole file.
std::vector<std::byte> with_data(std::vector<std::byte> header,
                                 const std::vector<GgufTensor>& tensors) {
    if (!tensors.empty()) {
        header.resize(header.size() + tensors.back().offset + tensors.back().bytes);
    }
    return header;
}

GgufMetadata metadata_of_every_type() {
    const std::vector<std::string> texts = {"a", "", "量"};
    const std::vector<float> floats = {0.0F, -0.0F, 1e-45F};
    const std::vector<std::int32_t> ints = {-1, 2};
    const std::vector<std::uint32_t> unsigneds = {1, ~0U};
    const std::vector<std::uint64_t> longs = {~0ULL};
    GgufMetadata metadata;
    metadata.set("general.architecture", GgufValue::of_string("llama"));
    metadata.set("u32", GgufValue::of_u32(7));
    metadata.set("u64", GgufValue::of_u64(~0ULL));
    metadata.set("i32", GgufValue::of_i32(-7));
    metadata.set("f32", GgufValue::of_f32(1e-5F));
    metadata.set("yes", GgufValue::of_bool(true));
    metadata.set("empty", GgufValue::of_string(""));
    metadata.set("texts", GgufValue::of_strings(texts));
    metadata.set("f32s", GgufValue::of_f32s(floats));
    metadata.set("i32s", GgufValue::of_i32s(ints));
    metadata.set("u32s", GgufValue::of_u32s(unsigneds));
    metadata.set("u64s", GgufValue::of_u64s(longs));
    metadata.set("none", GgufValue::of_strings({}));
    return metadata;
}

}  // namespace

class TestGgufHeader : public QObject {
    Q_OBJECT

  private slots:
    void writer_and_parser_are_inverses_data();
    void writer_and_parser_are_inverses();
    void bytes_are_those_of_the_format();
    void outermost_ones_are_dropped();
    void every_type_can_be_stored();
    void writer_refuses_what_the_format_cannot_hold();
    void alignment_key_follows_the_alignment();
    void values_are_read_by_kind();
    void values_are_shown_to_people();
    void metadata_keeps_its_order();
};

void TestGgufHeader::writer_and_parser_are_inverses_data() {
    QTest::addColumn<quint32>("alignment");
    QTest::newRow("1") << 1U;
    QTest::newRow("32") << 32U;
    QTest::newRow("64") << 64U;
    QTest::newRow("4096") << 4096U;
}

void TestGgufHeader::writer_and_parser_are_inverses() {
    QFETCH(quint32, alignment);
    const GgufMetadata metadata = metadata_of_every_type();
    std::vector<GgufTensor> tensors = {
        tensor("norm", DType::f32, {5}),
        tensor("blk.0.weight", DType::q4_k, {3, 512}),
        tensor("experts", DType::q4_0, {4, 3, 32}),
        tensor("four", DType::bf16, {2, 1, 3, 7}),
        tensor("last", DType::i8, {1}),
    };
    const auto header_bytes = write_gguf_header(metadata, tensors, alignment);
    const GgufHeader header = parse_gguf(with_data(header_bytes, tensors));
    QCOMPARE(header.version, 3U);
    QCOMPARE(header.alignment, alignment);
    QCOMPARE(header.data_offset, header_bytes.size());
    QCOMPARE(header.data_offset % alignment, 0U);
    for (const auto& [key, value] : metadata.entries()) {
        QVERIFY2(header.metadata.find(key), key.c_str());
        QVERIFY2(*header.metadata.find(key) == value, key.c_str());
    }
    QCOMPARE(header.tensors.size(), tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        QCOMPARE(header.tensors[i].name, tensors[i].name);
        QCOMPARE(header.tensors[i].dtype, tensors[i].dtype);
        QCOMPARE(header.tensors[i].shape, tensors[i].shape);
        QCOMPARE(header.tensors[i].offset, tensors[i].offset);
        QCOMPARE(header.tensors[i].bytes, tensors[i].bytes);
        QCOMPARE(tensors[i].offset % alignment, 0U);
    }
    QCOMPARE(tensors[0].bytes, 20U);
    QCOMPARE(tensors[1].bytes, 3U * 2 * 144);
    // Written again from what was read: the same bytes.
    std::vector<GgufTensor> again = header.tensors;
    QVERIFY(write_gguf_header(header.metadata, again, alignment) == header_bytes);
}

void TestGgufHeader::bytes_are_those_of_the_format() {
    const std::string expected = hostile::GgufFile{.data_bytes = 0}.bytes();
    GgufMetadata metadata;
    metadata.set("general.architecture", GgufValue::of_string("llama"));
    std::vector<GgufTensor> tensors = {tensor("w", DType::f32, {32})};
    const auto written = write_gguf_header(metadata, tensors);
    QVERIFY(std::ranges::equal(written, as_bytes(expected)));
}

void TestGgufHeader::outermost_ones_are_dropped() {
    const std::vector<std::pair<Shape, Shape>> cases = {{{1, 256}, {256}},
                                                        {{1, 1, 1}, {1}},
                                                        {{}, {1}},
                                                        {{256, 1}, {256, 1}},
                                                        {{1, 2, 1, 3}, {2, 1, 3}}};
    for (const auto& [given, stored] : cases) {
        std::vector<GgufTensor> tensors = {tensor("w", DType::f32, given)};
        const auto file = with_data(write_gguf_header({}, tensors), tensors);
        QCOMPARE(parse_gguf(file).tensors[0].shape, stored);
    }
}

void TestGgufHeader::every_type_can_be_stored() {
    for (const DTypeTraits& type : all_dtypes()) {
        std::vector<GgufTensor> tensors = {
            tensor("w", type.dtype, {2, static_cast<std::int64_t>(type.block_values)})};
        if (type.ggml_id < 0) {
            QVERIFY_EXCEPTION_THROWN(write_gguf_header({}, tensors), Error);
            continue;
        }
        const auto file = with_data(write_gguf_header({}, tensors), tensors);
        QCOMPARE(parse_gguf(file).tensors[0].dtype, type.dtype);
        QCOMPARE(parse_gguf(file).tensors[0].bytes, 2U * type.block_bytes);
    }
}

void TestGgufHeader::writer_refuses_what_the_format_cannot_hold() {
    const std::vector<GgufTensor> bad = {
        tensor(std::string(64, 'n'), DType::f32, {1}),
        tensor("", DType::f32, {1}),
        tensor("a\nb", DType::f32, {1}),
        tensor("w", DType::f32, {1, 2, 3, 4, 5}),
        tensor("w", DType::f32, {0}),
        tensor("w", DType::f32, {-1}),
        tensor("w", DType::q4_0, {33}),
        tensor("w", DType::f64, {std::numeric_limits<std::int64_t>::max()}),
    };
    for (const GgufTensor& one : bad) {
        std::vector<GgufTensor> tensors = {one};
        try {
            write_gguf_header({}, tensors);
            QFAIL("it was written");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::unsupported);
        }
    }
    for (const std::uint32_t alignment : {0U, 3U, 1U << 31}) {
        std::vector<GgufTensor> tensors;
        QVERIFY_EXCEPTION_THROWN(write_gguf_header({}, tensors, alignment), Error);
    }
}

void TestGgufHeader::alignment_key_follows_the_alignment() {
    std::vector<GgufTensor> none;
    GgufMetadata metadata;
    QVERIFY(!parse_gguf(write_gguf_header(metadata, none, 32)).metadata.find("general.alignment"));
    metadata.set("general.alignment", GgufValue::of_u32(64));
    QCOMPARE(parse_gguf(write_gguf_header(metadata, none, 32)).alignment, 32U);
}

void TestGgufHeader::values_are_read_by_kind() {
    QCOMPARE(GgufValue::of_u32(7).as_uint(), 7U);
    QCOMPARE(GgufValue::of_u64(~0ULL).as_uint(), ~0ULL);
    QCOMPARE(GgufValue::of_i32(7).as_uint(), 7U);
    QVERIFY(!GgufValue::of_i32(-7).as_uint());
    QCOMPARE(GgufValue::of_i32(-7).as_number(), -7.0);
    QCOMPARE(GgufValue::of_bool(true).as_uint(), 1U);
    QCOMPARE(GgufValue::of_bool(false).as_bool(), false);
    QVERIFY(!GgufValue::of_bool(true).as_number());
    QVERIFY(!GgufValue::of_u32(1).as_bool());
    QVERIFY(!GgufValue::of_f32(7).as_uint());
    QCOMPARE(GgufValue::of_f32(0.5F).as_number(), 0.5);
    QVERIFY(!GgufValue::of_string("7").as_uint());
    QVERIFY(!GgufValue::of_string("7").as_number());
    QVERIFY(!GgufValue::of_u32(7).as_string());
    QCOMPARE(GgufValue::of_string("a\0b").as_string(), "a");
    QCOMPARE(GgufValue::of_string(std::string("a\0b", 3)).as_string(), std::string("a\0b", 3));

    const std::vector<std::string> texts = {"a", "", "量"};
    const std::vector<float> floats = {0.5F, -2.0F};
    QVERIFY(GgufValue::of_strings(texts).as_strings() == texts);
    QVERIFY(!GgufValue::of_strings(texts).as_numbers());
    QVERIFY(!GgufValue::of_strings(texts).as_string());
    QVERIFY(!GgufValue::of_f32s(floats).as_strings());
    QVERIFY(!GgufValue::of_f32s(floats).as_number());
    QVERIFY(!GgufValue::of_f32s(floats).as_uint());
    QVERIFY(GgufValue::of_f32s(floats).as_numbers() == (std::vector<double>{0.5, -2.0}));
    QCOMPARE(GgufValue::of_f32s(floats).count(), 2U);
    QCOMPARE(GgufValue().as_uint(), 0U);
}

void TestGgufHeader::values_are_shown_to_people() {
    QCOMPARE(GgufValue::of_i32(-7).to_text(), "-7");
    QCOMPARE(GgufValue::of_bool(false).to_text(), "false");
    QCOMPARE(GgufValue::of_f32(1e-5F).to_text(), "1e-05");
    QCOMPARE(GgufValue::of_string("a\nb").to_text(), "a\\nb");
    QCOMPARE(GgufValue::of_string(std::string(300, 'x')).to_text(10), "xxxxxxxxxx…");
    const std::vector<std::string> texts = {"a", "\x1B"};
    QCOMPARE(GgufValue::of_strings(texts).to_text(), "[\"a\", \"\\x1B\"]");
    const std::vector<std::uint32_t> many(1000, 5);
    QCOMPARE(GgufValue::of_u32s(many).to_text(6), "[5, 5, …] (1000)");
    QCOMPARE(GgufValue::of_u32s({}).to_text(), "[]");
}

void TestGgufHeader::metadata_keeps_its_order() {
    GgufMetadata metadata;
    metadata.set("b", GgufValue::of_u32(1));
    metadata.set("a", GgufValue::of_u32(2));
    metadata.set("b", GgufValue::of_string("three"));
    QCOMPARE(metadata.entries().size(), 2U);
    QCOMPARE(metadata.entries()[0].first, "b");
    QCOMPARE(metadata.string("b"), "three");
    QCOMPARE(metadata.uint("a"), 2U);
    QCOMPARE(metadata.number("a"), 2.0);
    QVERIFY(!metadata.uint("b"));
    QVERIFY(!metadata.uint("c"));
    metadata.erase("b");
    QVERIFY(!metadata.find("b"));
    QCOMPARE(metadata.entries().size(), 1U);
}

QTEST_APPLESS_MAIN(TestGgufHeader)
#include "test_gguf_header.moc"
