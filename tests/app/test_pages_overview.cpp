#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QSpinBox>
#include <QStandardItemModel>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include "app/controls.h"
#include "app/pages/overview_page.h"
#include "app/predictions.h"
#include "app/role_names.h"
#include "core/run/model_run.h"
#include "tests/app/app_fixture.h"
#include "tests/app/page_fixture.h"
#include "tests/core/tiny_model.h"
#include "widgets/number_format.h"
#include "widgets/role_matrix.h"
#include "widgets/stat_table.h"

using namespace ql;
using namespace ql::gui;

class TestPagesOverview : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { usePrivatePaths(); }
    void cleanupTestCase() { removePrivatePaths(); }
    void init();
    void cleanup();

    void cardDescribesTheModel();
    void modelThatCannotBeRunSaysWhy();
    void sizesAreThoseOfPreviews();
    void memoryFollowsTheContext();
    void longContextsAreRefused();
    void estimateStandsBesideTheExactSize();
    void formatsJoinTheComparison();
    void matrixShowsBitsBeforeARun();
    void aRunColoursTheMatrix();
    void outputErrorsComeFirst();
    void aFieldLeadsToItsTensor();
    void nothingIsCutOffInASmallWindow();
    void modelWithoutLayersHasNoMatrix();
    void closedModelIsLetGo();
    void everyTextFollowsTheLanguage();

  private:
    QAbstractItemModel* sizes() const { return page_->sizesView()->model(); }
    QModelIndex cell(int row, int column) const { return sizes()->index(row, column); }
    QString text(int row, int column) const { return cell(row, column).data().toString(); }
    /// Row of a canonical text; -1: none.
    int rowOf(const QString& canonical) const;
    void ready() const;
    bool offered(RoleMetric metric) const;
    int tensor(const char* name) const;
    /// The description of the field of a tensor.
    QString field(const char* name) const;

    std::unique_ptr<PageFixture> fixture_;
    std::unique_ptr<OverviewPage> page_;
};

void TestPagesOverview::init() {
    fixture_ = std::make_unique<PageFixture>();
    page_ = std::make_unique<OverviewPage>(&fixture_->workspace, &fixture_->jobs);
    page_->resize(900, 700);
    page_->show();
    page_->activateWindow();
}

void TestPagesOverview::cleanup() {
    page_.reset();
    fixture_.reset();
}

void TestPagesOverview::ready() const {
    QTRY_VERIFY(sizes()->rowCount() > 0);
    fixture_->settle();
}

int TestPagesOverview::rowOf(const QString& canonical) const {
    for (int row = 0; row < sizes()->rowCount(); ++row) {
        if (cell(row, 0).data(SizesTable::kTextRole).toString() == canonical) {
            return row;
        }
    }
    return -1;
}

bool TestPagesOverview::offered(RoleMetric metric) const {
    const auto* place = std::find(kRoleMetrics.begin(), kRoleMetrics.end(), metric);
    return static_cast<QStandardItemModel*>(page_->metrics()->model())
        ->item(static_cast<int>(place - kRoleMetrics.begin()))
        ->isEnabled();
}

int TestPagesOverview::tensor(const char* name) const {
    const Model& model = *fixture_->workspace.model();
    return static_cast<int>(model.find(name) - model.tensors().data());
}

QString TestPagesOverview::field(const char* name) const {
    QTest::mouseMove(page_->matrix(), {1, 1});
    QTest::mouseMove(page_->matrix(), page_->matrix()->cellRect(tensor(name)).center());
    QCoreApplication::processEvents();
    const MatrixCell* cell = page_->matrix()->pointed();
    return cell ? cell->description : QString();
}

void TestPagesOverview::cardDescribesTheModel() {
    fixture_->openTinyModel();
    ready();
    const QString tsv = page_->facts()->tsv();
    const auto has = [&tsv](const char* label, const QString& value) {
        return tsv.contains(QString::fromLatin1(label) + u'\t' + value + u'\n');
    };
    const Model& model = *fixture_->workspace.model();
    QVERIFY(has("Architecture", "Llama"));
    QVERIFY(has("Parameters", formatExact(static_cast<qint64>(model.parameters()))));
    QVERIFY(has("Layers", "2"));
    QVERIFY(has("Hidden size", "64"));
    QVERIFY(has("Heads / KV heads", "8 / 4"));
    QVERIFY(has("Head size", "8"));
    QVERIFY(has("Vocabulary", "32"));
    QVERIFY(has("Context length", "128"));
    QVERIFY(has("Tied embeddings", "yes"));
    QVERIFY(has("Stored types", "F32"));
    QVERIFY(has("Can be run", "yes"));
    // There is no file of a tokenizer beside it.
    QTRY_VERIFY(page_->facts()->tsv().contains(QStringLiteral("Tokenizer\tcannot be read\n")));
}

void TestPagesOverview::modelThatCannotBeRunSaysWhy() {
    fixture_->openTensors();
    ready();
    QVERIFY(page_->facts()->tsv().contains(QStringLiteral("Can be run\tno")));
    const QList<QLabel*> labels = page_->findChildren<QLabel*>();
    QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
        return label->isVisible() && label->text().contains(QStringLiteral("architecture"));
    }));
    // Without hyper-parameters there is no cache, and it is said.
    QCOMPARE(text(0, SizesTable::kCache), noValue());
    QCOMPARE(text(0, SizesTable::kTotal), noValue());
    QVERIFY(cell(0, SizesTable::kCache)
                .data(Qt::ToolTipRole)
                .toString()
                .contains(QStringLiteral("hyper-parameters")));
    QVERIFY(!page_->contexts()->isEnabled());
}

void TestPagesOverview::sizesAreThoseOfPreviews() {
    const QAbstractItemModelTester tester(sizes());
    fixture_->openTinyModel();
    const int id = fixture_->only("int4:g32:asym");
    fixture_->workspace.addScheme(parse_plan("q8_0"));
    ready();
    QTRY_COMPARE(rowOf("q8_0"), 2);  // after the stored model and the first scheme
    QCOMPARE(text(0, SizesTable::kFormat), QStringLiteral("as stored"));
    QCOMPARE(rowOf(fixture_->workspace.scheme(id)->text()), 1);
    QVERIFY(!cell(1, SizesTable::kFormat).data(Qt::DecorationRole).isNull());
    QVERIFY(rowOf("recipe:Q4_K_M") > 2);
    QVERIFY(cell(3, SizesTable::kFormat).data(Qt::DecorationRole).isNull());
    const Model& model = *fixture_->workspace.model();
    for (int row = 1; row < sizes()->rowCount(); ++row) {
        const QString canonical = cell(row, 0).data(SizesTable::kTextRole).toString();
        QCOMPARE(cell(row, SizesTable::kSize).data(SizesTable::kSortRole).toDouble(),
                 preview(model, parse_plan(canonical.toStdString())).bytes);
    }
    fixture_->workspace.setSchemeEnabled(id, false);
    QTRY_COMPARE(rowOf("q8_0"), 1);
}

void TestPagesOverview::memoryFollowsTheContext() {
    fixture_->openTinyModel();
    fixture_->only("q4_0");
    ready();
    // 128 tokens at most: 2 layers, 4 heads of 8 values, keys and values, 2 bytes each.
    const double cache = 128.0 * 2 * 4 * 8 * 2 * 2;
    const auto number = [this](int column) { return cell(1, column).data(SizesTable::kSortRole); };
    QCOMPARE(number(SizesTable::kCache).toDouble(), cache);
    QCOMPARE(number(SizesTable::kTotal).toDouble(), cache + number(SizesTable::kSize).toDouble());
    const QString formula = cell(1, SizesTable::kCache).data(Qt::ToolTipRole).toString();
    QVERIFY2(formula.contains(QStringLiteral("128 tokens")) &&
                 formula.contains(formatExact(static_cast<qint64>(cache))),
             qPrintable(formula));
    // Heads of 8 values are no blocks of 32.
    page_->cacheTypes()->setCurrentIndex(1);
    QVERIFY(!number(SizesTable::kCache).isValid());
    QVERIFY(cell(1, SizesTable::kCache)
                .data(Qt::ToolTipRole)
                .toString()
                .contains(QStringLiteral("Q8_0")));
}

void TestPagesOverview::longContextsAreRefused() {
    TinyModel tiny;
    tiny.config["max_position_embeddings"] = 4096;
    tiny.write(fixture_->folder.path());
    fixture_->workspace.open(fixture_->folder.path());
    ready();
    const auto enabled = [this](int index) {
        return static_cast<QStandardItemModel*>(page_->contexts()->model())
            ->item(index)
            ->isEnabled();
    };
    QVERIFY(enabled(0) && enabled(1) && !enabled(2) && !enabled(3) && enabled(4));
    QCOMPARE(page_->contexts()->currentIndex(), 1);
    page_->contexts()->setCurrentIndex(0);
    QCOMPARE(cell(0, SizesTable::kCache).data(SizesTable::kSortRole).toDouble(),
             2048.0 * 2 * 4 * 8 * 2 * 2);
    QVERIFY(!page_->typedContext()->isVisible());
    page_->contexts()->setCurrentIndex(5);
    QVERIFY(page_->typedContext()->isVisible());
    page_->typedContext()->setValue(3000);
    QCOMPARE(cell(0, SizesTable::kCache).data(SizesTable::kSortRole).toDouble(),
             3000.0 * 2 * 4 * 8 * 2 * 2);
    page_->typedContext()->setValue(5000);
    QCOMPARE(page_->typedContext()->value(), 4096);
}

void TestPagesOverview::estimateStandsBesideTheExactSize() {
    fixture_->openTinyModel();
    fixture_->only("q4_0");
    ready();
    const auto parameters = static_cast<double>(fixture_->workspace.model()->parameters());
    QCOMPARE(cell(1, SizesTable::kEstimate).data(SizesTable::kSortRole).toDouble(),
             parameters * 4 / 8 * 1.1);
    const double exact = cell(1, SizesTable::kSize).data(SizesTable::kSortRole).toDouble();
    QVERIFY(text(1, SizesTable::kEstimate)
                .contains(formatPercent(parameters * 4 / 8 * 1.1 / exact - 1, 0)));
    QCOMPARE(cell(0, SizesTable::kEstimate).data(SizesTable::kSortRole).toDouble(),
             parameters * 32 / 8 * 1.1);
    QVERIFY(text(0, SizesTable::kEstimate).contains(QStringLiteral("+10")));
    // Nothing to estimate from.
    fixture_->workspace.addScheme(parse_plan("keep; *ffn_down*=q8_0"));
    QTRY_COMPARE(text(2, SizesTable::kEstimate), noValue());
}

void TestPagesOverview::formatsJoinTheComparison() {
    fixture_->openTinyModel();
    fixture_->only("q4_0");
    ready();
    auto* add = page_->findChild<QToolButton*>(QStringLiteral("compare"));
    page_->sizesView()->selectRow(0);
    QVERIFY(!add->isEnabled());  // the stored model is no scheme
    page_->sizesView()->selectRow(1);
    QVERIFY(!add->isEnabled());  // it takes part already
    page_->sizesView()->selectRow(rowOf("q6_k"));
    QVERIFY(add->isEnabled());
    add->click();
    QCOMPARE(fixture_->workspace.schemes().last().text(), QStringLiteral("q6_k"));
    QTRY_COMPARE(rowOf("q6_k"), 2);
    QTest::keyClick(page_->sizesView(), Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QApplication::clipboard()->text().count(u'\n'), 1 + sizes()->rowCount());
}

void TestPagesOverview::matrixShowsBitsBeforeARun() {
    fixture_->openTinyModel();
    fixture_->only("q4_0; *ffn_down*=q8_0; blk.1.attn_q*=keep");
    ready();
    QCOMPARE(page_->metrics()->currentText(), QStringLiteral("Bits per weight"));
    QVERIFY(!offered(RoleMetric::relative_error));
    QVERIFY(!offered(RoleMetric::output_error));
    QTRY_VERIFY(field("blk.0.attn_q.weight").endsWith(QStringLiteral("4.50")));
    QVERIFY(field("blk.1.ffn_down.weight").endsWith(QStringLiteral("8.50")));
    const QString kept = field("blk.1.attn_q.weight");
    QVERIFY2(kept.contains(QStringLiteral("kept as F32")) && kept.endsWith(u"32.00"),
             qPrintable(kept));
    QVERIFY(page_->finding().isEmpty());
    QVERIFY(page_->matrix()->cellRect(tensor("blk.0.attn_norm.weight")).isEmpty());
}

void TestPagesOverview::aRunColoursTheMatrix() {
    fixture_->openTinyModel();
    const int id = fixture_->only("q4_0; *ffn_down*=keep; blk.0.ffn_up*=int2:g32");
    ready();
    fixture_->workspace.predictions()->setWanted(false);
    fixture_->workspace.runComparison();
    QTRY_VERIFY(fixture_->workspace.modelRun(id));
    QTRY_COMPARE(page_->metrics()->currentText(), QStringLiteral("Relative weight error"));
    const auto run = fixture_->workspace.modelRun(id);
    const auto& outcome = run->tensors[static_cast<std::size_t>(tensor("blk.1.attn_v.weight"))];
    const QString shown = field("blk.1.attn_v.weight");
    QVERIFY2(shown.endsWith(formatPercent(outcome.error.relative_error())) &&
                 shown.startsWith(QStringLiteral("Layer 1 · attn v · ")),
             qPrintable(shown));
    // Two bits for one of fourteen linears: it stands out.
    const auto& worst = run->tensors[static_cast<std::size_t>(tensor("blk.0.ffn_up.weight"))];
    QVERIFY2(page_->finding().startsWith(QStringLiteral("Layer 0 · ffn up: ")) &&
                 page_->finding().contains(formatPercent(worst.error.error2 / run->error.error2)),
             qPrintable(page_->finding()));
    // Rows of 64 are no whole blocks of Q6_K: 2 blocks of 34 bytes in each of 96 rows.
    const QString price = formatBytes(96.0 * 2 * 34 - worst.bits / 8);
    QVERIFY2(page_->finding().endsWith(QStringLiteral("Q8_0 there costs %1 more.").arg(price)),
             qPrintable(page_->finding()));
    // What is kept has no error: in decibels, it is exact.
    page_->metrics()->setCurrentIndex(2);
    emit page_->metrics()->activated(2);
    QVERIFY(field("blk.0.ffn_down.weight").endsWith(QStringLiteral("exact")));
}

void TestPagesOverview::outputErrorsComeFirst() {
    Workspace& workspace = fixture_->workspace;
    workspace.open(demoModel());
    QTRY_VERIFY(workspace.model() && workspace.predictions()->possible());
    QTRY_VERIFY(page_->facts()->tsv().contains(QStringLiteral("Tokenizer\tbyte-level BPE\n")));
    const int id = fixture_->only("q4_0");
    ready();
    workspace.predictions()->setSettings({{}, Protocol::gptq, 32, 1});
    workspace.runComparison();
    QTRY_VERIFY_WITH_TIMEOUT(workspace.predictions()->of(id), 60000);
    QTRY_COMPARE(page_->metrics()->currentText(), QStringLiteral("Output error"));
    const auto& outputs = *workspace.predictions()->of(id)->outputs;
    const auto place = static_cast<std::size_t>(tensor("blk.3.ffn_down.weight"));
    QVERIFY(field("blk.3.ffn_down.weight")
                .endsWith(
                    shownRoleMetric(RoleMetric::output_error, outputs.tensors[place].relative())));
    const auto worst =
        std::max_element(outputs.tensors.begin(), outputs.tensors.end(),
                         [](const auto& a, const auto& b) { return a.relative() < b.relative(); });
    const ModelTensor& named =
        workspace.model()->tensors()[static_cast<std::size_t>(worst - outputs.tensors.begin())];
    QVERIFY2(page_->finding().contains(fullTitle(named)) &&
                 page_->finding().contains(formatPercent(worst->relative())),
             qPrintable(page_->finding()));
}

void TestPagesOverview::aFieldLeadsToItsTensor() {
    fixture_->openTinyModel();
    fixture_->only("q4_0");
    ready();
    const int down = tensor("blk.1.ffn_down.weight");
    QTRY_VERIFY(!page_->matrix()->cellRect(down).isEmpty());
    QTest::mouseClick(page_->matrix(), Qt::LeftButton, {},
                      page_->matrix()->cellRect(down).center());
    QCOMPARE(fixture_->workspace.tensorIndex(), down);
    QTest::keyClick(page_->matrix(), Qt::Key_Up);
    QTest::keyClick(page_->matrix(), Qt::Key_Return);
    QCOMPARE(fixture_->workspace.tensorIndex(), tensor("blk.0.ffn_down.weight"));
}

void TestPagesOverview::nothingIsCutOffInASmallWindow() {
    page_->resize(784, 640);  // what the docks leave of 1366 × 768
    fixture_->openTinyModel();
    fixture_->only("recipe:Q4_K_M");
    ready();
    QTableView* view = page_->sizesView();
    QTRY_VERIFY(rowOf("recipe:Q4_K_M") == 1);
    for (int column = 0; column < SizesTable::kColumns; ++column) {
        const int needed = view->sizeHintForIndex(cell(1, column)).width();
        QVERIFY2(view->columnWidth(column) >= needed,
                 qPrintable(QStringLiteral("column %1: %2 of %3")
                                .arg(column)
                                .arg(view->columnWidth(column))
                                .arg(needed)));
    }
    QCOMPARE(page_->size(), QSize(784, 640));  // no part has asked for more
    QVERIFY(page_->minimumSizeHint().height() <= 640);
    const QRect field = page_->matrix()->cellRect(tensor("blk.0.ffn_down.weight"));
    QVERIFY(field.width() >=
            page_->matrix()->fontMetrics().horizontalAdvance(QStringLiteral("10.2 %")) + 8);
}

void TestPagesOverview::modelWithoutLayersHasNoMatrix() {
    fixture_->openTensors();
    fixture_->only("q8_0");
    ready();
    QTRY_VERIFY(!page_->matrix()->isVisible());
    fixture_->workspace.removeScheme(fixture_->workspace.focus());
    QTRY_VERIFY(!page_->metrics()->isEnabled());
}

void TestPagesOverview::closedModelIsLetGo() {
    fixture_->openTinyModel();
    ready();
    page_->hide();
    const std::weak_ptr<const Model> model = fixture_->workspace.model();
    fixture_->workspace.closeModel();
    QTRY_VERIFY(model.expired());
    page_->show();
    QTRY_COMPARE(sizes()->rowCount(), 0);
}

void TestPagesOverview::everyTextFollowsTheLanguage() {
    fixture_->openTinyModel();
    fixture_->only("q4_0");
    ready();
    MarkingTranslator marks;
    QCoreApplication::installTranslator(&marks);
    QTRY_VERIFY(text(0, SizesTable::kFormat).contains(u'«'));
    QTRY_VERIFY(page_->facts()->tsv().contains(QStringLiteral("«Vocabulary»")));
    for (int column = 0; column < SizesTable::kColumns; ++column) {
        QVERIFY(sizes()->headerData(column, Qt::Horizontal).toString().contains(u'«'));
        QVERIFY(column == 0 || cell(1, column).data(Qt::ToolTipRole).toString().contains(u'«'));
    }
    for (const Choice* choice : page_->findChildren<Choice*>()) {
        QVERIFY(choice->currentText().contains(u'«'));
        QVERIFY(choice->accessibleName().contains(u'«'));
        QVERIFY(choice->toolTip().contains(u'«'));
    }
    QTRY_VERIFY(field("blk.0.attn_q.weight").contains(u'«'));
    QVERIFY(page_->title().contains(u'«') && page_->description().contains(u'«'));
    QCoreApplication::removeTranslator(&marks);
}

QTEST_MAIN(TestPagesOverview)
#include "test_pages_overview.moc"
