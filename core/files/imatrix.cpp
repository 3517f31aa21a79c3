#include "core/files/imatrix.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/files/atomic_file.h"
#include "core/files/escape.h"
#include "core/files/gguf_layout.h"
#include "core/files/imatrix_forms.h"
#include "core/files/mapped_file.h"
#include "core/files/weight_files.h"

namespace ql {

namespace {

bool is_gguf(std::span<const std::byte> file) {
    return file.size() >= kGgufMagic.size() &&
           std::memcmp(file.data(), kGgufMagic.data(), kGgufMagic.size()) == 0;
}

}  // namespace

std::vector<float> ImportanceEntry::importance() const {
    std::vector<float> mean(sums.size());
    const std::size_t row = columns();
    for (std::size_t i = 0; i < mean.size(); ++i) {
        const float count = counts[i / row];
        mean[i] = count > 0 ? sums[i] / count : 1.0F;
    }
    return mean;
}

const ImportanceEntry* ImportanceMatrix::find(std::string_view gguf_name) const {
    const auto entry = entries.find(std::string(gguf_name));
    return entry == entries.end() ? nullptr : &entry->second;
}

void add_entry(ImportanceMatrix& matrix, std::string_view name, ImportanceEntry entry) {
    if (name.empty() || !is_clean_text(name)) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core",
                                   "The importance matrix has an entry named {}, which is no "
                                   "tensor's name."),
                             in_quotes(name)));
    }
    const auto wrong_sum = std::find_if(entry.sums.begin(), entry.sums.end(),
                                        [](float sum) { return !std::isfinite(sum) || sum < 0; });
    if (wrong_sum != entry.sums.end()) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core",
                                   "The importance of {} has the value {}; sums of squares are "
                                   "finite and not negative."),
                             in_quotes(name), *wrong_sum));
    }
    // Less than one token would let the mean overflow.
    const auto wrong_count = std::find_if(entry.counts.begin(), entry.counts.end(), [](float n) {
        return !std::isfinite(n) || (n != 0 && n < 1);
    });
    if (wrong_count != entry.counts.end()) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core",
                                   "The importance of {} was summed over {} tokens, which cannot "
                                   "be."),
                             in_quotes(name), *wrong_count));
    }
    if (!matrix.entries.emplace(name, std::move(entry)).second) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core", "The importance of {} stands twice in the file."),
                             in_quotes(name)));
    }
}

ImportanceMatrix read_imatrix(const std::filesystem::path& path) {
    const MappedFile file(path);
    return in_context(path, [&] {
        const auto bytes = file.range(0, file.size());
        ImportanceMatrix matrix =
            is_gguf(bytes) ? parse_imatrix_gguf(bytes) : parse_imatrix_dat(bytes);
        matrix.path = path;
        return matrix;
    });
}

void write_imatrix(const ImportanceMatrix& matrix, const std::filesystem::path& path,
                   ImportanceFormat format) {
    const std::vector<std::byte> bytes = in_context(path, [&] {
        return format == ImportanceFormat::gguf ? imatrix_gguf_bytes(matrix)
                                                : imatrix_dat_bytes(matrix);
    });
    AtomicFile file(path);
    file.write(bytes);
    file.commit();
}

}  // namespace ql
