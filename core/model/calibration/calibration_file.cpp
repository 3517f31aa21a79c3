#include "core/model/calibration/calibration_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <numeric>
#include <set>

#include "core/base/checked.h"
#include "core/files/atomic_file.h"
#include "core/files/escape.h"
#include "core/files/gguf.h"
#include "core/files/mapped_file.h"

namespace ql {

namespace {

constexpr std::string_view kType = "quantloupe.calibration";
constexpr std::uint32_t kVersion = 1;
const std::string kKey = "quantloupe.calibration.";
const std::string kSampled = "sampled";
constexpr std::size_t kCountValues = 2 * ValueCounts::kBins + 2;

constexpr std::array<std::pair<InputSite, std::string_view>, 4> kSites{{
    {InputSite::attention, "attention"},
    {InputSite::attention_output, "attention_output"},
    {InputSite::feed_forward, "feed_forward"},
    {InputSite::down, "down"},
}};

std::string name_of(const InputPlace& place) {
    const auto* site = std::find_if(kSites.begin(), kSites.end(),
                                    [&](const auto& one) { return one.first == place.site; });
    return site == kSites.end() ? "output" : fmt::format("blk.{}.{}", place.layer, site->second);
}

/// "blk.3.down" or "output".
std::optional<InputPlace> place_of(std::string_view name) {
    if (name == "output") {
        return InputPlace{-1, InputSite::output};
    }
    constexpr std::string_view kBlock = "blk.";
    if (!name.starts_with(kBlock)) {
        return std::nullopt;
    }
    name.remove_prefix(kBlock.size());
    const std::size_t dot = std::min(name.find('.'), name.size());
    int layer = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + dot, layer);
    for (const auto& [site, text] : kSites) {
        if (error == std::errc() && end == name.data() + dot && layer >= 0 &&
            name.substr(std::min(dot + 1, name.size())) == text) {
            return InputPlace{layer, site};
        }
    }
    return std::nullopt;
}

std::vector<std::int64_t> values_of(const ValueCounts& counts) {
    std::vector<std::int64_t> values(counts.negative.begin(), counts.negative.end());
    values.insert(values.end(), counts.positive.begin(), counts.positive.end());
    values.push_back(static_cast<std::int64_t>(counts.small));
    values.push_back(static_cast<std::int64_t>(counts.large));
    return values;
}

ValueCounts counts_of(const std::vector<std::int64_t>& values) {
    ValueCounts counts;
    std::copy_n(values.begin(), ValueCounts::kBins, counts.negative.begin());
    std::copy_n(values.begin() + ValueCounts::kBins, ValueCounts::kBins, counts.positive.begin());
    counts.small = static_cast<std::uint64_t>(values[2 * ValueCounts::kBins]);
    counts.large = static_cast<std::uint64_t>(values[2 * ValueCounts::kBins + 1]);
    return counts;
}

template <class T>
constexpr DType kStoredAs = DType::f32;
template <>
constexpr DType kStoredAs<double> = DType::f64;
template <>
constexpr DType kStoredAs<std::int64_t> = DType::i64;

/// Collects tensors and writes them one after another.
class Writer {
  public:
    template <class T>
    void add(const std::string& name, const std::vector<T>& values, std::int64_t rows = 1) {
        const auto count = static_cast<std::int64_t>(values.size());
        tensors_.push_back({.name = name, .dtype = kStoredAs<T>, .shape = {rows, count / rows}});
        data_.push_back(std::as_bytes(std::span(values)));
    }

    void write(const GgufMetadata& metadata, const std::filesystem::path& path) {
        const std::vector<std::byte> header = write_gguf_header(metadata, tensors_);
        AtomicFile file(path);
        file.write(header);
        for (std::size_t i = 0; i < tensors_.size(); ++i) {
            file.write_at(header.size() + tensors_[i].offset, data_[i]);
        }
        file.commit();
    }

  private:
    std::vector<GgufTensor> tensors_;
    std::vector<std::span<const std::byte>> data_;
};

[[noreturn]] void fail(Sentence sentence) { throw Error(ErrorCode::bad_file, std::move(sentence)); }

class Reader {
  public:
    explicit Reader(std::span<const std::byte> file) : header_(parse_gguf(file)) {
        if (header_.metadata.string("general.type") != kType) {
            fail(Sentence(QL_TR("core", "The file is not a calibration of this program.")));
        }
        const auto version = number("version");
        if (version != kVersion) {
            throw Error(ErrorCode::unsupported,
                        Sentence(QL_TR("core",
                                       "The calibration has the version {}; only version {} is "
                                       "known."),
                                 version, kVersion));
        }
        data_ = file.subspan(header_.data_offset);
        for (const GgufTensor& tensor : header_.tensors) {
            tensors_[tensor.name] = &tensor;
        }
    }

    std::uint64_t number(const std::string& key) const {
        const auto value = header_.metadata.uint(kKey + key);
        if (!value) {
            fail(Sentence(QL_TR("core", "The calibration does not say its {}."), key));
        }
        return *value;
    }
    std::string text(const std::string& key) const {
        return header_.metadata.string(kKey + key).value_or(std::string());
    }
    std::vector<std::string> texts(const std::string& key) const {
        const GgufValue* value = header_.metadata.find(kKey + key);
        return value == nullptr ? std::vector<std::string>()
                                : value->as_strings().value_or(std::vector<std::string>());
    }

    bool has(const std::string& name) const { return tensors_.count(name) != 0; }
    const std::map<std::string, const GgufTensor*>& tensors() const { return tensors_; }

    /// `count` values, none of them negative or not finite unless they are `any`.
    template <class T>
    std::vector<T> values(const std::string& name, std::uint64_t count, bool any = false) const {
        const auto found = tensors_.find(name);
        if (found == tensors_.end()) {
            fail(Sentence(QL_TR("core", "The calibration has no tensor {}."), in_quotes(name)));
        }
        const GgufTensor& tensor = *found->second;
        const auto bytes = checked_mul(count, sizeof(T));
        if (tensor.dtype != kStoredAs<T> || !bytes || tensor.bytes != *bytes) {
            fail(Sentence(QL_TR("core",
                                "Tensor {} of the calibration does not hold {} values of "
                                "type {}."),
                          in_quotes(name), count, ql::name(kStoredAs<T>)));
        }
        std::vector<T> values(count);
        if (count > 0) {
            std::memcpy(values.data(), data_.data() + tensor.offset, tensor.bytes);
        }
        const bool good = std::all_of(values.begin(), values.end(), [&](T value) {
            return std::isfinite(static_cast<double>(value)) && (any || value >= 0);
        });
        if (!good) {
            fail(Sentence(QL_TR("core", "Tensor {} of the calibration has a value that cannot be."),
                          in_quotes(name)));
        }
        return values;
    }

  private:
    GgufHeader header_;
    std::span<const std::byte> data_;
    std::map<std::string, const GgufTensor*> tensors_;
};

InputStatistics read_input(const Reader& reader, const std::string& name,
                           const Calibration& calibration) {
    const auto largest = reader.tensors().find(name + ".max_abs");
    if (largest == reader.tensors().end() || largest->second->bytes == 0) {
        fail(Sentence(QL_TR("core", "The calibration has no tensor {}."),
                      in_quotes(name + ".max_abs")));
    }
    const std::uint64_t channels = largest->second->bytes / sizeof(float);
    InputStatistics input;
    input.tokens = calibration.tokens();
    input.max_abs = reader.values<float>(name + ".max_abs", channels);
    input.sum_abs = reader.values<double>(name + ".sum_abs", channels);
    input.sum_squares = reader.values<double>(name + ".sum_squares", channels);
    input.strong = reader.values<std::int64_t>(name + ".strong", channels);
    input.token_max =
        reader.values<float>(name + ".token_max", static_cast<std::uint64_t>(input.tokens));
    const auto counts = reader.values<std::int64_t>(name + ".counts", kCountValues);
    // Counts are at most the values there are, so that their sum cannot overflow.
    const auto all = checked_mul(channels, static_cast<std::uint64_t>(input.tokens));
    const bool possible = all && std::all_of(counts.begin(), counts.end(), [&](std::int64_t count) {
                              return static_cast<std::uint64_t>(count) <= *all;
                          });
    input.counts = counts_of(counts);
    const bool strong_possible =
        *std::max_element(input.strong.begin(), input.strong.end()) <= input.tokens;
    if (!possible || input.counts.total() != *all || !strong_possible) {
        fail(Sentence(QL_TR("core", "The counts of {} are not those of {} tokens."),
                      in_quotes(name), input.tokens));
    }
    if (!calibration.sampled.empty()) {
        const auto size = checked_mul(channels, calibration.sampled.size());
        input.sample =
            reader.values<float>(name + ".sample", size.value_or(~std::uint64_t{0}), true);
    }
    return input;
}

/// The whole numbers of the file, checked: products fit, sampled tokens rise and exist.
void read_shape(const Reader& reader, Calibration& calibration) {
    const std::uint64_t windows = reader.number("windows");
    const std::uint64_t context = reader.number("context");
    constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
    const auto tokens = checked_mul(windows, context);
    if (!tokens || *tokens == 0 || *tokens > kMost) {
        fail(Sentence(QL_TR("core", "The calibration says it has {} samples of {} tokens."),
                      windows, context));
    }
    calibration.windows = windows;
    calibration.context = static_cast<std::int64_t>(context);
    if (reader.has(kSampled)) {
        const std::uint64_t count = reader.tensors().at(kSampled)->bytes / sizeof(std::int64_t);
        calibration.sampled = reader.values<std::int64_t>(kSampled, count);
        const auto& sampled = calibration.sampled;
        const bool rising = std::adjacent_find(sampled.begin(), sampled.end(),
                                               std::greater_equal<>()) == sampled.end();
        if (!rising || (!sampled.empty() && sampled.back() >= calibration.tokens())) {
            fail(Sentence(QL_TR("core", "Tensor {} of the calibration has a value that cannot be."),
                          in_quotes(kSampled)));
        }
    }
}

Calibration parse(std::span<const std::byte> file) {
    const Reader reader(file);
    Calibration calibration;
    calibration.text = reader.text("text");
    calibration.text_hash = reader.number("text_hash");
    calibration.model = reader.text("model");
    calibration.model_hash = reader.number("model_hash");
    read_shape(reader, calibration);
    calibration.sampled_texts = reader.texts("sampled_texts");
    if (calibration.sampled_texts.size() != calibration.sampled.size()) {
        calibration.sampled_texts.clear();
    }
    for (const auto& [tensor, unused] : reader.tensors()) {
        const std::string name = tensor.substr(0, tensor.rfind('.'));
        const auto place = tensor == kSampled ? std::nullopt : place_of(name);
        if (place && calibration.inputs.count(*place) == 0) {
            calibration.inputs[*place] = read_input(reader, name, calibration);
        }
    }
    if (calibration.inputs.empty()) {
        fail(Sentence(QL_TR("core", "The calibration is empty.")));
    }
    return calibration;
}

}  // namespace

void write_calibration(const Calibration& calibration, const std::filesystem::path& path) {
    GgufMetadata metadata;
    metadata.set("general.type", GgufValue::of_string(kType));
    metadata.set(kKey + "version", GgufValue::of_u32(kVersion));
    metadata.set(kKey + "text", GgufValue::of_string(calibration.text));
    metadata.set(kKey + "text_hash", GgufValue::of_u64(calibration.text_hash));
    metadata.set(kKey + "model", GgufValue::of_string(calibration.model));
    metadata.set(kKey + "model_hash", GgufValue::of_u64(calibration.model_hash));
    metadata.set(kKey + "windows", GgufValue::of_u64(calibration.windows));
    metadata.set(kKey + "context",
                 GgufValue::of_u64(static_cast<std::uint64_t>(calibration.context)));
    metadata.set(kKey + "sampled_texts", GgufValue::of_strings(calibration.sampled_texts));
    Writer writer;
    if (!calibration.sampled.empty()) {
        writer.add(kSampled, calibration.sampled);
    }
    std::vector<std::vector<std::int64_t>> counts;
    counts.reserve(calibration.inputs.size());  // spans of them are kept
    for (const auto& [place, input] : calibration.inputs) {
        const std::string name = name_of(place);
        writer.add(name + ".sum_abs", input.sum_abs);
        writer.add(name + ".sum_squares", input.sum_squares);
        writer.add(name + ".max_abs", input.max_abs);
        writer.add(name + ".strong", input.strong);
        writer.add(name + ".token_max", input.token_max);
        writer.add(name + ".counts", counts.emplace_back(values_of(input.counts)));
        if (!input.sample.empty()) {
            writer.add(name + ".sample", input.sample,
                       static_cast<std::int64_t>(calibration.sampled.size()));
        }
    }
    writer.write(metadata, path);
}

Calibration read_calibration(const std::filesystem::path& path) {
    const MappedFile file(path);
    try {
        return parse(file.bytes());
    } catch (const Error& error) {
        throw Error(error.code(), error.sentence(), path.string());
    }
}

void require_fit(const Calibration& calibration, const Model& model) {
    const auto reads = [](const ModelTensor& tensor, const InputPlace& place) {
        // The embedding may be the output matrix, too.
        return input_place(tensor) == place ||
               (place.site == InputSite::output && tensor.role == Role::token_embedding);
    };
    const auto tensors = model.tensors();
    const bool inputs_fit =
        std::all_of(calibration.inputs.begin(), calibration.inputs.end(), [&](const auto& input) {
            return std::any_of(tensors.begin(), tensors.end(), [&](const ModelTensor& tensor) {
                return reads(tensor, input.first) && tensor.cols == input.second.channels();
            });
        });
    if (!inputs_fit || calibration.model_hash != weights_hash(model)) {
        throw Error(
            ErrorCode::bad_data,
            Sentence(QL_TR("core", "The calibration was made with other weights: those of {}."),
                     in_quotes(calibration.model)));
    }
}

}  // namespace ql
