#include <QCheckBox>
#include <QLabel>
#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <QToolButton>
#include <cmath>

#include "app/controls.h"
#include "app/pages/error_page.h"
#include "tests/app/app_fixture.h"
#include "tests/app/page_fixture.h"
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
    const int q8 = fixture_->workspace.addScheme(parse_plan("q8_0"));
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
    const int fine = fixture_->workspace.addScheme(parse_plan("q8_0"));
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

void TestPagesError::everyTextFollowsTheLanguage() {
    fixture_->openTensors();
    fixture_->only("q4_0");
    page_->setCell(1, 1);
    QTRY_VERIFY(!page_->finding().isEmpty());
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
