#include <QAbstractButton>
#include <QAction>
#include <QComboBox>
#include <QDockWidget>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QRegularExpression>
#include <QTabWidget>
#include <QTest>
#include <QTextDocumentFragment>
#include <QTreeView>
#include <QXmlStreamReader>

#include "app/actions.h"
#include "app/jobs.h"
#include "app/language.h"
#include "app/main_window.h"
#include "app/pages/page.h"
#include "app/predictions.h"
#include "app/settings.h"
#include "app/text.h"
#include "app/workspace.h"
#include "tests/app/app_fixture.h"
#include "widgets/theme.h"

using namespace ql;
using namespace ql::gui;

namespace {

// Words that are the same in every language: names, terms of formats, units, formulas.
const QRegularExpression& international() {
    static const QRegularExpression words(QStringLiteral(
        "\\b(?:Quantloupe|English|EN|Hugging Face|GGUF|safetensors|gguf|config|json|"
        "llama|cpp|ggml|Llama|CPU|CSV|PNG|SVG|RMSE|SQNR|NaN|Ctrl|Esc|Shift|Home|"
        "Delete|Alt|Space|F\\d+|[IiTt]?[Qq]\\d(?:_\\w+)?|IQ|F\\d+|BF16|(?:MX|NV|mx|nv)?(?:FP|fp)4|"
        "INT\\d|g\\d+|"
        "int\\d|"
        "imatrix|OCP|KV|bfloat16|K-quant|recipe|type|keep|"
        "gate|up|down|norm|rope|RoPE|min|max|abs|log|w|s|a|q|k|v|o|qkv|dB|[kMG]?B|M|k|G|"
        "E|e|textbook_\\w*|q\\d_\\d|sym|asym|narrow|channel|tensor|f16|f32|bf16|"
        "blk|ffn_down|W8A8|BPE|FP8|E4M3|E5M2|AWQ|SmoothQuant|GPTQ|MSE|gptq|awq|clip|order|smooth|"
        "token|"
        "static|fp8_\\w+|X|XW)\\b"));
    return words;
}

// What is left of a text that a reader of Chinese would stumble over.
QString foreignRest(QString text, const MainWindow& window) {
    if (Qt::mightBeRichText(text)) {
        text = QTextDocumentFragment::fromHtml(text).toPlainText();
    }
    if (const auto model = window.workspace()->model()) {
        text.remove(toQString(model->title()));
    }
    if (const ModelTensor* tensor = window.workspace()->tensor()) {
        text.remove(QString::fromStdString(tensor->name));
    }
    for (const ComparedScheme& scheme : window.workspace()->schemes()) {
        text.remove(scheme.text());
    }
    static const QRegularExpression mnemonic(QStringLiteral("\\(&\\w\\)"));
    text.remove(mnemonic);
    text.remove(international());
    static const QRegularExpression word(QStringLiteral("[A-Za-z]{2,}"));
    return word.match(text).captured();
}

QStringList visibleTexts(const MainWindow& window) {
    QStringList texts;
    const QList<QWidget*> widgets = window.findChildren<QWidget*>();
    for (const QWidget* widget : widgets) {
        if (!widget->isVisible()) {
            continue;
        }
        texts.append({widget->toolTip(), widget->accessibleName()});
        if (const auto* label = qobject_cast<const QLabel*>(widget)) {
            texts.append(label->text());
        } else if (const auto* button = qobject_cast<const QAbstractButton*>(widget)) {
            texts.append(button->text());
        } else if (const auto* edit = qobject_cast<const QLineEdit*>(widget)) {
            texts.append(edit->placeholderText());
        } else if (const auto* dock = qobject_cast<const QDockWidget*>(widget)) {
            texts.append(dock->windowTitle());
        } else if (const auto* combo = qobject_cast<const QComboBox*>(widget)) {
            for (int i = 0; i < combo->count(); ++i) {
                texts.append(combo->itemText(i));
            }
        } else if (const auto* tabs = qobject_cast<const QTabWidget*>(widget)) {
            for (int i = 0; i < tabs->count(); ++i) {
                texts.append({tabs->tabText(i), tabs->tabToolTip(i)});
            }
        } else if (const auto* tree = qobject_cast<const QTreeView*>(widget)) {
            const QAbstractItemModel* model = tree->model();
            for (int column = 0; column < model->columnCount(); ++column) {
                texts.append(model->headerData(column, Qt::Horizontal).toString());
            }
            for (int row = 0; row < model->rowCount(); ++row) {
                const QModelIndex group = model->index(row, 0);
                texts.append(group.data().toString());
                for (int child = 0; child < model->rowCount(group); ++child) {
                    texts.append(model->index(child, 0, group).data().toString());
                }
            }
        }
    }
    const QList<QAction*> actions = window.findChildren<QAction*>();
    for (const QAction* action : actions) {
        // Qt keeps actions of its own in line edits and the like, some of which are never shown.
        if (action->parent() == window.actions() || qobject_cast<QMenu*>(action->parent())) {
            texts.append({action->text(), action->toolTip()});
        }
    }
    texts.removeAll(QString());
    return texts;
}

}  // namespace

class TestTranslations : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { usePrivatePaths(); }
    void cleanupTestCase() { removePrivatePaths(); }

    void everythingIsTranslated_data();
    void everythingIsTranslated();
    void knownTextsArrive();
    void sentencesOfCoreKeepTheirArguments();
    void englishHasPlurals();
    void windowSwitchesCompletely();
};

void TestTranslations::everythingIsTranslated_data() {
    QTest::addColumn<QString>("file");
    QTest::newRow("Chinese") << "quantloupe_zh_CN.ts";
    QTest::newRow("English plurals") << "quantloupe_en.ts";
}

void TestTranslations::everythingIsTranslated() {
    QFETCH(QString, file);
    QFile ts(QStringLiteral(QL_SOURCE_DIR "/translations/") + file);
    QVERIFY(ts.open(QIODevice::ReadOnly));
    QXmlStreamReader xml(&ts);
    QString source;
    int messages = 0;
    while (!xml.atEnd()) {
        xml.readNext();
        if (xml.isStartElement() && xml.name() == u"source") {
            source = xml.readElementText();
        } else if (xml.isStartElement() && xml.name() == u"translation") {
            ++messages;
            const auto type = xml.attributes().value(QStringLiteral("type"));
            QVERIFY2(type.isEmpty(), qPrintable(source + " is " + type.toString()));
        }
    }
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    QVERIFY(messages > 0);
}

void TestTranslations::knownTextsArrive() {
    Language language;
    language.set("zh_CN");
    QCOMPARE(QCoreApplication::translate("ql::gui::SchemeDock", "Schemes"), QStringLiteral("方案"));
    QCOMPARE(QCoreApplication::translate("QPlatformTheme", "Cancel"), QStringLiteral("取消"));
    QCOMPARE(QLocale().language(), QLocale::Chinese);
    language.set("en");
    QCOMPARE(QCoreApplication::translate("ql::gui::SchemeDock", "Schemes"),
             QStringLiteral("Schemes"));
    language.set("tlh");  // unknown: English
    QCOMPARE(language.current(), QStringLiteral("en"));
}

void TestTranslations::sentencesOfCoreKeepTheirArguments() {
    Language language;
    language.set("zh_CN");
    const Sentence sentence(
        "The header is said to be {} bytes long, but the file has only {} after its length.", 12,
        7);
    const QString text = translated(sentence);
    QVERIFY2(text.contains("12") && text.contains("7") && text.contains("文件"), qPrintable(text));
    const Sentence unknown("Nobody translated {}.", "this");
    QCOMPARE(translated(unknown), QStringLiteral("Nobody translated this."));
    const Error error(ErrorCode::bad_file, sentence, "a.safetensors");
    QVERIFY(translated(error).startsWith("a.safetensors："));
}

void TestTranslations::englishHasPlurals() {
    Language language;
    language.set("en");
    const char* context = "ql::gui::Workspace";
    const char* text = "Compare %n scheme(s) on the whole model";
    QCOMPARE(QCoreApplication::translate(context, text, nullptr, 1),
             QStringLiteral("Compare 1 scheme on the whole model"));
    QCOMPARE(QCoreApplication::translate(context, text, nullptr, 3),
             QStringLiteral("Compare 3 schemes on the whole model"));
}

void TestTranslations::windowSwitchesCompletely() {
    Settings settings;
    Theme theme;
    Language language;
    language.set("en");
    MainWindow window(&settings, &theme, &language);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    const auto check = [&window](const QString& where) {
        const QStringList texts = visibleTexts(window);
        QVERIFY2(texts.size() > 50, qPrintable(where));
        QStringList foreign;
        for (const QString& text : texts) {
            const QString rest = foreignRest(text, window);
            if (!rest.isEmpty()) {
                foreign.append(text + QStringLiteral(" [") + rest + u']');
            }
        }
        QVERIFY2(foreign.isEmpty(), qPrintable(where + ":\n" + foreign.join("\n")));
    };
    window.setLanguage("zh_CN");
    QCoreApplication::processEvents();
    check("welcome page");
    window.workspace()->openDemo();
    QTRY_VERIFY(window.workspace()->profile());
    window.workspace()->predictions()->setSettings({{}, Protocol::gptq, 32, 1});
    window.workspace()->runComparison();
    QTRY_VERIFY_WITH_TIMEOUT(window.jobs()->idle(), 60000);
    // There and back: what is made once, in the language of its birth, shows now.
    window.setLanguage("en");
    for (int page = 0; page < window.pages().size(); ++page) {
        window.showPage(page);
        QCoreApplication::processEvents();
    }
    window.setLanguage("zh_CN");
    for (int page = 0; page < window.pages().size(); ++page) {
        window.showPage(page);
        QTRY_VERIFY(window.jobs()->idle());
        QCoreApplication::processEvents();
        check(window.pages()[page]->metaObject()->className());
    }
}

QTEST_MAIN(TestTranslations)
#include "test_translations.moc"
