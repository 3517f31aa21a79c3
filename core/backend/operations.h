// The words in which the forward pass speaks to a backend: plain descriptions of coarse operations
// on float32 rows of tokens. All pointers are to this machine's memory.
#pragma once

#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace ql {

/// Sequences of tokens whose rows lie one after another. Work is cut inside each sequence by its
/// length alone, so that a sequence gives the same bits whatever lies beside it.
class Sequences {
  public:
    Sequences() = default;
    explicit Sequences(std::vector<std::int64_t> lengths) : lengths_(std::move(lengths)) {}

    std::size_t count() const { return lengths_.size(); }
    std::int64_t length(std::size_t sequence) const { return lengths_[sequence]; }
    std::span<const std::int64_t> lengths() const { return lengths_; }
    std::int64_t tokens() const {
        return std::accumulate(lengths_.begin(), lengths_.end(), std::int64_t{0});
    }

  private:
    std::vector<std::int64_t> lengths_;
};

/// y = x · Wᵀ + bias for every token.
struct LinearOp {
    const float* weight = nullptr;  ///< [rows × cols]: rows are output channels
    const float* bias = nullptr;    ///< [rows] or null
    std::int64_t rows = 0;
    std::int64_t cols = 0;
};

/// Normalization of rows: y = x / rms(x) · weight, or with `centred` (LayerNorm) the mean is taken
/// off first. `bias` may be null. Sums are taken in float64.
struct NormOp {
    const float* weight = nullptr;
    const float* bias = nullptr;
    double epsilon = 0;
    bool centred = false;
};

/// Cosines and sines of rotary embedding: row p holds those of the angles of position p.
struct RotationTable {
    std::int64_t pairs = 0;    ///< pairs of channels that turn; the rest of a head stays
    bool interleaved = false;  ///< pairs are (2i, 2i + 1), as in GGUF's llama; else (i, i + pairs)
    std::vector<float> cosines;  ///< [positions × pairs]
    std::vector<float> sines;
};

/// Some heads that are prepared for attention: a norm of each, then the rotation of the sequence.
struct HeadsOp {
    std::int64_t first = 0;  ///< heads [first, first + count) of a row
    std::int64_t count = 0;
    std::int64_t head_dim = 0;
    const NormOp* norm = nullptr;  ///< over the channels of a head; or null
};

/// Causal attention. A row of q, k and v together holds `heads` queries, then `kv_heads` keys, then
/// as many values, of head_dim channels each; query head h attends to key h / (heads / kv_heads).
struct AttentionOp {
    std::int64_t heads = 0;
    std::int64_t kv_heads = 0;
    std::int64_t head_dim = 0;
    std::int64_t window = 0;  ///< a token sees itself and window - 1 before it; 0: all before it
    float scale = 1;          ///< of q · k
    float softcap = 0;        ///< scores become cap · tanh(score / cap); 0: they stay

    std::int64_t q_width() const { return heads * head_dim; }
    std::int64_t qkv_width() const { return (heads + 2 * kv_heads) * head_dim; }
};

enum class Activation {
    silu,       ///< x / (1 + e^-x)
    gelu_tanh,  ///< the approximation by tanh
    gelu,       ///< x · Φ(x)
};

}  // namespace ql
