#include <QCheckBox>
#include <QLabel>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "app/calibration_request.h"
#include "app/controls.h"
#include "app/pages/activations_page.h"
#include "app/pages/channel_table.h"
#include "app/pages/sample_map.h"
#include "tests/app/app_fixture.h"
#include "tests/app/page_fixture.h"
#include "widgets/curve_plot.h"
#include "widgets/heatmap_view.h"
#include "widgets/histogram_plot.h"
#include "widgets/number_format.h"
#include "widgets/stat_table.h"

using namespace ql;
using namespace ql::gui;

/// The Activations page on the demo model, calibrated on a little text.
class TestPagesActivations : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { usePrivatePaths(); }
    void cleanupTestCase() { removePrivatePaths(); }
    void init();
    void cleanup();

    void saysWhatIsMissing();
    void tensorsThatReadNothingSaySo();
    void showsTheInputOfTheLinear();
    void linearsOfOneInputShareIt();
    void aChannelIsMarkedEverywhere();
    void cellsAreRead();
    void anotherCalibrationIsShown();
    void everyTextFollowsTheLanguage();

  private:
    void openDemo();
    void calibrate(int context = 40);
    bool shows(const QString& text) const;
    const InputStatistics& input() const {
        return *fixture_->workspace.calibration()->of(*fixture_->workspace.tensor());
    }

    std::unique_ptr<PageFixture> fixture_;
    std::unique_ptr<ActivationsPage> page_;
};

void TestPagesActivations::init() {
    fixture_ = std::make_unique<PageFixture>();
    page_ = std::make_unique<ActivationsPage>(&fixture_->workspace, &fixture_->jobs);
    page_->resize(900, 610);
    page_->show();
}

void TestPagesActivations::cleanup() {
    page_.reset();
    fixture_.reset();
}

void TestPagesActivations::openDemo() {
    fixture_->workspace.open(demoModel());
    QTRY_VERIFY(fixture_->workspace.profile());
}

void TestPagesActivations::calibrate(int context) {
    CalibrationRequest request;
    request.options.samples = 2;
    request.options.context = context;
    fixture_->workspace.calibrate(request);
    QTRY_VERIFY_WITH_TIMEOUT(!fixture_->workspace.calibrating(), 60000);
    QTRY_VERIFY(page_->histogram()->isVisible() && !page_->histogram()->series().empty());
}

bool TestPagesActivations::shows(const QString& text) const {
    QStringList texts;
    for (const QLabel* label : page_->findChildren<QLabel*>()) {
        if (label->isVisible()) {
            texts << label->text();
        }
    }
    return texts.join(u'\n').contains(text);
}

void TestPagesActivations::saysWhatIsMissing() {
    QTRY_VERIFY(shows(QStringLiteral("Open a model")));
    QVERIFY(!page_->calibrateButton()->isVisible());
    openDemo();
    QTRY_VERIFY(shows(QStringLiteral("not known yet")));
    QVERIFY(page_->calibrateButton()->isVisible());
    QSignalSpy wanted(page_.get(), &ActivationsPage::calibrateRequested);
    page_->calibrateButton()->click();
    QCOMPARE(wanted.size(), 1);
}

void TestPagesActivations::tensorsThatReadNothingSaySo() {
    openDemo();
    calibrate();
    fixture_->choose("model.norm.weight");
    QTRY_VERIFY(shows(QStringLiteral("not a linear")));
    QVERIFY(!page_->calibrateButton()->isVisible());
    fixture_->choose("model.layers.3.mlp.down_proj.weight");
    QTRY_VERIFY(page_->histogram()->isVisible());
}

void TestPagesActivations::showsTheInputOfTheLinear() {
    openDemo();
    fixture_->choose("model.layers.2.mlp.down_proj.weight");
    calibrate();
    QTRY_COMPARE(page_->curve()->series().size(), std::size_t{1});
    QTRY_COMPARE(page_->curve()->series()[0].values.size(), std::size_t{768});
    QVERIFY(page_->curve()->series()[0].values == input().max_abs);
    const auto& series = page_->histogram()->series();
    QCOMPARE(series.size(), std::size_t{2});
    QCOMPARE(series[0].histogram.total() + series[1].histogram.total(),
             std::uint64_t{2 * 40 * 768});
    QTRY_VERIFY(page_->sample()->view()->pyramid());
    QCOMPARE(page_->sample()->view()->rows(), std::int64_t{80});
    QCOMPARE(page_->sample()->view()->cols(), std::int64_t{768});
    const float largest = *std::max_element(input().max_abs.begin(), input().max_abs.end());
    const QString table = page_->statistics()->tsv();
    QVERIFY2(
        table.contains(QStringLiteral("max |x|\t") + formatNumber(static_cast<double>(largest), 4)),
        qPrintable(table));
    QVERIFY(table.contains(QStringLiteral("read by\tdown\n")));
    QVERIFY(table.contains(QStringLiteral("tokens\t80\n")));
    // The most outstanding channel stands first.
    const QAbstractItemModel* channels = page_->outliers()->model();
    QCOMPARE(channels->rowCount(), ChannelTable::kMost);
    const auto first = channels->index(0, ChannelTable::kChannel).data().toString().toInt();
    QCOMPARE(input().max_abs[static_cast<std::size_t>(first)], largest);
}

void TestPagesActivations::linearsOfOneInputShareIt() {
    openDemo();
    calibrate();
    fixture_->choose("model.layers.0.self_attn.k_proj.weight");
    QTRY_VERIFY(page_->statistics()->tsv().contains(QStringLiteral("read by\tq, k, v\n")));
    fixture_->choose("model.layers.1.mlp.up_proj.weight");
    QTRY_VERIFY(page_->statistics()->tsv().contains(QStringLiteral("read by\tgate, up\n")));
}

void TestPagesActivations::aChannelIsMarkedEverywhere() {
    openDemo();
    calibrate();
    QTRY_VERIFY(page_->sample()->view()->pyramid());
    page_->outliers()->setCurrentIndex(page_->outliers()->model()->index(3, 0));
    const auto* table = static_cast<ChannelTable*>(page_->outliers()->model());
    QCOMPARE(page_->curve()->mark(), std::optional(table->channel(3)));
    emit page_->curve()->channelClicked(table->channel(5));
    QCOMPARE(page_->curve()->mark(), std::optional(table->channel(5)));
    QCOMPARE(page_->outliers()->currentIndex().row(), 5);
    page_->sample()->view()->setCurrentCell(QPoint(table->channel(1), 7));
    QCOMPARE(page_->curve()->mark(), std::optional(table->channel(1)));
    QCOMPARE(page_->outliers()->currentIndex().row(), 1);
    page_->setChannel(100000);
    QCOMPARE(page_->curve()->mark(), std::optional(table->channel(1)));
}

void TestPagesActivations::cellsAreRead() {
    openDemo();
    calibrate();
    QTRY_VERIFY(page_->sample()->view()->pyramid());
    page_->sample()->view()->setCurrentCell(QPoint(9, 41));
    const float value = input().sample[41 * 256 + 9];
    const QString line = page_->sample()->cellLine();
    QVERIFY2(line.contains(QStringLiteral("channel 9")), qPrintable(line));
    QVERIFY(line.contains(QStringLiteral("sample 1, token 1")));  // all 80 tokens are kept
    QVERIFY(line.contains(formatNumber(static_cast<double>(value), 4)));
}

void TestPagesActivations::anotherCalibrationIsShown() {
    openDemo();
    calibrate();
    QTRY_VERIFY(page_->statistics()->tsv().contains(QStringLiteral("tokens\t80\n")));
    calibrate(48);
    QTRY_VERIFY(page_->statistics()->tsv().contains(QStringLiteral("tokens\t96\n")));
    fixture_->workspace.closeModel();
    QTRY_VERIFY(shows(QStringLiteral("Open a model")));
    QVERIFY(!page_->sample()->view()->pyramid());
}

void TestPagesActivations::everyTextFollowsTheLanguage() {
    openDemo();
    calibrate();
    QTRY_VERIFY(shows(QStringLiteral("Statistics")));
    QTRY_VERIFY(page_->sample()->view()->pyramid());
    MarkingTranslator marks;
    QCoreApplication::installTranslator(&marks);
    QTRY_VERIFY(shows(QStringLiteral("«Statistics»")));
    QTRY_VERIFY(shows(QStringLiteral("«mean |x|»")));
    QTRY_VERIFY(page_->histogram()->series()[0].name.contains(u'«'));
    for (const QLabel* label : page_->findChildren<QLabel*>()) {
        static const QRegularExpression words(QStringLiteral("[A-Za-z]{4,}"));
        const QString text = label->text();
        const bool data = text.contains(QStringLiteral("self_attn"));  // the tensor's own name
        QVERIFY2(!label->isVisible() || data || !text.contains(words) || text.contains(u'«'),
                 qPrintable(text));
    }
    for (const QCheckBox* box : page_->findChildren<QCheckBox*>()) {
        QVERIFY2(box->text().contains(u'«'), qPrintable(box->text()));
    }
    for (const Choice* choice : page_->findChildren<Choice*>()) {
        QVERIFY2(choice->currentText().contains(u'«'), qPrintable(choice->currentText()));
        QVERIFY(choice->accessibleName().contains(u'«'));
    }
    QCoreApplication::removeTranslator(&marks);
}

QTEST_MAIN(TestPagesActivations)
#include "test_pages_activations.moc"
