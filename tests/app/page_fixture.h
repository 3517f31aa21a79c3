#pragma once

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QTranslator>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/workspace.h"
#include "tests/core/tiny_model.h"

namespace ql::gui {

/// A document on small files that the test writes itself.
///
/// openTensors(): a safetensors file of no architecture with
///   matrix  [64, 96]  small weights; row 12 is twenty times as large
///   norm    [96]
///   odd     [5, 7]    no block format divides its rows
///   holes   [4, 32]   with a NaN: quantizing it fails
///   complex [8]       of a type that cannot be decoded
/// openTinyModel(): a llama of two layers, whose linears have rows of 64 and 96 weights.
struct PageFixture {
    static constexpr int kRows = 64;
    static constexpr int kCols = 96;
    static constexpr int kLargeRow = 12;

    QTemporaryDir folder;
    Jobs jobs;
    Workspace workspace{&jobs};
    std::vector<float> matrix;

    PageFixture() {
        std::mt19937 random(3);
        std::normal_distribution<float> normal(0, 0.02F);
        for (int i = 0; i < kRows * kCols; ++i) {
            matrix.push_back(normal(random) * (i / kCols == kLargeRow ? 20.0F : 1.0F));
        }
    }

    void openTensors() {
        const auto file = folder.filePath(QStringLiteral("plain.safetensors"));
        nlohmann::json header = nlohmann::json::object();
        std::vector<float> data;
        const auto add = [&](const char* name, const char* type, const std::vector<int>& shape,
                             const std::vector<float>& values) {
            const std::size_t begin = data.size() * sizeof(float);
            data.insert(data.end(), values.begin(), values.end());
            header[name] = {{"dtype", type},
                            {"shape", shape},
                            {"data_offsets", {begin, data.size() * sizeof(float)}}};
        };
        add("matrix", "F32", {kRows, kCols}, matrix);
        add("norm", "F32", {kCols}, {matrix.begin(), matrix.begin() + kCols});
        add("odd", "F32", {5, 7}, {matrix.begin(), matrix.begin() + 35});
        std::vector<float> holes(matrix.begin(), matrix.begin() + 128);
        holes[40] = std::numeric_limits<float>::quiet_NaN();
        add("holes", "F32", {4, 32}, holes);
        add("complex", "C64", {8}, std::vector<float>(16, 1.0F));
        const std::string text = header.dump();
        const auto length = static_cast<std::uint64_t>(text.size());
        QFile out(file);
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(reinterpret_cast<const char*>(&length), sizeof(length));
        out.write(text.data(), static_cast<qint64>(text.size()));
        out.write(reinterpret_cast<const char*>(data.data()),
                  static_cast<qint64>(data.size() * sizeof(float)));
        out.close();
        open(file);
        choose("matrix");
    }

    void openTinyModel() {
        TinyModel().write(folder.path());
        open(folder.path());
        QTRY_VERIFY(workspace.profile());
    }

    /// Makes a tensor the current one and waits until it is profiled, or cannot be.
    void choose(const char* name) {
        const ModelTensor* tensor = workspace.model()->find(name);
        QVERIFY(tensor);
        workspace.setTensor(static_cast<int>(tensor - workspace.model()->tensors().data()));
        QTRY_VERIFY(workspace.profile() || !workspace.tensorProblem().empty());
    }

    /// Leaves one scheme, and waits for its result.
    int only(const char* scheme) {
        for (const ComparedScheme& old : QList<ComparedScheme>(workspace.schemes())) {
            workspace.removeScheme(old.id);
        }
        const int id = workspace.addScheme(parse_plan(scheme));
        settle(id);
        return id;
    }

    void settle(int scheme) {
        QTRY_VERIFY(workspace.tensorResult(scheme).state != SchemeResult::State::pending);
    }

    void settle() {
        for (const ComparedScheme& scheme : workspace.enabledSchemes()) {
            settle(scheme.id);
        }
        QTRY_VERIFY(jobs.idle());
    }

  private:
    void open(const QString& path) {
        workspace.open(path);
        QTRY_VERIFY(workspace.model());
    }
};

/// Every text in "another language": the same between marks. What is not translated lacks them.
class MarkingTranslator : public QTranslator {
  public:
    QString translate(const char* /*context*/, const char* source, const char* /*disambiguation*/,
                      int n) const override {
        QString text = QStringLiteral("«%1»").arg(QString::fromUtf8(source));
        return n >= 0 ? text.replace(QStringLiteral("%n"), QString::number(n)) : text;
    }
    bool isEmpty() const override { return false; }
};

}  // namespace ql::gui
