#include "core/run/rounding_file.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>

#include "core/run/kept_pieces.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

// The file: this number, what it is about, and one record after the other. Only this program reads
// it, and only where it was written.
constexpr std::uint64_t kRoundingMagic = 0x31'71'74'70'67'2D'6C'71;  // "ql-gptq1"
constexpr std::uint64_t kFirstRecord = 2 * sizeof(std::uint64_t);

/// What stands before the codes of a tensor.
struct RecordHead {
    std::uint64_t hash = 0;  ///< of the rest and the codes
    std::uint64_t plan = 0;
    std::uint64_t tensor = 0;
    std::uint64_t bytes = 0;  ///< of codes
    double damp = 0;
    double loss = 0;
    std::int64_t increases = 0;
    std::int64_t dead_columns = 0;
    float scale = 0;
    std::int32_t zero = 0;
};
static_assert(sizeof(RecordHead) == 72, "no bytes between that nobody sets");

RunningHash hash_of_head(const RecordHead& head) {
    RunningHash hash;
    hash.add(std::as_bytes(std::span(&head, 1)).subspan(sizeof(head.hash)));
    return hash;
}

bool plausible(const RecordHead& head, std::int64_t cols) {
    return std::isfinite(head.damp) && std::isfinite(head.loss) && std::isfinite(head.scale) &&
           head.increases >= 0 && head.increases <= std::numeric_limits<int>::max() &&
           head.dead_columns >= 0 && head.dead_columns <= cols;
}

char* characters(RecordHead& head) { return reinterpret_cast<char*>(&head); }

/// What is not ours must not be replaced and removed. What is not there can be.
bool is_ours(const fs::path& path) {
    constexpr std::string_view kOurs = "ql-gptq";
    char head[kOurs.size()] = {};
    std::streamsize got = 0;
    std::error_code unknown;                   // is told when the file is opened
    if (fs::is_regular_file(path, unknown)) {  // opening a pipe would wait for its other end
        std::ifstream file(path, std::ios::binary);
        file.read(head, sizeof(head));
        got = file.gcount();
    } else if (fs::exists(path, unknown)) {
        got = sizeof(head);
    }
    return std::memcmp(head, kOurs.data(), static_cast<std::size_t>(got)) == 0;
}

}  // namespace

RoundingFile::RoundingFile(fs::path path) : path_(std::move(path)) {
    if (!path_.empty() && !is_ours(path_)) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core",
                                   "The file is not one that GPTQ's finished work was kept in: "
                                   "choose another.")),
                    path_.string());
    }
}

void RoundingFile::fail(int error) const {
    throw Error(ErrorCode::io,
                Sentence(QL_TR("core", "The file cannot be written: {}."), system_reason(error)),
                path_.string());
}

void RoundingFile::open(std::uint64_t about, const Progress& progress) {
    if (path_.empty() || (file_.is_open() && about == about_)) {
        return;
    }
    constexpr auto kMode = std::ios::binary | std::ios::in | std::ios::out;
    about_ = about;
    file_.close();
    file_.clear();
    places_.clear();
    end_ = kFirstRecord;
    errno = 0;
    file_.open(path_, kMode);
    std::uint64_t head[2] = {};
    auto* characters_of_head = reinterpret_cast<char*>(head);
    if (file_.read(characters_of_head, sizeof(head)) && head[0] == kRoundingMagic &&
        head[1] == about) {
        look_through(progress);
        return;
    }
    file_.close();
    file_.clear();
    file_.open(path_, kMode | std::ios::trunc);
    head[0] = kRoundingMagic;
    head[1] = about;
    if (!file_.write(characters_of_head, sizeof(head)).flush()) {
        fail(errno);
    }
}

/// Finds the records; codes are looked at when they are wanted.
void RoundingFile::look_through(const Progress& progress) {
    const std::uint64_t size = fs::file_size(path_);
    RecordHead head;
    while (size - end_ >= sizeof(head)) {
        progress.check();
        file_.seekg(static_cast<std::streamoff>(end_));
        if (!file_.read(characters(head), sizeof(head))) {
            break;
        }
        if (head.bytes == 0 || head.bytes > size - end_ - sizeof(head)) {
            break;  // it was being written
        }
        places_[{head.plan, head.tensor}] = end_;
        end_ += sizeof(head) + head.bytes;
    }
    file_.clear();
}

std::optional<RoundedTensor> RoundingFile::find(std::uint64_t plan, std::size_t tensor,
                                                std::shared_ptr<const Grid> grid, std::int64_t rows,
                                                std::int64_t cols, const Progress& progress) {
    const auto place = places_.find({plan, tensor});
    if (place == places_.end()) {
        return std::nullopt;
    }
    RecordHead head;
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(place->second));
    file_.read(characters(head), sizeof(head));
    const std::uint64_t bytes = static_cast<std::uint64_t>(rows) * grid->row_bytes(cols);
    if (!file_ || head.plan != plan || head.tensor != tensor || head.bytes != bytes ||
        !plausible(head, cols)) {
        return std::nullopt;
    }
    auto found = std::make_shared<QuantizedTensor>();
    found->bytes.resize(bytes);
    RunningHash hash = hash_of_head(head);
    for_pieces(std::span(found->bytes), progress, [&](std::span<std::byte> piece) {
        file_.read(reinterpret_cast<char*>(piece.data()),
                   static_cast<std::streamsize>(piece.size()));
        hash.add(piece);
    });
    if (!file_ || hash.value() != head.hash) {
        return std::nullopt;
    }
    found->grid = std::move(grid);
    found->rows = rows;
    found->cols = cols;
    found->params = {head.scale, head.zero};
    GptqReport report;
    report.damp = head.damp;
    report.loss = head.loss;
    report.increases = static_cast<int>(head.increases);
    report.dead_columns = head.dead_columns;
    return RoundedTensor{std::move(found), std::move(report)};
}

void RoundingFile::keep(std::uint64_t plan, std::size_t tensor, const RoundedTensor& rounded,
                        const Progress& progress) {
    const GptqReport& report = rounded.report;
    if (path_.empty() || !report.fallback.empty()) {
        return;
    }
    const std::span<const std::byte> codes(rounded.tensor->bytes);
    RecordHead head;
    head.plan = plan;
    head.tensor = tensor;
    head.bytes = codes.size();
    head.damp = report.damp;
    head.loss = report.loss;
    head.increases = report.increases;
    head.dead_columns = report.dead_columns;
    head.scale = rounded.tensor->params.scale;
    head.zero = rounded.tensor->params.zero;
    RunningHash hash = hash_of_head(head);
    for_pieces(codes, progress, [&](std::span<const std::byte> piece) { hash.add(piece); });
    head.hash = hash.value();
    errno = 0;
    file_.clear();
    file_.seekp(static_cast<std::streamoff>(end_));  // over what is left of one that is not whole
    file_.write(characters(head), sizeof(head));
    for_pieces(codes, progress, [&](std::span<const std::byte> piece) {
        file_.write(reinterpret_cast<const char*>(piece.data()),
                    static_cast<std::streamsize>(piece.size()));
    });
    if (!file_.flush()) {
        fail(errno);
    }
    places_[{plan, tensor}] = end_;
    end_ += sizeof(head) + codes.size();
}

void RoundingFile::remove() {
    if (file_.is_open()) {
        file_.close();
        if (!is_ours(path_)) {
            return;  // something else has been written there since
        }
        std::error_code ignored;  // a file that stays does no harm
        fs::remove(path_, ignored);
    }
}

}  // namespace ql
