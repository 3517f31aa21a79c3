#include <QTest>

#include "core/files/escape.h"

using namespace ql;

class TestEscape : public QObject {
    Q_OBJECT

  private slots:
    void knows_utf8_data();
    void knows_utf8();
    void agrees_with_qt_on_all_characters();
    void shows_what_cannot_be_seen();
    void cuts_long_texts();
};

void TestEscape::knows_utf8_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("length");
    QTest::newRow("nothing") << QByteArray("") << 0;
    QTest::newRow("ascii") << QByteArray("ab") << 1;
    QTest::newRow("nul") << QByteArray("\0", 1) << 1;
    QTest::newRow("two bytes") << QByteArray("é") << 2;
    QTest::newRow("three bytes") << QByteArray("量x") << 3;
    QTest::newRow("four bytes") << QByteArray("😀") << 4;
    QTest::newRow("cut") << QByteArray("\xE9\x87") << 0;
    QTest::newRow("lone continuation") << QByteArray("\x80") << 0;
    QTest::newRow("overlong slash") << QByteArray("\xC0\xAF") << 0;
    QTest::newRow("overlong, three bytes") << QByteArray("\xE0\x80\xAF") << 0;
    QTest::newRow("overlong, four bytes") << QByteArray("\xF0\x80\x80\xAF") << 0;
    QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80") << 0;
    QTest::newRow("beyond Unicode") << QByteArray("\xF4\x90\x80\x80") << 0;
    QTest::newRow("five bytes") << QByteArray("\xF8\x88\x80\x80\x80") << 0;
    QTest::newRow("wrong continuation") << QByteArray("\xC3(") << 0;
}

void TestEscape::knows_utf8() {
    QFETCH(QByteArray, text);
    QFETCH(int, length);
    QCOMPARE(static_cast<int>(utf8_character(text.toStdString())), length);
}

void TestEscape::agrees_with_qt_on_all_characters() {
    for (char32_t c = 0; c <= 0x10FFFF; ++c) {
        if (c < 0xD800 || c > 0xDFFF) {
            const std::string text = QString::fromUcs4(&c, 1).toStdString();
            QCOMPARE(utf8_character(text), text.size());
        }
    }
}

void TestEscape::shows_what_cannot_be_seen() {
    QCOMPARE(escaped("blk.0.weight é 量"), "blk.0.weight é 量");
    QCOMPARE(escaped(std::string_view("a\0b", 3)), "a\\x00b");
    QCOMPARE(escaped("\n\t\x1B\x7F"), "\\n\\t\\x1B\\x7F");
    QCOMPARE(escaped("\xC2\x85"), "\\u0085");
    QCOMPARE(escaped("\xE2\x80\xAE"), "\\u202E");
    QCOMPARE(escaped("\xFF\xC3"), "\\xFF\\xC3");
    QCOMPARE(in_quotes("say \"a\\b\""), "\"say \\\"a\\\\b\\\"\"");
    QVERIFY(is_clean_text("blk.0.weight é 量"));
    QVERIFY(!is_clean_text("a\nb"));
    QVERIFY(!is_clean_text("\xC2\x85"));
    QVERIFY(!is_clean_text("\xFF"));
}

void TestEscape::cuts_long_texts() {
    QCOMPARE(escaped("abcdef", 6), "abcdef");
    QCOMPARE(escaped("abcdefg", 6), "abcdef…");
    QCOMPARE(escaped("量量量", 4), "量量…");
}

QTEST_APPLESS_MAIN(TestEscape)
#include "test_escape.moc"
