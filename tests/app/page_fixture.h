#pragma once

#include <QTemporaryDir>
#include <QTranslator>
#include <vector>

#include "app/workspace.h"

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

    PageFixture();

    void openTensors();
    void openTinyModel();

    /// Makes a tensor the current one and waits until it is profiled, or cannot be.
    void choose(const char* name);

    /// Leaves one scheme, and waits for its result.
    int only(const char* scheme);

    void settle(int scheme);
    void settle();

  private:
    void open(const QString& path);
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
