#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include "app/controls.h"
#include "app/language.h"
#include "app/pages/compare_column.h"
#include "app/pages/compare_page.h"
#include "app/pages/comparison_model.h"
#include "app/pages/comparison_table.h"
#include "app/pages/tensor_header.h"
#include "tests/app/app_fixture.h"
#include "tests/app/page_fixture.h"
#include "widgets/heatmap_view.h"
#include "widgets/histogram_plot.h"
#include "widgets/number_format.h"
#include "widgets/stat_table.h"

using namespace ql;
using namespace ql::gui;

class TestPagesCompare : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { usePrivatePaths(); }
    void cleanupTestCase() { removePrivatePaths(); }
    void init();
    void cleanup();

    void sizesAreKnownBeforeARun();
    void aRunFillsTheTable();
    void bestValuesAreBold();
    void sortingKeepsTheOriginalAbove();
    void nothingInTheTableIsElided_data();
    void nothingInTheTableIsElided();
    void tableIsCopiedAndSaved();
    void selectedRowIsTheFocus();
    void aColumnForEachEnabledScheme();
    void mapsShareOneScale();
    void viewsAreLinked();
    void aNewColumnJoinsAtTheZoom();
    void refusedSchemeGivesItsReason();
    void fallbackIsSaidUnderTheColumn();
    void weightedErrorsShowWithAMatrix();
    void anotherTensorReplacesEverything();
    void hiddenPageLetsGoOfAClosedModel();
    void anotherMapOnAllColumns();
    void lockKeepsTheLimits();
    void tabGoesFromLeftToRight();
    void everyTextFollowsTheLanguage();

  private:
    QTableView* table() const { return page_->table()->view(); }
    QString cell(int row, int column) const {
        return table()->model()->index(row, column).data().toString();
    }
    CompareColumn* column(int index) const { return page_->columns().at(index); }
    void waitForMaps() const;
    void openImportance() const;

    std::unique_ptr<PageFixture> fixture_;
    std::unique_ptr<ComparePage> page_;
};

using Column = ComparisonModel;

void TestPagesCompare::init() {
    fixture_ = std::make_unique<PageFixture>();
    page_ = std::make_unique<ComparePage>(&fixture_->workspace, &fixture_->jobs);
    page_->resize(1000, 760);
    page_->show();
    fixture_->openTinyModel();
    // Rows of 64 and 96 weights take none of the default groups of 128.
    fixture_->only("q4_0");
    fixture_->workspace.addScheme(parse_plan("q8_0"));
    fixture_->workspace.addScheme(parse_plan("int4:g32:asym"));
    fixture_->settle();
    QTRY_COMPARE(table()->model()->rowCount(), 4);
}

void TestPagesCompare::cleanup() {
    page_.reset();
    fixture_.reset();
}

void TestPagesCompare::waitForMaps() const {
    for (const CompareColumn* one : page_->columns()) {
        QTRY_VERIFY(one->map()->pyramid());
    }
    QTRY_VERIFY(fixture_->jobs.idle());
}

void TestPagesCompare::sizesAreKnownBeforeARun() {
    const QAbstractItemModelTester tester(table()->model());
    QVERIFY(cell(0, Column::kScheme).startsWith(QStringLiteral("F32")));
    double stored = 0;
    for (const ModelTensor& tensor : fixture_->workspace.model()->tensors()) {
        stored += static_cast<double>(tensor.bytes);
    }
    QCOMPARE(cell(0, Column::kSize), formatBytes(stored));
    QCOMPARE(cell(0, Column::kBits), QStringLiteral("32.00"));
    QTRY_COMPARE(cell(1, Column::kBits), QStringLiteral("4.50"));
    QCOMPARE(cell(1, Column::kRmse), noValue());
    QVERIFY(page_->findChild<QPushButton*>()->isVisible());
}

void TestPagesCompare::aRunFillsTheTable() {
    QTest::mouseClick(page_->findChild<QPushButton*>(), Qt::LeftButton);
    QVERIFY(fixture_->workspace.comparisonRunning());
    QTRY_VERIFY(cell(2, Column::kRmse) != noValue());
    const auto run = fixture_->workspace.modelRun(fixture_->workspace.schemes().at(1).id);
    QCOMPARE(cell(2, Column::kSqnr), formatDecibel(run->error.sqnr_db()));
    QCOMPARE(cell(2, Column::kMaxError), formatNumber(run->error.max_error));
    QCOMPARE(cell(2, Column::kSize), formatBytes(run->bytes));
    QCOMPARE(cell(0, Column::kRmse), noValue());
    QTRY_VERIFY(!page_->findChild<QPushButton*>()->isVisible());
}

void TestPagesCompare::bestValuesAreBold() {
    fixture_->workspace.runComparison();
    QTRY_VERIFY(cell(2, Column::kRmse) != noValue());
    const auto bold = [this](int row, int column) {
        return table()->model()->index(row, column).data(Qt::FontRole).value<QFont>().bold();
    };
    QVERIFY(bold(2, Column::kSqnr));  // Q8_0
    QVERIFY(!bold(1, Column::kSqnr));
    QVERIFY(!bold(2, Column::kSize));
    QVERIFY(bold(1, Column::kSize));
    QVERIFY(!bold(0, Column::kSize));
    // Equal values praise nobody.
    QVERIFY(!bold(1, Column::kFallbacks));
}

void TestPagesCompare::sortingKeepsTheOriginalAbove() {
    fixture_->workspace.addScheme(parse_plan("q5_0"));
    QTRY_COMPARE(table()->model()->rowCount(), 5);
    fixture_->workspace.runComparison();
    QTRY_VERIFY(cell(4, Column::kRmse) != noValue());
    fixture_->workspace.addScheme(parse_plan("q4_1"));  // not measured
    QTRY_COMPARE(table()->model()->rowCount(), 6);
    const auto order = [this] {
        QStringList titles;
        for (int row = 1; row < table()->model()->rowCount(); ++row) {
            titles << cell(row, Column::kScheme);
        }
        return titles;
    };
    const QString group = QStringLiteral("int4:g32:asym");
    for (const Qt::SortOrder direction : {Qt::AscendingOrder, Qt::DescendingOrder}) {
        table()->sortByColumn(Column::kRmse, direction);
        QVERIFY(cell(0, Column::kScheme).startsWith(QStringLiteral("F32")));
        QCOMPARE(cell(5, Column::kScheme), QStringLiteral("Q4_1"));
        QCOMPARE(order().indexOf(QStringLiteral("Q8_0")) < order().indexOf(QStringLiteral("Q5_0")),
                 direction == Qt::AscendingOrder);
    }
    table()->sortByColumn(-1, Qt::AscendingOrder);
    QCOMPARE(order(), (QStringList{QStringLiteral("Q4_0"), QStringLiteral("Q8_0"), group,
                                   QStringLiteral("Q5_0"), QStringLiteral("Q4_1")}));
}

void TestPagesCompare::nothingInTheTableIsElided_data() {
    QTest::addColumn<QString>("code");
    QTest::newRow("English") << "en";
    QTest::newRow("Chinese") << "zh_CN";
}

void TestPagesCompare::nothingInTheTableIsElided() {
    QFETCH(QString, code);
    Language language;
    language.set(code);
    fixture_->workspace.addScheme(parse_plan("int4:g128:asym"));  // has fallbacks here
    openImportance();                                             // and one more column
    fixture_->workspace.runComparison();
    QTRY_VERIFY(cell(2, Column::kRmse) != noValue());
    QTRY_VERIFY(!table()->isColumnHidden(Column::kFallbacks));
    page_->resize(1366 - 310 - 272, 700);  // what the docks leave
    QCoreApplication::processEvents();
    QCOMPARE(table()->horizontalScrollBar()->maximum(), 0);
    const QHeaderView* header = table()->horizontalHeader();
    for (int section = 0; section < header->count(); ++section) {
        if (header->isSectionHidden(section)) {
            continue;
        }
        const auto* view = static_cast<const QAbstractItemView*>(table());
        int hint = header->sectionSizeHint(section);
        for (int row = 0; row < table()->model()->rowCount(); ++row) {
            hint = std::max(hint,
                            view->sizeHintForIndex(table()->model()->index(row, section)).width());
        }
        QVERIFY2(header->sectionSize(section) >= hint,
                 qPrintable(QStringLiteral("%1: %2 < %3")
                                .arg(section)
                                .arg(header->sectionSize(section))
                                .arg(hint)));
    }
    language.set("en");
}

void TestPagesCompare::lockKeepsTheLimits() {
    waitForMaps();
    auto* lock = page_->findChild<QToolButton*>(QStringLiteral("lock"));
    QVERIFY(lock && !lock->accessibleName().isEmpty());
    lock->click();
    const double limit = column(0)->map()->scale().hi;
    fixture_->choose("model.layers.0.mlp.down_proj.weight");
    fixture_->settle();
    waitForMaps();
    QTRY_COMPARE(column(0)->map()->cols(), 96);
    QCOMPARE(column(0)->map()->scale().hi, limit);
    lock->click();
    QVERIFY(column(0)->map()->scale().hi != limit);
}

void TestPagesCompare::tabGoesFromLeftToRight() {
    QTRY_COMPARE(page_->columns().size(), 3);
    int x = 0;
    int controls = 0;
    const auto* header = page_->findChild<TensorHeader*>();
    for (const QWidget* next = page_->nextInFocusChain(); next != page_.get();
         next = next->nextInFocusChain()) {
        if (next->parentWidget() == header && (next->focusPolicy() & Qt::TabFocus)) {
            QVERIFY2(next->x() > x, next->metaObject()->className());
            x = next->x();
            ++controls;
        }
    }
    QCOMPARE(controls, 6);
}

void TestPagesCompare::tableIsCopiedAndSaved() {
    fixture_->workspace.runComparison();
    QTRY_VERIFY(cell(2, Column::kRmse) != noValue());
    QTest::keyClick(table(), Qt::Key_C, Qt::ControlModifier);
    const QStringList lines = QApplication::clipboard()->text().split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 5);
    QCOMPARE(lines[0].split(u'\t').size(), static_cast<qsizetype>(Column::kColumns));
    QCOMPARE(lines[3].split(u'\t').at(Column::kSize), cell(2, Column::kSize));
    const QStringList csv = comparisonAsCsv(*table()->model()).split(u'\n');
    QVERIFY(csv[0].startsWith(QStringLiteral("scheme,bytes,bits_per_weight,rmse")));
    QVERIFY(csv[1].startsWith(QStringLiteral("\"original\",")));
    QVERIFY(csv[4].startsWith(QStringLiteral("\"int4:g32:asym\",")));
    const auto run = fixture_->workspace.modelRun(fixture_->workspace.schemes().at(2).id);
    QCOMPARE(csv[4].split(u',').at(1).toDouble(), run->bytes);
}

void TestPagesCompare::selectedRowIsTheFocus() {
    table()->selectRow(2);
    QCOMPARE(fixture_->workspace.focus(), fixture_->workspace.schemes().at(1).id);
    fixture_->workspace.setFocus(fixture_->workspace.schemes().at(0).id);
    QTRY_COMPARE(table()->currentIndex().row(), 1);
}

void TestPagesCompare::aColumnForEachEnabledScheme() {
    QTRY_COMPARE(page_->columns().size(), 3);
    waitForMaps();
    for (int i = 0; i < 3; ++i) {
        const ComparedScheme& scheme = fixture_->workspace.schemes().at(i);
        const auto run = fixture_->workspace.tensorResult(scheme.id).run;
        QCOMPARE(column(i)->map()->pyramid(), &run->error_map);
        QCOMPARE(column(i)->histogram()->series().size(), std::size_t{2});
        QCOMPARE(column(i)->histogram()->series()[1].color, scheme.color);
        QVERIFY(column(i)->table()->tsv().contains(formatDecibel(run->error.sqnr_db())));
        QVERIFY(column(i)->width() >= CompareColumn::kMinWidth);
    }
    QVERIFY(column(0)->x() < column(1)->x());
    fixture_->workspace.setSchemeEnabled(fixture_->workspace.schemes().at(1).id, false);
    QTRY_COMPARE(page_->columns().size(), 2);
    QCOMPARE(column(1)->scheme().title(), QStringLiteral("int4:g32:asym"));
}

void TestPagesCompare::mapsShareOneScale() {
    waitForMaps();
    const ValueScale scale = column(0)->map()->scale();
    QCOMPARE(column(1)->map()->scale(), scale);
    QCOMPARE(column(2)->map()->scale(), scale);
    // Wide enough for the coarsest scheme, not only for the finest.
    QVERIFY(scale.hi > static_cast<double>(column(1)->map()->pyramid()->abs_max()));
}

void TestPagesCompare::viewsAreLinked() {
    waitForMaps();
    column(1)->map()->zoom(4);
    QCOMPARE(column(0)->map()->viewRange(), column(1)->map()->viewRange());
    QCOMPARE(column(2)->map()->viewRange(), column(1)->map()->viewRange());
    QVERIFY(column(0)->map()->viewRange().width() < 20);
    column(2)->histogram()->setXRange(-0.01, 0.02);
    QCOMPARE(column(0)->histogram()->xLo(), -0.01);
    QCOMPARE(column(1)->histogram()->xHi(), 0.02);
    emit column(1)->map()->hovered(3, 5);
    const auto hovered = [this] {
        for (const ElidedLabel* label : page_->findChildren<ElidedLabel*>()) {
            if (label->text().startsWith(QStringLiteral("row 3, column 5"))) {
                return label->text();
            }
        }
        return QString();
    };
    QTRY_VERIFY2(hovered().count(QStringLiteral("error")) == 3, qPrintable(hovered()));
}

void TestPagesCompare::aNewColumnJoinsAtTheZoom() {
    waitForMaps();
    column(0)->map()->setViewRange(QRectF(8, 8, 16, 16));
    column(0)->histogram()->setXRange(-0.01, 0.02);
    fixture_->workspace.addScheme(parse_plan("q5_0"));
    QTRY_COMPARE(page_->columns().size(), 4);
    waitForMaps();
    for (int i = 0; i < 4; ++i) {
        QCOMPARE(column(i)->map()->viewRange(), QRectF(8, 8, 16, 16));
        QCOMPARE(column(i)->histogram()->xLo(), -0.01);
    }
    // And it is linked from now on.
    column(3)->map()->fit();
    QCOMPARE(column(0)->map()->viewRange(), QRectF(0, 0, 64, 64));
}

void TestPagesCompare::refusedSchemeGivesItsReason() {
    fixture_->workspace.addScheme(parse_plan("int4:g128:asym"));
    fixture_->settle();
    QTRY_COMPARE(page_->columns().size(), 4);
    QTRY_VERIFY2(column(3)->notice().contains(QStringLiteral("Groups of 128 columns")),
                 qPrintable(column(3)->notice()));
    QVERIFY(!column(3)->metrics());
    QVERIFY(!column(3)->map()->isVisible());
    QVERIFY(column(0)->notice().isEmpty());
    // It keeps its place in the table: the linears of 96 and 64 columns fall back.
    QTRY_VERIFY(cell(4, Column::kFallbacks).toInt() > 0);
    QVERIFY(table()
                ->model()
                ->index(4, Column::kFallbacks)
                .data(Qt::ToolTipRole)
                .toString()
                .contains(QStringLiteral("Groups of 128")));
}

void TestPagesCompare::fallbackIsSaidUnderTheColumn() {
    fixture_->workspace.addScheme(parse_plan("recipe:Q4_K_M"));  // rows of 64 are no super-blocks
    fixture_->settle();
    QTRY_COMPARE(page_->columns().size(), 4);
    QTRY_VERIFY(column(3)->metrics());
    const auto labels = column(3)->findChildren<ElidedLabel*>();
    QVERIFY(std::any_of(labels.begin(), labels.end(), [](const ElidedLabel* label) {
        return label->isVisible() && label->text().contains(QStringLiteral("stands in for Q4_K"));
    }));
    // The table has the recipe's true size: embeddings and output are quantized, too.
    QTRY_VERIFY(cell(4, Column::kSize) != noValue());
    const auto preview = fixture_->workspace.modelPreview(fixture_->workspace.focus());
    QCOMPARE(cell(4, Column::kSize), formatBytes(preview->bytes));
    QVERIFY(preview->weights >
            fixture_->workspace.modelPreview(fixture_->workspace.schemes().first().id)->weights);
}

void TestPagesCompare::openImportance() const {
    ImportanceMatrix matrix;
    matrix.entries["blk.0.attn_q.weight"] = {std::vector<float>(64, 9.0F), {3}};
    matrix.datasets = {"text"};
    matrix.chunk_count = 1;
    matrix.chunk_size = 4;
    const QString path = fixture_->folder.filePath(QStringLiteral("matrix.gguf"));
    write_imatrix(matrix, path.toStdString(), ImportanceFormat::gguf);
    fixture_->workspace.openImportance(path);
    QTRY_VERIFY(fixture_->workspace.importance());
    fixture_->settle();
}

void TestPagesCompare::weightedErrorsShowWithAMatrix() {
    QVERIFY(table()->isColumnHidden(Column::kWeighted));
    QVERIFY(!column(0)->table()->tsv().contains(QStringLiteral("weighted RMSE")));
    openImportance();
    QTRY_VERIFY(!table()->isColumnHidden(Column::kWeighted));
    QTRY_VERIFY(column(0)->table()->tsv().contains(QStringLiteral("weighted RMSE")));
    // All columns matter alike: weighted and plain error are the same.
    const ColumnMetrics metrics = *column(0)->metrics();
    QVERIFY(std::abs(*metrics.weighted - metrics.rmse) < 1e-6 * metrics.rmse);
    fixture_->workspace.runComparison();
    QTRY_VERIFY(cell(1, Column::kWeighted) != noValue());
    fixture_->workspace.clearImportance();
    QTRY_VERIFY(table()->isColumnHidden(Column::kWeighted));
}

void TestPagesCompare::anotherTensorReplacesEverything() {
    waitForMaps();
    column(0)->map()->zoom(4);
    fixture_->choose("model.layers.0.mlp.down_proj.weight");
    fixture_->settle();
    waitForMaps();
    QTRY_COMPARE(column(2)->map()->cols(), 96);
    for (int i = 0; i < 3; ++i) {
        QCOMPARE(column(i)->map()->viewRange(), QRectF(0, 0, 96, 64));
    }
    fixture_->choose("model.norm.weight");
    fixture_->settle();
    QTRY_COMPARE(column(0)->map()->rows(), 1);
    const auto labels = page_->findChildren<ElidedLabel*>();
    QVERIFY(std::any_of(labels.begin(), labels.end(), [](const ElidedLabel* label) {
        return label->isVisible() && label->text().contains(QStringLiteral("a trial"));
    }));
}

void TestPagesCompare::hiddenPageLetsGoOfAClosedModel() {
    waitForMaps();
    const std::weak_ptr<const Model> model = fixture_->workspace.model();
    page_->hide();
    fixture_->workspace.closeModel();
    QTRY_VERIFY(model.expired());
}

void TestPagesCompare::anotherMapOnAllColumns() {
    waitForMaps();
    auto* map = page_->findChildren<Choice*>().at(0);
    map->setCurrentIndex(5);  // decoded weights, signed
    for (int i = 0; i < 3; ++i) {
        const auto run =
            fixture_->workspace.tensorResult(fixture_->workspace.schemes().at(i).id).run;
        const float wanted =
            map_pyramid(*fixture_->workspace.rows(), run.get(), MapKind::decoded).abs_max();
        QTRY_COMPARE(column(i)->map()->pyramid()->abs_max(), wanted);
        QCOMPARE(column(i)->map()->mode(), HeatmapMode::extreme);
    }
    QTRY_VERIFY(column(0)->map()->scale().hasSign);
    QTRY_COMPARE(column(0)->map()->scale(), column(2)->map()->scale());
    map->setCurrentIndex(0);
    QTRY_VERIFY(!column(0)->map()->scale().hasSign);
}

void TestPagesCompare::everyTextFollowsTheLanguage() {
    waitForMaps();
    MarkingTranslator marks;
    QCoreApplication::installTranslator(&marks);
    QTRY_VERIFY(
        table()->model()->headerData(Column::kSize, Qt::Horizontal).toString().contains(u'«'));
    QTRY_VERIFY(column(0)->table()->tsv().contains(QStringLiteral("«weight RMSE»")));
    QVERIFY(page_->findChild<QPushButton*>()->text().contains(u'«'));
    for (const Choice* choice : page_->findChildren<Choice*>()) {
        QVERIFY(choice->currentText().contains(u'«'));
        QVERIFY(choice->accessibleName().contains(u'«'));
    }
    QTRY_VERIFY(cell(0, Column::kScheme).contains(u'«'));
    QVERIFY(page_->title().contains(u'«'));
    QCoreApplication::removeTranslator(&marks);
}

QTEST_MAIN(TestPagesCompare)
#include "test_pages_compare.moc"
