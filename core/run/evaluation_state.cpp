#include "core/run/evaluation_state.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

#include "core/files/atomic_file.h"
#include "core/files/byte_reader.h"
#include "core/files/mapped_file.h"
#include "core/run/kept_pieces.h"

namespace ql {

namespace {

// The file: this number, the fingerprint, the hash of the rest, the rest. Only this program reads
// it, and only where it was written.
constexpr std::uint64_t kMagic = 0x32'6C'61'76'65'2D'6C'71;  // "ql-eval2"

class Writer {
  public:
    Writer(AtomicFile& file, const Progress& progress) : file_(file), progress_(progress) {}

    template <class T>
    void list(const std::vector<T>& values) {
        const std::uint64_t count = values.size();
        for (const auto bytes :
             {std::as_bytes(std::span(&count, 1)), std::as_bytes(std::span(values))}) {
            for_pieces(bytes, progress_, [this](std::span<const std::byte> piece) {
                hash_.add(piece);
                file_.write(piece);
            });
        }
    }
    std::uint64_t hash() const { return hash_.value(); }

  private:
    AtomicFile& file_;
    const Progress& progress_;
    RunningHash hash_;
};

class Reader {
  public:
    Reader(ByteReader& bytes, const Progress& progress) : bytes_(bytes), progress_(progress) {}

    template <class T>
    std::vector<T> list() {
        std::uint64_t count = 0;
        take(std::as_writable_bytes(std::span(&count, 1)));
        if (count > bytes_.remaining() / sizeof(T)) {
            throw ByteReader::EndOfBytes{};
        }
        std::vector<T> values(count);
        take(std::as_writable_bytes(std::span(values)));
        return values;
    }
    std::uint64_t hash() const { return hash_.value(); }

  private:
    void take(std::span<std::byte> out) {
        for_pieces(bytes_.take(out.size()), progress_, [&](std::span<const std::byte> piece) {
            hash_.add(piece);
            std::copy(piece.begin(), piece.end(), out.begin());
            out = out.subspan(piece.size());
        });
    }

    ByteReader& bytes_;
    const Progress& progress_;
    RunningHash hash_;
};

void write(const EvaluationState& state, Writer& out) {
    out.list<std::uint64_t>({state.windows_done, static_cast<std::uint64_t>(state.blocks_done),
                             state.scores.size(), state.hidden.size()});
    for (const TokenScores& scores : state.scores) {
        out.list(scores.nll);
        out.list(scores.best);
        out.list(scores.kl);
        out.list<std::int64_t>({scores.predictions});
    }
    for (const HiddenStates& hidden : state.hidden) {
        out.list(hidden.values);
    }
}

/// A state that fits, or EndOfBytes: nothing of it may be believed before.
EvaluationState read(Reader& in, const EvaluationShape& shape) {
    const auto require = [](bool fits) {
        if (!fits) {
            throw ByteReader::EndOfBytes{};
        }
    };
    const auto counts = in.list<std::uint64_t>();
    require(counts.size() == 4 && counts[0] <= shape.windows &&
            counts[1] <= static_cast<std::uint64_t>(shape.blocks) && counts[2] == shape.models &&
            counts[3] == (counts[1] == 0 ? 0 : shape.models));
    EvaluationState state;
    state.windows_done = counts[0];
    state.blocks_done = static_cast<std::int32_t>(counts[1]);
    const auto context = static_cast<std::uint64_t>(shape.context);
    const std::uint64_t tokens = state.windows_done * context;
    for (std::size_t m = 0; m < shape.models; ++m) {
        TokenScores scores;
        scores.nll = in.list<double>();
        scores.best = in.list<std::int32_t>();
        scores.kl = in.list<double>();
        const auto predictions = in.list<std::int64_t>();
        require(scores.nll.size() == tokens && scores.best.size() == tokens &&
                scores.kl.size() == (m == 0 ? 0 : tokens) && predictions.size() == 1 &&
                scores.finite());
        scores.predictions = predictions.front();
        state.scores.push_back(std::move(scores));
    }
    const std::uint64_t part = std::min(shape.windows_at_once, shape.windows - state.windows_done);
    for (std::uint64_t m = 0; m < counts[3]; ++m) {
        HiddenStates hidden{Sequences(std::vector<std::int64_t>(part, shape.context)), shape.width,
                            in.list<float>()};
        require(hidden.values.size() == part * context * static_cast<std::uint64_t>(shape.width));
        state.hidden.push_back(std::move(hidden));
    }
    return state;
}

}  // namespace

EvaluationFile::EvaluationFile(std::filesystem::path path, std::uint64_t fingerprint)
    : path_(std::move(path)), fingerprint_(fingerprint) {}

std::optional<EvaluationState> EvaluationFile::load(const EvaluationShape& shape,
                                                    const Progress& progress) const {
    if (!keeps() || !std::filesystem::exists(path_)) {
        return std::nullopt;
    }
    const MappedFile file(path_);
    // What is not ours must not be replaced and removed.
    constexpr std::string_view kOurs = "ql-eval";
    const auto head = file.range(0, std::min<std::uint64_t>(file.size(), kOurs.size()));
    if (std::memcmp(head.data(), kOurs.data(), head.size()) != 0) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core", "The file is not a kept evaluation: choose another.")),
                    path_.string());
    }
    ByteReader bytes(file.range(0, file.size()));
    try {
        const auto magic = bytes.number<std::uint64_t>();
        const auto fingerprint = bytes.number<std::uint64_t>();
        const auto hash = bytes.number<std::uint64_t>();
        if (magic != kMagic || fingerprint != fingerprint_) {
            return std::nullopt;
        }
        Reader in(bytes, progress);
        EvaluationState state = read(in, shape);
        return hash == in.hash() && bytes.remaining() == 0 ? std::optional(std::move(state))
                                                           : std::nullopt;
    } catch (const ByteReader::EndOfBytes&) {
        return std::nullopt;
    }
}

void EvaluationFile::save(const EvaluationState& state, const Progress& progress) const {
    if (!keeps()) {
        return;
    }
    AtomicFile file(path_);
    std::uint64_t head[] = {kMagic, fingerprint_, 0};
    file.write(std::as_bytes(std::span(head)));
    Writer out(file, progress);
    write(state, out);
    head[2] = out.hash();
    file.write_at(0, std::as_bytes(std::span(head)));
    file.commit();
}

void EvaluationFile::remove() const {
    std::error_code ignored;  // a file that stays does no harm
    std::filesystem::remove(path_, ignored);
}

}  // namespace ql
