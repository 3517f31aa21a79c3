#include <QCheckBox>
#include <QLabel>
#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <QToolButton>
#include <cmath>

#include "app/controls.h"
#include "app/pages/block_panel.h"
#include "app/pages/error_page.h"
#include "tests/app/app_fixture.h"
#include "tests/app/page_fixture.h"
#include "widgets/block_view.h"
#include "widgets/color_scale.h"
#include "widgets/heatmap_view.h"
#include "widgets/number_format.h"

using namespace ql;
using namespace ql::gui;

class TestPagesError : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { usePrivatePaths(); }
    void cleanupTestCase() { removePrivatePaths(); }
    void init();
    void cleanup();

    void mapShowsTheErrorOfTheSchemeInFocus();
    void everyKindOfMapIsDrawn();
    void findingNamesTheLargestErrorAndItsRow();
    void exactSchemeSaysSo();
    void currentCellIsReadOut();
    void tilesArrive();
    void lockedLimitsStay();
    void logAndModesChangeTheScale();
    void reasonsInsteadOfAnEmptyPage();
    void hiddenPageLetsGoOfAClosedModel();
    void aStoppedMapSaysSoAndIsMadeAgain();
    void zoomSurvivesAnotherKindOfMap();
    void blockOfAWeightIsInspected();
    void aChangedWeightIsEncodedAgain();
    void inspectorFollowsTheMapAndBack();
    void inspectorOpensWhereSingleWeightsAreSeen();
    void everyFormatIsInspected_data();
    void everyFormatIsInspected();
    void gridsWithoutBlocksSaySo();
    void everyTextFollowsTheLanguage();
    void concentrationFindsRowsThatStandOut();
    void clippedLimitLeavesOutOneInAThousand();

  private:
    Choice* choice(int index) const { return page_->findChildren<Choice*>().at(index); }
    QToolButton* lock() const;
    bool notices(const QString& text) const;

    std::unique_ptr<PageFixture> fixture_;
    std::unique_ptr<ErrorPage> page_;
};

enum { kSchemes, kKinds, kModes, kLimits };

void TestPagesError::init() {
    fixture_ = std::make_unique<PageFixture>();
    page_ = std::make_unique<ErrorPage>(&fixture_->workspace, &fixture_->jobs);
    page_->resize(900, 610);
    page_->show();
}

void TestPagesError::cleanup() {
    page_.reset();
    fixture_.reset();
}

QToolButton* TestPagesError::lock() const {
    for (QToolButton* button : page_->findChildren<QToolButton*>()) {
        if (button->isCheckable()) {
            return button;
        }
    }
    return nullptr;
}

bool TestPagesError::notices(const QString& text) const {
    const auto labels = page_->findChildren<QLabel*>();
    return std::any_of(labels.begin(), labels.end(), [&](const QLabel* label) {
        return label->isVisible() && label->text().contains(text);
    });
}

void TestPagesError::mapShowsTheErrorOfTheSchemeInFocus() {
    fixture_->openTensors();
    const int q4 = fixture_->only("q4_0");
    QTRY_VERIFY(page_->map()->pyramid());
    QCOMPARE(page_->map()->rows(), 64);
    QCOMPARE(page_->map()->cols(), 96);
    const auto run = fixture_->workspace.tensorResult(q4).run;
    QCOMPARE(page_->map()->pyramid(), &run->error_map);  // not a copy
    const int q8 = fixture_->workspace.addScheme(parse_scheme("q8_0"));
    QTRY_VERIFY(fixture_->workspace.tensorResult(q8).run);
    QTRY_COMPARE(page_->map()->pyramid(), &fixture_->workspace.tensorResult(q8).run->error_map);
    QCOMPARE(choice(kSchemes)->currentText(), QStringLiteral("Q8_0"));
    emit choice(kSchemes)->activated(0);
    QCOMPARE(fixture_->workspace.focus(), q4);
    QTRY_COMPARE(page_->map()->pyramid(), &run->error_map);
}

void TestPagesError::everyKindOfMapIsDrawn() {
    fixture_->openTensors();
    const int id = fixture_->only("q4_0");
    QTRY_VERIFY(page_->map()->pyramid());
    const auto run = fixture_->workspace.tensorResult(id).run;
    const auto rows = fixture_->workspace.rows();
    for (int i = 0; i < choice(kKinds)->count(); ++i) {
        choice(kKinds)->setCurrentIndex(i);
        const float wanted =
            map_pyramid(*rows, run.get(), kMapKinds[static_cast<std::size_t>(i)]).abs_max();
        QTRY_VERIFY(page_->map()->pyramid() && page_->map()->pyramid()->abs_max() == wanted);
        QVERIFY(wanted > 0);
        QTRY_VERIFY(page_->map()->scale().hi > 0 &&
                    page_->map()->scale().hi <= static_cast<double>(wanted));
    }
}

void TestPagesError::findingNamesTheLargestErrorAndItsRow() {
    fixture_->openTensors();
    const int id = fixture_->only("q4_0");
    QTRY_VERIFY(!page_->finding().isEmpty());
    // The row that is twenty times as large has nearly all of the error.
    QVERIFY2(page_->finding().contains(QStringLiteral(" 12 carry")), qPrintable(page_->finding()));
    const auto run = fixture_->workspace.tensorResult(id).run;
    const auto errors =
        map_window(*fixture_->workspace.rows(), run.get(), MapKind::error, 0, 64, 0, 96);
    const auto worst = std::max_element(
        errors.begin(), errors.end(), [](float a, float b) { return std::fabs(a) < std::fabs(b); });
    const auto place = worst - errors.begin();
    const QString sentence = QStringLiteral("The largest error, %1, is at row %2, column %3")
                                 .arg(formatNumber(static_cast<double>(*worst)))
                                 .arg(place / 96)
                                 .arg(place % 96);
    QVERIFY2(page_->finding().contains(sentence), qPrintable(page_->finding()));
}

void TestPagesError::exactSchemeSaysSo() {
    fixture_->openTensors();
    fixture_->only("f32");
    QTRY_COMPARE(page_->finding(), QStringLiteral("Every weight is kept exactly."));
}

void TestPagesError::currentCellIsReadOut() {
    fixture_->openTensors();
    const int id = fixture_->only("q4_0");
    QTRY_VERIFY(page_->map()->pyramid());
    QSignalSpy chosen(page_.get(), &ErrorPage::cellChosen);
    page_->setCell(12, 40);
    QCOMPARE(chosen.count(), 1);
    const float w = fixture_->matrix[12 * 96 + 40];
    const QString original = QStringLiteral("w ") + formatNumber(static_cast<double>(w));
    QTRY_VERIFY2(page_->cellLine().contains(original), qPrintable(page_->cellLine()));
    const CellInfo stored = fixture_->workspace.tensorResult(id).run->quantized.inspect(12, 40);
    QVERIFY(page_->cellLine().contains(QStringLiteral("row 12, column 40")));
    QVERIFY(page_->cellLine().contains(QStringLiteral("columns 32–63")));
    QVERIFY(page_->cellLine().contains(QStringLiteral("code %1 of 0…15").arg(stored.code)));
    // By keyboard.
    QTest::keyClick(page_->map(), Qt::Key_Right);
    QTRY_VERIFY(page_->cellLine().contains(QStringLiteral("row 12, column 41")));
    emit page_->map()->hovered(3, 5);
    QTRY_VERIFY(page_->cellLine().contains(
        QStringLiteral("w ") + formatNumber(static_cast<double>(fixture_->matrix[3 * 96 + 5]))));
    emit page_->map()->left();
    QVERIFY(page_->cellLine().contains(QStringLiteral("row 12, column 41")));
}

void TestPagesError::tilesArrive() {
    fixture_->openTensors();
    fixture_->only("q4_0");
    QTRY_VERIFY(page_->map()->pyramid());
    choice(kKinds)->setCurrentIndex(2);  // original weights
    QTRY_COMPARE(page_->map()->value(12, 40), std::optional(fixture_->matrix[12 * 96 + 40]));
}

void TestPagesError::lockedLimitsStay() {
    fixture_->openTensors();
    const int coarse = fixture_->only("q4_0");
    QTRY_VERIFY(page_->map()->pyramid());
    const double limit = page_->map()->scale().hi;
    lock()->setChecked(true);
    const int fine = fixture_->workspace.addScheme(parse_scheme("q8_0"));
    QTRY_VERIFY(fixture_->workspace.tensorResult(fine).run);
    QTRY_COMPARE(page_->map()->pyramid(), &fixture_->workspace.tensorResult(fine).run->error_map);
    QCOMPARE(page_->map()->scale().hi, limit);
    lock()->setChecked(false);
    QVERIFY(page_->map()->scale().hi < limit);
    Q_UNUSED(coarse)
}

void TestPagesError::logAndModesChangeTheScale() {
    fixture_->openTensors();
    fixture_->only("q4_0");
    QTRY_VERIFY(page_->map()->pyramid());
    QVERIFY(!page_->map()->scale().hasSign);
    choice(kModes)->setCurrentIndex(1);
    QCOMPARE(page_->map()->mode(), HeatmapMode::extreme);
    QVERIFY(page_->map()->scale().hasSign);
    page_->findChild<QCheckBox*>()->setChecked(true);
    QCOMPARE(page_->map()->scale().transform, ql::gui::Transform::log);
    QCOMPARE(page_->findChild<ColorScale*>()->scale(), page_->map()->scale());
    choice(kLimits)->setCurrentIndex(1);
    QCOMPARE(page_->map()->scale().hi, static_cast<double>(page_->map()->pyramid()->abs_max()));
}

void TestPagesError::reasonsInsteadOfAnEmptyPage() {
    QTRY_VERIFY(notices(QStringLiteral("Open a model")));
    fixture_->openTensors();
    const int id = fixture_->only("int4:g128:asym");
    QTRY_VERIFY(notices(QStringLiteral("INT4 g128 cannot be applied to this tensor. Groups of")));
    fixture_->workspace.setSchemeEnabled(id, false);
    QTRY_VERIFY(notices(QStringLiteral("is switched off")));
    choice(kKinds)->setCurrentIndex(2);  // the original needs no scheme
    QTRY_VERIFY(page_->map()->isVisible() && page_->map()->pyramid());
    choice(kKinds)->setCurrentIndex(0);
    fixture_->workspace.removeScheme(id);
    QTRY_VERIFY(notices(QStringLiteral("Add a scheme")));
    fixture_->only("q4_0");
    fixture_->choose("holes");
    QTRY_VERIFY(notices(QStringLiteral("Q4_0 could not be computed.")));
    fixture_->choose("complex");
    QTRY_VERIFY(notices(QStringLiteral("cannot be shown")));
    fixture_->choose("norm");
    QTRY_VERIFY(page_->map()->isVisible() && page_->map()->pyramid());
    QCOMPARE(page_->map()->rows(), 1);
    fixture_->workspace.closeModel();
    QTRY_VERIFY(notices(QStringLiteral("Open a model")));
}

void TestPagesError::hiddenPageLetsGoOfAClosedModel() {
    fixture_->openTensors();
    fixture_->only("q4_0");
    QTRY_VERIFY(page_->map()->pyramid());
    page_->setCell(3, 3);
    QTRY_VERIFY(!page_->finding().isEmpty());
    const std::weak_ptr<const Model> model = fixture_->workspace.model();
    page_->hide();
    fixture_->workspace.closeModel();
    QTRY_VERIFY(model.expired());
}

void TestPagesError::aStoppedMapSaysSoAndIsMadeAgain() {
    fixture_->openTensors();
    fixture_->only("q4_0");
    QTRY_VERIFY(page_->map()->pyramid());
    QTRY_VERIFY(fixture_->jobs.idle());
    QList<JobId> busy;  // so that the map has to wait
    for (int i = 0; i < 2; ++i) {
        busy << fixture_->jobs.start(
            Lane::interactive, QStringLiteral("busy"), this,
            [](const Progress& progress) {
                for (;;) {
                    progress.check();
                    QThread::msleep(1);
                }
            },
            [] {});
    }
    choice(kKinds)->setCurrentIndex(1);
    QTRY_COMPARE(fixture_->jobs.jobs().size(), 3);
    fixture_->jobs.cancel(fixture_->jobs.jobs().last().id);  // as the user does
    QTRY_VERIFY(notices(QStringLiteral("Stopped on request.")));
    QVERIFY(!page_->map()->pyramid());
    for (const JobId job : busy) {
        fixture_->jobs.drop(job);
    }
    page_->invalidate();
    QTRY_VERIFY(page_->map()->pyramid());
    QVERIFY(!notices(QStringLiteral("Computing")));
}

void TestPagesError::zoomSurvivesAnotherKindOfMap() {
    fixture_->openTensors();
    fixture_->only("q4_0");
    QTRY_VERIFY(page_->map()->pyramid());
    page_->map()->setViewRange(QRectF(8, 8, 24, 16));
    const QRectF zoomed = page_->map()->viewRange();
    const Pyramid* errors = page_->map()->pyramid();
    choice(kKinds)->setCurrentIndex(3);
    QTRY_VERIFY(page_->map()->pyramid() != errors);
    QCOMPARE(page_->map()->viewRange(), zoomed);
}

void TestPagesError::blockOfAWeightIsInspected() {
    fixture_->openTensors();
    const int id = fixture_->only("q4_0");
    QTRY_VERIFY(page_->map()->pyramid());
    QVERIFY(page_->blocks()->isHidden());
    QVERIFY(!page_->blocks()->block());
    page_->setCell(12, 40);
    QVERIFY(!page_->blocks()->block());  // closed, it reads nothing
    page_->inspectBlock(true);
    QTRY_VERIFY(page_->blocks()->block());
    const BlockInspection& block = *page_->blocks()->block();
    QCOMPARE(block.row, 12);
    QCOMPARE(block.firstCol, 32);
    const auto run = fixture_->workspace.tensorResult(id).run;
    const auto first = run->quantized.bytes.begin() + (12 * 3 + 1) * 18;
    QVERIFY(block.bytes == std::vector<std::byte>(first, first + 18));
    QVERIFY(block.changedBits().empty());
    std::vector<float> decoded(PageFixture::kCols);
    run->quantized.decode_rows(12, 1, decoded.data());
    for (std::size_t j = 0; j < 32; ++j) {
        QCOMPARE(block.originals[j], fixture_->matrix[12 * 96 + 32 + j]);
        QCOMPARE(block.reading.values[j].decoded, decoded[32 + j]);
    }
    QCOMPARE(page_->blocks()->view()->currentValue(), 8);
    QVERIFY(page_->blocks()->view()->explanation().startsWith(QStringLiteral("ŵ = ")));
    QVERIFY(block.rmsError > 0 && block.textbookRmsError > 0);
    // Of another scheme: the same place.
    fixture_->only("q4_1");
    QTRY_VERIFY(page_->blocks()->block() && page_->blocks()->block()->anatomy->has_minimum());
    QCOMPARE(page_->blocks()->view()->currentValue(), 8);
    page_->inspectBlock(false);
    QVERIFY(page_->blocks()->isHidden());
}

void TestPagesError::aChangedWeightIsEncodedAgain() {
    fixture_->openTensors();
    fixture_->only("q4_0");
    QTRY_VERIFY(page_->map()->pyramid());
    page_->setCell(12, 40);
    page_->inspectBlock(true);
    BlockPanel* panel = page_->blocks();
    QTRY_VERIFY(panel->block());
    const auto before = *panel->block();
    panel->changeWeight(-40.0);  // the new extreme: it sets the scale, and gets code 0
    QTRY_VERIFY(!panel->block()->changedBits().empty());
    QCOMPARE(panel->block()->originals[8], -40.0F);
    QCOMPARE(panel->block()->reading.values[8].code, 0);
    QCOMPARE(panel->block()->reading.values[8].decoded, -40.0F);
    QCOMPARE(panel->block()->reading.values[0].scale, 5.0F);
    QVERIFY(panel->block()->stored == before.stored);
    // All of a series of changes count, in one block.
    panel->view()->setCurrentValue(9);
    panel->changeWeight(35.0);
    QTRY_COMPARE(panel->block()->reading.values[9].decoded, 35.0F);
    QCOMPARE(panel->block()->reading.values[8].decoded, -40.0F);
    panel->reset();
    QTRY_VERIFY(panel->block()->changedBits().empty());
    QVERIFY(panel->block()->originals == before.originals);
    // The model and its error are as they were; another block forgets what was changed.
    panel->changeWeight(-40.0);
    QTRY_VERIFY(!panel->block()->changedBits().empty());
    page_->setCell(12, 70);
    QTRY_COMPARE(panel->block()->firstCol, 64);
    page_->setCell(12, 40);
    QTRY_COMPARE(panel->block()->firstCol, 32);
    QVERIFY(panel->block()->changedBits().empty());
}

void TestPagesError::inspectorFollowsTheMapAndBack() {
    fixture_->openTensors();
    fixture_->only("q8_0");
    QTRY_VERIFY(page_->map()->pyramid());
    page_->setCell(3, 31);
    page_->inspectBlock(true);
    QTRY_VERIFY(page_->blocks()->block());
    QTest::keyClick(page_->map(), Qt::Key_Right);
    QTRY_COMPARE(page_->blocks()->block()->firstCol, 32);
    QCOMPARE(page_->blocks()->view()->currentValue(), 0);
    page_->blocks()->view()->setCurrentValue(17);
    QCOMPARE(page_->map()->currentCell(), std::optional(QPoint(49, 3)));
    // A choice in the block that is still shown counts while another one is being read.
    page_->setCell(5, 0);
    QCOMPARE(page_->blocks()->block()->row, 3);
    page_->blocks()->view()->setCurrentValue(2);
    QCOMPARE(page_->map()->currentCell(), std::optional(QPoint(34, 3)));
    QTRY_VERIFY(fixture_->jobs.idle());
    QCOMPARE(page_->blocks()->block()->row, 3);
    QCOMPARE(page_->blocks()->view()->currentValue(), 2);
}

void TestPagesError::inspectorOpensWhereSingleWeightsAreSeen() {
    fixture_->openTensors();
    fixture_->only("q4_0");
    HeatmapView* map = page_->map();
    QTRY_VERIFY(map->pyramid());
    const auto click = [map](const QPoint& cell) {
        QTest::mouseClick(map, Qt::LeftButton, {}, map->cellRect(cell).center().toPoint());
    };
    QVERIFY(!map->showsCells());
    click(QPoint(40, 12));
    QVERIFY(page_->blocks()->isHidden());
    map->setViewRange(QRectF(32, 8, 16, 10));
    QVERIFY(map->showsCells());
    click(QPoint(41, 12));
    QVERIFY(page_->blocks()->isVisible());
    QTRY_VERIFY(page_->blocks()->block());
    QCOMPARE(page_->blocks()->view()->currentValue(), 9);
    page_->inspectBlock(false);
    QTRY_VERIFY(map->showsCells());  // once the map has its room again
    QTest::keyClick(map, Qt::Key_Return);
    QVERIFY(page_->blocks()->isVisible());
}

void TestPagesError::everyFormatIsInspected_data() {
    QTest::addColumn<QByteArray>("scheme");
    for (const DType dtype : encodable_dtypes()) {
        if (block_anatomy(dtype)) {
            const std::string text = ql::format(GridSpec(StorageGrid{dtype}));
            QTest::addRow("%s", text.c_str()) << QByteArray::fromStdString(text);
        }
    }
}

void TestPagesError::everyFormatIsInspected() {
    QFETCH(QByteArray, scheme);
    const int columns = 256;
    MemoryRows rows(fixture_->matrix.data() + PageFixture::kLargeRow * PageFixture::kCols, 2,
                    columns);
    TensorRun run;
    run.scheme = parse_scheme(scheme.constData());
    run.quantized = {make_grid(run.scheme.grid), 2, columns, {}, {}};
    run.quantized.bytes.resize(2 * run.quantized.grid->row_bytes(columns));
    run.quantized.grid->encode(fixture_->matrix.data() + PageFixture::kLargeRow * 96, 2, columns,
                               {}, run.quantized.bytes.data());
    const BlockInspection block = inspectBlock(rows, run, 1, 200, {});
    const BlockPicture picture = blockPicture(block);
    QCOMPARE(picture.values.size(), std::size_t(block.anatomy->values));
    QVERIFY(picture.changed.empty());
    for (const BlockRow& value : picture.values) {
        // The formula ends in the value of the table.
        const QString result = QStringLiteral(" = ") + formatNumber(value.decoded, 5);
        QVERIFY2(value.formula.endsWith(result), qPrintable(value.formula));
        QCOMPARE(float(value.scale) * float(value.level) + float(value.offset),
                 float(value.decoded));
    }
    // A weight that is doubled changes bits; one that is replaced by itself changes none.
    const auto place = std::size_t(200 - block.firstCol);
    const float weight = block.originals[place];
    QVERIFY(inspectBlock(rows, run, 1, 200, {{200, weight}}).changedBits().empty());
    QVERIFY(!inspectBlock(rows, run, 1, 200, {{200, weight * 100}}).changedBits().empty());
    run.scheme.fit.importance = true;
    QVERIFY(!noEditReason(run).isEmpty());
}

void TestPagesError::gridsWithoutBlocksSaySo() {
    fixture_->openTensors();
    fixture_->only("int4:g32:asym");
    QTRY_VERIFY(page_->map()->pyramid());
    page_->inspectBlock(true);
    QVERIFY(page_->map()->currentCell());
    const BlockPanel* panel = page_->blocks();
    QTRY_VERIFY(panel->notice().contains(QStringLiteral("block of columns 0–31")));
    fixture_->only("bf16");
    QTRY_VERIFY(panel->notice().startsWith(QStringLiteral("BF16 stores each weight by itself")));
    fixture_->only("textbook_sym8");
    QTRY_VERIFY(panel->notice().contains(QStringLiteral("no bits to show")));
    QVERIFY(!panel->block());
}

void TestPagesError::everyTextFollowsTheLanguage() {
    fixture_->openTensors();
    fixture_->only("q4_0");
    page_->setCell(1, 1);
    QTRY_VERIFY(!page_->finding().isEmpty());
    page_->inspectBlock(true);
    QTRY_VERIFY(page_->blocks()->block());
    page_->blocks()->view()->setCurrentValue(3);
    MarkingTranslator marks;
    QCoreApplication::installTranslator(&marks);
    QTRY_VERIFY(page_->finding().contains(u'«'));
    for (const Choice* one : page_->findChildren<Choice*>()) {
        QVERIFY(one->accessibleName().contains(u'«'));
    }
    for (const int index : {kKinds, kModes, kLimits}) {
        QVERIFY(choice(index)->currentText().contains(u'«'));
    }
    QVERIFY(page_->findChild<QCheckBox*>()->text().contains(u'«'));
    QTRY_VERIFY(page_->cellLine().contains(u'«'));
    QVERIFY(page_->title().contains(u'«'));
    for (const QLabel* label : page_->blocks()->findChildren<QLabel*>()) {
        const bool formula = label->text().startsWith(QStringLiteral("ŵ = "));
        QVERIFY2(formula || label->text().isEmpty() || label->text().contains(u'«'),
                 qPrintable(label->text()));
    }
    for (const QToolButton* button : page_->blocks()->findChildren<QToolButton*>()) {
        QVERIFY(button->accessibleName().contains(u'«'));
    }
    const BlockPicture picture = blockPicture(*page_->blocks()->block());
    QVERIFY(std::all_of(picture.fields.begin(), picture.fields.end(),
                        [](const BitField& field) { return field.text.contains(u'«'); }));
    QCoreApplication::removeTranslator(&marks);
}

void TestPagesError::concentrationFindsRowsThatStandOut() {
    std::vector<double> sums(100, 1.0);
    QVERIFY(!concentration(sums, false).concentrated());
    sums[12] = 60;
    sums[73] = 40;
    sums[5] = 2;
    const ErrorConcentration found = concentration(sums, false);
    QVERIFY(found.concentrated());
    QCOMPARE(found.lines, (std::vector<std::int64_t>{12, 73}));
    const double total = 97 + 60 + 40 + 2;
    QCOMPARE(found.share, 100 / total);
    QCOMPARE(found.worst, 60 / total);
    // Of few rows none can stand out, however large.
    QVERIFY(!concentration({100, 1, 1, 1}, false).concentrated());
    QVERIFY(!concentration(std::vector<double>(100, 0.0), true).concentrated());
}

void TestPagesError::clippedLimitLeavesOutOneInAThousand() {
    // 4 x 4000 cells of 4 x 4 weights, each cell with its own magnitude.
    constexpr std::int64_t kSide = 16000;
    Pyramid pyramid(4, kSide);
    std::vector<float> values(4 * kSide);
    for (std::int64_t i = 0; i < 4 * kSide; ++i) {
        values[static_cast<std::size_t>(i)] = -static_cast<float>(i % kSide / 4 + 1);
    }
    pyramid.add_rows(0, 4, values.data());
    pyramid.finish();
    QCOMPARE(colorLimit(pyramid, HeatmapMode::magnitude, LimitRule::full), 4000.0);
    // The four largest of 4000 cells lie beyond.
    QCOMPARE(colorLimit(pyramid, HeatmapMode::magnitude, LimitRule::clip), 3996.0);
    QCOMPARE(colorLimit(Pyramid(), HeatmapMode::mean, LimitRule::clip), 0.0);
    QCOMPARE(colorScale(HeatmapMode::mean, 2, true).hasSign, true);
}

QTEST_MAIN(TestPagesError)
#include "test_pages_error.moc"
