#pragma once

#include <QString>
#include <cstdint>
#include <string>
#include <vector>

#include "core/grids/block_format.h"
#include "core/model/model.h"
#include "tests/core/grids/golden_files.h"

/// A matrix to be encoded, with an importance for its columns.
struct BlockSample {
    std::string name;
    std::size_t cols = 0;
    std::vector<float> values;
    std::vector<float> importance;

    std::size_t blocks(ql::DType dtype) const {
        return values.size() / ql::traits(dtype).block_values;
    }
    ql::BlockRun run(ql::DType dtype, bool weighted, std::byte* out) const {
        return {values.data(), blocks(dtype), cols / ql::traits(dtype).block_values,
                weighted ? importance.data() : nullptr, out};
    }
};

/// The importance of the golden files, cut or repeated to `cols` columns.
inline std::vector<float> goldenImportance(std::size_t cols) {
    const auto stored =
        readValues<float>(QStringLiteral(QL_TEST_DATA "/golden/gguf/imatrix_512.f32"));
    std::vector<float> importance;
    for (std::size_t j = 0; j < cols && !stored.empty(); ++j) {
        importance.push_back(stored[j % stored.size()]);
    }
    return importance;
}

/// 8 rows of 512 values of a golden input file.
inline BlockSample goldenSample(const std::string& input) {
    const QString path = QStringLiteral(QL_TEST_DATA "/golden/gguf/input_%1.f32");
    return {input, 512, readValues<float>(path.arg(QString::fromStdString(input))),
            goldenImportance(512)};
}

/// A whole matrix of a model.
inline BlockSample modelSample(const ql::Model& model, const ql::ModelTensor& tensor) {
    const auto cols = static_cast<std::size_t>(tensor.cols);
    BlockSample sample{tensor.name, cols, std::vector<float>(tensor.values()),
                       goldenImportance(cols)};
    model.rows(tensor)->read(0, tensor.rows, sample.values.data());
    return sample;
}

/// Two rows of every matrix with 256 columns of the demo model.
inline BlockSample demoSample() {
    const auto model = ql::Model::open(QL_SOURCE_DIR "/resources/demo_model");
    BlockSample sample{"demo model", 256, {}, goldenImportance(256)};
    for (const ql::ModelTensor& tensor : model->tensors()) {
        if (tensor.matrix() && tensor.cols == 256) {
            std::vector<float> rows(512);
            model->rows(tensor)->read(tensor.rows / 2, 2, rows.data());
            sample.values.insert(sample.values.end(), rows.begin(), rows.end());
        }
    }
    return sample;
}
