#include <QClipboard>
#include <QComboBox>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLineEdit>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

#include "app/actions.h"
#include "app/dialogs/calibrate_dialog.h"
#include "app/dialogs/export_dialog.h"
#include "app/docks/model_dock.h"
#include "app/docks/scheme_dock.h"
#include "app/docks/tensor_tree.h"
#include "app/jobs.h"
#include "app/language.h"
#include "app/main_window.h"
#include "app/pages/activations_page.h"
#include "app/pages/overview_page.h"
#include "app/pages/page.h"
#include "app/settings.h"
#include "app/workspace.h"
#include "core/export/verify.h"
#include "core/schemes/recipes.h"
#include "tests/app/app_fixture.h"
#include "widgets/message_strip.h"
#include "widgets/theme.h"

using namespace ql;
using namespace ql::gui;

class TestMainWindow : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase();
    void cleanupTestCase();
    void init();
    void cleanup();

    void startsWithTheWelcomePage();
    void droppedFolderIsOpened();
    void droppedTextIsCalibratedOn();
    void otherDragsAreRefused();
    void failureIsToldInTheStrip();
    void recentFilesAreKept();
    void selectionInTheTreeDrivesTheWorkspace();
    void filterAndKeyboardAreEnough();
    void pagesHaveShortcuts();
    void closesAtOnceWhenIdle();
    void closeWhileRunningAsksStopsAndQuits();
    void keepRunningKeepsTheWindow();
    void layoutIsRestoredAndReset();
    void treeColumnsAreRestoredAndReset();
    void fullScreenCommandFollowsTheWindow();
    void escapeLeavesTheSchemeFieldFirst();
    void undoSpeaksTheLanguage();
    void exportThroughTheWindow();
    void exportOfAnUnsuitableSchemeIsRefused();
    void integersAreExportedAsAFolder();
    void recipeWithRulesIsExported();
    void sizesOfTheModel();
    void importanceOfAnotherModelIsToldInTheStrip();

  private:
    void openDemoFolder();
    JobId startEndlessJob();

    std::unique_ptr<Settings> settings_;
    std::unique_ptr<Theme> theme_;
    std::unique_ptr<Language> language_;
    std::unique_ptr<MainWindow> window_;
};

void TestMainWindow::initTestCase() {
    usePrivatePaths();
    settings_ = std::make_unique<Settings>();
    theme_ = std::make_unique<Theme>();
    language_ = std::make_unique<Language>();
    language_->set("en");
}

void TestMainWindow::cleanupTestCase() {
    settings_.reset();
    removePrivatePaths();
}

void TestMainWindow::init() {
    settings_->reset();
    window_ = std::make_unique<MainWindow>(settings_.get(), theme_.get(), language_.get());
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
}

void TestMainWindow::cleanup() { window_.reset(); }

void TestMainWindow::openDemoFolder() {
    window_->openPath(demoModel());
    QTRY_VERIFY(window_->workspace()->profile());
}

JobId TestMainWindow::startEndlessJob() {
    return window_->jobs()->start(
        Lane::heavy, "Something long", window_.get(),
        [](const Progress& progress) {
            for (;;) {
                progress.check();
                QThread::msleep(1);
            }
        },
        [] {});
}

void TestMainWindow::startsWithTheWelcomePage() {
    QVERIFY(!window_->pages().first()->isVisible());
    QCOMPARE(window_->windowTitle(), QStringLiteral("Quantloupe"));
    QVERIFY(!window_->actions()->run->isEnabled());
    QVERIFY(!window_->actions()->exportModel->isEnabled());
    QPushButton* demo = nullptr;
    for (QPushButton* button : window_->findChildren<QPushButton*>()) {
        if (button->text() == u"Explore the Demo Model") {
            demo = button;
        }
    }
    QVERIFY(demo && demo->isVisible());
    QTest::mouseClick(demo, Qt::LeftButton);
    QTRY_VERIFY(window_->workspace()->profile());
    QVERIFY(window_->workspace()->isDemo());
    QVERIFY(window_->pages().first()->isVisible());
    QVERIFY(window_->actions()->run->isEnabled());
}

void TestMainWindow::droppedFolderIsOpened() {
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(demoModel())});
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window_.get(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window_.get(), &drop);
    QTRY_VERIFY(window_->workspace()->model());
    QCOMPARE(window_->workspace()->path(), QFileInfo(demoModel()).absoluteFilePath());
}

void TestMainWindow::droppedTextIsCalibratedOn() {
    openDemoFolder();
    QVERIFY(window_->actions()->calibrate->isEnabled());
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(demoModel() + "/calibration_code.txt")});
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window_.get(), &enter);
    QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window_.get(), &drop);
    auto* dialog = window_->findChild<CalibrateDialog*>();
    QVERIFY(dialog && dialog->isVisible());
    QVERIFY(window_->workspace()->model());  // still the same
    dialog->close();
    auto* page = window_->findChild<ActivationsPage*>();
    window_->showPage(static_cast<int>(window_->pages().indexOf(page)));
    QTRY_VERIFY(page->calibrateButton()->isVisible());
    QTRY_VERIFY(!window_->findChild<CalibrateDialog*>());
    page->calibrateButton()->click();
    QVERIFY(window_->findChild<CalibrateDialog*>());
}

void TestMainWindow::otherDragsAreRefused() {
    QMimeData data;
    data.setText("words");
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    enter.ignore();
    QCoreApplication::sendEvent(window_.get(), &enter);
    QVERIFY(!enter.isAccepted());
}

void TestMainWindow::failureIsToldInTheStrip() {
    const QTemporaryDir folder;
    QFile file(folder.filePath("broken.gguf"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("GGUF and nothing else to speak of");
    file.close();
    window_->openPath(file.fileName());
    auto* strip = window_->findChild<MessageStrip*>();
    QTRY_VERIFY(strip->isShowing());
    QVERIFY2(strip->text().contains("broken.gguf"), qPrintable(strip->text()));
    QVERIFY(!window_->workspace()->model());
}

void TestMainWindow::recentFilesAreKept() {
    openDemoFolder();
    QCOMPARE(settings_->recentFiles(), QStringList{QFileInfo(demoModel()).absoluteFilePath()});
    QMenu* recent = window_->actions()->recent;
    emit recent->aboutToShow();
    QVERIFY(recent->actions().first()->isEnabled());
    settings_->addRecentFile("/gone/model.gguf");
    emit recent->aboutToShow();
    QVERIFY(!recent->actions().first()->isEnabled());
    recent->actions().last()->trigger();  // Clear List
    QVERIFY(settings_->recentFiles().isEmpty());
}

void TestMainWindow::selectionInTheTreeDrivesTheWorkspace() {
    openDemoFolder();
    auto* tree = window_->findChild<ModelDock*>()->findChild<QTreeView*>();
    const int before = window_->workspace()->tensorIndex();
    QCOMPARE(tree->currentIndex().data().toString(), QStringLiteral("attn q"));
    tree->setFocus();
    QTest::keyClick(tree, Qt::Key_Down);
    QCOMPARE(window_->workspace()->tensorIndex(), before + 1);
    window_->workspace()->setTensor(before + 3);
    QCOMPARE(tree->currentIndex().data().toString(), QStringLiteral("attn o"));
}

void TestMainWindow::filterAndKeyboardAreEnough() {
    openDemoFolder();
    window_->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window_.get()));
    QTest::keyClick(window_.get(), Qt::Key_F, Qt::ControlModifier);
    auto* filter = window_->findChild<ModelDock*>()->findChild<QLineEdit*>();
    QTRY_VERIFY(filter->hasFocus());
    const int before = window_->workspace()->tensorIndex();
    QTest::keyClicks(filter, "blk.4.* down");
    QCOMPARE(window_->workspace()->tensorIndex(), before);  // filtering selects nothing
    QTest::keyClick(filter, Qt::Key_Down);
    auto* tree = window_->findChild<ModelDock*>()->findChild<QTreeView*>();
    QVERIFY(tree->hasFocus());
    QTest::keyClick(tree, Qt::Key_Down);
    QTest::keyClick(tree, Qt::Key_Down);
    QCOMPARE(window_->workspace()->tensor()->gguf_name, std::string("blk.4.ffn_down.weight"));
    filter->setFocus();
    QTest::keyClick(filter, Qt::Key_Escape);
    QVERIFY(filter->text().isEmpty());
}

void TestMainWindow::pagesHaveShortcuts() {
    openDemoFolder();
    window_->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window_.get()));
    QTest::keyClick(window_.get(), Qt::Key_3, Qt::ControlModifier);
    QVERIFY(window_->pages()[2]->isVisible());
    QTest::keyClick(window_.get(), Qt::Key_1, Qt::ControlModifier);
    QVERIFY(window_->pages()[0]->isVisible());
    QTest::keyClick(window_.get(), Qt::Key_F5);
    QTRY_VERIFY(window_->workspace()->modelRun(window_->workspace()->focus()));
}

void TestMainWindow::closesAtOnceWhenIdle() {
    QTRY_VERIFY(window_->jobs()->idle());
    QVERIFY(window_->close());
}

void TestMainWindow::closeWhileRunningAsksStopsAndQuits() {
    startEndlessJob();
    QVERIFY(!window_->close());
    QVERIFY(window_->isVisible());
    auto* question = window_->findChild<QMessageBox*>("closeQuestion");
    QVERIFY(question);
    QVERIFY(!window_->close());
    QCOMPARE(window_->findChildren<QMessageBox*>("closeQuestion").size(), 1);  // asked once
    question->buttons().first()->click();
    QTRY_VERIFY(!window_->isVisible());
    QVERIFY(window_->jobs()->idle());
}

void TestMainWindow::keepRunningKeepsTheWindow() {
    const JobId job = startEndlessJob();
    QVERIFY(!window_->close());
    auto* question = window_->findChild<QMessageBox*>("closeQuestion");
    question->buttons().last()->click();
    QTest::qWait(50);
    QVERIFY(window_->isVisible());
    QVERIFY(!window_->jobs()->idle());
    window_->jobs()->cancel(job);
    QTRY_VERIFY(window_->jobs()->idle());
    QVERIFY(window_->isVisible());  // the end of the job alone closes nothing
}

void TestMainWindow::layoutIsRestoredAndReset() {
    auto* dock = window_->findChild<QDockWidget*>("schemeDock");
    window_->resize(1500, 900);
    dock->hide();
    QVERIFY(window_->close());
    window_ = std::make_unique<MainWindow>(settings_.get(), theme_.get(), language_.get());
    window_->show();
    dock = window_->findChild<QDockWidget*>("schemeDock");
    QVERIFY(!dock->isVisible());
    window_->actions()->resetLayout->trigger();
    QVERIFY(dock->isVisible());
    QVERIFY(window_->findChild<QDockWidget*>("modelDock")->isVisible());
    QVERIFY(!window_->findChild<QDockWidget*>("logDock")->isVisible());
}

void TestMainWindow::treeColumnsAreRestoredAndReset() {
    window_->findChild<ModelDock*>()->findChild<QTreeView*>()->setColumnHidden(TensorTree::kScheme,
                                                                               true);
    QVERIFY(window_->close());
    window_ = std::make_unique<MainWindow>(settings_.get(), theme_.get(), language_.get());
    window_->show();
    auto* tree = window_->findChild<ModelDock*>()->findChild<QTreeView*>();
    QVERIFY(tree->isColumnHidden(TensorTree::kScheme));
    window_->actions()->resetLayout->trigger();
    QVERIFY(!tree->isColumnHidden(TensorTree::kScheme));
    QVERIFY(tree->isColumnHidden(TensorTree::kSize));
}

void TestMainWindow::fullScreenCommandFollowsTheWindow() {
    window_->showFullScreen();
    QTRY_VERIFY(window_->actions()->fullScreen->isChecked());
    window_->actions()->resetLayout->trigger();
    QTRY_VERIFY(!window_->isFullScreen());
    QVERIFY(!window_->actions()->fullScreen->isChecked());
}

void TestMainWindow::escapeLeavesTheSchemeFieldFirst() {
    startEndlessJob();
    QTRY_VERIFY(window_->actions()->stop->isEnabled());
    window_->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window_.get()));
    auto* dock = window_->findChild<SchemeDock*>();
    dock->addMenu()->actions().last()->trigger();  // Type a Scheme…
    auto* field = qobject_cast<QLineEdit*>(QApplication::focusWidget());
    QVERIFY(field);
    QTest::keyClick(field, Qt::Key_Escape);
    QVERIFY(!field->isVisible());
    QVERIFY(!window_->jobs()->jobs().first().cancelling);
    QTest::keyClick(window_.get(), Qt::Key_Escape);
    QTRY_VERIFY(window_->jobs()->idle());
}

void TestMainWindow::undoSpeaksTheLanguage() {
    window_->workspace()->addScheme(parse_plan("q4_1"));
    QVERIFY(window_->actions()->undo->text().endsWith("Add Q4_1"));
    window_->setLanguage("zh_CN");
    QCoreApplication::processEvents();
    QVERIFY2(!window_->actions()->undo->text().contains("Add"),
             qPrintable(window_->actions()->undo->text()));
    QVERIFY(window_->actions()->undo->text().contains("Q4_1"));
    window_->setLanguage("en");
}

void TestMainWindow::exportThroughTheWindow() {
    openDemoFolder();
    window_->actions()->exportModel->trigger();
    auto* dialog = window_->findChild<ExportDialog*>();
    QVERIFY(dialog);
    auto* write = dialog->findChild<QPushButton*>("export");
    QTRY_VERIFY(write->isEnabled());
    const QTemporaryDir folder;
    const QString path = folder.filePath("demo it's.gguf");
    dialog->setDestination(path);
    QTest::mouseClick(write, Qt::LeftButton);
    auto* command = dialog->findChild<QLineEdit*>("command");
    QTRY_VERIFY_WITH_TIMEOUT(command->isVisible(), 20000);
    QVERIFY(command->text().contains("llama-cli -m '"));
    const VerifyResult verified = verify_file(path.toStdString());
    QVERIFY(verified.ok());
    QCOMPARE(verified.hashes_compared, verified.tensors);
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden).size(), 1);
    dialog->setDestination(folder.filePath("another.gguf"));
    QVERIFY(!command->isVisible());
    QVERIFY(write->isEnabled());
    dialog->reject();
    QTRY_VERIFY(!window_->findChild<ExportDialog*>());
}

void TestMainWindow::exportOfAnUnsuitableSchemeIsRefused() {
    openDemoFolder();
    window_->workspace()->replaceScheme(window_->workspace()->focus(), parse_plan("textbook_q4_0"));
    window_->actions()->exportModel->trigger();
    auto* dialog = window_->findChild<ExportDialog*>();
    auto* write = dialog->findChild<QPushButton*>("export");
    QTRY_VERIFY(window_->jobs()->idle());
    QVERIFY(!write->isEnabled());
    // Keeping every tensor as it is always works.
    auto* scheme = dialog->findChild<QComboBox*>("scheme");
    scheme->setCurrentIndex(scheme->count() - 1);
    emit scheme->activated(scheme->count() - 1);
    QTRY_VERIFY(write->isEnabled());
}

void TestMainWindow::integersAreExportedAsAFolder() {
    openDemoFolder();
    window_->workspace()->replaceScheme(window_->workspace()->focus(), parse_plan("int4:g32:asym"));
    window_->actions()->exportModel->trigger();
    auto* dialog = window_->findChild<ExportDialog*>();
    auto* write = dialog->findChild<QPushButton*>("export");
    auto* format = dialog->findChild<QComboBox*>("format");
    QTRY_VERIFY(write->isEnabled());
    QVERIFY(format->currentIndex() != 0);  // GGUF has no such type
    const auto enabled = [&](ExportFormat each) {
        const QModelIndex index =
            format->model()->index(format->findData(static_cast<int>(each)), 0);
        return bool(format->model()->flags(index) & Qt::ItemIsEnabled);
    };
    QVERIFY(!enabled(ExportFormat::gguf));
    QVERIFY(enabled(ExportFormat::awq));
    QVERIFY(enabled(ExportFormat::dequantized));
    // While it plans anew, nothing that was planned before can be written.
    auto* rest = dialog->findChild<QComboBox*>("rest");
    emit rest->activated(rest->currentIndex());
    format->setCurrentIndex(format->findData(static_cast<int>(ExportFormat::awq)));
    emit format->activated(format->currentIndex());
    QVERIFY(!write->isEnabled());
    QTRY_VERIFY(write->isEnabled());
    QVERIFY(dialog->destination().endsWith("-awq"));
    const QTemporaryDir folder;
    dialog->setDestination(folder.filePath("model"));
    QTest::mouseClick(write, Qt::LeftButton);
    auto* command = dialog->findChild<QLineEdit*>("command");
    QTRY_VERIFY_WITH_TIMEOUT(command->isVisible(), 20000);
    QVERIFY(command->text().startsWith("vllm serve "));
    QVERIFY(verify_file(folder.filePath("model").toStdString()).ok());
    const auto written = Model::open(folder.filePath("model").toStdString());
    QCOMPARE(written->find("blk.0.ffn_down.weight")->stored_as(), std::string("int4:g32:asym"));
}

void TestMainWindow::recipeWithRulesIsExported() {
    openDemoFolder();
    window_->workspace()->addScheme(parse_plan("recipe:Q4_K_M; blk.0.ffn_down=q8_0"));
    window_->actions()->exportModel->trigger();
    auto* dialog = window_->findChild<ExportDialog*>();
    auto* write = dialog->findChild<QPushButton*>("export");
    QTRY_VERIFY(write->isEnabled());
    const QTemporaryDir folder;
    const QString path = folder.filePath("mixed.gguf");
    dialog->setDestination(path);
    QTest::mouseClick(write, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(dialog->findChild<QLineEdit*>("command")->isVisible(), 20000);
    const auto written = Model::open(path.toStdString());
    const auto type = [&](const char* name) { return written->find(name)->dtype; };
    QCOMPARE(type("blk.0.ffn_down.weight"), DType::q8_0);
    const auto preview = window_->workspace()->modelPreview(window_->workspace()->focus());
    const auto tensors = window_->workspace()->model()->tensors();
    for (const TensorOutcome& outcome : preview->tensors) {
        if (outcome.entry.scheme) {
            const auto& grid = std::get<StorageGrid>(outcome.entry.scheme->grid);
            QCOMPARE(type(tensors[outcome.tensor].gguf_name.c_str()), grid.dtype);
        }
    }
}

void TestMainWindow::sizesOfTheModel() {
    openDemoFolder();
    window_->showPage(2);
    window_->actions()->sizes->trigger();
    auto* page = window_->findChild<OverviewPage*>();
    QVERIFY(page->isVisible());
    QAbstractItemModel* table = page->sizesView()->model();
    QTRY_VERIFY(table->rowCount() > 0);
    QStringList texts{QString()};  // the stored model has none
    for (const FormatSize& size : formatSizes(*window_->workspace()->model())) {
        texts << size.text;
    }
    for (const ComparedScheme& scheme : window_->workspace()->enabledSchemes()) {
        texts << scheme.text();
    }
    texts.removeDuplicates();  // a scheme that is one of the formats stands there once
    QVERIFY(texts.size() >=
            static_cast<qsizetype>(1 + encodable_dtypes().size() + recipes().size()));
    QTRY_COMPARE(table->rowCount(), static_cast<int>(texts.size()));
    double before = 0;
    page->sizesView()->sortByColumn(SizesTable::kSize, Qt::AscendingOrder);
    for (int row = 0; row < table->rowCount(); ++row) {
        const double bytes =
            table->index(row, SizesTable::kSize).data(SizesTable::kSortRole).toDouble();
        QVERIFY(bytes >= before);  // the smallest first
        before = bytes;
    }
}

void TestMainWindow::importanceOfAnotherModelIsToldInTheStrip() {
    openDemoFolder();
    ImportanceMatrix matrix;
    matrix.entries["blk.0.attn_q.weight"] = {{1, 2, 3}, {4}};
    matrix.datasets = {"text"};
    matrix.chunk_count = 1;
    matrix.chunk_size = 4;
    const QTemporaryDir folder;
    const QString path = folder.filePath("other.imatrix");
    write_imatrix(matrix, path.toStdString(), ImportanceFormat::dat);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(path)});
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window_.get(), &enter);
    QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window_.get(), &drop);
    auto* strip = window_->findChild<MessageStrip*>();
    QTRY_VERIFY(strip->isShowing());
    QVERIFY2(strip->text().contains("other.imatrix"), qPrintable(strip->text()));
    QVERIFY2(strip->text().contains("another model"), qPrintable(strip->text()));
    QVERIFY(!window_->workspace()->importance());
    QVERIFY(window_->workspace()->model());
}

QTEST_MAIN(TestMainWindow)
#include "test_main_window.moc"
