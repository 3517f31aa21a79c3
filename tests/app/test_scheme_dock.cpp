#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

#include "app/docks/grid_key.h"
#include "app/docks/scheme_dock.h"
#include "app/docks/scheme_text_edit.h"
#include "app/docks/storage_explanation.h"
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
    void gridsStandInGroups();
    void fitIsOfferedWhereTheGridHasIt();
    void roundingIsEdited();
    void transformAndClippingAreEdited();
    void recipesAreEdited();
    void textTakesPlans();
    void importanceIsShownAndCleared();

  private:
    QComboBox* choice(const char* name) const { return dock_->findChild<QComboBox*>(name); }
    void choose(const char* name, const QString& text) const;
    const Scheme& bareScheme() const {
        return std::get<Scheme>(workspace_->scheme(workspace_->focus())->plan.base);
    }
    QString text() const { return workspace_->scheme(workspace_->focus())->text(); }
    QLineEdit* textField() const;
    QTreeView* ruleView() const { return dock_->findChild<QTreeView*>("rules"); }
    void type(QLineEdit* field, const QString& text) const;

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
        if (edit->isVisible() && edit->field()->objectName() != u"rule") {
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
    choose("grid", "FP8 E4M3");
    QCOMPARE(text(), QStringLiteral("fp8_e4m3:channel"));
    choose("scaling", "per block of 128 × 128");
    choose("grid", "FP8 E5M2");
    QCOMPARE(text(), QStringLiteral("fp8_e5m2:block"));
    choose("activations", "FP8 E5M2 per token");
    QCOMPARE(text(), QStringLiteral("fp8_e5m2:block@fp8_e5m2:token"));
    choose("grid", "int8");
    choose("activations", "int8 per sequence");
    QVERIFY(text().endsWith(QStringLiteral("@int8:tensor")));
    choose("activations", "as they are");
    QVERIFY(!text().contains(u'@'));
}

void TestSchemeDock::onlyValidCombinationsAreOffered() {
    choose("grid", "Q4_0");
    for (const char* name : {"bits", "granularity", "group", "symmetry", "scale", "scaling"}) {
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

void TestSchemeDock::type(QLineEdit* field, const QString& text) const {
    field->setFocus();
    field->selectAll();
    field->insert(text);
    QTest::keyClick(field, Qt::Key_Return);
}

void TestSchemeDock::gridsStandInGroups() {
    QStringList headings;
    int types = 0;
    QComboBox* grids = choice("grid");
    for (int i = 0; i < grids->count(); ++i) {
        if (!(grids->model()->index(i, 0).flags() & Qt::ItemIsEnabled)) {
            headings << grids->itemText(i);
            continue;
        }
        const GridSpec grid = gridOf(grids->itemData(i).toString(), StorageGrid{});
        if (const auto* storage = std::get_if<StorageGrid>(&grid)) {
            ++types;
            const DType dtype = storage->dtype;
            QCOMPARE(grids->itemData(i, Qt::UserRole + 1).toString().toDouble(),
                     bits_per_value(dtype));
            QVERIFY2(!storageExplanation(dtype).isEmpty(), qPrintable(grids->itemText(i)));
        }
    }
    QCOMPARE(types, static_cast<int>(encodable_dtypes().size()));
    QVERIFY(headings.contains("K-quants") && headings.contains("Textbook"));
}

void TestSchemeDock::fitIsOfferedWhereTheGridHasIt() {
    auto* importance = dock_->findChild<QCheckBox*>("importance");
    QComboBox* grids = choice("grid");
    for (int i = 0; i < grids->count(); ++i) {
        if (!(grids->model()->index(i, 0).flags() & Qt::ItemIsEnabled)) {
            continue;
        }
        grids->setCurrentIndex(i);
        emit grids->activated(i);
        const auto grid = make_grid(bareScheme().grid);
        QVERIFY(bareScheme().fit == Fit{});
        QCOMPARE(choice("search")->isVisible(), !grid->refuses_fit({.search = true}));
        QCOMPARE(importance->isVisible(), !grid->refuses_fit({.importance = true}));
    }
    choose("grid", "Q4_K");
    importance->click();
    QCOMPARE(text(), QStringLiteral("q4_k+imatrix"));
    choose("search", "search (least error)");
    QCOMPARE(text(), QStringLiteral("q4_k+imatrix+search"));
    importance->click();
    QCOMPARE(text(), QStringLiteral("q4_k+search"));
    // The fit stays with another grid that has it, and goes with one that has not.
    choose("grid", "Q6_K");
    QCOMPARE(text(), QStringLiteral("q6_k+search"));
    choose("grid", "BF16");
    QCOMPARE(text(), QStringLiteral("bf16"));
}

void TestSchemeDock::roundingIsEdited() {
    workspace_->replaceScheme(workspace_->focus(), parse_plan("q4_0"));
    QVERIFY(choice("method")->isVisible());
    QVERIFY(!choice("order")->isVisible());
    choose("method", "GPTQ");
    QCOMPARE(text(), QStringLiteral("q4_0+gptq"));
    QVERIFY(choice("order")->isVisible());
    auto* damp = dock_->findChild<QDoubleSpinBox*>("damp");
    QCOMPARE(damp->value(), 1.0);
    damp->setValue(7);
    emit damp->editingFinished();
    QCOMPARE(text(), QStringLiteral("q4_0+gptq(damp=0.07)"));
    QCOMPARE(choice("order")->currentText(), QStringLiteral("strong first, scales from before"));
    choose("order", "strong groups first");
    dock_->findChild<QCheckBox*>("independent")->click();
    dock_->findChild<QCheckBox*>("refit")->click();
    QCOMPARE(text(), QStringLiteral("q4_0+gptq(damp=0.07,order=group,independent,refit)"));
    // What cannot stand together cannot be chosen together.
    auto* gptaq = dock_->findChild<QCheckBox*>("gptaq");
    QVERIFY(!gptaq->isEnabled());
    dock_->findChild<QCheckBox*>("independent")->click();
    QVERIFY(!gptaq->isEnabled());
    dock_->findChild<QCheckBox*>("refit")->click();
    QVERIFY(gptaq->isEnabled());
    gptaq->click();
    QCOMPARE(text(), QStringLiteral("q4_0+gptq(damp=0.07,order=group,gptaq)"));
    QVERIFY(!dock_->findChild<QCheckBox*>("independent")->isEnabled());
    QVERIFY(!dock_->findChild<QCheckBox*>("refit")->isEnabled());
    QVERIFY(!gptaq->toolTip().isEmpty());
    // A grid without parameters has nothing to round under.
    choose("grid", "F16");
    QCOMPARE(text(), QStringLiteral("f16"));
    QVERIFY(!choice("method")->isVisible());
    workspace_->undoStack()->undo();
    QCOMPARE(choice("order")->currentText(), QStringLiteral("strong groups first"));
    choose("method", "nearest");
    QCOMPARE(text(), QStringLiteral("q4_0"));
}

void TestSchemeDock::transformAndClippingAreEdited() {
    workspace_->replaceScheme(workspace_->focus(), parse_plan("int4:g128:asym"));
    auto* alpha = dock_->findChild<QDoubleSpinBox*>("alpha");
    QVERIFY(choice("transform")->isVisible() && !alpha->isVisible());
    choose("transform", "AWQ");
    dock_->findChild<QCheckBox*>("clip")->click();
    QCOMPARE(text(), QStringLiteral("awq/int4:g128:asym+clip"));
    // Clipping is made for rounding to nearest: the later choice counts.
    choose("method", "GPTQ");
    QCOMPARE(text(), QStringLiteral("awq/int4:g128:asym+gptq"));
    dock_->findChild<QCheckBox*>("clip")->click();
    QCOMPARE(text(), QStringLiteral("awq/int4:g128:asym+clip"));
    dock_->findChild<QCheckBox*>("clip")->click();
    choose("transform", "AWQ, by whole modules");
    QCOMPARE(text(), QStringLiteral("awq(module)/int4:g128:asym"));
    choose("transform", "SmoothQuant");
    QCOMPARE(text(), QStringLiteral("smooth(0.5)/int4:g128:asym"));
    QVERIFY(alpha->isVisible());
    alpha->setValue(0.85);
    emit alpha->editingFinished();
    QCOMPARE(text(), QStringLiteral("smooth(0.85)/int4:g128:asym"));
    choose("grid", "BF16");  // as it is: nothing to prepare for
    QCOMPARE(text(), QStringLiteral("bf16"));
    QVERIFY(!choice("transform")->isVisible());
}

void TestSchemeDock::recipesAreEdited() {
    workspace_->addScheme(parse_plan("recipe:Q4_K_M"));
    QVERIFY(choice("recipe")->isVisible() && !choice("grid")->isVisible());
    choose("recipe", "Q5_K_S");
    QCOMPARE(text(), QStringLiteral("recipe:Q5_K_S"));
    dock_->findChild<QCheckBox*>("importance")->click();
    QCOMPARE(text(), QStringLiteral("recipe:Q5_K_S+imatrix"));
    QCOMPARE(textField()->text(), text());
    workspace_->undoStack()->undo();
    QVERIFY(!dock_->findChild<QCheckBox*>("importance")->isChecked());
}

void TestSchemeDock::textTakesPlans() {
    type(textField(), "q4_k_m");
    QCOMPARE(text(), QStringLiteral("recipe:Q4_K_M"));
    type(textField(), "recipe:Q4_0+imatrix");
    QCOMPARE(text(), QStringLiteral("recipe:Q4_0+imatrix"));
    type(textField(), "q4_k+search; ffn_down=q6_k");
    QCOMPARE(text(), QStringLiteral("q4_k+search; *ffn_down*=q6_k"));
    QCOMPARE(ruleView()->model()->rowCount(), 1);
    type(textField(), "keep");
    QVERIFY(!choice("grid")->isVisible() && !choice("recipe")->isVisible());
    QCOMPARE(ruleView()->model()->rowCount(), 0);
}

void TestSchemeDock::importanceIsShownAndCleared() {
    auto* line = dock_->findChild<QLabel*>("importance");
    QCOMPARE(line->text(), QStringLiteral("no importance matrix"));
    ImportanceMatrix matrix;
    matrix.entries["blk.0.attn_q.weight"] = {{1, 2}, {4}};
    matrix.datasets = {"wiki.txt"};
    matrix.chunk_count = 2;
    matrix.chunk_size = 512;
    const QTemporaryDir folder;
    const QString path = folder.filePath("wiki.gguf");
    write_imatrix(matrix, path.toStdString(), ImportanceFormat::gguf);
    workspace_->openImportance(path);
    QTRY_VERIFY2(line->text().startsWith("imatrix: wiki.gguf, 1 entry"), qPrintable(line->text()));
    QVERIFY2(line->text().contains("2 chunk"), qPrintable(line->text()));
    QVERIFY(line->toolTip().contains("wiki.txt"));
    for (QToolButton* button : dock_->findChildren<QToolButton*>()) {
        if (button->isVisible() &&
            button->accessibleName() == u"Work without the importance matrix") {
            button->click();
        }
    }
    QCOMPARE(line->text(), QStringLiteral("no importance matrix"));
    QVERIFY(!workspace_->importance());
}

QTEST_MAIN(TestSchemeDock)
#include "test_scheme_dock.moc"
