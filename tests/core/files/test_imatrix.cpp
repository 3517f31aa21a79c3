#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <fstream>
#include <limits>

#include "core/base/error.h"
#include "core/files/gguf.h"
#include "core/files/imatrix.h"
#include "tests/core/files/hostile_gguf.h"

using namespace ql;

namespace {

namespace fs = std::filesystem;

const fs::path kTiny = fs::path(QL_TEST_DATA) / "golden/gguf/tiny";

std::string read_all(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Whether the bytes are refused in words (true) or read; anything else ends the test program.
bool is_refused(const fs::path& folder, const std::string& bytes) {
    const fs::path path = folder / "changed";
    std::ofstream(path, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    try {
        const ImportanceMatrix matrix = read_imatrix(path);
        for (const auto& [name, entry] : matrix.entries) {
            const std::vector<float> importance = entry.importance();
            if (importance.empty() ||
                !std::all_of(importance.begin(), importance.end(),
                             [](float value) { return std::isfinite(value) && value >= 0; })) {
                qFatal("importance that no quantizer can use was let through");
            }
        }
        return false;
    } catch (const Error& error) {
        if (error.sentence().empty() || error.context() != path.string()) {
            qFatal("%s", error.what());
        }
        return true;
    }
}

std::string floats(std::initializer_list<float> values) {
    std::string bytes;
    for (const float value : values) {
        bytes += hostile::number(value);
    }
    return bytes;
}

std::string dat_text(const std::string& text) {
    return hostile::number(static_cast<std::int32_t>(text.size())) + text;
}

/// The legacy form, right in all that is not set otherwise.
struct DatFile {
    std::int32_t entries = 1;
    std::string name = dat_text("blk.0.attn_q.weight");
    std::int32_t calls = 2;
    std::int32_t count = 3;
    std::string values = floats({2, 4, 0});
    std::string rest = hostile::number(std::int32_t{7}) + dat_text("text.txt");

    std::string bytes() const {
        return hostile::number(entries) + name + hostile::number(calls) + hostile::number(count) +
               values + rest;
    }
};

/// A GGUF form with one weight of two experts and three columns.
std::string gguf_file(const std::string& sums, const std::string& counts,
                      std::vector<std::int64_t> sums_shape = {3, 2},
                      std::vector<std::int64_t> counts_shape = {1, 2},
                      const std::string& sums_name = "w.in_sum2",
                      const std::string& counts_name = "w.counts", std::uint32_t type = 0) {
    hostile::GgufFile file{
        .entries = {hostile::record("general.type", 8, hostile::text("imatrix"))},
        .tensors = {{.name = sums_name, .dimensions = std::move(sums_shape), .type = type},
                    {.name = counts_name, .dimensions = std::move(counts_shape), .offset = 32}},
        .data_bytes = 0};
    std::string data = sums;
    data.resize(32);
    return file.bytes() + data + counts;
}

}  // namespace

class TestImatrix : public QObject {
    Q_OBJECT

  private slots:
    void both_forms_give_the_same_importance();
    void golden_file_is_read_as_it_stands();
    void files_are_written_as_the_reference_writes_them();
    void written_is_read_again_data();
    void written_is_read_again();
    void experts_have_their_own_counts();
    void expert_never_used_counts_all_columns_alike();
    void file_of_the_first_tools_ends_after_its_entries();
    void values_without_calls_are_means();
    void model_is_no_importance_matrix();
    void bad_dat_is_refused_data();
    void bad_dat_is_refused();
    void bad_gguf_is_refused_data();
    void bad_gguf_is_refused();
    void file_cut_anywhere_is_refused_data();
    void file_cut_anywhere_is_refused();
    void any_changed_byte_is_survived();
    void failed_writing_keeps_the_old_file();

  private:
    QTemporaryDir folder_;
    fs::path folder() const { return folder_.path().toStdString(); }
};

void TestImatrix::both_forms_give_the_same_importance() {
    const ImportanceMatrix gguf = read_imatrix(kTiny / "tiny.imatrix.gguf");
    const ImportanceMatrix dat = read_imatrix(kTiny / "tiny.imatrix.dat");
    QCOMPARE(gguf.entries.size(), 15U);
    QCOMPARE(dat.entries.size(), 15U);
    for (const auto& [name, entry] : gguf.entries) {
        const ImportanceEntry* other = dat.find(name);
        QVERIFY2(other, name.c_str());
        const auto left = entry.importance();
        const auto right = other->importance();
        QCOMPARE(left.size(), right.size());
        for (std::size_t i = 0; i < left.size(); ++i) {
            // Multiplied by the calls and divided by them again: two roundings.
            QVERIFY2(std::abs(left[i] - right[i]) <= 2.4e-7F * left[i], name.c_str());
        }
    }
}

void TestImatrix::golden_file_is_read_as_it_stands() {
    const ImportanceMatrix gguf = read_imatrix(kTiny / "tiny.imatrix.gguf");
    QCOMPARE(gguf.datasets, std::vector<std::string>{"text.txt"});
    QCOMPARE(gguf.chunk_count, 12U);
    QCOMPARE(gguf.chunk_size, 128U);
    QCOMPARE(gguf.path, kTiny / "tiny.imatrix.gguf");
    const ImportanceEntry* entry = gguf.find("blk.0.ffn_down.weight");
    QVERIFY(entry);
    QCOMPARE(entry->columns(), 512U);
    QCOMPARE(entry->counts, std::vector<float>{1536.0F});
    QCOMPARE(entry->sums[0], 7517.0083F);
    QVERIFY(gguf.find("output.weight"));
    QVERIFY(!gguf.find("token_embd.weight"));

    const ImportanceMatrix dat = read_imatrix(kTiny / "tiny.imatrix.dat");
    QCOMPARE(dat.datasets, std::vector<std::string>{"text.txt"});
    QCOMPARE(dat.chunk_count, 3U);
    QCOMPARE(dat.chunk_size, 0U);
    QCOMPARE(dat.find("blk.0.attn_k.weight")->counts, std::vector<float>{3.0F});
}

void TestImatrix::files_are_written_as_the_reference_writes_them() {
    for (const auto& [name, format] : {std::pair{"tiny.imatrix.gguf", ImportanceFormat::gguf},
                                       std::pair{"tiny.imatrix.dat", ImportanceFormat::dat}}) {
        write_imatrix(read_imatrix(kTiny / name), folder() / name, format);
        QVERIFY2(read_all(folder() / name) == read_all(kTiny / name), name);
    }
}

void TestImatrix::written_is_read_again_data() {
    QTest::addColumn<bool>("gguf");
    QTest::newRow("gguf") << true;
    QTest::newRow("dat") << false;
}

void TestImatrix::written_is_read_again() {
    QFETCH(bool, gguf);
    ImportanceMatrix matrix;
    matrix.datasets = {"a.txt"};
    matrix.chunk_count = 5;
    matrix.chunk_size = 4;
    matrix.entries["blk.0.ffn_up.weight"] = {.sums = {0.25F, 0, 1e30F}, .counts = {10}};
    matrix.entries["blk.1.ffn_up_exps.weight"] = {.sums = {1, 2, 0, 0}, .counts = {5, 0}};
    const auto path = folder() / "again";
    write_imatrix(matrix, path, gguf ? ImportanceFormat::gguf : ImportanceFormat::dat);
    const ImportanceMatrix again = read_imatrix(path);
    QCOMPARE(again.entries.size(), 2U);
    QCOMPARE(again.datasets, matrix.datasets);
    QCOMPARE(again.chunk_count, 5U);
    QCOMPARE(again.chunk_size, gguf ? 4U : 0U);
    for (const auto& [name, entry] : matrix.entries) {
        const auto expected = entry.importance();
        const auto found = again.find(name)->importance();
        QCOMPARE(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            QVERIFY(std::abs(found[i] - expected[i]) <= (gguf ? 0 : 2.4e-7F) * expected[i]);
        }
    }
    // 10 tokens in chunks of 4: three calls.
    QCOMPARE(again.find("blk.0.ffn_up.weight")->counts[0], gguf ? 10.0F : 3.0F);
}

void TestImatrix::experts_have_their_own_counts() {
    const std::string bytes = gguf_file(floats({2, 4, 6, 3, 6, 9}), floats({2, 3}));
    QVERIFY(!is_refused(folder(), bytes));
    const ImportanceMatrix matrix = read_imatrix(folder() / "changed");
    const ImportanceEntry* entry = matrix.find("w");
    QVERIFY(entry);
    QCOMPARE(entry->columns(), 3U);
    QCOMPARE(entry->importance(), (std::vector<float>{1, 2, 3, 1, 2, 3}));
}

void TestImatrix::expert_never_used_counts_all_columns_alike() {
    const ImportanceEntry entry{.sums = {2, 4, 0, 0}, .counts = {2, 0}};
    QCOMPARE(entry.importance(), (std::vector<float>{1, 2, 1, 1}));
    QVERIFY(ImportanceEntry{}.importance().empty());
    QCOMPARE(ImportanceEntry{}.columns(), 0U);
}

void TestImatrix::file_of_the_first_tools_ends_after_its_entries() {
    QVERIFY(!is_refused(folder(), DatFile{.rest = ""}.bytes()));
    const ImportanceMatrix matrix = read_imatrix(folder() / "changed");
    QCOMPARE(matrix.chunk_count, 0U);
    QVERIFY(matrix.datasets.empty());
    QCOMPARE(matrix.find("blk.0.attn_q.weight")->importance(), (std::vector<float>{1, 2, 0}));
}

void TestImatrix::values_without_calls_are_means() {
    QVERIFY(!is_refused(folder(), DatFile{.calls = 0}.bytes()));
    const ImportanceMatrix matrix = read_imatrix(folder() / "changed");
    QCOMPARE(matrix.find("blk.0.attn_q.weight")->importance(), (std::vector<float>{2, 4, 0}));
}

void TestImatrix::model_is_no_importance_matrix() {
    try {
        read_imatrix(kTiny / "tiny-llama-f16.gguf");
        QFAIL("it was read");
    } catch (const Error& error) {
        QCOMPARE(error.code(), ErrorCode::bad_file);
        QVERIFY2(QString(error.what()).contains("not an importance matrix"), error.what());
    }
}

void TestImatrix::bad_dat_is_refused_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto add = [](const char* name, const DatFile& file) {
        QTest::newRow(name) << QByteArray::fromStdString(file.bytes());
    };
    constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
    constexpr auto kLeast = std::numeric_limits<std::int32_t>::min();
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    add("no entries", {.entries = 0});
    add("negative entries", {.entries = -1});
    add("2^31-1 entries", {.entries = kMost});
    add("one entry too many", {.entries = 2});
    add("no name", {.name = dat_text("")});
    add("negative name", {.name = hostile::number(-1) + "w"});
    add("name longer than the file", {.name = hostile::number(kMost) + "w"});
    add("name of control characters", {.name = dat_text("a\x1B[2J")});
    add("negative calls", {.calls = -1});
    add("no values", {.count = 0, .values = ""});
    add("negative values", {.count = -3});
    add("least count", {.count = kLeast});
    add("2^30 values", {.count = 1 << 30});
    add("2^31-1 values", {.count = kMost});
    add("a value too many", {.count = 4, .rest = ""});
    add("negative value", {.values = floats({1, -1, 1})});
    add("NaN", {.values = floats({1, kNan, 1})});
    add("infinity", {.values = floats({1, kInfinity, 1})});
    add("negative chunks", {.rest = hostile::number(-1) + dat_text("text.txt")});
    add("negative data set", {.rest = hostile::number(1) + hostile::number(-1)});
    add("data set longer than the file", {.rest = hostile::number(1) + hostile::number(kMost)});
    add("bytes after the end", {.rest = hostile::number(1) + dat_text("t") + "x"});
    const DatFile good;
    const std::string entry = good.bytes().substr(4, good.bytes().size() - 4 - good.rest.size());
    add("an entry twice", {.entries = 2, .rest = entry});
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("safetensors") << QByteArray("\x08\0\0\0\0\0\0\0{}      ", 16);
}

void TestImatrix::bad_dat_is_refused() {
    QFETCH(QByteArray, bytes);
    QVERIFY(is_refused(folder(), bytes.toStdString()));
}

void TestImatrix::bad_gguf_is_refused_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto add = [](const char* name, const std::string& bytes) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes);
    };
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    const std::string sums = floats({1, 1, 1, 1, 1, 1});
    const std::string counts = floats({1, 1});
    add("sums without counts", gguf_file(sums, counts, {3, 2}, {1, 2}, "w.in_sum2", "w.other"));
    add("counts without sums", gguf_file(sums, counts, {3, 2}, {1, 2}, "w.other", "w.counts"));
    add("neither", gguf_file(sums, counts, {3, 2}, {1, 2}, "a.weight", "b.weight"));
    add("no name", gguf_file(sums, counts, {3, 2}, {1, 2}, ".in_sum2", ".counts"));
    add("a count for no expert", gguf_file(sums, counts, {6}, {1, 2}));
    add("too few counts", gguf_file(sums, counts, {2, 3}, {1, 2}));
    add("counts as long as rows", gguf_file(sums, counts + counts, {3, 2}, {3}));
    add("integers", gguf_file(sums, counts, {3, 2}, {1, 2}, "w.in_sum2", "w.counts", 26));
    add("negative sum", gguf_file(floats({1, 1, 1, 1, 1, -1}), counts));
    add("NaN", gguf_file(floats({1, 1, 1, 1, 1, kNan}), counts));
    add("negative count", gguf_file(sums, floats({1, -1})));
    add("count that lets the mean overflow", gguf_file(sums, floats({1, 1e-38F})));
    add("NaN count", gguf_file(sums, floats({1, kNan})));
    add("data set that is a number",
        hostile::GgufFile{.entries = {hostile::record("imatrix.datasets", 4, hostile::number(1U))},
                          .tensors = {{.name = "w.in_sum2"}, {.name = "w.counts", .offset = 128}},
                          .data_bytes = 256}
            .bytes());
    add("chunk count that is a text",
        hostile::GgufFile{
            .entries = {hostile::record("imatrix.chunk_count", 8, hostile::text("7"))},
            .tensors = {{.name = "w.in_sum2"}, {.name = "w.counts", .offset = 128}},
            .data_bytes = 256}
            .bytes());
}

void TestImatrix::bad_gguf_is_refused() {
    QFETCH(QByteArray, bytes);
    QVERIFY(is_refused(folder(), bytes.toStdString()));
}

void TestImatrix::file_cut_anywhere_is_refused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("whole");  // a shorter length that is a whole file too
    const std::string dat = DatFile{}.bytes();
    QTest::newRow("dat") << QByteArray::fromStdString(dat)
                         << static_cast<int>(dat.size() - DatFile{}.rest.size());
    const std::string gguf = gguf_file(floats({1, 1, 1, 1, 1, 1}), floats({1, 1}));
    QTest::newRow("gguf") << QByteArray::fromStdString(gguf) << -1;
}

void TestImatrix::file_cut_anywhere_is_refused() {
    QFETCH(QByteArray, bytes);
    QFETCH(int, whole);
    QVERIFY(!is_refused(folder(), bytes.toStdString()));
    for (int length = 0; length < bytes.size(); ++length) {
        QCOMPARE(is_refused(folder(), bytes.left(length).toStdString()), length != whole);
    }
}

void TestImatrix::any_changed_byte_is_survived() {
    int refused = 0;
    for (const std::string& good :
         {DatFile{}.bytes(), gguf_file(floats({1, 1, 1, 1, 1, 1}), floats({1, 1}))}) {
        for (std::size_t at = 0; at < good.size(); ++at) {
            for (const int value : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
                std::string changed = good;
                changed[at] = static_cast<char>(value);
                refused += is_refused(folder(), changed) ? 1 : 0;
            }
        }
    }
    QVERIFY(refused > 500);
}

void TestImatrix::failed_writing_keeps_the_old_file() {
    const auto path = folder() / "kept";
    std::ofstream(path) << "old";
    ImportanceMatrix matrix;
    // GGUF holds names of 63 bytes, the ending included.
    matrix.entries[std::string(60, 'n')] = {.sums = {1}, .counts = {1}};
    QVERIFY_EXCEPTION_THROWN(write_imatrix(matrix, path, ImportanceFormat::gguf), Error);
    QCOMPARE(read_all(path), std::string("old"));
    write_imatrix(matrix, path, ImportanceFormat::dat);
    QCOMPARE(read_imatrix(path).entries.size(), 1U);
}

QTEST_APPLESS_MAIN(TestImatrix)
#include "test_imatrix.moc"
