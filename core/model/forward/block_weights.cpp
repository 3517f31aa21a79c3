#include "core/model/forward/block_weights.h"

#include "core/base/parallel.h"

namespace ql {

namespace {

/// Reads the tensors of one layer.
class Loader {
  public:
    Loader(const DecoderSpec& spec, const TensorIndex& tensors, int layer,
           const WeightSource& source, const Progress& progress)
        : spec_(spec), tensors_(tensors), layer_(layer), source_(source), progress_(progress) {}

    bool has(Role role) const { return tensors_.find(role, layer_) != nullptr; }

    LinearWeights linear(Role role, std::int64_t rows, std::int64_t cols) const {
        LinearWeights linear;
        linear.rows = rows;
        linear.cols = cols;
        linear.weight = values(role, false, rows, cols);
        if (tensors_.find(role, layer_, true) != nullptr) {
            linear.bias = values(role, true, 1, rows);
        }
        return linear;
    }

    NormWeights norm(Role role, std::int64_t width) const {
        NormWeights norm;
        norm.weight = values(role, false, 1, width);
        if (tensors_.find(role, layer_)->adjust == Adjust::add_one) {
            for (float& value : norm.weight) {
                value += 1;
            }
        }
        if (tensors_.find(role, layer_, true) != nullptr) {
            norm.bias = values(role, true, 1, width);
        }
        return norm;
    }

    std::optional<NormWeights> optional_norm(Role role, std::int64_t width) const {
        return has(role) ? std::optional(norm(role, width)) : std::nullopt;
    }

    std::vector<LinearWeights> qkv() const {
        const std::int64_t q_rows = spec_.heads * spec_.head_dim;
        const std::int64_t kv_rows = spec_.kv_heads * spec_.head_dim;
        std::vector<LinearWeights> linears;
        if (has(Role::qkv)) {
            linears.push_back(linear(Role::qkv, q_rows + 2 * kv_rows, spec_.width));
        } else {
            linears.push_back(linear(Role::q, q_rows, spec_.width));
            linears.push_back(linear(Role::k, kv_rows, spec_.width));
            linears.push_back(linear(Role::v, kv_rows, spec_.width));
        }
        return linears;
    }

    std::vector<LinearWeights> gate_up() const {
        std::vector<LinearWeights> linears;
        if (has(Role::gate_up)) {
            linears.push_back(linear(Role::gate_up, 2 * spec_.feed_forward, spec_.width));
        } else {
            if (has(Role::gate)) {
                linears.push_back(linear(Role::gate, spec_.feed_forward, spec_.width));
            }
            linears.push_back(linear(Role::up, spec_.feed_forward, spec_.width));
        }
        return linears;
    }

  private:
    std::vector<float> values(Role role, bool bias, std::int64_t rows, std::int64_t cols) const {
        const ModelTensor& tensor = *tensors_.find(role, layer_, bias);
        if (tensor.rows != rows || tensor.cols != cols) {
            throw Error(ErrorCode::bad_file,
                        Sentence(QL_TR("core",
                                       "Its shape is {} × {}, but the hyper-parameters "
                                       "ask for {} × {}."),
                                 tensor.rows, tensor.cols, rows, cols),
                        tensor.name);
        }
        return load_rows(tensor, 0, rows, source_, progress_);
    }

    const DecoderSpec& spec_;
    const TensorIndex& tensors_;
    int layer_;
    const WeightSource& source_;
    const Progress& progress_;
};

}  // namespace

LinearOp LinearWeights::op() const {
    return {weight.data(), bias.empty() ? nullptr : bias.data(), rows, cols};
}

NormOp NormWeights::op(const DecoderSpec& spec) const {
    return {weight.data(), bias.empty() ? nullptr : bias.data(), spec.norm_epsilon,
            spec.centred_norms};
}

std::vector<float> load_rows(const ModelTensor& tensor, std::int64_t first, std::int64_t count,
                             const WeightSource& source, const Progress& progress) {
    const std::unique_ptr<RowSource> rows = source.rows(tensor);
    std::vector<float> values(static_cast<std::size_t>(count * tensor.cols));
    const RowChunks chunks(count, tensor.cols);
    parallel_for(chunks.count(), progress, [&](std::int64_t chunk) {
        const std::int64_t begin = chunks.first(chunk);
        const std::int64_t size = chunks.size(chunk);
        rows->read(first + begin, size, values.data() + begin * tensor.cols);
        rows->release(first + begin, size);
    });
    return values;
}

NormWeights load_norm(const DecoderSpec& spec, const TensorIndex& tensors, Role role, int layer,
                      const WeightSource& source, const Progress& progress) {
    return Loader(spec, tensors, layer, source, progress).norm(role, spec.width);
}

BlockWeights load_block(const DecoderSpec& spec, const TensorIndex& tensors, int layer,
                        const WeightSource& source, const Progress& progress) {
    const Loader loader(spec, tensors, layer, source, progress);
    BlockWeights block;
    block.layer = layer;
    block.attention_norm = loader.norm(Role::attention_norm, spec.width);
    block.qkv = loader.qkv();
    block.q_norm = loader.optional_norm(Role::q_norm, spec.head_dim);
    block.k_norm = loader.optional_norm(Role::k_norm, spec.head_dim);
    block.attention_output =
        loader.linear(Role::attention_output, spec.width, spec.heads * spec.head_dim);
    block.post_attention_norm = loader.optional_norm(Role::post_attention_norm, spec.width);
    block.ffn_norm = loader.norm(Role::ffn_norm, spec.width);
    block.gate_up = loader.gate_up();
    block.gated = loader.has(Role::gate) || loader.has(Role::gate_up);
    block.down = loader.linear(Role::down, spec.width, spec.feed_forward);
    block.post_ffn_norm = loader.optional_norm(Role::post_ffn_norm, spec.width);
    return block;
}

}  // namespace ql
