#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QTest>
#include <QTreeView>

#include "app/docks/rule_editor.h"
#include "app/docks/rule_list.h"
#include "app/docks/scheme_text_edit.h"
#include "app/workspace.h"
#include "tests/app/app_fixture.h"
#include "widgets/theme.h"

using namespace ql;
using namespace ql::gui;

class TestRules : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { theme_ = std::make_unique<Theme>(); }
    void cleanupTestCase() { theme_.reset(); }
    void init();
    void cleanup();

    void areAddedChangedMovedAndRemoved();
    void areReadAsTheyArePasted_data();
    void areReadAsTheyArePasted();
    void wrongTextPointsAtTheCharacter();
    void areCounted();

  private:
    QString text() const { return workspace_->scheme(workspace_->focus())->text(); }
    QLineEdit* ruleField() const { return editor_->findChild<QLineEdit*>("rule"); }
    QTreeView* ruleView() const { return editor_->findChild<QTreeView*>("rules"); }
    static void type(QLineEdit* field, const QString& text);

    std::unique_ptr<Theme> theme_;
    std::unique_ptr<Jobs> jobs_;
    std::unique_ptr<Workspace> workspace_;
    std::unique_ptr<RuleEditor> editor_;
};

void TestRules::init() {
    jobs_ = std::make_unique<Jobs>();
    workspace_ = std::make_unique<Workspace>(jobs_.get());
    editor_ = std::make_unique<RuleEditor>(workspace_.get());
    editor_->retranslate();
    editor_->resize(280, 200);
    editor_->show();
    QVERIFY(QTest::qWaitForWindowExposed(editor_.get()));
}

void TestRules::cleanup() {
    editor_.reset();
    workspace_.reset();
    jobs_.reset();
}

void TestRules::type(QLineEdit* field, const QString& text) {
    field->setFocus();
    field->selectAll();
    field->insert(text);
    QTest::keyClick(field, Qt::Key_Return);
}

void TestRules::areAddedChangedMovedAndRemoved() {
    type(ruleField(), "ffn_down=q6_k");
    type(ruleField(), "blk.0.*=keep");
    QCOMPARE(text(), QStringLiteral("q4_0; *ffn_down*=q6_k; blk.0.*=keep"));
    QCOMPARE(workspace_->scheme(workspace_->focus())->title(), QStringLiteral("Q4_0 + 2"));
    QVERIFY(ruleField()->text().isEmpty());

    QTreeView* view = ruleView();
    QCOMPARE(view->currentIndex().row(), 1);
    view->setFocus();
    QTest::keyClick(view, Qt::Key_Up, Qt::AltModifier);
    QCOMPARE(text(), QStringLiteral("q4_0; blk.0.*=keep; *ffn_down*=q6_k"));
    QTest::keyClick(view, Qt::Key_Return);
    QCOMPARE(ruleField()->text(), QStringLiteral("blk.0.*=keep"));
    type(ruleField(), "blk.0.*=q8_0");
    QCOMPARE(text(), QStringLiteral("q4_0; blk.0.*=q8_0; *ffn_down*=q6_k"));
    // Escape leaves the change.
    QTest::keyClick(view, Qt::Key_F2);
    QTest::keyClick(ruleField(), Qt::Key_Escape);
    QVERIFY(ruleField()->text().isEmpty());
    QTest::keyClick(view, Qt::Key_Delete);
    QCOMPARE(text(), QStringLiteral("q4_0; *ffn_down*=q6_k"));
    QCOMPARE(view->currentIndex().row(), 0);
    workspace_->undoStack()->undo();
    QCOMPARE(text(), QStringLiteral("q4_0; blk.0.*=q8_0; *ffn_down*=q6_k"));
    QVERIFY(view->isVisible());
    // Another scheme has its own rules.
    workspace_->setFocus(workspace_->schemes()[1].id);
    QCOMPARE(view->model()->rowCount(), 0);
    QVERIFY(!view->isVisible());
}

void TestRules::areReadAsTheyArePasted_data() {
    QTest::addColumn<QString>("pasted");
    QTest::addColumn<QString>("rules");
    QTest::newRow("one") << "ffn_down=q6_k"
                         << "*ffn_down*=q6_k";
    QTest::newRow("lines") << "# a comment\nffn_down=q6_k\n\n  blk.1.*=keep\r\n"
                           << "*ffn_down*=q6_k; blk.1.*=keep";
    QTest::newRow("separated") << "a=q8_0; b=q5_0"
                               << "*a*=q8_0; *b*=q5_0";
    QTest::newRow("options") << "--tensor-type attn_v=q8_0 --tensor-type \"ffn_(up|gate)=q5_k\""
                             << "*attn_v*=q8_0; /ffn_(up|gate)/=q5_k";
    QTest::newRow("a shell's lines") << "--tensor-type attn_v=q8_0 \\\n --tensor-type ffn_down=q6_k"
                                     << "*attn_v*=q8_0; *ffn_down*=q6_k";
}

void TestRules::areReadAsTheyArePasted() {
    QFETCH(QString, pasted);
    QFETCH(QString, rules);
    QGuiApplication::clipboard()->setText(pasted);
    ruleField()->setFocus();
    ruleField()->paste();
    QTest::keyClick(ruleField(), Qt::Key_Return);
    QCOMPARE(text(), QStringLiteral("q4_0; ") + rules);
}

void TestRules::wrongTextPointsAtTheCharacter() {
    const QString before = text();
    auto* edit = static_cast<SchemeTextEdit*>(ruleField()->parentWidget());
    type(ruleField(), "ffn_down=q6_k\nffn_up=q9");
    QVERIFY(!edit->problem().isEmpty());
    QCOMPARE(text(), before);  // none of the lines is taken
    QString marked;
    for (const QLabel* label : edit->findChildren<QLabel*>()) {
        marked += label->text();
    }
    // Only the wrong line is shown, and the mark stands behind what is known of the name.
    QVERIFY2(marked.contains("ffn_up=q<b") && !marked.contains("ffn_down"), qPrintable(marked));
    type(ruleField(), "ffn_up");
    QVERIFY(!edit->problem().isEmpty());
    type(ruleField(), "/(/=q4_0");
    QVERIFY(!edit->problem().isEmpty());
}

void TestRules::areCounted() {
    workspace_->open(demoModel());
    QTRY_VERIFY(workspace_->model());
    type(ruleField(), "ffn_down=q8_0");
    type(ruleField(), "blk.0.ffn_*=q5_0");
    type(ruleField(), "nothing_of_this_name=q5_0");
    const auto count = [this](int row) {
        return ruleView()->model()->index(row, RuleList::kCount).data().toString();
    };
    QTRY_COMPARE(count(0), QStringLiteral("5"));  // the first layer's is the next rule's
    QVERIFY(count(1).toInt() >= 3);
    QCOMPARE(count(2), QStringLiteral("0"));
}

QTEST_MAIN(TestRules)
#include "test_rules.moc"
