#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <fstream>

#include <sys/stat.h>

#include "core/base/error.h"
#include "core/files/mapped_file.h"

using namespace ql;
namespace fs = std::filesystem;

namespace {

std::optional<ErrorCode> code_of(const auto& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.code();
    }
    return std::nullopt;
}

fs::path write_file(const QTemporaryDir& folder, const std::string& bytes) {
    const fs::path path = fs::path(folder.path().toStdString()) / "file";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
}

}  // namespace

class TestMappedFile : public QObject {
    Q_OBJECT

  private slots:
    void reads_what_was_written();
    void empty_file_has_no_bytes();
    void refuses_what_is_no_regular_file();
    void refuses_ranges_outside();
    void notices_that_the_file_was_cut();
    void released_pages_read_the_same();
};

void TestMappedFile::reads_what_was_written() {
    const QTemporaryDir folder;
    const MappedFile file(write_file(folder, "0123456789"));
    QCOMPARE(file.size(), 10U);
    QCOMPARE(file.bytes()[9], std::byte{'9'});
    QCOMPARE(file.range(3, 2)[0], std::byte{'3'});
    QCOMPARE(file.range(10, 0).size(), 0U);
}

void TestMappedFile::empty_file_has_no_bytes() {
    const QTemporaryDir folder;
    const MappedFile file(write_file(folder, ""));
    QCOMPARE(file.size(), 0U);
    QVERIFY(file.bytes().empty());
    QVERIFY(file.range(0, 0).empty());
    file.release(0, 0);
}

void TestMappedFile::refuses_what_is_no_regular_file() {
    const QTemporaryDir folder;
    const fs::path home = folder.path().toStdString();
    QCOMPARE(code_of([&] { MappedFile{home / "nothing"}; }), ErrorCode::not_found);
    QCOMPARE(code_of([&] { MappedFile{write_file(folder, "x") / "inside"}; }),
             ErrorCode::not_found);
    QCOMPARE(code_of([&] { MappedFile{home}; }), ErrorCode::io);
    QCOMPARE(code_of([&] { MappedFile{"/dev/zero"}; }), ErrorCode::io);
    const fs::path pipe = home / "pipe";
    QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
    QCOMPARE(code_of([&] { MappedFile{pipe}; }), ErrorCode::io);  // and does not wait for a writer
}

void TestMappedFile::refuses_ranges_outside() {
    const QTemporaryDir folder;
    const MappedFile file(write_file(folder, "0123456789"));
    for (const auto& [offset, length] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
             {0, 11}, {10, 1}, {11, 0}, {5, ~0ULL}, {~0ULL, 2}, {~0ULL, ~0ULL}}) {
        QCOMPARE(code_of([&] { file.range(offset, length); }), ErrorCode::io);
        file.release(offset, length);
    }
}

void TestMappedFile::notices_that_the_file_was_cut() {
    const QTemporaryDir folder;
    const fs::path path = write_file(folder, std::string(20'000, 'x'));
    const MappedFile file(path);
    QCOMPARE(file.range(19'999, 1)[0], std::byte{'x'});
    fs::resize_file(path, 100);
    QCOMPARE(code_of([&] { file.range(19'999, 1); }), ErrorCode::io);
}

void TestMappedFile::released_pages_read_the_same() {
    const QTemporaryDir folder;
    std::string bytes(100'000, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<char>(i * 7);
    }
    const MappedFile file(write_file(folder, bytes));
    for (const std::uint64_t offset : {0, 1, 4096, 5000, 99'999}) {
        file.release(offset, bytes.size() - offset);
        QVERIFY(std::ranges::equal(file.bytes(), std::as_bytes(std::span(bytes))));
    }
}

QTEST_APPLESS_MAIN(TestMappedFile)
#include "test_mapped_file.moc"
