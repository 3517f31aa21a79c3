#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <fstream>
#include <iterator>
#include <set>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/files/atomic_file.h"
#include "core/files/atomic_folder.h"

using namespace ql;
namespace fs = std::filesystem;

namespace {

void write_text(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

std::string text_of(const fs::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::set<std::string> names_in(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
        names.insert(entry.path().filename().string());
    }
    return names;
}

using Names = std::set<std::string>;

}  // namespace

class TestAtomicFolder : public QObject {
    Q_OBJECT

  private slots:
    void init();
    void commit_makes_the_target();
    void commit_replaces_the_target();
    void without_commit_nothing_changes();
    void parents_go_with_what_they_were_made_for();
    void parents_that_are_used_stay();
    void links_are_followed();
    void refuses_bad_targets();
    void what_a_killed_program_left_is_removed();
    void what_is_in_use_is_kept();
    void what_others_may_use_is_kept();

  private:
    std::unique_ptr<QTemporaryDir> folder_;
    fs::path home_;
    fs::path target_;
};

void TestAtomicFolder::init() {
    folder_ = std::make_unique<QTemporaryDir>();
    home_ = folder_->path().toStdString();
    target_ = home_ / "target";
}

void TestAtomicFolder::commit_makes_the_target() {
    {
        AtomicFolder folder(target_);
        write_text(folder.temporary_path() / "a", "new");
        QVERIFY(!fs::exists(target_));
        folder.commit();
        QCOMPARE(text_of(target_ / "a"), std::string("new"));
    }
    QVERIFY(names_in(home_) == Names{"target"});
    QVERIFY(names_in(target_) == Names{"a"});
}

void TestAtomicFolder::commit_replaces_the_target() {
    fs::create_directory(target_);
    write_text(target_ / "old", "old");
    QCOMPARE(::chmod(target_.c_str(), 0700), 0);
    {
        AtomicFolder folder(target_.string() + "/");
        write_text(folder.temporary_path() / "new", "new");
        QVERIFY(names_in(target_) == Names{"old"});
        folder.commit();
    }
    QVERIFY(names_in(home_) == Names{"target"});
    QVERIFY(names_in(target_) == Names{"new"});
    QVERIFY(fs::status(target_).permissions() == fs::perms::owner_all);
}

void TestAtomicFolder::without_commit_nothing_changes() {
    fs::create_directory(target_);
    write_text(target_ / "old", "old");
    {
        const AtomicFolder folder(target_);
        fs::create_directory(folder.temporary_path() / "inner");
        write_text(folder.temporary_path() / "inner" / "new", "new");
    }
    QVERIFY(names_in(home_) == Names{"target"});
    QVERIFY(names_in(target_) == Names{"old"});
}

void TestAtomicFolder::parents_go_with_what_they_were_made_for() {
    { const AtomicFolder folder(home_ / "a" / "b" / "c"); }
    QVERIFY(names_in(home_).empty());
    { AtomicFolder(home_ / "a" / "b" / "c").commit(); }
    QVERIFY(fs::is_directory(home_ / "a" / "b" / "c"));
    { const AtomicFolder folder(home_ / "a" / "b" / "d"); }
    QVERIFY(names_in(home_ / "a" / "b") == Names{"c"});
}

void TestAtomicFolder::parents_that_are_used_stay() {
    {
        const AtomicFolder folder(home_ / "a" / "b" / "c");
        write_text(home_ / "a" / "mine", "");
    }
    QVERIFY(names_in(home_ / "a") == Names{"mine"});
    fs::create_directory(home_ / "empty");
    { const AtomicFolder folder(home_ / "empty" / "c"); }
    QVERIFY(fs::exists(home_ / "empty"));  // not made for it
}

void TestAtomicFolder::links_are_followed() {
    fs::create_directory(home_ / "real");
    fs::create_directory_symlink("real", target_);
    AtomicFolder folder(target_);
    write_text(folder.temporary_path() / "a", "new");
    folder.commit();
    QVERIFY(fs::is_symlink(target_));
    QVERIFY(names_in(home_ / "real") == Names{"a"});
}

void TestAtomicFolder::refuses_bad_targets() {
    write_text(target_, "a file");
    QVERIFY_EXCEPTION_THROWN(AtomicFolder{target_}, Error);
    QVERIFY_EXCEPTION_THROWN(AtomicFolder{target_ / "below a file"}, Error);
    QVERIFY_EXCEPTION_THROWN(AtomicFolder{"/proc/none/here"}, Error);
    QVERIFY(names_in(home_) == Names{"target"});
}

void TestAtomicFolder::what_a_killed_program_left_is_removed() {
    const pid_t child = ::fork();
    if (child == 0) {
        const AtomicFolder folder(target_);
        write_text(folder.temporary_path() / "half", "written");
        AtomicFile file(home_ / "file");
        std::raise(SIGKILL);
    }
    int status = 0;
    QCOMPARE(::waitpid(child, &status, 0), child);
    QVERIFY(WIFSIGNALED(status));
    QCOMPARE(names_in(home_).size(), std::size_t{2});
    { const AtomicFolder folder(target_); }
    QVERIFY(names_in(home_).empty());
}

void TestAtomicFolder::what_is_in_use_is_kept() {
    AtomicFolder first(target_);
    write_text(first.temporary_path() / "a", "first");
    AtomicFile file(home_ / "file");
    AtomicFolder second(target_);
    write_text(second.temporary_path() / "a", "second");
    QVERIFY(fs::exists(file.temporary_path()));
    file.commit();
    first.commit();
    QCOMPARE(text_of(target_ / "a"), std::string("first"));
    second.commit();
    QCOMPARE(text_of(target_ / "a"), std::string("second"));
    QCOMPARE(text_of(home_ / "file"), std::string());
}

void TestAtomicFolder::what_others_may_use_is_kept() {
    // Another machine's, a link, and other names.
    const fs::path ours = temporary_beside(target_);
    fs::create_directory(home_ / "elsewhere");
    write_text(home_ / "elsewhere" / "mine", "");
    fs::create_directory_symlink("elsewhere", ours);
    std::string theirs = ours.filename().string();
    const std::size_t digit = std::string(".quantloupe-").size();
    theirs[digit] = theirs[digit] == '0' ? '1' : '0';
    write_text(home_ / theirs, "");
    write_text(home_ / ".quantloupe-notes.part", "");
    const Names before = names_in(home_);
    { const AtomicFolder folder(target_); }
    QVERIFY(names_in(home_) == before);
    QVERIFY(fs::exists(home_ / "elsewhere" / "mine"));
}

QTEST_APPLESS_MAIN(TestAtomicFolder)
#include "test_atomic_folder.moc"
