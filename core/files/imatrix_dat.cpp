// The legacy form: 32-bit counts and texts, and for every weight the mean squared activations times
// the number of calls that were averaged. Files of the first tools end after the entries.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/error.h"
#include "core/files/byte_reader.h"
#include "core/files/escape.h"
#include "core/files/gguf_layout.h"
#include "core/files/imatrix_forms.h"

namespace ql {

namespace {

constexpr auto kMaxCount = std::numeric_limits<std::int32_t>::max();
constexpr std::uint64_t kMinMatrixBytes = 4 + 1 + 4 + 4 + 4;  // length, name, calls, count, value

/// A count that must be at least `least`; what it stands for follows from where it stands.
std::uint64_t read_count(ByteReader& reader, std::int32_t least) {
    const std::uint64_t at = reader.position();
    const auto count = reader.number<std::int32_t>();
    if (count < least) {
        fail_bad_file(
            Sentence(QL_TR("core",
                           "The importance matrix has the count {} at byte {}, where at least {} "
                           "must stand."),
                     count, at, least));
    }
    return static_cast<std::uint64_t>(count);
}

std::string_view read_text(ByteReader& reader, std::int32_t least) {
    const auto bytes = reader.take(read_count(reader, least));
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void read_entry(ByteReader& reader, ImportanceMatrix& matrix) {
    const std::string_view name = read_text(reader, 1);
    const std::uint64_t calls = read_count(reader, 0);
    const std::uint64_t count = read_count(reader, 1);
    const auto bytes = reader.take(count * sizeof(float));
    ImportanceEntry entry;
    entry.sums.resize(count);
    std::memcpy(entry.sums.data(), bytes.data(), bytes.size());
    // Without calls the values are means already, as the quantizing tool takes them. Experts are
    // not told apart: they share the calls.
    entry.counts = {static_cast<float>(std::max<std::uint64_t>(calls, 1))};
    add_entry(matrix, name, std::move(entry));
}

void read_trailer(ByteReader& reader, ImportanceMatrix& matrix) {
    matrix.chunk_count = static_cast<std::uint32_t>(read_count(reader, 0));
    const std::string_view dataset = read_text(reader, 0);
    if (!dataset.empty()) {
        matrix.datasets = {std::string(dataset)};
    }
    if (reader.remaining() > 0) {
        fail_bad_file(
            Sentence(QL_TR("core", "The importance matrix ends {} bytes before its file does."),
                     reader.remaining()));
    }
}

void append_count(std::vector<std::byte>& out, std::uint64_t count) {
    if (count > static_cast<std::uint64_t>(kMaxCount)) {
        throw Error(
            ErrorCode::unsupported,
            Sentence(QL_TR("core", "The old form of importance matrices cannot hold the count {}."),
                     count));
    }
    append(out, static_cast<std::int32_t>(count));
}

void append_text(std::vector<std::byte>& out, std::string_view text) {
    append_count(out, text.size());
    const auto bytes = std::as_bytes(std::span(text));
    out.insert(out.end(), bytes.begin(), bytes.end());
}

/// Chunks that were averaged, as the reference writer counts them; tokens where nobody knows how
/// long a chunk was.
std::uint64_t calls_of(const ImportanceEntry& entry, std::uint32_t chunk_size) {
    const double tokens =
        entry.counts.empty() ? 0 : *std::max_element(entry.counts.begin(), entry.counts.end());
    const double calls = std::ceil(tokens / std::max(1U, chunk_size));
    return static_cast<std::uint64_t>(std::clamp(calls, 1.0, static_cast<double>(kMaxCount)));
}

void append_entry(std::vector<std::byte>& out, const ImportanceEntry& entry, std::uint64_t calls) {
    append_count(out, calls);
    append_count(out, entry.sums.size());
    // What was read from this form goes back as it came: (v / n) * n need not be v.
    const bool as_read = entry.counts.size() == 1 && entry.counts[0] == static_cast<float>(calls);
    std::vector<float> values = as_read ? entry.sums : entry.importance();
    if (!as_read) {
        for (float& value : values) {
            value *= static_cast<float>(calls);
        }
    }
    const auto bytes = std::as_bytes(std::span(values));
    out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

ImportanceMatrix parse_imatrix_dat(std::span<const std::byte> file) {
    ByteReader reader(file);
    ImportanceMatrix matrix;
    try {
        const std::uint64_t entries = read_count(reader, 1);
        if (entries > reader.remaining() / kMinMatrixBytes) {
            fail_bad_file(
                Sentence(QL_TR("core",
                               "The file claims to be an importance matrix of {} entries, too "
                               "many for its {} bytes."),
                         entries, file.size()));
        }
        for (std::uint64_t i = 0; i < entries; ++i) {
            read_entry(reader, matrix);
        }
        if (reader.remaining() > 0) {
            read_trailer(reader, matrix);
        }
    } catch (const ByteReader::EndOfBytes&) {
        fail_bad_file(
            Sentence(QL_TR("core",
                           "The importance matrix of {} bytes is cut off: what stands at byte {} "
                           "is longer than the rest."),
                     file.size(), reader.position()));
    }
    return matrix;
}

std::vector<std::byte> imatrix_dat_bytes(const ImportanceMatrix& matrix) {
    std::vector<std::byte> out;
    append_count(out, matrix.entries.size());
    for (const auto& [name, entry] : matrix.entries) {
        append_text(out, name);
        append_entry(out, entry, calls_of(entry, matrix.chunk_size));
    }
    append_count(out, matrix.chunk_count);
    append_text(out, matrix.datasets.empty() ? std::string() : matrix.datasets.back());
    return out;
}

}  // namespace ql
