#include "tests/app/page_fixture.h"

#include <QTest>
#include <limits>
#include <random>

#include "tests/core/safetensors_builder.h"
#include "tests/core/tiny_model.h"

namespace ql::gui {

PageFixture::PageFixture() {
    std::mt19937 random(3);
    std::normal_distribution<float> normal(0, 0.02F);
    for (int i = 0; i < kRows * kCols; ++i) {
        matrix.push_back(normal(random) * (i / kCols == kLargeRow ? 20.0F : 1.0F));
    }
}

void PageFixture::openTensors() {
    SafetensorsBuilder tensors;
    tensors.add("matrix", "F32", {kRows, kCols}, matrix);
    tensors.add("norm", "F32", {kCols}, {matrix.begin(), matrix.begin() + kCols});
    tensors.add("odd", "F32", {5, 7}, {matrix.begin(), matrix.begin() + 35});
    std::vector<float> holes(matrix.begin(), matrix.begin() + 128);
    holes[40] = std::numeric_limits<float>::quiet_NaN();
    tensors.add("holes", "F32", {4, 32}, holes);
    tensors.add("complex", "C64", {8}, std::vector<float>(16, 1.0F));
    const QString file = folder.filePath(QStringLiteral("plain.safetensors"));
    tensors.write(file);
    open(file);
    choose("matrix");
}

void PageFixture::openTinyModel() {
    TinyModel().write(folder.path());
    open(folder.path());
    QTRY_VERIFY(workspace.profile());
}

void PageFixture::choose(const char* name) {
    const ModelTensor* tensor = workspace.model()->find(name);
    QVERIFY(tensor);
    workspace.setTensor(static_cast<int>(tensor - workspace.model()->tensors().data()));
    QTRY_VERIFY(workspace.profile() || !workspace.tensorProblem().empty());
}

int PageFixture::only(const char* scheme) {
    for (const ComparedScheme& old : QList<ComparedScheme>(workspace.schemes())) {
        workspace.removeScheme(old.id);
    }
    const int id = workspace.addScheme(parse_plan(scheme));
    settle(id);
    return id;
}

void PageFixture::settle(int scheme) {
    QTRY_VERIFY(workspace.tensorResult(scheme).state != SchemeResult::State::pending);
}

void PageFixture::settle() {
    for (const ComparedScheme& scheme : workspace.enabledSchemes()) {
        settle(scheme.id);
    }
    QTRY_VERIFY(jobs.idle());
}

void PageFixture::open(const QString& path) {
    workspace.open(path);
    QTRY_VERIFY(workspace.model());
}

}  // namespace ql::gui
