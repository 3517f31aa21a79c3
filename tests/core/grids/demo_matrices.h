#pragma once

#include <QCryptographicHash>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <cstdint>
#include <vector>

#include "core/tensor/convert.h"

struct Matrix {
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::vector<float> values;
};

/// A bfloat16 matrix of the demo model, widened. The file is read by hand: this test depends on
/// nothing above the grids.
class DemoModel {
  public:
    DemoModel() : file_(QStringLiteral(QL_SOURCE_DIR "/resources/demo_model/model.safetensors")) {
        if (!file_.open(QIODevice::ReadOnly)) {
            return;
        }
        std::uint64_t size = 0;
        file_.read(reinterpret_cast<char*>(&size), sizeof size);
        header_ = QJsonDocument::fromJson(file_.read(qint64(size))).object();
        data_ = 8 + qint64(size);
    }
    bool readable() const { return !header_.isEmpty(); }
    Matrix matrix(const QString& name) {
        const QJsonObject entry = header_.value(name).toObject();
        const QJsonArray shape = entry.value("shape").toArray();
        const QJsonArray range = entry.value("data_offsets").toArray();
        Matrix matrix{shape.at(0).toInteger(), shape.at(1).toInteger(), {}};
        file_.seek(data_ + range.at(0).toInteger());
        const QByteArray bytes = file_.read(range.at(1).toInteger() - range.at(0).toInteger());
        matrix.values.resize(std::size_t(matrix.rows * matrix.cols));
        ql::widen(ql::DType::bf16, bytes.constData(), matrix.values.size(), matrix.values.data());
        return matrix;
    }

  private:
    QFile file_;
    QJsonObject header_;
    qint64 data_ = 0;
};

inline QString hexSha256(const void* data, std::size_t size) {
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QByteArrayView(static_cast<const char*>(data), qsizetype(size)));
    return QString::fromLatin1(hash.result().toHex());
}

/// What an independent implementation made of the demo model, by scheme.
inline QJsonObject goldenSchemes() {
    QFile file(QStringLiteral(QL_TEST_DATA "/demo_model/quantization.json"));
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    return QJsonDocument::fromJson(file.readAll()).object().value("schemes").toObject();
}
