#include <QAbstractItemModelTester>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QtEndian>

#include "app/docks/tensor_tree.h"
#include "app/text.h"
#include "tests/app/app_fixture.h"

using namespace ql;
using namespace ql::gui;

namespace {

// A model of many small tensors: a safetensors file whose header is all there is to read.
QString writeManyTensors(const QTemporaryDir& folder, int layers) {
    QByteArray header = "{";
    int offset = 0;
    for (int layer = 0; layer < layers; ++layer) {
        for (const char* part : {"alpha", "beta", "gamma"}) {
            header += QStringLiteral(
                          "%1\"part%2.%3\":{\"dtype\":\"F32\",\"shape\":[2,2],"
                          "\"data_offsets\":[%4,%5]}")
                          .arg(offset ? "," : "")
                          .arg(layer)
                          .arg(QString::fromLatin1(part))
                          .arg(offset)
                          .arg(offset + 16)
                          .toUtf8();
            offset += 16;
        }
    }
    header += "}";
    header += QByteArray((8 - header.size() % 8) % 8, ' ');
    QByteArray length(8, 0);
    qToLittleEndian<quint64>(static_cast<quint64>(header.size()), length.data());
    const QString path = folder.filePath("many.safetensors");
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) ||
        file.write(length + header + QByteArray(offset, 0)) < 0) {
        return {};
    }
    return path;
}

}  // namespace

class TestTensorTree : public QObject {
    Q_OBJECT

  private slots:
    void modelFollowsTheRules();
    void groupsAreInModelOrder();
    void indexLeadsToTheTensorAndBack();
    void errorsComeFromTheRun();
    void schemeColumnSaysWhatEachTensorGets();
    void filterAccepts_data();
    void filterAccepts();
    void filteredGroupsShowOnlyWithTensors();
    void manyTensors();
};

void TestTensorTree::modelFollowsTheRules() {
    TensorTree tree;
    const QAbstractItemModelTester direct(&tree,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    FilteredTensors filtered(&tree);
    const QAbstractItemModelTester proxy(&filtered,
                                         QAbstractItemModelTester::FailureReportingMode::QtTest);
    tree.setModel(Model::open(demoModel().toStdString()));
    filtered.setFilter(TensorFilter("down"));
    filtered.setFilter(TensorFilter("nothing at all"));
    filtered.setFilter({});
    tree.retranslate();
    tree.setModel(nullptr);
    QCOMPARE(tree.rowCount(), 0);
}

void TestTensorTree::groupsAreInModelOrder() {
    TensorTree tree;
    tree.setModel(Model::open(demoModel().toStdString()));
    QStringList groups;
    for (int row = 0; row < tree.rowCount(); ++row) {
        groups.append(tree.index(row, 0).data().toString());
    }
    QCOMPARE(groups, (QStringList{"Embeddings", "Layer 0", "Layer 1", "Layer 2", "Layer 3",
                                  "Layer 4", "Layer 5", "Output"}));
    const QModelIndex layer = tree.index(1, 0);
    QCOMPARE(tree.rowCount(layer), 9);
    QCOMPARE(tree.index(1, TensorTree::kName, layer).data().toString(), QStringLiteral("attn q"));
    QCOMPARE(tree.index(1, TensorTree::kShape, layer).data().toString(), QStringLiteral("256×256"));
    QCOMPARE(tree.index(1, TensorTree::kType, layer).data().toString(), QStringLiteral("BF16"));
}

void TestTensorTree::indexLeadsToTheTensorAndBack() {
    TensorTree tree;
    const auto model = Model::open(demoModel().toStdString());
    tree.setModel(model);
    for (int tensor = 0; tensor < static_cast<int>(model->tensors().size()); ++tensor) {
        QCOMPARE(tree.indexOf(tensor).data(TensorTree::kTensorRole).toInt(), tensor);
    }
    QVERIFY(!tree.indexOf(-1).isValid());
    QVERIFY(!tree.indexOf(100000).isValid());
}

void TestTensorTree::errorsComeFromTheRun() {
    TensorTree tree;
    const auto model = Model::open(demoModel().toStdString());
    tree.setModel(model);
    const QModelIndex layer = tree.index(1, 0);
    const QModelIndex q = tree.index(1, TensorTree::kError, layer);
    QVERIFY(!q.data(TensorTree::kErrorRole).isValid());
    QSignalSpy changed(&tree, &QAbstractItemModel::dataChanged);
    const auto runs = run_model(*model, {parse_plan("q4_0")});
    const auto run = std::make_shared<const ModelRun>(runs.front());
    tree.setRun(run, run, "Q4_0");
    QVERIFY(changed.count() > 0);
    const double expected = runs.front()
                                .tensors[static_cast<std::size_t>(
                                    q.siblingAtColumn(0).data(TensorTree::kTensorRole).toInt())]
                                .error.relative_error();
    QCOMPARE(q.data(TensorTree::kErrorRole).toDouble(), expected);
    // Norms are kept: they have no error, not an error of 0.
    QVERIFY(!tree.index(0, TensorTree::kError, layer).data(TensorTree::kErrorRole).isValid());
    // A layer has that of all its weights together.
    const double together =
        tree.index(1, TensorTree::kError).data(TensorTree::kErrorRole).toDouble();
    QVERIFY(together > 0.05 && together < 0.15);
}

void TestTensorTree::schemeColumnSaysWhatEachTensorGets() {
    TensorTree tree;
    const auto model = Model::open(demoModel().toStdString());
    tree.setModel(model);
    const QModelIndex layer = tree.index(1, 0);
    const auto text = [&](int row) {
        return tree.index(row, TensorTree::kScheme, layer).data().toString();
    };
    QVERIFY(text(1).isEmpty());
    const Plan plan = parse_plan("q4_0; *attn_k*=q8_0; *attn_v*=keep; *attn_output*=int4:g100");
    const auto preview = std::make_shared<const ModelRun>(ql::preview(*model, plan));
    tree.setRun(preview, nullptr, "Q4_0 + 3");
    QCOMPARE(text(0), QStringLiteral("BF16"));  // a norm keeps what it has
    QCOMPARE(text(1), QStringLiteral("Q4_0"));
    QCOMPARE(text(2), QStringLiteral("Q8_0 #1"));
    QCOMPARE(text(3), QStringLiteral("BF16 #2"));
    QCOMPARE(text(4), QStringLiteral("BF16 #3 *"));
    const auto tip = [&](int row) {
        return tree.index(row, 0, layer).data(Qt::ToolTipRole).toString();
    };
    QVERIFY2(tip(2).contains("by rule 1 (*attn_k*=q8_0)"), qPrintable(tip(2)));
    QVERIFY2(tip(4).contains("Groups of 100"), qPrintable(tip(4)));
}

void TestTensorTree::filterAccepts_data() {
    QTest::addColumn<QString>("filter");
    QTest::addColumn<int>("tensors");
    QTest::newRow("nothing") << "" << 56;
    QTest::newRow("role") << "ffn down" << 6;
    QTest::newRow("role key") << "ffn_down" << 6;
    QTest::newRow("upper case") << "FFN DOWN" << 6;
    QTest::newRow("name of the file") << "self_attn.q_proj" << 6;
    QTest::newRow("layer and role") << "blk.3. down" << 1;
    QTest::newRow("type") << "bf16" << 56;
    QTest::newRow("another type") << "q4_0" << 0;
    QTest::newRow("large") << "> 1M" << 1;
    QTest::newRow("large, no space") << ">1M" << 1;
    QTest::newRow("small") << "< 10k" << 13;
    QTest::newRow("range") << "> 100k < 1M" << 18;
    QTest::newRow("exact") << "= 65536" << 12;
    QTest::newRow("glob") << "blk.*.ffn_*.weight" << 24;
    QTest::newRow("glob with one place") << "blk.?.attn_q.weight" << 6;
    QTest::newRow("glob is for the whole name") << "ffn_*" << 0;
    QTest::newRow("unfinished comparison") << ">" << 56;
}

void TestTensorTree::filterAccepts() {
    QFETCH(QString, filter);
    QFETCH(int, tensors);
    TensorTree tree;
    const auto model = Model::open(demoModel().toStdString());
    tree.setModel(model);
    const TensorFilter parsed(filter);
    int accepted = 0;
    for (int tensor = 0; tensor < static_cast<int>(model->tensors().size()); ++tensor) {
        accepted += tree.accepts(tensor, parsed) ? 1 : 0;
    }
    QCOMPARE(accepted, tensors);
}

void TestTensorTree::filteredGroupsShowOnlyWithTensors() {
    TensorTree tree;
    FilteredTensors filtered(&tree);
    tree.setModel(Model::open(demoModel().toStdString()));
    filtered.setFilter(TensorFilter("blk.2.* down"));
    QCOMPARE(filtered.rowCount(), 1);
    QCOMPARE(filtered.index(0, 0).data().toString(), QStringLiteral("Layer 2"));
    QCOMPARE(filtered.rowCount(filtered.index(0, 0)), 1);
}

void TestTensorTree::manyTensors() {
    const QTemporaryDir folder;
    const QString path = writeManyTensors(folder, 10000);
    QVERIFY(!path.isEmpty());
    TensorTree tree;
    FilteredTensors filtered(&tree);
    const auto model = Model::open(path.toStdString());
    QCOMPARE(model->tensors().size(), 30000u);
    tree.setModel(model);
    filtered.setFilter(TensorFilter("part77.beta"));
    QCOMPARE(filtered.rowCount(), 1);
    filtered.setFilter({});
    QCOMPARE(filtered.rowCount(), tree.rowCount());
}

QTEST_MAIN(TestTensorTree)
#include "test_tensor_tree.moc"
