#include "core/run/evaluation_state.h"

#include "core/base/hash.h"
#include "core/files/atomic_file.h"
#include "core/files/byte_reader.h"
#include "core/files/mapped_file.h"

namespace ql {

namespace {

// The file: this number, the fingerprint, the hash of the rest, the rest. Only this program reads
// it, and only where it was written.
constexpr std::uint64_t kMagic = 0x31'6C'61'76'65'2D'6C'71;  // "ql-eval1"

template <class T>
void append(std::vector<std::byte>& out, const std::vector<T>& values) {
    const std::uint64_t count = values.size();
    const auto size = std::as_bytes(std::span(&count, 1));
    out.insert(out.end(), size.begin(), size.end());
    const auto bytes = std::as_bytes(std::span(values));
    out.insert(out.end(), bytes.begin(), bytes.end());
}

template <class T>
std::vector<T> take(ByteReader& reader) {
    const auto count = reader.number<std::uint64_t>();
    if (count > reader.remaining() / sizeof(T)) {
        throw ByteReader::EndOfBytes{};
    }
    std::vector<T> values(count);
    const auto bytes = reader.take(count * sizeof(T));
    if (count > 0) {  // an empty vector has no address to copy to
        std::memcpy(values.data(), bytes.data(), bytes.size());
    }
    return values;
}

std::vector<std::byte> body_of(const EvaluationState& state) {
    std::vector<std::byte> body;
    append<std::uint64_t>(body, {state.windows_done, static_cast<std::uint64_t>(state.blocks_done),
                                 state.scores.size(), state.hidden.size()});
    for (const TokenScores& scores : state.scores) {
        append(body, scores.nll);
        append(body, scores.best);
        append(body, scores.kl);
        append<std::int64_t>(body, {scores.predictions});
    }
    for (const std::vector<float>& hidden : state.hidden) {
        append(body, hidden);
    }
    return body;
}

EvaluationState parse_body(ByteReader& reader, std::size_t models) {
    const auto counts = take<std::uint64_t>(reader);
    if (counts.size() != 4 || counts[2] != models || (counts[3] != models && counts[3] != 0)) {
        throw ByteReader::EndOfBytes{};
    }
    EvaluationState state;
    state.windows_done = counts[0];
    state.blocks_done = static_cast<std::int32_t>(counts[1]);
    for (std::size_t m = 0; m < models; ++m) {
        TokenScores scores;
        scores.nll = take<double>(reader);
        scores.best = take<std::int32_t>(reader);
        scores.kl = take<double>(reader);
        scores.predictions = take<std::int64_t>(reader).at(0);
        state.scores.push_back(std::move(scores));
    }
    for (std::size_t m = 0; m < counts[3]; ++m) {
        state.hidden.push_back(take<float>(reader));
    }
    return state;
}

}  // namespace

EvaluationFile::EvaluationFile(std::filesystem::path path, std::uint64_t fingerprint)
    : path_(std::move(path)), fingerprint_(fingerprint) {}

std::optional<EvaluationState> EvaluationFile::load(std::size_t models) const {
    if (!keeps() || !std::filesystem::exists(path_)) {
        return std::nullopt;
    }
    const MappedFile file(path_);
    ByteReader reader(file.range(0, file.size()));
    try {
        const auto magic = reader.number<std::uint64_t>();
        const auto fingerprint = reader.number<std::uint64_t>();
        const auto hash = reader.number<std::uint64_t>();
        const auto body = file.range(reader.position(), reader.remaining());
        if (magic != kMagic || fingerprint != fingerprint_ ||
            hash != hash_bytes(body.data(), body.size())) {
            return std::nullopt;
        }
        return parse_body(reader, models);
    } catch (const ByteReader::EndOfBytes&) {
        return std::nullopt;
    }
}

void EvaluationFile::save(const EvaluationState& state) const {
    if (!keeps()) {
        return;
    }
    const std::vector<std::byte> body = body_of(state);
    const std::uint64_t head[] = {kMagic, fingerprint_, hash_bytes(body.data(), body.size())};
    AtomicFile file(path_);
    file.write(std::as_bytes(std::span(head)));
    file.write(body);
    file.commit();
}

void EvaluationFile::remove() const {
    std::error_code ignored;  // a file that stays does no harm
    std::filesystem::remove(path_, ignored);
}

}  // namespace ql
