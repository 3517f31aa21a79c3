// The heatmap shows the right colour at the right place at every zoom, loses no outlier, asks for
// single weights when the pyramid is too coarse, and obeys mouse and keyboard.
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>
#include <cmath>
#include <ctime>

#include "widgets/heatmap_link.h"
#include "widgets/heatmap_view.h"
#include "widgets/theme.h"

using namespace ql::gui;

namespace {

std::shared_ptr<const ql::Pyramid> pyramidOf(int rows, int cols, const std::vector<float>& values) {
    auto made = std::make_shared<ql::Pyramid>(rows, cols);
    made->add_rows(0, rows, values.data());
    made->finish();
    return made;
}

std::vector<float> cut(const std::vector<float>& values, int cols, const QRect& cells) {
    std::vector<float> tile;
    for (int row = cells.top(); row <= cells.bottom(); ++row) {
        const auto first = values.begin() + row * cols + cells.left();
        tile.insert(tile.end(), first, first + cells.width());
    }
    return tile;
}

/// The view, shown at a size, with the weights it will be asked for.
struct Stage {
    int rows;
    int cols;
    std::vector<float> values;
    HeatmapView view;

    Stage(int rowCount, int colCount, QSize size)
        : rows(rowCount),
          cols(colCount),
          values(static_cast<std::size_t>(rowCount) * static_cast<std::size_t>(colCount)) {
        view.resize(size);
    }
    float& at(int row, int col) { return values[static_cast<std::size_t>(row * cols + col)]; }
    void serve() {
        QObject::connect(&view, &HeatmapView::tileRequested, &view,
                         [this](const QRect& cells, quint64 generation) {
                             view.setTile(cells, cut(values, cols, cells), generation);
                         });
    }
    bool show() {
        view.setPyramid(pyramidOf(rows, cols, values));
        view.show();
        return QTest::qWaitForWindowExposed(&view);
    }
    QImage picture() { return view.grab().toImage(); }
    QRgb colorOf(float value) const {
        return ColorMap::forScale(view.scale(), themeColors().dark)(view.scale().position(value));
    }
};

/// The pixel at a place in widget coordinates, whatever the device's ratio.
QRgb pixelAt(const QImage& image, QPointF place) {
    return image.pixel((place * image.devicePixelRatio()).toPoint());
}

int differingPixels(const QImage& image, QRgb ground) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) count += (image.pixel(x, y) | 0xff000000) != ground;
    }
    return count;
}

}  // namespace

class TestHeatmapView : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase();
    void init() {
        QTest::failOnWarning(QRegularExpression(QStringLiteral("QPainter|QObject::connect")));
    }
    void colorAtKnownCell_data();
    void colorAtKnownCell();
    void outlierIsNeverLost_data();
    void outlierIsNeverLost();
    void modes();
    void nanHasItsOwnColor();
    void levelIsTheCoarserOne();
    void tilesAreAskedForAndShown();
    void wholeMatrixNeedsNoTiles();
    void staleAnswersAreDropped();
    void unreadableTilesAreNotAskedAgain();
    void fewRequestsAreOpen();
    void wheelZoomsAtThePointer();
    void dragPansAndDoubleClickFits();
    void shiftDragZoomsIntoARectangle();
    void keyboard();
    void hoverAndLeave();
    void linkedViews();
    void highDpi();
    void paintTime_data();
    void paintTime();

  private:
    Theme* theme_ = nullptr;
};

void TestHeatmapView::initTestCase() {
    theme_ = new Theme(this);
    theme_->setMode(ThemeMode::dark);
}

void TestHeatmapView::colorAtKnownCell_data() {
    QTest::addColumn<ValueScale>("scale");
    QTest::newRow("signed") << ValueScale{0, 1, Transform::linear, true};
    QTest::newRow("magnitude") << ValueScale{0, 1, Transform::linear, false};
    QTest::newRow("signed log") << ValueScale{0.001, 1, Transform::log, true};
    QTest::newRow("log") << ValueScale{0.001, 1, Transform::log, false};
}

void TestHeatmapView::colorAtKnownCell() {
    QFETCH(const ValueScale, scale);
    Stage stage(8, 8, QSize(240, 240));  // 30 pixels a cell: grid lines, no numbers
    stage.at(2, 5) = -0.7f;
    stage.at(6, 1) = 0.31f;
    stage.serve();
    stage.view.setScale(scale);
    QVERIFY(stage.show());
    QTRY_VERIFY(stage.view.value(2, 5).has_value());
    const QImage image = stage.picture();
    QCOMPARE(pixelAt(image, QPointF(5 * 30 + 15, 2 * 30 + 15)), stage.colorOf(-0.7f));
    QCOMPARE(pixelAt(image, QPointF(1 * 30 + 15, 6 * 30 + 15)), stage.colorOf(0.31f));
    QCOMPARE(pixelAt(image, QPointF(3 * 30 + 15, 3 * 30 + 15)), stage.colorOf(0));
}

void TestHeatmapView::outlierIsNeverLost_data() {
    QTest::addColumn<QSize>("size");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("cols");
    QTest::newRow("a pixel covers 16 x 16") << QSize(64, 64) << 1024 << 1024;
    QTest::newRow("an odd ratio") << QSize(117, 83) << 1000 << 1021;
    QTest::newRow("stretched") << QSize(200, 90) << 100 << 1600;
    QTest::newRow("squeezed") << QSize(90, 300) << 100 << 1600;
    QTest::newRow("smaller than the matrix by a little") << QSize(300, 300) << 401 << 333;
}

void TestHeatmapView::outlierIsNeverLost() {
    QFETCH(const QSize, size);
    QFETCH(const int, rows);
    QFETCH(const int, cols);
    for (const auto& [row, col] :
         {std::pair{0, 0}, {rows - 1, cols - 1}, {rows / 2 + 1, cols / 3}, {7, cols - 2}}) {
        Stage stage(rows, cols, size);
        stage.at(row, col) = -1;
        stage.view.setScale({0, 1, Transform::linear, true});
        stage.view.setFocusPolicy(Qt::NoFocus);  // no focus frame among the counted pixels
        stage.serve();
        QVERIFY(stage.show());
        const QImage image = stage.picture();
        const int marked = differingPixels(image, stage.colorOf(0));
        QVERIFY2(marked > 0, qPrintable(QStringLiteral("lost at %1, %2").arg(row).arg(col)));
        // It stands for itself: a small spot, not half of the picture.
        QVERIFY2(marked <= 12 * 12, qPrintable(QString::number(marked)));
        const QPointF place =
            stage.view.cellRect(QPoint(col, row)).center() * image.devicePixelRatio();
        bool near = false;
        for (int y = -12; y <= 12; ++y) {
            for (int x = -12; x <= 12; ++x) {
                const QPoint pixel = place.toPoint() + QPoint(x, y);
                near = near ||
                       (image.rect().contains(pixel) && image.pixel(pixel) == stage.colorOf(-1));
            }
        }
        QVERIFY2(near, "the outlier is drawn far from its place, or in another colour");
    }
}

void TestHeatmapView::modes() {
    HeatmapScene scene;
    scene.pyramid = pyramidOf(4, 4, {0, 0, 0, 0, 0, -8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    scene.view = QRectF(0, 0, 4, 4);
    scene.pixels = QSize(1, 1);
    scene.scale = {0, 8, Transform::linear, true};
    const ColorMap& map = ColorMap::diverging(false);
    scene.mode = HeatmapMode::extreme;
    QCOMPARE(renderHeatmap(scene).pixel(0, 0), map(0));
    scene.mode = HeatmapMode::magnitude;
    QCOMPARE(renderHeatmap(scene).pixel(0, 0), map(1));
    scene.mode = HeatmapMode::mean;
    QCOMPARE(renderHeatmap(scene).pixel(0, 0), map(scene.scale.position(-0.5)));
}

void TestHeatmapView::nanHasItsOwnColor() {
    Stage stage(8, 8, QSize(240, 240));
    stage.at(1, 1) = std::nanf("");
    stage.serve();
    QVERIFY(stage.show());
    QTRY_VERIFY(stage.view.value(1, 1).has_value());
    QCOMPARE(pixelAt(stage.picture(), QPointF(45, 45)), ColorMap::viridis().nanColor());
}

void TestHeatmapView::levelIsTheCoarserOne() {
    const auto pyramid = pyramidOf(256, 256, std::vector<float>(256 * 256));
    QCOMPARE(pyramid->levels[pyramidLevel(*pyramid, QSizeF(3, 3))].scale, 4);
    QCOMPARE(pyramid->levels[pyramidLevel(*pyramid, QSizeF(4, 4))].scale, 4);
    QCOMPARE(pyramid->levels[pyramidLevel(*pyramid, QSizeF(4.1, 4.1))].scale, 8);
    QCOMPARE(pyramidLevel(*pyramid, QSizeF(1e6, 1e6)), pyramid->levels.size() - 1);
    QVERIFY(wantsTiles(QSizeF(2, 2)));
    QVERIFY(wantsTiles(QSizeF(0.1, 0.1)));
    QVERIFY(!wantsTiles(QSizeF(2.1, 2.1)));
}

void TestHeatmapView::tilesAreAskedForAndShown() {
    Stage stage(512, 8192, QSize(256, 256));
    stage.at(300, 1500) = 1;
    QSignalSpy asked(&stage.view, &HeatmapView::tileRequested);
    QVERIFY(stage.show());
    QTest::qWait(20);
    QCOMPARE(asked.size(), 0);  // many weights a pixel: the pyramid does
    stage.view.setViewRange(QRectF(1490, 295, 20, 20));
    QTRY_COMPARE(asked.size(), 1);
    const auto cells = asked[0][0].toRect();
    const auto generation = asked[0][1].toULongLong();
    QVERIFY(cells.contains(1490, 295));
    QVERIFY(cells.contains(1509, 314));
    const QPoint middle = stage.view.cellRect(QPoint(1500, 300)).center().toPoint();
    const QPoint beside = stage.view.cellRect(QPoint(1501, 300)).center().toPoint();
    const QImage coarse = stage.picture();
    QCOMPARE(pixelAt(coarse, beside),
             stage.colorOf(1));  // the block of 4 x 4 until the weights come
    stage.view.setTile(cells, cut(stage.values, stage.cols, cells), generation);
    const QImage fine = stage.picture();
    QCOMPARE(pixelAt(fine, middle), stage.colorOf(1));
    QCOMPARE(pixelAt(fine, beside), stage.colorOf(0));
    QCOMPARE(stage.view.value(300, 1500), std::optional<float>(1.0f));
}

void TestHeatmapView::wholeMatrixNeedsNoTiles() {
    Stage stage(8, 8, {80, 80});
    stage.at(3, 5) = 1;
    QSignalSpy asked(&stage.view, &HeatmapView::tileRequested);
    QVERIFY(stage.show());
    QTRY_VERIFY(asked.size() > 0);
    asked.clear();
    const auto whole = std::make_shared<HeatmapTile>(HeatmapTile{QRect(0, 0, 8, 8), stage.values});
    stage.view.setPyramid(pyramidOf(8, 8, stage.values), whole);
    // At once, and to the weight: a cell beside the large one, which the pyramid does not tell from
    // it, has its own colour.
    const QImage image = stage.picture();
    QCOMPARE(pixelAt(image, {55, 35}), stage.colorOf(1));
    QCOMPARE(pixelAt(image, {45, 35}), stage.colorOf(0));
    QCOMPARE(stage.view.value(3, 5), std::optional(1.0F));
    QCOMPARE(stage.view.value(7, 7), std::optional(0.0F));
    QTest::qWait(20);
    QCOMPARE(asked.size(), 0);
    stage.view.setPyramid(nullptr);
    QVERIFY(!stage.view.value(3, 5));
}

void TestHeatmapView::staleAnswersAreDropped() {
    Stage stage(64, 64, QSize(256, 256));
    QSignalSpy asked(&stage.view, &HeatmapView::tileRequested);
    QVERIFY(stage.show());
    QTRY_COMPARE(asked.size(), 1);
    const auto cells = asked[0][0].toRect();
    const auto old = asked[0][1].toULongLong();
    stage.view.setPyramid(pyramidOf(64, 64, stage.values));  // another tensor of the same size
    QTRY_COMPARE(asked.size(), 2);
    QVERIFY(asked[1][1].toULongLong() != old);
    stage.view.setTile(cells, std::vector<float>(64 * 64, 1.0f), old);
    QVERIFY(!stage.view.value(0, 0).has_value());
    stage.view.setTile(cells, std::vector<float>(64 * 64, 0.25f), asked[1][1].toULongLong());
    QCOMPARE(stage.view.value(0, 0), std::optional<float>(0.25f));
}

void TestHeatmapView::unreadableTilesAreNotAskedAgain() {
    Stage stage(64, 64, QSize(256, 256));
    QSignalSpy asked(&stage.view, &HeatmapView::tileRequested);
    QVERIFY(stage.show());
    QTRY_COMPARE(asked.size(), 1);
    stage.view.setTile(asked[0][0].toRect(), {}, asked[0][1].toULongLong());
    stage.view.update();
    QTest::qWait(20);
    QCOMPARE(asked.size(), 1);
    QVERIFY(!stage.view.value(0, 0).has_value());
}

void TestHeatmapView::fewRequestsAreOpen() {
    Stage stage(2048, 2048, QSize(1100, 1100));
    QSignalSpy asked(&stage.view, &HeatmapView::tileRequested);
    QVERIFY(stage.show());
    QTRY_COMPARE(asked.size(), int(HeatmapView::kPendingTiles));
    stage.view.zoom(1.1);
    QTest::qWait(20);
    QCOMPARE(asked.size(), int(HeatmapView::kPendingTiles));
    const auto cells = asked[0][0].toRect();
    stage.view.setTile(cells, cut(stage.values, stage.cols, cells), asked[0][1].toULongLong());
    QTRY_COMPARE(asked.size(), int(HeatmapView::kPendingTiles) + 1);
}

void TestHeatmapView::wheelZoomsAtThePointer() {
    Stage stage(400, 400, QSize(400, 400));
    QVERIFY(stage.show());
    QSignalSpy changed(&stage.view, &HeatmapView::viewRangeChanged);
    const QPointF pointer(100, 300);
    const auto before = stage.view.cellAt(pointer);
    QWheelEvent wheel(pointer, stage.view.mapToGlobal(pointer), QPoint(), QPoint(0, 480),
                      Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&stage.view, &wheel);
    QCOMPARE(changed.size(), 1);
    QVERIFY(std::abs(stage.view.viewRange().width() - 400 / std::pow(1.25, 4)) < 1e-9);
    const auto after = stage.view.cellAt(pointer);
    QVERIFY(before && after);
    QVERIFY((*before - *after).manhattanLength() <= 2);
    // The stretch stays, even at the closest zoom, and nothing leaves the matrix.
    stage.view.zoom(1e9);
    QCOMPARE(stage.view.viewRange().width(), stage.view.viewRange().height());
    QVERIFY(stage.view.viewRange().width() >= 4);
    stage.view.zoom(1e-9);
    QCOMPARE(stage.view.viewRange(), QRectF(0, 0, 400, 400));
}

void TestHeatmapView::dragPansAndDoubleClickFits() {
    Stage stage(400, 400, QSize(400, 400));
    QVERIFY(stage.show());
    stage.view.setViewRange(QRectF(100, 100, 100, 100));
    QTest::mousePress(&stage.view, Qt::LeftButton, Qt::NoModifier, QPoint(200, 200));
    QTest::mouseMove(&stage.view, QPoint(240, 180));
    QTest::mouseRelease(&stage.view, Qt::LeftButton, Qt::NoModifier, QPoint(240, 180));
    QCOMPARE(stage.view.viewRange(), QRectF(90, 105, 100, 100));
    QVERIFY(!stage.view.currentCell().has_value());
    QTest::mouseDClick(&stage.view, Qt::LeftButton, Qt::NoModifier, QPoint(200, 200));
    QCOMPARE(stage.view.viewRange(), QRectF(0, 0, 400, 400));
}

void TestHeatmapView::shiftDragZoomsIntoARectangle() {
    Stage stage(400, 400, QSize(400, 400));
    QVERIFY(stage.show());
    QTest::mousePress(&stage.view, Qt::LeftButton, Qt::ShiftModifier, QPoint(100, 200));
    QTest::mouseMove(&stage.view, QPoint(149, 299));
    QTest::mouseRelease(&stage.view, Qt::LeftButton, Qt::ShiftModifier, QPoint(149, 299));
    QCOMPARE(stage.view.viewRange(), QRectF(100, 200, 50, 100));
}

void TestHeatmapView::keyboard() {
    Stage stage(16, 16, QSize(320, 320));
    stage.at(8, 9) = 0.5f;
    stage.serve();
    QVERIFY(stage.show());
    QTRY_VERIFY(stage.view.value(8, 9).has_value());
    QSignalSpy current(&stage.view, &HeatmapView::currentCellChanged);
    QTest::keyClick(&stage.view, Qt::Key_Right);
    QCOMPARE(stage.view.currentCell(), std::optional<QPoint>(QPoint(8, 8)));
    QTest::keyClick(&stage.view, Qt::Key_Right);
    QCOMPARE(stage.view.currentCell(), std::optional<QPoint>(QPoint(9, 8)));
    QCOMPARE(current.size(), 2);
    QCOMPARE(stage.view.accessibleDescription(), QStringLiteral("Row 8, column 9: 0.5000"));
    QTest::keyClick(&stage.view, Qt::Key_Plus);
    QVERIFY(stage.view.viewRange().width() < 16);
    const QRectF zoomed = stage.view.viewRange();
    QTest::keyClick(&stage.view, Qt::Key_Left, Qt::ControlModifier);
    QVERIFY(stage.view.viewRange().left() < zoomed.left());
    QTest::keyClick(&stage.view, Qt::Key_0);
    QCOMPARE(stage.view.viewRange(), QRectF(0, 0, 16, 16));
    for (int i = 0; i < 20; ++i) QTest::keyClick(&stage.view, Qt::Key_Down);
    QCOMPARE(stage.view.currentCell(), std::optional<QPoint>(QPoint(9, 15)));
}

void TestHeatmapView::hoverAndLeave() {
    Stage stage(10, 20, QSize(200, 100));
    QVERIFY(stage.show());
    QSignalSpy hovered(&stage.view, &HeatmapView::hovered);
    QSignalSpy left(&stage.view, &HeatmapView::left);
    QTest::mouseMove(&stage.view, QPoint(155, 25));
    QTRY_VERIFY(!hovered.isEmpty());
    QCOMPARE(hovered.last()[0].toLongLong(), 2);
    QCOMPARE(hovered.last()[1].toLongLong(), 15);
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(&stage.view, &leave);
    QCOMPARE(left.size(), 1);
}

void TestHeatmapView::linkedViews() {
    Stage one(64, 64, QSize(200, 200));
    Stage two(64, 64, QSize(300, 100));
    Stage other(32, 64, QSize(200, 200));
    QVERIFY(one.show() && two.show() && other.show());
    HeatmapLink link;
    for (HeatmapView* view : {&one.view, &two.view, &other.view}) link.add(view);
    one.view.setViewRange(QRectF(8, 8, 16, 16));
    QCOMPARE(two.view.viewRange(), QRectF(8, 8, 16, 16));
    QCOMPARE(other.view.viewRange(), QRectF(0, 0, 64, 32));  // another matrix keeps its view
    two.view.setCurrentCell(QPoint(10, 11));
    QCOMPARE(one.view.currentCell(), std::optional<QPoint>(QPoint(10, 11)));
    link.remove(&two.view);
    one.view.fit();
    QCOMPARE(two.view.viewRange(), QRectF(8, 8, 16, 16));
}

void TestHeatmapView::highDpi() {
    HeatmapScene scene;
    scene.pyramid = pyramidOf(64, 64, std::vector<float>(64 * 64));
    scene.view = QRectF(0, 0, 64, 64);
    scene.pixels = QSize(150, 75);
    QCOMPARE(renderHeatmap(scene).size(), QSize(150, 75));
    scene.view = QRectF(-64, 0, 128, 64);  // half of it lies outside
    scene.background = qRgb(1, 2, 3);
    const QImage image = renderHeatmap(scene);
    QCOMPARE(image.pixel(10, 10), qRgb(1, 2, 3));
    QVERIFY(image.pixel(100, 10) != qRgb(1, 2, 3));
}

void TestHeatmapView::paintTime_data() {
    QTest::addColumn<int>("side");
    QTest::addColumn<Transform>("transform");
    QTest::newRow("4096, linear") << 4096 << Transform::linear;
    QTest::newRow("4096, log") << 4096 << Transform::log;
    QTest::newRow("2048 in tiles, log") << 2048 << Transform::log;
}

/// Reports how long a full HD paint takes; asserts nothing about time.
void TestHeatmapView::paintTime() {
    QFETCH(const int, side);
    QFETCH(const Transform, transform);
    Stage stage(side, side, QSize(1920, 1080));
    for (std::size_t i = 0; i < stage.values.size(); ++i)
        stage.values[i] = static_cast<float>((i * 2654435761u) % 1000) / 1000.0f;
    stage.serve();
    stage.view.setScale({0, 1, transform, false});
    QVERIFY(stage.show());
    QTest::qWait(200);
    std::vector<double> times;
    for (int i = 1; i <= 9; ++i) {
        stage.view.setScale({0, 1 + 0.01 * i, transform, false});  // so that all is drawn again
        const std::clock_t before = std::clock();  // of this process: other load does not count
        stage.picture();
        times.push_back(1e3 * static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
    }
    std::sort(times.begin(), times.end());
    qInfo("full HD paint, CPU time: fastest %.2f ms, median %.2f ms", times.front(),
          times[times.size() / 2]);
    QVERIFY(times.front() > 0);
}

QTEST_MAIN(TestHeatmapView)
#include "test_heatmap_view.moc"
