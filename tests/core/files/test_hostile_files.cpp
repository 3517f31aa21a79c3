#include <QTemporaryDir>
#include <QTest>
#include <cstdlib>
#include <new>

#include "core/base/error.h"
#include "core/files/checkpoint.h"
#include "core/files/gguf.h"
#include "core/files/safetensors.h"
#include "tests/core/files/hostile_files.h"

namespace {
std::size_t g_largest_allocation = 0;
}

// Every allocation of this program passes here: a file must not decide how large one is.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    g_largest_allocation = std::max(g_largest_allocation, size);
    return std::malloc(size);
}
void* operator new(std::size_t size) {
    if (void* memory = operator new(size, std::nothrow)) {
        return memory;
    }
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace ql;

class TestHostileFiles : public QObject {
    Q_OBJECT

  private slots:
    void bad_file_is_refused_data();
    void bad_file_is_refused();
    void legal_file_loads_data();
    void legal_file_loads();
    void gguf_cut_anywhere_is_refused();
    void safetensors_cut_anywhere_is_refused();
    void any_changed_byte_is_survived();

  private:
    QTemporaryDir folder_;
    std::filesystem::path folder() const { return folder_.path().toStdString(); }
};

namespace {

void add_rows(const std::vector<hostile::Case>& cases) {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < cases.size(); ++i) {
        QTest::newRow(cases[i].name.c_str()) << static_cast<int>(i);
    }
}

const std::vector<hostile::Case>& bad_cases() {
    static const std::vector<hostile::Case> kCases = hostile::bad_files();
    return kCases;
}

const std::vector<hostile::Case>& legal_cases() {
    static const std::vector<hostile::Case> kCases = hostile::legal_files();
    return kCases;
}

std::size_t bytes_of(const hostile::Case& example) {
    std::size_t bytes = 0;
    for (const auto& file : example.files) {
        bytes += file.second.size();
    }
    return bytes;
}

bool has_control_characters(const std::string& text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::span<const std::byte> as_bytes(const std::string& text) {
    return std::as_bytes(std::span(text));
}

}  // namespace

void TestHostileFiles::bad_file_is_refused_data() { add_rows(bad_cases()); }

void TestHostileFiles::bad_file_is_refused() {
    QFETCH(int, index);
    const hostile::Case& example = bad_cases()[static_cast<std::size_t>(index)];
    const auto path = write(example, folder());
    g_largest_allocation = 0;
    try {
        Checkpoint::open(path);
        QFAIL("the file was accepted");
    } catch (const Error& error) {
        const std::string sentence = error.sentence().english();
        QVERIFY2(error.code() == ErrorCode::bad_file || error.code() == ErrorCode::unsupported ||
                     error.code() == ErrorCode::not_found,
                 error.what());
        QVERIFY2(sentence.ends_with('.') && sentence.size() > 10, error.what());
        QVERIFY2(!has_control_characters(sentence), error.what());
        QVERIFY2(sentence.size() < 500, error.what());
        QVERIFY2(QString::fromStdString(error.context()).startsWith(folder_.path()), error.what());
    }
    QVERIFY2(g_largest_allocation <= 16 * bytes_of(example) + 65536,
             std::to_string(g_largest_allocation).c_str());
}

void TestHostileFiles::legal_file_loads_data() { add_rows(legal_cases()); }

void TestHostileFiles::legal_file_loads() {
    QFETCH(int, index);
    const hostile::Case& example = legal_cases()[static_cast<std::size_t>(index)];
    try {
        const auto checkpoint = Checkpoint::open(write(example, folder()));
        for (const StoredTensor& tensor : checkpoint->tensors()) {
            const auto bytes = checkpoint->bytes(tensor);
            QCOMPARE(bytes.size(), tensor.bytes);
            // The generators fill all data, and nothing else, with this byte.
            QVERIFY(std::all_of(bytes.begin(), bytes.end(),
                                [](std::byte b) { return b == std::byte{1}; }));
        }
    } catch (const Error& error) {
        QFAIL(error.what());
    }
}

void TestHostileFiles::gguf_cut_anywhere_is_refused() {
    const std::string good =
        hostile::GgufFile{.tensors = {{.name = "a"}, {.name = "b", .offset = 128}},
                          .data_bytes = 256}
            .bytes();
    parse_gguf(as_bytes(good));
    for (std::size_t length = 0; length < good.size(); ++length) {
        const std::string cut = good.substr(0, length);
        QVERIFY_EXCEPTION_THROWN(parse_gguf(as_bytes(cut)), Error);
    }
}

void TestHostileFiles::safetensors_cut_anywhere_is_refused() {
    const std::string good =
        hostile::safetensors(hostile::object(hostile::entry("a", "F32", "[2]", "[0,8]")), 8);
    parse_safetensors(as_bytes(good));
    for (std::size_t length = 0; length < good.size(); ++length) {
        const std::string cut = good.substr(0, length);
        QVERIFY_EXCEPTION_THROWN(parse_safetensors(as_bytes(cut)), Error);
    }
}

// Whatever a changed byte makes of a file, it is either refused in words or lies within its bounds.
void TestHostileFiles::any_changed_byte_is_survived() {
    const std::string gguf = hostile::GgufFile{}.bytes();
    const std::string safetensors =
        hostile::safetensors(hostile::object(hostile::entry("a", "F32", "[2]", "[0,8]")), 8);
    int refused = 0;
    for (std::size_t at = 0; at < gguf.size(); ++at) {
        for (int value = 0; value < 256; ++value) {
            std::string changed = gguf;
            changed[at] = static_cast<char>(value);
            try {
                const GgufHeader header = parse_gguf(as_bytes(changed));
                for (const GgufTensor& tensor : header.tensors) {
                    QVERIFY(header.data_offset + tensor.offset + tensor.bytes <= changed.size());
                }
            } catch (const Error&) {
                ++refused;
            }
        }
    }
    for (std::size_t at = 0; at < safetensors.size(); ++at) {
        for (int value = 0; value < 256; ++value) {
            std::string changed = safetensors;
            changed[at] = static_cast<char>(value);
            try {
                for (const auto& tensor : parse_safetensors(as_bytes(changed)).tensors) {
                    QVERIFY(tensor.offset + tensor.bytes <= changed.size());
                }
            } catch (const Error&) {
                ++refused;
            }
        }
    }
    QVERIFY(refused > 1000);
}

QTEST_APPLESS_MAIN(TestHostileFiles)
#include "test_hostile_files.moc"
