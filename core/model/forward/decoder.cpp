#include "core/model/forward/decoder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/parallel.h"
#include "core/model/forward/token_batches.h"

namespace ql {

namespace {

// What is run together gives all threads work, and is so much that they seldom wait for each other:
// values in the widest rows (8 MB, which caches hold), and tokens at least (100 MB at 4096 ×
// 14336).
constexpr std::int64_t kBatchValues = std::int64_t{1} << 21;
constexpr std::int64_t kLeastBatchTokens = 1024;

void add(std::span<float> sum, std::span<const float> values, const Progress& progress) {
    constexpr std::size_t kPiece = 64 * 1024;
    const auto pieces = static_cast<std::int64_t>((sum.size() + kPiece - 1) / kPiece);
    parallel_for(pieces, progress, [&](std::int64_t piece) {
        const std::size_t begin = static_cast<std::size_t>(piece) * kPiece;
        const std::size_t end = std::min(sum.size(), begin + kPiece);
        for (std::size_t i = begin; i < end; ++i) {
            sum[i] += values[i];
        }
    });
}

}  // namespace

/// How the sequences of a block turn. The rows of a table are the same for shorter sequences.
class Decoder::RotationTables {
  public:
    RotationTables(const Rotary& rotary, const Sequences& sequences, const Progress& progress)
        : rotary_(rotary) {
        for (const bool is_long : {false, true}) {
            std::int64_t longest = 0;
            for (const std::int64_t length : sequences.lengths()) {
                longest = rotary.is_long(length) == is_long ? std::max(longest, length) : longest;
            }
            tables_[is_long ? 1 : 0] = rotary.table(longest, progress);
        }
    }

    /// The table of each sequence.
    std::vector<const RotationTable*> of(const Sequences& sequences) const {
        std::vector<const RotationTable*> tables;
        for (const std::int64_t length : sequences.lengths()) {
            tables.push_back(&tables_[rotary_.is_long(length) ? 1 : 0]);
        }
        return tables;
    }

  private:
    const Rotary& rotary_;
    std::array<RotationTable, 2> tables_;  ///< of usual sequences, of long ones
};

/// Some sequences inside a block.
struct Decoder::Batch {
    const Sequences& sequences;
    std::int64_t first_token;
    std::int64_t tokens;
    int layer;
    const RotationTables& rotations;
    std::span<float> hidden;     ///< [tokens × width]: the residual stream
    std::vector<float>& narrow;  ///< [tokens × width]
    std::vector<float>& wide;    ///< what linears give side by side: q k v; gate up
    std::vector<float>& middle;  ///< what attention or the activation make of it

    static std::span<float> rows(std::vector<float>& buffer, std::int64_t tokens,
                                 std::int64_t width) {
        const auto size = static_cast<std::size_t>(tokens * width);
        buffer.resize(std::max(buffer.size(), size));
        return {buffer.data(), size};
    }

    void show(const LinearInputHook& hook, InputSite site, std::span<float> values) const {
        if (hook) {
            const std::int64_t channels = static_cast<std::int64_t>(values.size()) / tokens;
            hook({site, layer, sequences, first_token, channels, values});
        }
    }
};

std::optional<InputSite> input_site(Role role) {
    switch (role) {
        case Role::q:
        case Role::k:
        case Role::v:
        case Role::qkv:
            return InputSite::attention;
        case Role::attention_output:
            return InputSite::attention_output;
        case Role::gate:
        case Role::up:
        case Role::gate_up:
            return InputSite::feed_forward;
        case Role::down:
            return InputSite::down;
        case Role::output:
            return InputSite::output;
        default:
            return std::nullopt;
    }
}

Decoder::Decoder(std::shared_ptr<const Model> model, const Backend& backend)
    : model_(std::move(model)),
      spec_(decoder_spec(*model_)),
      tensors_(*model_),
      backend_(backend) {}

BlockWeights Decoder::load(int layer, const WeightSource& source, const Progress& progress) const {
    return load_block(spec_, tensors_, layer, source, progress);
}

void Decoder::turn_heads(const BlockWeights& weights, Batch& batch,
                         const Progress& progress) const {
    const auto norm = [&](const std::optional<NormWeights>& of) {
        return of ? std::optional(of->op(spec_)) : std::nullopt;
    };
    const std::optional<NormOp> q_norm = norm(weights.q_norm);
    const std::optional<NormOp> k_norm = norm(weights.k_norm);
    const HeadsOp ops[] = {
        {0, spec_.heads, spec_.head_dim, q_norm ? &*q_norm : nullptr},
        {spec_.heads, spec_.kv_heads, spec_.head_dim, k_norm ? &*k_norm : nullptr}};
    backend_.heads(batch.sequences, ops, batch.rotations.of(batch.sequences), batch.wide.data(),
                   (spec_.heads + 2 * spec_.kv_heads) * spec_.head_dim, progress);
}

void Decoder::add_residual(const std::optional<NormWeights>& post_norm, Batch& batch,
                           const Progress& progress) const {
    const std::span<float> result = Batch::rows(batch.narrow, batch.tokens, spec_.width);
    if (post_norm) {
        backend_.norm(batch.tokens, spec_.width, post_norm->op(spec_), result.data(), result.data(),
                      progress);
    }
    add(batch.hidden, result, progress);
}

void Decoder::norm_states(const NormWeights& norm, Batch& batch, const Progress& progress) const {
    backend_.norm(batch.tokens, spec_.width, norm.op(spec_), batch.hidden.data(),
                  Batch::rows(batch.narrow, batch.tokens, spec_.width).data(), progress);
}

void Decoder::attend(const BlockWeights& weights, std::span<const LinearWeights> qkv, Batch& batch,
                     const LinearInputHook& hook, const Progress& progress) const {
    AttentionOp op;
    op.heads = spec_.heads;
    op.kv_heads = spec_.kv_heads;
    op.head_dim = spec_.head_dim;
    op.window = spec_.blocks[static_cast<std::size_t>(batch.layer)].window;
    op.scale = spec_.attention_scale;
    op.softcap = spec_.attention_softcap;
    const std::span<float> normed = Batch::rows(batch.narrow, batch.tokens, spec_.width);
    const std::span<float> projected = Batch::rows(batch.wide, batch.tokens, op.qkv_width());
    const std::span<float> attended = Batch::rows(batch.middle, batch.tokens, op.q_width());
    batch.show(hook, InputSite::attention, normed);
    float* out = projected.data();
    for (const LinearWeights& linear : qkv) {
        backend_.linear(batch.sequences, linear.op(), normed.data(), out, op.qkv_width(), progress);
        out += linear.rows;
    }
    turn_heads(weights, batch, progress);
    backend_.attention(batch.sequences, op, projected.data(), attended.data(), progress);
    batch.show(hook, InputSite::attention_output, attended);
    backend_.linear(batch.sequences, weights.attention_output.op(), attended.data(), normed.data(),
                    spec_.width, progress);
}

void Decoder::feed_forward(const BlockWeights& weights, std::span<const LinearWeights> gate_up,
                           Batch& batch, const LinearInputHook& hook,
                           const Progress& progress) const {
    const std::int64_t wide = (weights.gated ? 2 : 1) * spec_.feed_forward;
    const std::span<float> normed = Batch::rows(batch.narrow, batch.tokens, spec_.width);
    const std::span<float> projected = Batch::rows(batch.wide, batch.tokens, wide);
    const std::span<float> active = Batch::rows(batch.middle, batch.tokens, spec_.feed_forward);
    batch.show(hook, InputSite::feed_forward, normed);
    float* out = projected.data();
    for (const LinearWeights& linear : gate_up) {
        backend_.linear(batch.sequences, linear.op(), normed.data(), out, wide, progress);
        out += linear.rows;
    }
    backend_.activate(batch.tokens, spec_.feed_forward, spec_.activation, weights.gated,
                      projected.data(), active.data(), progress);
    batch.show(hook, InputSite::down, active);
    backend_.linear(batch.sequences, weights.down.op(), active.data(), normed.data(), spec_.width,
                    progress);
}

void Decoder::in_batches(int layer, HiddenStates& states, const std::function<void(Batch&)>& body,
                         const Progress& progress) const {
    std::vector<float> narrow;
    std::vector<float> wide;
    std::vector<float> middle;
    const RotationTables rotations(spec_.blocks[static_cast<std::size_t>(layer)].local_rotary
                                       ? spec_.local_rotary
                                       : spec_.rotary,
                                   states.sequences, progress);
    for (const TokenBatch& group : block_batches(states.sequences)) {
        const std::int64_t tokens = group.sequences.tokens();
        const std::span<float> rows =
            std::span(states.values)
                .subspan(static_cast<std::size_t>(group.first_token * spec_.width),
                         static_cast<std::size_t>(tokens * spec_.width));
        Batch batch{
            group.sequences, group.first_token, tokens, layer, rotations, rows, narrow, wide,
            middle};
        body(batch);
    }
}

std::vector<TokenBatch> Decoder::block_batches(const Sequences& sequences) const {
    const std::int64_t widest = std::max(
        {spec_.width, (spec_.heads + 2 * spec_.kv_heads) * spec_.head_dim, 2 * spec_.feed_forward});
    const std::int64_t most = std::max(kLeastBatchTokens, kBatchValues / widest);
    return token_batches(sequences, most, std::max<std::int64_t>(1, sequences.tokens()));
}

void Decoder::run_block(const BlockWeights& weights, HiddenStates& hidden,
                        const LinearInputHook& hook, const Progress& progress) const {
    const auto run = [&](Batch& batch) {
        norm_states(weights.attention_norm, batch, progress);
        attend(weights, weights.qkv, batch, hook, progress);
        add_residual(weights.post_attention_norm, batch, progress);
        norm_states(weights.ffn_norm, batch, progress);
        feed_forward(weights, weights.gate_up, batch, hook, progress);
        add_residual(weights.post_ffn_norm, batch, progress);
    };
    in_batches(weights.layer, hidden, run, progress);
}

void Decoder::run_module(const BlockWeights& weights, InputSite site,
                         std::span<const LinearWeights> readers, HiddenStates& states,
                         const Progress& progress) const {
    const auto run = [&](Batch& batch) {
        const std::span<float> narrow = Batch::rows(batch.narrow, batch.tokens, spec_.width);
        std::copy(batch.hidden.begin(), batch.hidden.end(), narrow.begin());
        if (site == InputSite::attention) {
            attend(weights, readers, batch, {}, progress);
        } else {
            feed_forward(weights, readers, batch, {}, progress);
        }
        std::copy(narrow.begin(), narrow.end(), batch.hidden.begin());
    };
    in_batches(weights.layer, states, run, progress);
}

HiddenStates Decoder::run(const std::vector<TokenIds>& ids, const WeightSource& source,
                          const LinearInputHook& hook, const Progress& progress) const {
    HiddenStates hidden = embed(ids, source, progress);
    for (int layer = 0; layer < blocks(); ++layer) {
        progress.report(static_cast<double>(layer) / blocks(),
                        Sentence(QL_TR("core", "Running layer {} of {}"), layer + 1, blocks()));
        run_block(load(layer, source, progress), hidden, hook, progress);
    }
    finish(hidden, source, hook, progress);
    progress.report(1);
    return hidden;
}

}  // namespace ql
