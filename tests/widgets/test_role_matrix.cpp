#include <QSignalSpy>
#include <QTest>

#include "widgets/role_matrix.h"

using namespace ql::gui;

class TestRoleMatrix : public QObject {
    Q_OBJECT

  private slots:
    void init();
    void cleanup() { matrix_.reset(); }

    void fieldsTakeTheirColours();
    void aClickChooses();
    void pointerReadsTheField();
    void keyboardGoesOverEmptyFields();
    void manyRowsNeedLittleRoomEach();
    void longTitlesTakeTwoLines();
    void anotherShapeForgetsThePlace();

  private:
    /// ids 10 11 12 / 20 -- 22, values as far from each other as they can be.
    static std::vector<MatrixCell> cells();
    QColor at(int id) const {
        const QRect field = matrix_->cellRect(id);
        return matrix_->grab().toImage().pixelColor(field.left() + 4, field.center().y());
    }

    std::unique_ptr<RoleMatrix> matrix_;
};

std::vector<MatrixCell> TestRoleMatrix::cells() {
    return {{10, 0, "0", "ten"},
            {11, 1, "1", "eleven"},
            {12, 0.5, "½", "twelve"},
            {20, 1, "1", "twenty"},
            {},
            {22, std::nan(""), "–", "unknown"}};
}

void TestRoleMatrix::init() {
    matrix_ = std::make_unique<RoleMatrix>();
    matrix_->resize(400, 100);
    matrix_->setCells({"a", "b"}, {"x", "y", "z"}, cells());
    matrix_->setScale({0, 1});
    matrix_->show();
    matrix_->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(matrix_.get()));
}

void TestRoleMatrix::fieldsTakeTheirColours() {
    const ColorMap& map = ColorMap::viridis();
    QCOMPARE(at(10).rgb(), map(0));
    QCOMPARE(at(11).rgb(), map(1));
    QCOMPARE(at(20).rgb(), map(1));
    QVERIFY(at(22).rgb() != map(0) && at(22).rgb() != map(1));
    matrix_->setScale({0, 2});
    QCOMPARE(at(11).rgb(), map(0.5));
}

void TestRoleMatrix::aClickChooses() {
    const QSignalSpy chosen(matrix_.get(), &RoleMatrix::chosen);
    QTest::mouseClick(matrix_.get(), Qt::LeftButton, {}, matrix_->cellRect(20).center());
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen[0][0].toInt(), 20);
    // Nothing is in the middle of the second row, nor beside the fields.
    QTest::mouseClick(matrix_.get(), Qt::LeftButton, {},
                      matrix_->cellRect(11).center() +
                          (matrix_->cellRect(20).center() - matrix_->cellRect(10).center()));
    QTest::mouseClick(matrix_.get(), Qt::LeftButton, {}, {1, 1});
    QCOMPARE(chosen.size(), 1);
    QVERIFY(matrix_->cellRect(99).isEmpty());
}

void TestRoleMatrix::pointerReadsTheField() {
    QSignalSpy changed(matrix_.get(), &RoleMatrix::pointedChanged);
    QTest::mouseMove(matrix_.get(), matrix_->cellRect(12).center());
    QTRY_VERIFY(!changed.isEmpty());
    QVERIFY(matrix_->pointed());
    QCOMPARE(matrix_->pointed()->description, QStringLiteral("twelve"));
}

void TestRoleMatrix::keyboardGoesOverEmptyFields() {
    const QSignalSpy chosen(matrix_.get(), &RoleMatrix::chosen);
    matrix_->setCurrent(20);
    matrix_->setFocus(Qt::TabFocusReason);
    QVERIFY(matrix_->pointed());
    QCOMPARE(matrix_->pointed()->id, 20);
    QTest::keyClick(matrix_.get(), Qt::Key_Right);
    QCOMPARE(matrix_->pointed()->id, 22);
    QCOMPARE(matrix_->accessibleDescription(), QStringLiteral("unknown"));
    QTest::keyClick(matrix_.get(), Qt::Key_Right);  // the border
    QCOMPARE(matrix_->pointed()->id, 22);
    QTest::keyClick(matrix_.get(), Qt::Key_Up);
    QTest::keyClick(matrix_.get(), Qt::Key_Left);
    QTest::keyClick(matrix_.get(), Qt::Key_Down);  // nothing there
    QTest::keyClick(matrix_.get(), Qt::Key_Return);
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen[0][0].toInt(), 11);
}

void TestRoleMatrix::manyRowsNeedLittleRoomEach() {
    QStringList rows;
    std::vector<MatrixCell> cells;
    for (int i = 0; i < 80; ++i) {
        rows << QStringLiteral("layer %1").arg(i);
        cells.push_back({i, i / 80.0, "1", {}});
    }
    matrix_->setCells(rows, {"x"}, cells);
    const int least = matrix_->minimumSizeHint().height();
    QVERIFY(least < 80 * matrix_->fontMetrics().height());
    matrix_->resize(400, least);
    QVERIFY(matrix_->cellRect(79).bottom() < least);
    QVERIFY(matrix_->cellRect(79).top() > matrix_->cellRect(78).bottom());
    QVERIFY(matrix_->cellRect(0).height() > 0);
    QVERIFY(!matrix_->grab().isNull());
}

void TestRoleMatrix::longTitlesTakeTwoLines() {
    const int top = matrix_->cellRect(10).top();
    matrix_->setCells({"a", "b"}, {"x", "rather long title", "z"}, cells());
    QCOMPARE(matrix_->cellRect(10).top(), top);
    matrix_->resize(200, 100);
    QCOMPARE(matrix_->cellRect(10).top(), top + matrix_->fontMetrics().height());
    QVERIFY(matrix_->cellRect(20).bottom() < 100);
}

void TestRoleMatrix::anotherShapeForgetsThePlace() {
    matrix_->setFocus(Qt::TabFocusReason);
    QVERIFY(matrix_->pointed());
    matrix_->setCells({}, {}, {});
    QVERIFY(!matrix_->pointed());
    QTest::keyClick(matrix_.get(), Qt::Key_Down);
    QVERIFY(!matrix_->pointed());
}

QTEST_MAIN(TestRoleMatrix)
#include "test_role_matrix.moc"
