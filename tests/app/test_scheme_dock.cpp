#include <QClipboard>
#include <QComboBox>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QTest>
#include <QToolButton>

#include "app/docks/scheme_dock.h"
#include "app/docks/scheme_text_edit.h"
#include "app/workspace.h"
#include "tests/app/app_fixture.h"
#include "widgets/theme.h"

using namespace ql;
using namespace ql::gui;

class TestSchemeDock : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { theme_ = std::make_unique<Theme>(); }
    void cleanupTestCase() { theme_.reset(); }
    void init();
    void cleanup();

    void choicesMakeTheScheme();
    void onlyValidCombinationsAreOffered();
    void textIsLiveAndEditable();
    void wrongTextPointsAtTheCharacter();
    void menuAddsPresetsAndTextbookVariants();
    void keyboardSwitchesAndRemoves();
    void selectionIsTheFocus();
    void emptyListHidesTheEditor();

  private:
    QComboBox* choice(const char* name) const { return dock_->findChild<QComboBox*>(name); }
    void choose(const char* name, const QString& text) const;
    const Scheme& bareScheme() const {
        return std::get<Scheme>(workspace_->scheme(workspace_->focus())->plan.base);
    }
    QString text() const { return workspace_->scheme(workspace_->focus())->text(); }
    QLineEdit* textField() const;

    std::unique_ptr<Theme> theme_;
    std::unique_ptr<Jobs> jobs_;
    std::unique_ptr<Workspace> workspace_;
    std::unique_ptr<SchemeDock> dock_;
};

void TestSchemeDock::init() {
    jobs_ = std::make_unique<Jobs>();
    workspace_ = std::make_unique<Workspace>(jobs_.get());
    dock_ = std::make_unique<SchemeDock>(workspace_.get());
    dock_->resize(280, 700);
    dock_->show();
    QVERIFY(QTest::qWaitForWindowExposed(dock_.get()));
}

void TestSchemeDock::cleanup() {
    dock_.reset();
    workspace_.reset();
    jobs_.reset();
}

void TestSchemeDock::choose(const char* name, const QString& text) const {
    QComboBox* box = choice(name);
    const int index = box->findText(text);
    QVERIFY2(index >= 0, qPrintable(text));
    box->setCurrentIndex(index);
    emit box->activated(index);
}

QLineEdit* TestSchemeDock::textField() const {
    for (SchemeTextEdit* edit : dock_->findChildren<SchemeTextEdit*>()) {
        if (edit->isVisible()) {
            return edit->field();
        }
    }
    return nullptr;
}

void TestSchemeDock::choicesMakeTheScheme() {
    choose("grid", "int3");
    QCOMPARE(text(), QStringLiteral("int3:g128:sym"));
    choose("group", "64");
    choose("symmetry", "asymmetric");
    choose("scale", "F32");
    QCOMPARE(parse_plan(text().toStdString()), parse_plan("int3:g64:asym:f32"));
    choose("granularity", "per channel");
    QCOMPARE(parse_plan(text().toStdString()), parse_plan("int3:channel:asym:f32"));
    choose("grid", "Q5_1");
    QCOMPARE(text(), QStringLiteral("q5_1"));
    choose("grid", "textbook asymmetric");
    choose("bits", "3");
    QCOMPARE(text(), QStringLiteral("textbook_asym3"));
    QCOMPARE(workspace_->undoStack()->count(), 8);
}

void TestSchemeDock::onlyValidCombinationsAreOffered() {
    choose("grid", "Q4_0");
    for (const char* name : {"bits", "granularity", "group", "symmetry", "scale"}) {
        QVERIFY2(!choice(name)->isVisible(), name);
    }
    choose("grid", "int4");
    for (const char* name : {"granularity", "group", "symmetry", "scale"}) {
        QVERIFY2(choice(name)->isVisible(), name);
    }
    choose("granularity", "per tensor");
    QVERIFY(!choice("group")->isVisible());
    // Whatever is offered is a scheme that exists.
    QComboBox* grids = choice("grid");
    for (int i = 0; i < grids->count(); ++i) {
        if (!(grids->model()->index(i, 0).flags() & Qt::ItemIsEnabled)) {
            continue;  // a heading
        }
        grids->setCurrentIndex(i);
        emit grids->activated(i);
        QVERIFY(!bareScheme().validate());
        QCOMPARE(grids->currentIndex(), i);
    }
}

void TestSchemeDock::textIsLiveAndEditable() {
    choose("grid", "Q8_0");
    QLineEdit* field = textField();
    QCOMPARE(field->text(), QStringLiteral("q8_0"));
    field->setFocus();
    field->selectAll();
    QTest::keyClicks(field, "int4:g48:asym");
    QCOMPARE(text(), QStringLiteral("q8_0"));  // not before Return
    QTest::keyClick(field, Qt::Key_Return);
    QCOMPARE(text(), QStringLiteral("int4:g48:asym"));
    QCOMPARE(choice("group")->currentText(), QStringLiteral("48"));
}

void TestSchemeDock::wrongTextPointsAtTheCharacter() {
    auto* edit = static_cast<SchemeTextEdit*>(textField()->parentWidget());
    textField()->selectAll();
    QTest::keyClicks(textField(), "int4:x9");
    QVERIFY(!edit->problem().isEmpty());
    QTest::keyClick(textField(), Qt::Key_Return);
    QCOMPARE(text(), QStringLiteral("q4_0"));
    textField()->selectAll();
    QTest::keyClicks(textField(), "Q4_1");  // upper case is fine
    QVERIFY(edit->problem().isEmpty());
    QTest::keyClick(textField(), Qt::Key_Return);
    QCOMPARE(text(), QStringLiteral("q4_1"));
}

void TestSchemeDock::menuAddsPresetsAndTextbookVariants() {
    QStringList added;
    QMenu* textbook = nullptr;
    for (QAction* group : dock_->addMenu()->actions()) {
        for (QAction* action : group->menu() ? group->menu()->actions() : QList<QAction*>()) {
            const QString title = action->text().section(u'\t', 0, 0);
            if (title == u"Q5_0" || title == u"INT8" || title == u"Q4_K_M") {
                action->trigger();
                added.append(text());
            }
        }
        textbook = group->text() == u"Textbook Variants" ? group->menu() : textbook;
    }
    QCOMPARE(added, (QStringList{"recipe:Q4_K_M", "recipe:Q5_0", "q5_0", "int8:channel:narrow"}));
    workspace_->removeScheme(workspace_->schemes().last().id);
    workspace_->removeScheme(workspace_->schemes().last().id);
    QVERIFY(textbook);
    for (QAction* action : textbook->actions()) {
        const qsizetype before = workspace_->schemes().size();
        action->trigger();
        if (before < Workspace::kMaxSchemes) {
            QVERIFY(!bareScheme().exportable());
        }
    }
    QCOMPARE(workspace_->schemes().size(), Workspace::kMaxSchemes);
}

void TestSchemeDock::keyboardSwitchesAndRemoves() {
    auto* list = dock_->findChild<QListView*>();
    list->setFocus();
    const int first = workspace_->focus();
    QTest::keyClick(list, Qt::Key_Space);
    QVERIFY(!workspace_->scheme(first)->enabled);
    QTest::keyClick(list, Qt::Key_Space);
    QVERIFY(workspace_->scheme(first)->enabled);
    QVERIFY(QTest::qWaitForWindowActive(dock_.get()));
    QTest::keyClick(list, Qt::Key_Delete);
    QVERIFY(!workspace_->scheme(first));
    QCOMPARE(workspace_->schemes().size(), 2);
}

void TestSchemeDock::selectionIsTheFocus() {
    auto* list = dock_->findChild<QListView*>();
    list->setFocus();
    QTest::keyClick(list, Qt::Key_Down);
    QCOMPARE(workspace_->focus(), workspace_->schemes()[1].id);
    QCOMPARE(textField()->text(), workspace_->schemes()[1].text());
    workspace_->setFocus(workspace_->schemes()[2].id);
    QCOMPARE(list->currentIndex().row(), 2);
}

void TestSchemeDock::emptyListHidesTheEditor() {
    while (!workspace_->schemes().isEmpty()) {
        workspace_->removeScheme(workspace_->focus());
    }
    QCOMPARE(workspace_->focus(), int{Workspace::kNoScheme});
    QVERIFY(!choice("grid")->isVisible());
    workspace_->undoStack()->undo();
    QVERIFY(choice("grid")->isVisible());
}

QTEST_MAIN(TestSchemeDock)
#include "test_scheme_dock.moc"
