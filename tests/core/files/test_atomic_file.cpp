#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/files/atomic_file.h"

using namespace ql;
namespace fs = std::filesystem;

namespace {

std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

std::ptrdiff_t count_files(const fs::path& folder) {
    return std::distance(fs::directory_iterator(folder), {});
}

unsigned mode_of(const fs::path& path) {
    return static_cast<unsigned>(fs::status(path).permissions());
}

}  // namespace

class TestAtomicFile : public QObject {
    Q_OBJECT

  private slots:
    void init();
    void commit_replaces_the_target();
    void without_commit_nothing_changes();
    void write_at_fills_gaps_and_grows();
    void bytes_can_be_verified_before_commit();
    void a_sync_can_be_cancelled();
    void keeps_links_and_permissions();
    void long_names_are_possible();
    void refuses_bad_targets();
    void refuses_write_protected_target();
    void a_failing_disk_loses_nothing();

  private:
    std::unique_ptr<QTemporaryDir> folder_;
    fs::path home_;
    fs::path target_;
};

void TestAtomicFile::init() {
    folder_ = std::make_unique<QTemporaryDir>();
    home_ = folder_->path().toStdString();
    target_ = home_ / "target";
}

void TestAtomicFile::commit_replaces_the_target() {
    write(target_, "old");
    {
        AtomicFile file(target_);
        file.write(as_bytes("new "));
        file.write(as_bytes("bytes"));
        QCOMPARE(file.size(), 9U);
        QCOMPARE(read(target_), "old");
        file.commit();
    }
    QCOMPARE(read(target_), "new bytes");
    QCOMPARE(count_files(home_), 1);
}

void TestAtomicFile::without_commit_nothing_changes() {
    write(target_, "old");
    {
        AtomicFile file(target_);
        file.write(as_bytes("new"));
        file.sync();
        QCOMPARE(count_files(home_), 2);
        QCOMPARE(file.temporary_path().parent_path(), home_);
    }
    QCOMPARE(read(target_), "old");
    QCOMPARE(count_files(home_), 1);
}

void TestAtomicFile::write_at_fills_gaps_and_grows() {
    AtomicFile file(target_);
    file.write_at(4, as_bytes("ef"));
    QCOMPARE(file.size(), 6U);
    file.write_at(0, as_bytes("ab"));
    QCOMPARE(file.size(), 6U);
    file.write(as_bytes("g"));
    QVERIFY_EXCEPTION_THROWN(file.write_at(~0ULL, as_bytes("x")), Error);
    QVERIFY_EXCEPTION_THROWN(file.write_at(1ULL << 63, as_bytes("x")), Error);
    file.commit();
    QCOMPARE(read(target_), std::string("ab\0\0efg", 7));
}

void TestAtomicFile::bytes_can_be_verified_before_commit() {
    AtomicFile file(target_);
    file.write(as_bytes("bytes"));
    file.sync();
    QCOMPARE(read(file.temporary_path()), "bytes");
    QVERIFY(!fs::exists(target_));
}

void TestAtomicFile::a_sync_can_be_cancelled() {
    std::stop_source stop;
    stop.request_stop();
    AtomicFile file(target_);
    file.write(as_bytes("bytes"));
    QVERIFY_EXCEPTION_THROWN(file.sync(Progress(stop.get_token(), nullptr)), Error);
    file.sync();
    QCOMPARE(read(file.temporary_path()), std::string("bytes"));
}

void TestAtomicFile::keeps_links_and_permissions() {
    const mode_t old_mask = ::umask(0027);
    AtomicFile(target_).commit();
    ::umask(old_mask);
    QCOMPARE(mode_of(target_), 0640U);

    fs::permissions(target_, fs::perms(0600));
    const fs::path link = home_ / "link";
    fs::create_symlink("target", link);
    AtomicFile file(link);
    file.write(as_bytes("new"));
    file.commit();
    QVERIFY(fs::is_symlink(link));
    QCOMPARE(read(target_), "new");
    QCOMPARE(mode_of(target_), 0600U);
}

void TestAtomicFile::long_names_are_possible() {
    const fs::path path = home_ / std::string(255, 'n');
    AtomicFile file(path);
    file.commit();
    QVERIFY(fs::exists(path));
}

void TestAtomicFile::refuses_bad_targets() {
    QVERIFY_EXCEPTION_THROWN(AtomicFile{home_}, Error);
    QVERIFY_EXCEPTION_THROWN(AtomicFile{home_ / "no folder" / "file"}, Error);
    QVERIFY_EXCEPTION_THROWN(AtomicFile{"/dev/null"}, Error);
    QVERIFY_EXCEPTION_THROWN(AtomicFile{home_ / std::string(300, 'n')}.commit(), Error);
    QCOMPARE(count_files(home_), 0);
}

void TestAtomicFile::refuses_write_protected_target() {
    if (::geteuid() == 0) {
        QSKIP("the superuser may write everything");
    }
    write(target_, "old");
    fs::permissions(target_, fs::perms(0400));
    QVERIFY_EXCEPTION_THROWN(AtomicFile{target_}, Error);
}

void TestAtomicFile::a_failing_disk_loses_nothing() {
    write(target_, "old");
    // The size limit of the process stands for the full disk: the first bytes still fit.
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit small{10'000, before.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
    std::optional<Error> failure;
    try {
        AtomicFile file(target_);
        const std::string bytes(100'000, 'x');
        file.write(as_bytes(bytes));
        file.commit();
    } catch (const Error& error) {
        failure = error;
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    QVERIFY(failure.has_value());
    QCOMPARE(failure->code(), ErrorCode::io);
    QCOMPARE(failure->context(), target_.string());
    QCOMPARE(read(target_), "old");
    QCOMPARE(count_files(home_), 1);
}

QTEST_APPLESS_MAIN(TestAtomicFile)
#include "test_atomic_file.moc"
