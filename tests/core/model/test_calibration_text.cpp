#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "core/model/calibration/calibration_text.h"
#include "tests/core/model/text_windows.h"

using namespace ql;

/// Texts to calibrate on: what is read of files, and how they are cut.
class TestCalibrationText : public QObject {
    Q_OBJECT

  private slots:
    void builtInTextIsThatOfTheDemoModel() {
        const CalibrationText text = CalibrationText::built_in();
        const char* files[] = {"calibration.txt", "calibration_zh.txt", "calibration_code.txt"};
        QCOMPARE(text.documents.size(), std::size_t{3});
        for (std::size_t i = 0; i < 3; ++i) {
            std::ifstream file(std::string(QL_SOURCE_DIR "/resources/demo_model/") + files[i],
                               std::ios::binary);
            const std::string content{std::istreambuf_iterator<char>(file), {}};
            QVERIFY(content.size() > 4000);
            QVERIFY(text.documents[i] == content);
        }
        QCOMPARE(text.name, std::string("built-in"));
    }

    void plainTextIsReadAsItIs() {
        const CalibrationText text = CalibrationText::read(write("a.txt", "Hello\r\n\xE4\xBD\xA0"));
        QCOMPARE(text.documents, std::vector<std::string>{"Hello\r\n\xE4\xBD\xA0"});
        QCOMPARE(text.name, std::string("a.txt"));
        QVERIFY(text.note().empty());
        QVERIFY(text.hash() != CalibrationText::read(write("b.txt", "Hello")).hash());
    }

    void linesOfJsonAreDocuments() {
        const CalibrationText text = CalibrationText::read(
            write("a.jsonl",
                  "{\"text\": \"one\\ntwo\", \"id\": 3}\r\n\n  \n{\"text\":\"\"}\n{\"text\": "
                  "\"\\u4f60\"}"));
        QCOMPARE(text.documents, (std::vector<std::string>{"one\ntwo", "\xE4\xBD\xA0"}));
    }

    void badFilesAreRefusedWithTheLine_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* title, const char* name, const QByteArray& content,
                            const char* sentence) {
            QTest::newRow(title) << name << content << sentence;
        };
        row("empty", "a.txt", "", "The file has no text.");
        row("empty lines", "a.jsonl", "\n\n", "The file has no text.");
        row("binary", "a.txt", QByteArray("GGUF\n\0\0\3", 8), "Line 2 has a zero byte");
        row("latin 1", "a.txt", "one\ncaf\xE9\n", "Line 2 is not UTF-8.");
        row("bad UTF-8 in JSON", "a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"\xFF\"}\n",
            "Line 2 is not UTF-8.");
        row("no JSON", "a.jsonl", "{\"text\": \"a\"}\n\nhello\n", "Line 3 is not valid JSON.");
        row("cut JSON", "a.jsonl", "{\"text\": \"a", "Line 1 is not valid JSON.");
        row("deep JSON", "a.jsonl", QByteArray(5000, '['), "Line 1 is not valid JSON.");
        row("half a character", "a.jsonl", "{\"text\": \"\\ud800\"}", "Line 1 is not valid JSON.");
        row("no object", "a.ndjson", "[\"text\"]", "Line 1 is not a JSON object.");
        row("no text", "a.jsonl", "{\"content\": \"a\"}", "Line 1 has no \"text\"");
        row("text is a number", "a.jsonl", "{\"text\": 5}", "Line 1 has no \"text\"");
        row("long line", "a.jsonl",
            "{\"text\": \"" + QByteArray(int(CalibrationText::kMostLineBytes), 'a') + "\"}",
            "Line 1 is longer than");
    }
    void badFilesAreRefusedWithTheLine() {
        QFETCH(QString, name);
        QFETCH(QByteArray, content);
        QFETCH(QString, sentence);
        const auto path = write(name.toStdString(), content.toStdString());
        try {
            CalibrationText::read(path);
            QFAIL("the file was taken");
        } catch (const Error& error) {
            QVERIFY2(QString::fromStdString(error.sentence().english()).startsWith(sentence),
                     error.what());
            QCOMPARE(error.context(), path.string());
        }
    }

    /// Of a file that is too long, whole lines of the beginning are used.
    void longFilesAreShortened() {
        const std::string line = "{\"text\": \"" + std::string(999'989, 'x') + "\"}\n";
        const auto path = folderPath() / "long.jsonl";
        std::ofstream file(path, std::ios::binary);
        for (int i = 0; i < 70; ++i) {
            file << line;
        }
        file.close();
        const CalibrationText text = CalibrationText::read(path);
        QVERIFY(text.shortened);
        QCOMPARE(text.note().english(), std::string("Of this file only the first 64 MB are used."));
        QCOMPARE(text.documents.size(), CalibrationText::kMostBytes / line.size());
        // One line without an end: up to the last whole character.
        std::ofstream plain(folderPath() / "plain.txt", std::ios::binary);
        plain << "ab";
        for (std::uint64_t i = 0; i < CalibrationText::kMostBytes / 3 + 5; ++i) {
            plain << "\xE4\xBD\xA0";
        }
        plain.close();
        const CalibrationText one = CalibrationText::read(folderPath() / "plain.txt");
        QVERIFY(one.shortened);
        QVERIFY(one.documents[0].size() > CalibrationText::kMostBytes - 8);
        QCOMPARE(one.documents[0].size() % 3, std::size_t{2});
    }

    void samplesAreSpreadOverTheText() {
        const auto model = Model::open(QL_SOURCE_DIR "/resources/demo_model");
        const auto tokenizer = Tokenizer::of(*model);
        const std::string path = QL_SOURCE_DIR "/resources/demo_model/calibration.txt";
        const CalibrationText text = CalibrationText::read(path);
        const TokenIds ids = textTokens(*model, path);
        const auto all = CalibrationSamples::cut(text, *tokenizer, 0, 512);
        QCOMPARE(all.windows.size(), ids.size() / 512);
        QCOMPARE(all.text_tokens, static_cast<std::int64_t>(ids.size()));
        QVERIFY(all.windows == textWindows(*model, path, 512, std::int64_t(all.windows.size())));
        QVERIFY(all.note().empty());
        const auto some = CalibrationSamples::cut(text, *tokenizer, 5, 512);
        QCOMPARE(some.windows.size(), std::size_t{5});
        for (std::size_t i = 0; i < 5; ++i) {
            QVERIFY(some.windows[i] == all.windows[i * all.windows.size() / 5]);
        }
        const auto more = CalibrationSamples::cut(text, *tokenizer, 100'000, 512);
        QCOMPARE(more.windows.size(), all.windows.size());
        QVERIFY(QString::fromStdString(more.note().english())
                    .contains(QStringLiteral("100000 were asked for")));
        for (const auto& [count, context] : {std::pair{1, 1}, std::pair{1, 1'000'000}}) {
            try {
                CalibrationSamples::cut(text, *tokenizer, std::size_t(count), context);
                QFAIL("it was cut");
            } catch (const Error& error) {
                QCOMPARE(error.code(), ErrorCode::usage);
            }
        }
    }

    /// All languages of the built-in text are in few samples, too.
    void builtInSamplesHaveAllLanguages() {
        const auto model = Model::open(QL_SOURCE_DIR "/resources/demo_model");
        const auto tokenizer = Tokenizer::of(*model);
        const auto samples =
            CalibrationSamples::cut(CalibrationText::built_in(), *tokenizer, 16, 256);
        bool english = false;
        bool chinese = false;
        for (const TokenIds& window : samples.windows) {
            const QString text = QString::fromStdString(tokenizer->decode(window));
            english |= text.contains(QStringLiteral(" the "));
            chinese |= text.contains(QStringLiteral("。"));
        }
        QVERIFY(english && chinese);
    }

  private:
    std::filesystem::path folderPath() const { return folder_.path().toStdString(); }
    std::filesystem::path write(const std::string& name, const std::string& content) const {
        std::ofstream(folderPath() / name, std::ios::binary) << content;
        return folderPath() / name;
    }

    QTemporaryDir folder_;
};

QTEST_APPLESS_MAIN(TestCalibrationText)
#include "test_calibration_text.moc"
