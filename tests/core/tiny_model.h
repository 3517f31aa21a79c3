#pragma once

#include <QString>
#include <string>

#include <nlohmann/json.hpp>

/// A random llama of two layers in Hugging Face form, small enough to be written by every test.
/// Change `config` or name a tensor to leave out before write().
struct TinyModel {
    static constexpr int kWidth = 64;
    static constexpr int kHeads = 8;
    static constexpr int kHeadDim = 8;
    static constexpr int kKvHeads = 4;
    static constexpr int kFeedForward = 96;
    static constexpr int kLayers = 2;
    static constexpr int kVocabulary = 32;

    TinyModel();

    /// Writes config.json and model.safetensors (F32) into an existing directory.
    void write(const QString& directory) const;

    nlohmann::json config;
    std::string without;
    int feed_forward = kFeedForward;  ///< set in `config` too
    int kv_heads = kKvHeads;          ///< set in `config` too
    int output_rows = 0;              ///< of an output matrix of its own, if there is one
};
