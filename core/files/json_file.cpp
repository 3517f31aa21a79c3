#include "core/files/json_file.h"

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/files/checkpoint.h"
#include "core/files/weight_files.h"

namespace ql {

namespace {

constexpr std::uint64_t kMaxJsonBytes = 256U << 20;
constexpr int kMaxJsonDepth = 100;

bool check_depth(int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > kMaxJsonDepth) {
        throw Error(
            ErrorCode::bad_file,
            Sentence(QL_TR("core", "The JSON is nested deeper than {} levels."), kMaxJsonDepth));
    }
    return true;
}

[[noreturn]] void fail_at(std::size_t byte) {
    throw Error(ErrorCode::bad_file,
                Sentence(QL_TR("core", "The file is not valid JSON (at byte {})."), byte));
}

}  // namespace

nlohmann::json parse_json(std::string_view text) {
    // The JSON library takes this byte for the end, and would not look at what follows.
    if (const auto nul = text.find('\0'); nul != text.npos) {
        fail_at(nul + 1);
    }
    try {
        return nlohmann::json::parse(text.begin(), text.end(), check_depth);
    } catch (const nlohmann::json::parse_error& error) {
        fail_at(error.byte);
    } catch (const nlohmann::json::exception&) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core", "The file has a number that is too large.")));
    }
}

nlohmann::json read_json_file(const std::filesystem::path& path) {
    const MappedFile file(path);
    return in_context(path, [&] {
        if (file.size() > kMaxJsonBytes) {
            throw Error(
                ErrorCode::limit,
                Sentence(QL_TR("core", "The file is {} bytes long; JSON files may have {}."),
                         file.size(), kMaxJsonBytes));
        }
        const auto bytes = file.range(0, file.size());
        return parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    });
}

}  // namespace ql
