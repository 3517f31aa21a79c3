#pragma once

#include <QTemporaryDir>
#include <string>

/// A copy of a small model of tests/data/forward whose weights are stored as F32 instead of BF16:
/// what is computed with it is then not rounded.
struct WidenedModel {
    explicit WidenedModel(const std::string& name);

    QTemporaryDir folder;
    std::string path;
};
