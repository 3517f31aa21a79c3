#include "core/files/safetensors.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <unordered_set>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/files/byte_reader.h"
#include "core/files/escape.h"

namespace ql {

namespace {

constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // of the reference reader
constexpr std::size_t kMaxSkippedDepth = 16;            // of fields that the format does not know
constexpr std::size_t kMaxDimensions = 64;              // more than any library makes
constexpr std::string_view kMetadataKey = "__metadata__";

/// Receives the JSON of the header piece by piece, so that no tree is built and nothing recurses.
/// Offsets are relative to the data, as in the file. The interface is nlohmann's.
class HeaderHandler {
  public:
    SafetensorsHeader take() { return std::move(header_); }

    bool key(std::string& text);
    bool start_object(std::size_t);
    bool end_object();
    bool start_array(std::size_t);
    bool end_array();
    bool string(std::string& text);
    bool number_unsigned(std::uint64_t value);
    bool number_integer(std::int64_t) { return other_value(); }
    bool number_float(double, const std::string&) { return other_value(); }
    bool boolean(bool) { return other_value(); }
    bool binary(nlohmann::json::binary_t&) { return other_value(); }
    bool null();
    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
        fail_bad_file(
            Sentence(QL_TR("core", "The header is not valid JSON (at its byte {})."), position));
    }

  private:
    enum class Place { outside, root, metadata, tensor, shape, offsets, skipped };

    bool other_value() const;
    [[noreturn]] void fail_wrong_value() const;
    bool known_field() const {
        return field_ == "dtype" || field_ == "shape" || field_ == "data_offsets";
    }
    /// In the value of a field of a tensor that the format does not know: legal, and passed over.
    bool ignores_values() const {
        return place_ == Place::skipped || (place_ == Place::tensor && !known_field());
    }
    bool enter_skipped();
    bool leave_skipped();
    void finish_tensor();

    SafetensorsHeader header_;
    Place place_ = Place::outside;
    std::size_t skipped_depth_ = 0;
    std::unordered_set<std::string> entries_;
    std::string entry_;  // the last key of the root
    std::string field_;  // the last key of the object in it

    std::optional<DType> dtype_;
    std::optional<Shape> shape_;
    std::optional<std::vector<std::uint64_t>> offsets_;
};

bool HeaderHandler::key(std::string& text) {
    bool duplicate = false;
    if (place_ == Place::root) {
        entry_ = text;
        if (!entries_.insert(text).second) {
            fail_bad_file(Sentence(QL_TR("core", "The tensor {} stands twice in the header."),
                                   in_quotes(entry_)));
        }
    } else if (place_ == Place::metadata) {
        field_ = text;
        duplicate = header_.metadata.contains(text);
    } else if (place_ == Place::tensor) {
        field_ = text;
        duplicate = (dtype_ && text == "dtype") || (shape_ && text == "shape") ||
                    (offsets_ && text == "data_offsets");
    }
    if (duplicate) {
        fail_bad_file(Sentence(QL_TR("core", "The field {} of {} stands twice in the header."),
                               in_quotes(field_), in_quotes(entry_)));
    }
    return true;
}

bool HeaderHandler::start_object(std::size_t) {
    if (ignores_values()) {
        return enter_skipped();
    }
    if (place_ == Place::outside) {
        place_ = Place::root;
    } else if (place_ == Place::root) {
        place_ = entry_ == kMetadataKey ? Place::metadata : Place::tensor;
        field_.clear();
        dtype_.reset();
        shape_.reset();
        offsets_.reset();
    } else {
        fail_wrong_value();
    }
    return true;
}

bool HeaderHandler::end_object() {
    if (place_ == Place::skipped) {
        return leave_skipped();
    }
    if (place_ == Place::tensor) {
        finish_tensor();
    }
    place_ = place_ == Place::root ? Place::outside : Place::root;
    return true;
}

bool HeaderHandler::start_array(std::size_t) {
    if (ignores_values()) {
        return enter_skipped();
    }
    if (place_ == Place::tensor && field_ == "shape") {
        place_ = Place::shape;
        shape_.emplace();
    } else if (place_ == Place::tensor && field_ == "data_offsets") {
        place_ = Place::offsets;
        offsets_.emplace();
    } else {
        fail_wrong_value();
    }
    return true;
}

bool HeaderHandler::end_array() {
    if (place_ == Place::skipped) {
        return leave_skipped();
    }
    place_ = Place::tensor;
    return true;
}

bool HeaderHandler::string(std::string& text) {
    if (place_ == Place::metadata) {
        header_.metadata.emplace(field_, text);
    } else if (place_ == Place::tensor && field_ == "dtype") {
        dtype_ = dtype_from_safetensors(text);
        if (!dtype_) {
            fail_bad_file(
                Sentence(QL_TR("core", "Tensor {} has the data type {}, which is not known."),
                         in_quotes(entry_), in_quotes(text)));
        }
    } else {
        return other_value();
    }
    return true;
}

bool HeaderHandler::number_unsigned(std::uint64_t value) {
    if (place_ == Place::shape) {
        if (value > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
            fail_bad_file(
                Sentence(QL_TR("core", "Tensor {} has a dimension of {}, too large for any file."),
                         in_quotes(entry_), value));
        }
        if (shape_->size() == kMaxDimensions) {
            fail_bad_file(Sentence(QL_TR("core", "Tensor {} has more than {} dimensions."),
                                   in_quotes(entry_), kMaxDimensions));
        }
        shape_->push_back(static_cast<std::int64_t>(value));
    } else if (place_ == Place::offsets) {
        if (offsets_->size() == 2) {
            fail_bad_file(
                Sentence(QL_TR("core", "data_offsets of tensor {} has more than two numbers."),
                         in_quotes(entry_)));
        }
        offsets_->push_back(value);
    } else {
        return other_value();
    }
    return true;
}

bool HeaderHandler::null() {
    // The reference reader takes it for no metadata.
    return (place_ == Place::root && entry_ == kMetadataKey) || other_value();
}

bool HeaderHandler::other_value() const {
    if (!ignores_values()) {
        fail_wrong_value();
    }
    return true;
}

void HeaderHandler::fail_wrong_value() const {
    switch (place_) {
        case Place::metadata:
            fail_bad_file(
                Sentence(QL_TR("core", "The metadata entry {} is not a text."), in_quotes(field_)));
        case Place::tensor:
            fail_bad_file(
                Sentence(QL_TR("core", "The field {} of tensor {} has the wrong kind of value."),
                         in_quotes(field_), in_quotes(entry_)));
        case Place::shape:
            fail_bad_file(Sentence(QL_TR("core",
                                         "The shape of tensor {} has a value that is not a whole "
                                         "number of 0 or more."),
                                   in_quotes(entry_)));
        case Place::offsets:
            fail_bad_file(
                Sentence(QL_TR("core",
                               "data_offsets of tensor {} has a value that is not a whole "
                               "number of 0 or more."),
                         in_quotes(entry_)));
        case Place::root:
            fail_bad_file(Sentence(QL_TR("core", "The entry {} of the header is not an object."),
                                   in_quotes(entry_)));
        case Place::outside:
        case Place::skipped:
            break;
    }
    fail_bad_file(Sentence(QL_TR("core", "The header is not a JSON object.")));
}

bool HeaderHandler::enter_skipped() {
    place_ = Place::skipped;
    if (++skipped_depth_ > kMaxSkippedDepth) {
        fail_bad_file(
            Sentence(QL_TR("core", "The field {} of tensor {} is nested deeper than {} levels."),
                     in_quotes(field_), in_quotes(entry_), kMaxSkippedDepth));
    }
    return true;
}

bool HeaderHandler::leave_skipped() {
    if (--skipped_depth_ == 0) {
        place_ = Place::tensor;
    }
    return true;
}

void HeaderHandler::finish_tensor() {
    const std::string_view missing = !dtype_     ? "dtype"
                                     : !shape_   ? "shape"
                                     : !offsets_ ? "data_offsets"
                                                 : "";
    if (!missing.empty()) {
        fail_bad_file(Sentence(QL_TR("core", "Tensor {} has no field {}."), in_quotes(entry_),
                               in_quotes(missing)));
    }
    if (offsets_->size() != 2) {
        fail_bad_file(
            Sentence(QL_TR("core", "data_offsets of tensor {} has {} numbers instead of two."),
                     in_quotes(entry_), offsets_->size()));
    }
    const std::uint64_t begin = (*offsets_)[0];
    const std::uint64_t end = (*offsets_)[1];
    if (begin > end) {
        fail_bad_file(
            Sentence(QL_TR("core", "data_offsets of tensor {} are reversed: {} comes before {}."),
                     in_quotes(entry_), begin, end));
    }
    const auto count = element_count(*shape_);
    if (count && *count % traits(*dtype_).block_values != 0) {
        fail_bad_file(
            Sentence(QL_TR("core", "Tensor {} of {} and shape {} does not fill whole bytes."),
                     in_quotes(entry_), name(*dtype_), to_string(*shape_)));
    }
    const auto bytes = count ? storage_bytes(*dtype_, *count) : std::nullopt;
    if (!bytes) {
        fail_bad_file(Sentence(
            QL_TR("core", "Tensor {} of {} and shape {} is larger than 64 bits can count."),
            in_quotes(entry_), name(*dtype_), to_string(*shape_)));
    }
    if (*bytes != end - begin) {
        fail_bad_file(Sentence(QL_TR("core",
                                     "Tensor {} of {} and shape {} takes {} bytes, but its "
                                     "data_offsets span {}."),
                               in_quotes(entry_), name(*dtype_), to_string(*shape_), *bytes,
                               end - begin));
    }
    header_.tensors.push_back({entry_, *dtype_, std::move(*shape_), begin, *bytes});
}

/// Sorts the tensors by their data, and checks that they tile it.
void check_tiling(std::vector<SafetensorsTensor>& tensors, std::uint64_t data_bytes) {
    // An empty tensor may share its offset with the one that it stands before.
    std::stable_sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
        return std::pair(a.offset, a.bytes) < std::pair(b.offset, b.bytes);
    });
    std::uint64_t end = 0;
    for (const SafetensorsTensor& tensor : tensors) {
        if (tensor.offset < end) {
            fail_bad_file(
                Sentence(QL_TR("core",
                               "Tensor {} begins at byte {} of the data, inside the tensor "
                               "before it, which ends at {}."),
                         in_quotes(tensor.name), tensor.offset, end));
        }
        if (tensor.offset > end) {
            fail_bad_file(
                Sentence(QL_TR("core",
                               "Bytes {} to {} of the data, before tensor {}, belong to no "
                               "tensor."),
                         end, tensor.offset, in_quotes(tensor.name)));
        }
        if (tensor.bytes > data_bytes - end) {
            fail_bad_file(Sentence(QL_TR("core",
                                         "Tensor {} takes bytes {} to {} of the data, but the file "
                                         "has only {}."),
                                   in_quotes(tensor.name), tensor.offset,
                                   tensor.offset + tensor.bytes, data_bytes));
        }
        end += tensor.bytes;
    }
    if (end != data_bytes) {
        fail_bad_file(
            Sentence(QL_TR("core", "The tensors end after {} bytes of data, but the file has {}."),
                     end, data_bytes));
    }
}

std::string_view read_header_text(ByteReader& reader) {
    const std::uint64_t file_bytes = reader.remaining();
    if (file_bytes < 8) {
        fail_bad_file(Sentence(QL_TR("core",
                                     "The file is only {} bytes long; a safetensors file has at "
                                     "least 8."),
                               file_bytes));
    }
    const auto header_bytes = reader.number<std::uint64_t>();
    if (header_bytes == 0) {
        fail_bad_file(Sentence(QL_TR("core", "The header is said to be empty.")));
    }
    if (header_bytes > kMaxHeaderBytes) {
        fail_bad_file(
            Sentence(QL_TR("core", "The header is said to be {} bytes long; {} are allowed."),
                     header_bytes, kMaxHeaderBytes));
    }
    if (header_bytes > reader.remaining()) {
        fail_bad_file(
            Sentence(QL_TR("core",
                           "The header is said to be {} bytes long, but the file has only "
                           "{} after its length."),
                     header_bytes, reader.remaining()));
    }
    const auto bytes = reader.take(header_bytes);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!text.starts_with('{')) {
        fail_bad_file(
            Sentence(QL_TR("core",
                           "The header does not start with \"{{\" but with {}: this is no "
                           "safetensors file."),
                     in_quotes(text.substr(0, 1))));
    }
    // The JSON library takes this byte for the end, and would not look at what follows.
    if (const auto nul = text.find('\0'); nul != text.npos) {
        fail_bad_file(
            Sentence(QL_TR("core", "The header is not valid JSON (at its byte {})."), nul + 1));
    }
    return text;
}

}  // namespace

SafetensorsHeader parse_safetensors(std::span<const std::byte> file) {
    ByteReader reader(file);
    const std::string_view text = read_header_text(reader);
    HeaderHandler handler;
    nlohmann::json::sax_parse(text.begin(), text.end(), &handler);
    SafetensorsHeader header = handler.take();
    check_tiling(header.tensors, reader.remaining());
    for (SafetensorsTensor& tensor : header.tensors) {
        tensor.offset += reader.position();
    }
    return header;
}

}  // namespace ql
