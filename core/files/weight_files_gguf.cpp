#include <charconv>
#include <unordered_set>

#include <fmt/format.h>

#include "core/files/escape.h"
#include "core/files/weight_files.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSplitNumber = "split.no";
constexpr std::string_view kSplitCount = "split.count";
constexpr std::string_view kSplitTensors = "split.tensors.count";
constexpr std::string_view kArchitecture = "general.architecture";

void add_part(WeightFiles& weights, std::unique_ptr<MappedFile> file, GgufHeader header) {
    const auto index = static_cast<std::uint32_t>(weights.files.size());
    for (GgufTensor& tensor : header.tensors) {
        weights.tensors.push_back({std::move(tensor.name), tensor.dtype, std::move(tensor.shape),
                                   header.data_offset + tensor.offset, tensor.bytes, index});
    }
    if (!weights.gguf) {
        weights.gguf = std::move(header.metadata);
    }
    weights.files.push_back(std::move(file));
}

void require_equal(const GgufMetadata& metadata, std::string_view key, std::uint64_t expected) {
    const GgufValue* value = metadata.find(key);
    if (!value) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core",
                                   "The file name is that of a part of a split model, but the key "
                                   "{} is missing."),
                             key));
    }
    if (value->as_uint() != expected) {
        const bool is_text = value->type() == GgufType::string;
        throw Error(
            ErrorCode::bad_file,
            Sentence(QL_TR("core",
                           "{} is {}; going by the other parts and the file names "
                           "it must be {}."),
                     key, is_text ? in_quotes(*value->as_string()) : value->to_text(), expected));
    }
}

void require_same_architecture(const GgufMetadata& first, const GgufMetadata& part) {
    const auto architecture = part.string(kArchitecture);
    if (architecture && architecture != first.string(kArchitecture)) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core",
                                   "The architecture of this part is {}, that of the first "
                                   "part {}."),
                             in_quotes(*architecture),
                             in_quotes(first.string(kArchitecture).value_or(""))));
    }
}

void require_unique_tensors(const WeightFiles& weights) {
    std::unordered_set<std::string_view> names;
    for (const StoredTensor& tensor : weights.tensors) {
        if (!names.insert(tensor.name).second) {
            throw Error(ErrorCode::bad_file,
                        Sentence(QL_TR("core", "Tensor {} stands in two parts of the split model."),
                                 in_quotes(tensor.name)),
                        weights.files[tensor.file]->path().string());
        }
    }
}

WeightFiles open_split(const fs::path& folder, const SplitName& split) {
    WeightFiles weights;
    std::vector<GgufMetadata> parts;
    for (std::uint64_t part = 1; part <= split.count; ++part) {
        const fs::path path = folder / split.file_name(part);
        if (std::error_code ignored; !fs::exists(path, ignored)) {
            throw Error(ErrorCode::not_found,
                        Sentence(QL_TR("core", "Part {} of {} of the split model is missing."),
                                 part, split.count),
                        path.string());
        }
        auto file = std::make_unique<MappedFile>(path);
        in_context(path, [&] {
            GgufHeader header = parse_gguf(file->bytes());
            require_equal(header.metadata, kSplitNumber, part - 1);
            require_equal(header.metadata, kSplitCount, split.count);
            if (part > 1) {
                require_same_architecture(*weights.gguf, header.metadata);
            }
            parts.push_back(header.metadata);
            add_part(weights, std::move(file), std::move(header));
        });
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].find(kSplitTensors)) {
            in_context(weights.files[i]->path(),
                       [&] { require_equal(parts[i], kSplitTensors, weights.tensors.size()); });
        }
    }
    require_unique_tensors(weights);
    return weights;
}

}  // namespace

std::string SplitName::file_name(std::uint64_t part) const {
    return fmt::format("{}-{:05}-of-{:05}.gguf", stem, part, count);
}

std::optional<SplitName> SplitName::parse(std::string_view file_name) {
    constexpr std::string_view kPattern = "-NNNNN-of-NNNNN.gguf";
    if (file_name.size() <= kPattern.size()) {
        return std::nullopt;
    }
    const std::string_view tail = file_name.substr(file_name.size() - kPattern.size());
    SplitName name;
    name.stem = file_name.substr(0, file_name.size() - kPattern.size());
    std::from_chars(tail.data() + 1, tail.data() + 6, name.number);
    std::from_chars(tail.data() + 10, tail.data() + 15, name.count);
    // Whatever does not read back as the same name was no such name.
    return name.file_name(name.number) == file_name ? std::optional(name) : std::nullopt;
}

WeightFiles open_gguf(const fs::path& path) {
    const auto split = SplitName::parse(path.filename().string());
    auto file = std::make_unique<MappedFile>(path);
    return in_context(path, [&] {
        GgufHeader header = parse_gguf(file->bytes());
        const GgufValue* count = header.metadata.find(kSplitCount);
        const bool single = !count || count->as_uint() == 1U;
        if (!split && !single) {
            throw Error(ErrorCode::bad_file,
                        Sentence(QL_TR("core",
                                       "The file is one of {} parts of a split model; its "
                                       "name must end in -00001-of-00002.gguf or the like, "
                                       "so that the others can be found."),
                                 count->to_text()));
        }
        if (!split || (split->count == 1 && split->number == 1 && single)) {
            WeightFiles weights;
            add_part(weights, std::move(file), std::move(header));
            return weights;
        }
        if (split->number == 0 || split->number > split->count) {
            throw Error(ErrorCode::bad_file,
                        Sentence(QL_TR("core", "The name says part {} of {}, which cannot be."),
                                 split->number, split->count));
        }
        return open_split(folder_of(path), *split);
    });
}

}  // namespace ql
