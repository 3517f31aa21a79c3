// The two ends of a decoder: embedding, and the output matrix.
#include <algorithm>
#include <cmath>
#include <functional>

#include "core/base/parallel.h"
#include "core/model/forward/decoder.h"
#include "core/model/forward/token_batches.h"

namespace ql {

namespace {

// Rows of the output matrix that are in memory at a time: 64 MB of floats.
constexpr std::int64_t kPieceValues = std::int64_t{1} << 24;
constexpr std::int64_t kPieceRows = 512;  // a whole tile of the processor's sgemm
// Tokens whose logits are in memory at a time. Longer sequences are cut, at whole tiles again.
constexpr std::int64_t kEndTokens = 512;

void check_ids(const std::vector<TokenIds>& all, const DecoderSpec& spec) {
    for (const TokenIds& ids : all) {
        if (ids.empty()) {
            throw Error(ErrorCode::usage, Sentence(QL_TR("core", "A sequence has no tokens.")));
        }
        const auto length = static_cast<std::int64_t>(ids.size());
        if (spec.longest_sequence > 0 && length > spec.longest_sequence) {
            throw Error(ErrorCode::limit,
                        Sentence(QL_TR("core",
                                       "A sequence has {} tokens; the model takes at most "
                                       "{}."),
                                 length, spec.longest_sequence));
        }
        for (const std::int32_t id : ids) {
            if (id < 0 || id >= spec.embedding_rows) {
                throw Error(ErrorCode::usage,
                            Sentence(QL_TR("core",
                                           "The token {} is not in the model's vocabulary "
                                           "of {}."),
                                     id, spec.embedding_rows));
            }
        }
    }
}

void add_positions(const Sequences& sequences, const std::vector<float>& positions,
                   std::int64_t width, std::vector<float>& values, const Progress& progress) {
    float* begin = values.data();
    for (const std::int64_t length : sequences.lengths()) {
        parallel_for(length, progress, [&](std::int64_t position) {
            const float* from = positions.data() + position * width;
            float* row = begin + position * width;
            std::transform(row, row + width, from, row, std::plus<>());
        });
        begin += length * width;
    }
}

/// Makes room for `count` values: as much as may be takes a moment of writing zeros.
void grow(std::vector<float>& values, std::size_t count, const Progress& progress) {
    constexpr std::size_t kAtOnce = std::size_t{1} << 24;
    values.reserve(count);
    while (values.size() < count) {
        progress.check();
        values.resize(std::min(count, values.size() + kAtOnce));
    }
}

void cap(std::vector<float>& logits, float softcap, const Progress& progress) {
    constexpr std::size_t kPiece = 16 * 1024;
    const auto pieces = static_cast<std::int64_t>((logits.size() + kPiece - 1) / kPiece);
    parallel_for(pieces, progress, [&](std::int64_t piece) {
        const std::size_t begin = static_cast<std::size_t>(piece) * kPiece;
        const std::size_t end = std::min(logits.size(), begin + kPiece);
        for (std::size_t i = begin; i < end; ++i) {
            logits[i] = softcap * std::tanh(logits[i] / softcap);
        }
    });
}

}  // namespace

std::vector<TokenBatch> output_batches(const Sequences& sequences) {
    return token_batches(sequences, kEndTokens, kEndTokens);
}

HiddenStates Decoder::embed(const std::vector<TokenIds>& ids, const WeightSource& source,
                            const Progress& progress) const {
    check_ids(ids, spec_);
    std::vector<std::int32_t> tokens;
    std::vector<std::int64_t> lengths;
    for (const TokenIds& sequence : ids) {
        tokens.insert(tokens.end(), sequence.begin(), sequence.end());
        lengths.push_back(static_cast<std::int64_t>(sequence.size()));
    }
    HiddenStates hidden{Sequences(lengths), spec_.width, {}};
    grow(hidden.values, tokens.size() * static_cast<std::size_t>(spec_.width), progress);
    const auto rows = source.rows(*tensors_.find(Role::token_embedding));
    parallel_for(static_cast<std::int64_t>(tokens.size()), progress, [&](std::int64_t i) {
        float* row = hidden.values.data() + i * spec_.width;
        rows->read(tokens[static_cast<std::size_t>(i)], 1, row);
        if (spec_.embedding_scale != 1) {
            std::for_each(row, row + spec_.width,
                          [&](float& value) { value *= spec_.embedding_scale; });
        }
    });
    rows->release(0, rows->rows());
    if (const ModelTensor* positions = tensors_.find(Role::position_embedding)) {
        const std::int64_t longest = *std::max_element(lengths.begin(), lengths.end());
        add_positions(hidden.sequences, load_rows(*positions, 0, longest, source, progress),
                      spec_.width, hidden.values, progress);
    }
    return hidden;
}

void Decoder::finish(HiddenStates& hidden, const WeightSource& source, const LinearInputHook& hook,
                     const Progress& progress) const {
    const NormWeights norm = load_norm(spec_, tensors_, Role::output_norm, -1, source, progress);
    backend_.norm(hidden.sequences.tokens(), spec_.width, norm.op(spec_), hidden.values.data(),
                  hidden.values.data(), progress);
    if (hook) {
        hook({InputSite::output, -1, hidden.sequences, 0, spec_.width, hidden.values});
    }
}

OutputPiece Decoder::load_output(std::int64_t first_row, const WeightSource& source,
                                 const Progress& progress, std::int64_t piece_rows) const {
    const ModelTensor& output =
        *tensors_.find(spec_.tied_output ? Role::token_embedding : Role::output);
    const std::int64_t rows_at_once =
        piece_rows > 0 ? piece_rows
                       : std::max(kPieceRows, kPieceValues / spec_.width / kPieceRows * kPieceRows);
    OutputPiece piece;
    piece.first_row = first_row;
    piece.weights.rows = std::min(rows_at_once, spec_.vocabulary - first_row);
    piece.weights.cols = spec_.width;
    piece.weights.weight = load_rows(output, first_row, piece.weights.rows, source, progress);
    return piece;
}

LogitsPiece Decoder::logits(const OutputPiece& piece, const HiddenStates& finished,
                            const TokenBatch& batch, std::vector<float>& values,
                            const Progress& progress) const {
    const std::int64_t tokens = batch.sequences.tokens();
    values.resize(static_cast<std::size_t>(tokens * piece.rows()));
    backend_.linear(batch.sequences, piece.weights.op(),
                    finished.values.data() + batch.first_token * spec_.width, values.data(),
                    piece.rows(), progress);
    if (spec_.output_softcap > 0) {
        cap(values, spec_.output_softcap, progress);
    }
    return {batch.first_token, tokens, piece.first_row, piece.rows(), values.data()};
}

}  // namespace ql
