// A stored block as bits and as a table: values go in, the two follow each other.
#include <QAccessible>
#include <QApplication>
#include <QHelpEvent>
#include <QLabel>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolTip>

#include "widgets/block_bits.h"
#include "widgets/block_table.h"
#include "widgets/block_view.h"
#include "widgets/theme.h"

using namespace ql::gui;

namespace {

// A scale of two bytes, then a byte for every two codes: value j in the low half, j + n/2 in the
// high one.
std::shared_ptr<BlockPicture> block(int values) {
    auto picture = std::make_shared<BlockPicture>();
    const int codes = values / 2;
    picture->bytes = {0x34, 0x12};
    BitField scale{BitRole::scale, {}, {}, QStringLiteral("scale d = 0.5")};
    for (int bit = 0; bit < 16; ++bit) {
        scale.bits.push_back(bit);
    }
    for (int j = 0; j < values; ++j) {
        scale.values.push_back(j);
    }
    picture->fields.push_back(scale);
    for (int j = 0; j < values; ++j) {
        const int first = 8 * (2 + j % codes) + (j < codes ? 0 : 4);
        picture->fields.push_back({BitRole::code,
                                   {first, first + 1, first + 2, first + 3},
                                   {j},
                                   QStringLiteral("code of value %1").arg(j)});
        BlockRow row;
        row.code = j % 16;
        row.original = 0.25 * j;
        row.level = row.code;
        row.scale = 0.5;
        row.decoded = 0.5 * row.code;
        row.codeBits = QStringLiteral("%1").arg(row.code, 4, 2, QLatin1Char('0'));
        row.fields = {0, j + 1};
        row.formula = QStringLiteral("ŵ of %1").arg(j);
        picture->values.push_back(row);
    }
    for (int b = 0; b < codes; ++b) {
        picture->bytes.push_back(static_cast<unsigned char>(b % 16 | (b + codes) % 16 << 4));
    }
    return picture;
}

int highlighted(const BlockBits& bits, const BlockPicture& picture) {
    int count = 0;
    for (int bit = 0; bit < picture.bitCount(); ++bit) {
        count += bits.isHighlighted(bit) ? 1 : 0;
    }
    return count;
}

}  // namespace

class TestBlockView : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase();
    void init();
    void cleanup() { view_.reset(); }

    void aValueHighlightsTheBitsThatMakeIt();
    void pointingAtAValueHighlightsItForTheMoment();
    void aBitTellsItsFieldAndChoosesItsValue();
    void arrowsMoveAlongTheBits();
    void highestBitStandsAtTheLeft();
    void tableShowsEveryColumn();
    void offsetsAreShownWhereThereAreSome();
    void anotherBlockKeepsTheChosenValue();
    void changedBitsAreDrawn();
    void longBlocksScroll();
    void tableIsSeenWhole();
    void colorsAreReadableInBothThemes();
    void namesForScreenReaders();
    void nothingToShow();

  private:
    void click(int bit) {
        QTest::mouseClick(view_->bits()->viewport(), Qt::LeftButton, {},
                          view_->bits()->bitRect(bit).center());
    }
    QString cell(int row, int column) const {
        return view_->table()->model()->index(row, column).data().toString();
    }

    std::unique_ptr<BlockView> view_;
    std::shared_ptr<BlockPicture> picture_;
    Theme* theme_ = nullptr;
};

void TestBlockView::initTestCase() {
    QLocale::setDefault(QLocale::c());
    theme_ = new Theme(this);
}

void TestBlockView::init() {
    picture_ = block(32);
    view_ = std::make_unique<BlockView>();
    view_->resize(900, 400);
    view_->setPicture(picture_);
    view_->show();
    QVERIFY(QTest::qWaitForWindowExposed(view_.get()));
}

void TestBlockView::aValueHighlightsTheBitsThatMakeIt() {
    QSignalSpy changed(view_.get(), &BlockView::currentValueChanged);
    QCOMPARE(view_->currentValue(), -1);
    QCOMPARE(highlighted(*view_->bits(), *picture_), 0);
    view_->setCurrentValue(20);  // the high half of byte 2 + 4
    QCOMPARE(view_->currentValue(), 20);
    QCOMPARE(changed.count(), 1);
    QCOMPARE(highlighted(*view_->bits(), *picture_), 20);
    QVERIFY(view_->bits()->isHighlighted(0) && view_->bits()->isHighlighted(15));
    QVERIFY(!view_->bits()->isHighlighted(8 * 6 + 3) && view_->bits()->isHighlighted(8 * 6 + 4));
    QCOMPARE(view_->explanation(), QStringLiteral("ŵ of 20"));
    QTest::keyClick(view_->table(), Qt::Key_Down);
    QCOMPARE(view_->currentValue(), 21);
    QVERIFY(view_->bits()->isHighlighted(8 * 7 + 4));
}

void TestBlockView::pointingAtAValueHighlightsItForTheMoment() {
    view_->setCurrentValue(20);
    emit view_->table()->entered(view_->table()->model()->index(3, 0));
    QVERIFY(view_->bits()->isHighlighted(8 * 5) && !view_->bits()->isHighlighted(8 * 6 + 4));
    QCOMPARE(view_->currentValue(), 20);
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(view_->table()->viewport(), &leave);
    QVERIFY(!view_->bits()->isHighlighted(8 * 5) && view_->bits()->isHighlighted(8 * 6 + 4));
}

void TestBlockView::aBitTellsItsFieldAndChoosesItsValue() {
    click(8 * 6 + 5);
    QCOMPARE(view_->currentValue(), 20);
    QCOMPARE(view_->explanation(), QStringLiteral("byte 6 (0x44), bit 5: code of value 20"));
    QCOMPARE(view_->table()->currentIndex().row(), 20);
    // Bits that all values share choose none of them.
    click(3);
    QCOMPARE(view_->explanation(), QStringLiteral("byte 0 (0x34), bit 3: scale d = 0.5"));
    QCOMPARE(highlighted(*view_->bits(), *picture_), 16);
    QCOMPARE(view_->bits()->accessibleDescription(), view_->explanation());
    const QPoint place = view_->bits()->bitRect(8 * 6 + 5).center();
    QHelpEvent help(QEvent::ToolTip, place, view_->bits()->viewport()->mapToGlobal(place));
    QApplication::sendEvent(view_->bits()->viewport(), &help);
    QCOMPARE(QToolTip::text(), QStringLiteral("byte 6 (0x44), bit 5: code of value 20"));
    QToolTip::hideText();
}

void TestBlockView::arrowsMoveAlongTheBits() {
    BlockBits* bits = view_->bits();
    QSignalSpy chosen(bits, &BlockBits::bitChosen);
    QTest::keyClick(bits, Qt::Key_Right);
    QCOMPARE(bits->currentBit(), 7);  // the first that is drawn
    QTest::keyClick(bits, Qt::Key_Right);
    QCOMPARE(bits->currentBit(), 6);
    for (int i = 0; i < 7; ++i) {
        QTest::keyClick(bits, Qt::Key_Right);
    }
    QCOMPARE(bits->currentBit(), 15);
    QTest::keyClick(bits, Qt::Key_Left);
    QCOMPARE(bits->currentBit(), 0);
    QTest::keyClick(bits, Qt::Key_Down);
    QCOMPARE(bits->currentBit(), 8 * bits->bytesPerRow());
    QTest::keyClick(bits, Qt::Key_Up);
    QCOMPARE(bits->currentBit(), 0);
    QTest::keyClick(bits, Qt::Key_Up);
    QCOMPARE(bits->currentBit(), 0);
    QTest::keyClick(bits, Qt::Key_End);
    QCOMPARE(bits->currentBit(), 8 * 17);
    QCOMPARE(view_->currentValue(), 15);
    QTest::keyClick(bits, Qt::Key_Home);
    QCOMPARE(bits->currentBit(), 7);
    QCOMPARE(chosen.count(), 14);
}

void TestBlockView::highestBitStandsAtTheLeft() {
    const BlockBits* bits = view_->bits();
    QVERIFY(bits->bitRect(7).left() < bits->bitRect(0).left());
    QVERIFY(bits->bitRect(0).right() < bits->bitRect(15).left());
    QCOMPARE(bits->bitRect(7).top(), bits->bitRect(0).top());
    for (const int bit : {0, 7, 8, 40, 8 * 18 - 1}) {
        QCOMPARE(bits->bitAt(bits->bitRect(bit).center()), std::optional(bit));
    }
    QVERIFY(!bits->bitAt(QPoint(1, bits->bitRect(0).center().y())));
    QVERIFY(!bits->bitAt(QPoint(bits->bitRect(0).center().x(), 1)));  // the header
}

void TestBlockView::tableShowsEveryColumn() {
    QCOMPARE(view_->table()->model()->rowCount(), 32);
    const QString expected[] = {"3", "0.750", "3", "0011", "3", "0.500", "0", "1.50", "0.750", "0"};
    for (int column = 0; column < BlockTable::kColumns; ++column) {
        QCOMPARE(cell(3, column), expected[column]);
        const auto header = [&](int role) {
            return view_->table()->model()->headerData(column, Qt::Horizontal, role).toString();
        };
        QVERIFY(!header(Qt::DisplayRole).isEmpty() && !header(Qt::ToolTipRole).isEmpty());
    }
}

void TestBlockView::offsetsAreShownWhereThereAreSome() {
    QVERIFY(view_->table()->isColumnHidden(BlockTable::kOffset));
    auto other = block(32);
    other->hasOffset = true;
    view_->setPicture(other);
    QVERIFY(!view_->table()->isColumnHidden(BlockTable::kOffset));
}

void TestBlockView::anotherBlockKeepsTheChosenValue() {
    view_->setCurrentValue(5);
    auto other = block(32);
    other->values[5].decoded = -8;
    other->values[5].formula = QStringLiteral("changed");
    view_->setPicture(other);
    QCOMPARE(view_->currentValue(), 5);
    QCOMPARE(cell(5, BlockTable::kDecoded), QStringLiteral("-8.00"));
    QCOMPARE(view_->explanation(), QStringLiteral("changed"));
    QCOMPARE(view_->table()->currentIndex().row(), 5);
    view_->setPicture(block(64));
    QCOMPARE(view_->currentValue(), -1);
    QCOMPARE(view_->explanation(), QString());
}

void TestBlockView::changedBitsAreDrawn() {
    const auto mark = [this](int bit) {
        const QImage image = view_->bits()->viewport()->grab().toImage();
        const QRect place = view_->bits()->bitRect(bit);
        int count = 0;
        for (int x = place.left(); x <= place.right(); ++x) {
            for (int y = place.top(); y <= place.bottom(); ++y) {
                count += image.pixelColor(x, y) == themeColors().error ? 1 : 0;
            }
        }
        return count;
    };
    QCOMPARE(mark(20), 0);
    auto other = block(32);
    other->changed = {20};
    view_->setPicture(other);
    QVERIFY(mark(20) > 10);
    QCOMPARE(mark(21), 0);
    const auto labels = view_->findChildren<QLabel*>();
    QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
        return label->text().contains(QStringLiteral("changed"));
    }));
}

void TestBlockView::longBlocksScroll() {
    view_->resize(700, 220);
    const auto big = block(256);
    view_->setPicture(big);
    BlockBits* bits = view_->bits();
    QVERIFY(bits->verticalScrollBar()->maximum() > 0);
    QVERIFY(bits->bitRect(7).width() >= 8);  // cells do not shrink with the room
    const QRect seen = bits->viewport()->rect();
    QVERIFY(!seen.contains(bits->bitRect(8 * 129)));
    view_->setCurrentValue(255);
    QVERIFY(seen.contains(bits->bitRect(8 * 129 + 4)));
    view_->setCurrentValue(0);
    QVERIFY(seen.contains(bits->bitRect(8 * 2)));
    QTest::keyClick(bits, Qt::Key_End);
    QVERIFY(seen.contains(bits->bitRect(bits->currentBit())));
    // The chosen row stays in sight when there is less room.
    view_->resize(900, 400);
    view_->setCurrentValue(130);
    view_->resize(900, 200);
    QTRY_VERIFY(view_->table()->viewport()->rect().contains(
        view_->table()->visualRect(view_->table()->currentIndex()).center()));
    const int first = 8 * (2 + 130 % 128) + 4;
    QVERIFY(view_->bits()->viewport()->rect().contains(view_->bits()->bitRect(first)));
}

// All columns are seen where there is room, and bits get what is left.
void TestBlockView::tableIsSeenWhole() {
    auto picture = block(32);
    picture->hasOffset = true;
    view_->setPicture(picture);
    view_->resize(900, 300);
    QCOMPARE(view_->table()->horizontalScrollBar()->maximum(), 0);
    QVERIFY(view_->bits()->bytesPerRow() >= 2);
    const int narrow = view_->bits()->bytesPerRow();
    view_->resize(1500, 300);
    QCOMPARE(view_->table()->horizontalScrollBar()->maximum(), 0);
    QVERIFY(view_->bits()->bytesPerRow() > narrow);
}

void TestBlockView::colorsAreReadableInBothThemes() {
    for (const ThemeMode mode : {ThemeMode::light, ThemeMode::dark}) {
        theme_->setMode(mode);
        QTest::qWait(1);
        const ThemeColors& colors = themeColors(mode == ThemeMode::dark);
        for (int i = 0; i < kBitRoles; ++i) {
            const QColor color = bitRoleColor(static_cast<BitRole>(i));
            QVERIFY(!bitRoleTitle(static_cast<BitRole>(i)).isEmpty());
            for (int other = 0; other < i; ++other) {
                QVERIFY(bitRoleColor(static_cast<BitRole>(other)) != color);
            }
        }
        const QImage image = view_->bits()->viewport()->grab().toImage();
        const QRect place = view_->bits()->bitRect(12);
        const QColor fill = image.pixelColor(place.center().x(), place.bottom());
        QVERIFY(fill != colors.panel);
        QVERIFY(contrast(readableOn(colors.text, fill), fill) >= 4.5);
    }
    theme_->setMode(ThemeMode::light);
}

void TestBlockView::namesForScreenReaders() {
    for (const QWidget* widget :
         {static_cast<QWidget*>(view_->bits()), static_cast<QWidget*>(view_->table())}) {
        QVERIFY(!widget->accessibleName().isEmpty());
        QVERIFY(widget->focusPolicy() & Qt::TabFocus);
    }
}

void TestBlockView::nothingToShow() {
    view_->setCurrentValue(3);
    view_->setPicture(nullptr);
    QCOMPARE(view_->currentValue(), -1);
    QCOMPARE(view_->table()->model()->rowCount(), 0);
    QTest::keyClick(view_->bits(), Qt::Key_Right);
    QCOMPARE(view_->bits()->currentBit(), -1);
    QVERIFY(!view_->bits()->grab().isNull());
    view_->setCurrentValue(3);
    QCOMPARE(view_->currentValue(), -1);
}

QTEST_MAIN(TestBlockView)
#include "test_block_view.moc"
