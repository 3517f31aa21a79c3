#include "tests/core/tiny_model.h"

#include <random>
#include <vector>

#include "tests/core/safetensors_builder.h"

TinyModel::TinyModel()
    : config{{"model_type", "llama"},
             {"hidden_size", kWidth},
             {"num_hidden_layers", kLayers},
             {"num_attention_heads", kHeads},
             {"num_key_value_heads", kKvHeads},
             {"intermediate_size", kFeedForward},
             {"vocab_size", kVocabulary},
             {"max_position_embeddings", 128},
             {"rms_norm_eps", 1e-5},
             {"tie_word_embeddings", true}} {}

void TinyModel::write(const QString& directory) const {
    SafetensorsBuilder file;
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
        std::vector<float> values(count);
        for (float& value : values) {
            value = normal(random);
        }
        file.add(name, "F32", shape, values);
    };
    add("model.embed_tokens.weight", {kVocabulary, kWidth});
    for (int layer = 0; layer < kLayers; ++layer) {
        const std::string prefix = "model.layers." + std::to_string(layer) + ".";
        add(prefix + "input_layernorm.weight", {kWidth});
        add(prefix + "self_attn.q_proj.weight", {kHeads * kHeadDim, kWidth});
        add(prefix + "self_attn.k_proj.weight", {kv_heads * kHeadDim, kWidth});
        add(prefix + "self_attn.v_proj.weight", {kv_heads * kHeadDim, kWidth});
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
    file.write(directory + "/model.safetensors");
    write_file(directory + "/config.json", QByteArray::fromStdString(config.dump()));
}
