#pragma once

#include <QFile>
#include <QString>
#include <cstddef>
#include <cstring>
#include <vector>

/// The whole file as values of type T; empty where it cannot be read.
template <class T>
std::vector<T> readValues(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    const QByteArray bytes = file.readAll();
    std::vector<T> values(static_cast<std::size_t>(bytes.size()) / sizeof(T));
    if (!values.empty()) {
        std::memcpy(values.data(), bytes.constData(), values.size() * sizeof(T));
    }
    return values;
}
