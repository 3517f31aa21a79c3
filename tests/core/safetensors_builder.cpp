#include "tests/core/safetensors_builder.h"

#include <QFile>
#include <cstdint>

void SafetensorsBuilder::add(const std::string& name, const std::string& dtype,
                             const std::vector<int>& shape, const std::vector<float>& values) {
    const std::size_t begin = data_.size() * sizeof(float);
    data_.insert(data_.end(), values.begin(), values.end());
    header_[name] = {{"dtype", dtype},
                     {"shape", shape},
                     {"data_offsets", {begin, data_.size() * sizeof(float)}}};
}

void SafetensorsBuilder::write(const QString& path) const {
    const std::string header = header_.dump();
    const auto length = static_cast<std::uint64_t>(header.size());
    QByteArray bytes(reinterpret_cast<const char*>(&length), sizeof(length));
    bytes.append(header.data(), static_cast<qsizetype>(header.size()));
    bytes.append(reinterpret_cast<const char*>(data_.data()),
                 static_cast<qsizetype>(data_.size() * sizeof(float)));
    write_file(path, bytes);
}

void write_file(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) {
        qFatal("cannot write %s", qPrintable(path));
    }
}
