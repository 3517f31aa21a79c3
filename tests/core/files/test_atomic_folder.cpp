#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <fstream>
#include <iterator>
#include <set>

#include <fcntl.h>
#include <sys/resource.h>
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

bool cannot_exchange(const fs::path&, const fs::path&) { return false; }

/// And then there is nothing that could take the place.
bool loses_what_was_made(const fs::path& made, const fs::path&) {
    fs::remove_all(made);
    return false;
}

/// As long as it lives the process can open `more` files and no others.
class FewFiles {
  public:
    explicit FewFiles(rlim_t more) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const int free = ::open("/", O_RDONLY | O_CLOEXEC);
        ::close(free);
        const rlimit few{static_cast<rlim_t>(free) + more, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &few);
    }
    ~FewFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    FewFiles(const FewFiles&) = delete;
    FewFiles& operator=(const FewFiles&) = delete;

  private:
    rlimit before_{};
};

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
    void without_exchange_the_old_one_steps_aside();
    void without_exchange_a_failure_brings_the_old_one_back();
    void what_is_taken_for_abandoned_is_made_again();
    void what_cannot_be_locked_is_not_made();

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

void TestAtomicFolder::without_exchange_the_old_one_steps_aside() {
    fs::create_directory(target_);
    write_text(target_ / "old", "old");
    {
        AtomicFolder folder(target_, cannot_exchange);
        write_text(folder.temporary_path() / "new", "new");
        folder.commit();
        QVERIFY(names_in(target_) == Names{"new"});
        const fs::path aside = folder.temporary_path();
        QVERIFY(names_in(aside) == Names{"old"});
        remove_abandoned_beside(target_);  // as another export would while this one is killed
        QVERIFY(fs::exists(aside / "old"));
    }
    QVERIFY(names_in(home_) == Names{"target"});
    QVERIFY(names_in(target_) == Names{"new"});
}

void TestAtomicFolder::without_exchange_a_failure_brings_the_old_one_back() {
    fs::create_directory(target_);
    write_text(target_ / "old", "old");
    {
        AtomicFolder folder(target_, loses_what_was_made);
        QVERIFY_EXCEPTION_THROWN(folder.commit(), Error);
    }
    QVERIFY(names_in(home_) == Names{"target"});
    QVERIFY(names_in(target_) == Names{"old"});
}

void TestAtomicFolder::what_is_taken_for_abandoned_is_made_again() {
    std::vector<fs::path> made;
    fs::path temporary;
    TemporaryLock lock;
    const auto make = [&](const fs::path& name) {
        write_text(name, "");
        if (made.empty()) {
            remove_abandoned_beside(target_);  // another program looks before it is locked
        }
        made.push_back(name);
        return 0;
    };
    QCOMPARE(make_temporary(target_, make, temporary, lock), 0);
    QCOMPARE(made.size(), std::size_t{2});
    QVERIFY(made[0] != made[1]);
    QVERIFY(temporary == made[1]);
    remove_abandoned_beside(target_);
    QVERIFY(names_in(home_) == Names{temporary.filename().string()});
}

void TestAtomicFolder::what_cannot_be_locked_is_not_made() {
    temporary_beside(target_);  // reads what it names the machine by
    std::string reasons;
    try {
        const FewFiles few(1);  // the file itself
        const AtomicFile file(target_);
    } catch (const Error& error) {
        reasons += error.sentence().english();
    }
    try {
        const FewFiles few(0);
        const AtomicFolder folder(home_ / "a" / "b");
    } catch (const Error& error) {
        reasons += error.sentence().english();
    }
    QCOMPARE(reasons, "The file cannot be written: " + system_reason(EMFILE) + "." +
                          "The folder cannot be written: " + system_reason(EMFILE) + ".");
    QVERIFY(names_in(home_).empty());
}

QTEST_APPLESS_MAIN(TestAtomicFolder)
#include "test_atomic_folder.moc"
