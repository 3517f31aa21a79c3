#pragma once

#include <QDir>
#include <QFile>
#include <QString>
#include <cstring>
#include <random>
#include <string>
#include <vector>

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

    nlohmann::json config = {{"model_type", "llama"},
                             {"hidden_size", kWidth},
                             {"num_hidden_layers", kLayers},
                             {"num_attention_heads", kHeads},
                             {"num_key_value_heads", kKvHeads},
                             {"intermediate_size", kFeedForward},
                             {"vocab_size", kVocabulary},
                             {"max_position_embeddings", 128},
                             {"rms_norm_eps", 1e-5},
                             {"tie_word_embeddings", true}};
    std::string without;
    int feed_forward = kFeedForward;  ///< set in `config` too
    int output_rows = 0;              ///< of an output matrix of its own, if there is one

    /// Writes config.json and model.safetensors (F32) into an existing directory.
    void write(const QString& directory) const {
        nlohmann::json header = nlohmann::json::object();
        std::vector<float> data;
        std::mt19937 random(7);
        std::normal_distribution<float> normal(0, 0.05F);
        const auto add = [&](const std::string& name, const std::vector<int>& shape) {
            if (name == without) {
                return;
            }
            std::size_t count = 1;
            for (const int dim : shape) {
                count *= static_cast<std::size_t>(dim);
            }
            const std::size_t begin = data.size() * sizeof(float);
            for (std::size_t i = 0; i < count; ++i) {
                data.push_back(normal(random));
            }
            header[name] = {{"dtype", "F32"},
                            {"shape", shape},
                            {"data_offsets", {begin, data.size() * sizeof(float)}}};
        };
        add("model.embed_tokens.weight", {kVocabulary, kWidth});
        for (int layer = 0; layer < kLayers; ++layer) {
            const std::string prefix = "model.layers." + std::to_string(layer) + ".";
            add(prefix + "input_layernorm.weight", {kWidth});
            add(prefix + "self_attn.q_proj.weight", {kHeads * kHeadDim, kWidth});
            add(prefix + "self_attn.k_proj.weight", {kKvHeads * kHeadDim, kWidth});
            add(prefix + "self_attn.v_proj.weight", {kKvHeads * kHeadDim, kWidth});
            add(prefix + "self_attn.o_proj.weight", {kWidth, kHeads * kHeadDim});
            add(prefix + "post_attention_layernorm.weight", {kWidth});
            add(prefix + "mlp.gate_proj.weight", {feed_forward, kWidth});
            add(prefix + "mlp.up_proj.weight", {feed_forward, kWidth});
            add(prefix + "mlp.down_proj.weight", {kWidth, feed_forward});
        }
        add("model.norm.weight", {kWidth});
        if (output_rows > 0) {
            add("lm_head.weight", {output_rows, kWidth});
        }

        const std::string text = header.dump();
        const auto length = static_cast<std::uint64_t>(text.size());
        QByteArray bytes(reinterpret_cast<const char*>(&length), sizeof(length));
        bytes.append(text.data(), static_cast<int>(text.size()));
        bytes.append(reinterpret_cast<const char*>(data.data()),
                     static_cast<int>(data.size() * sizeof(float)));
        save(directory + "/model.safetensors", bytes);
        save(directory + "/config.json", QByteArray::fromStdString(config.dump()));
    }

  private:
    static void save(const QString& path, const QByteArray& bytes) {
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) {
            qFatal("cannot write %s", qPrintable(path));
        }
    }
};
