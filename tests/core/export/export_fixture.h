#pragma once

#include <QFile>
#include <QTemporaryDir>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "core/export/gguf_export.h"
#include "core/files/checkpoint.h"
#include "tests/core/tiny_model.h"

/// All values of a matrix.
inline std::vector<float> values_of(const ql::RowSource& rows) {
    std::vector<float> values(static_cast<std::size_t>(rows.size()));
    rows.read(0, rows.rows(), values.data());
    return values;
}

/// A folder with the tiny model in "model", and what tests of exports do with it.
struct ExportFixture {
    ExportFixture() {
        std::filesystem::create_directory(path("model"));
        tiny.write(QString::fromStdString(path("model").string()));
    }

    std::filesystem::path path(const std::string& name) const {
        return std::filesystem::path(folder.path().toStdString()) / name;
    }

    std::shared_ptr<const ql::Model> model() const { return ql::Model::open(path("model")); }

    /// Exports the model with one scheme for its linears.
    std::filesystem::path write(const std::string& scheme, const std::string& name) const {
        const auto opened = model();
        ql::write_gguf(*opened, ql::plan_gguf(*opened, ql::Plan::of(ql::parse_scheme(scheme))),
                       path(name));
        return path(name);
    }

    /// Replaces value `index` of a tensor in the model's file, which must not be open.
    void set_weight(const std::string& tensor, std::size_t index, float value) const {
        std::uint64_t offset = 0;
        {
            const auto checkpoint = ql::Checkpoint::open(path("model"));
            offset = checkpoint->find(tensor)->offset + index * sizeof(float);
        }
        overwrite(path("model/model.safetensors"), offset,
                  QByteArray(reinterpret_cast<const char*>(&value), sizeof(value)));
    }

    static void overwrite(const std::filesystem::path& file, std::uint64_t offset,
                          const QByteArray& bytes) {
        QFile stream(QString::fromStdString(file.string()));
        if (!stream.open(QIODevice::ReadWrite) || !stream.seek(static_cast<qint64>(offset)) ||
            stream.write(bytes) != bytes.size()) {
            qFatal("cannot write %s", file.c_str());
        }
    }

    static QByteArray content(const std::filesystem::path& file) {
        QFile stream(QString::fromStdString(file.string()));
        if (!stream.open(QIODevice::ReadOnly)) {
            qFatal("cannot read %s", file.c_str());
        }
        return stream.readAll();
    }

    /// Names of everything in the folder, sorted.
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(path(""))) {
            found.push_back(entry.path().filename().string());
        }
        std::sort(found.begin(), found.end());
        return found;
    }

    QTemporaryDir folder;
    TinyModel tiny;
};

/// The error that `action` throws; a message of its own if there is none.
template <class Action>
std::string error_of(const Action& action) {
    try {
        action();
    } catch (const ql::Error& error) {
        return error.what();
    }
    return "no error";
}
