#include "core/model/packed_tensors.h"

#include <cstring>
#include <numeric>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"

namespace ql {

namespace {

using Json = nlohmann::json;

std::string text_of(const Json& object, const char* key, std::string_view otherwise = {}) {
    const auto found = object.find(key);
    return std::string(found != object.end() && found->is_string()
                           ? std::string_view(found->get_ref<const std::string&>())
                           : otherwise);
}

/// Puts the stored tensors of one checkpoint together.
class PackedFinder {
  public:
    PackedFinder(const Checkpoint& checkpoint, const Json& config)
        : checkpoint_(checkpoint), config_(config), activations_(config) {
        found_.taken.resize(checkpoint.tensors().size());
    }

    PackedTensors find() {
        const std::string method = text_of(config_, "quant_method");
        if (method == "gptq") {
            find_all(".qweight", &PackedFinder::gptq);
        } else if (method == "awq") {
            require_gemm();
            find_all(".qweight", &PackedFinder::awq);
        } else if (method == "compressed-tensors" || (method == "fp8" && has_known_blocks())) {
            find_all(".weight_packed", &PackedFinder::compressed_words);
            find_all(".weight_scale", &PackedFinder::bytes);
            find_all(".weight_scale_inv", &PackedFinder::bytes);
        }
        if (found_.tensors.empty()) {
            found_.notes.emplace_back(
                QL_TR("core",
                      "The model says that it is quantized ({}), in a form that is not known "
                      "here; its tensors are shown as they are stored."),
                in_quotes(method));
        }
        return std::move(found_);
    }

  private:
    bool has_known_blocks() const {
        const auto size = config_.find("weight_block_size");
        return size == config_.end() || size->is_null() || *size == Json({kBlockSide, kBlockSide});
    }

    using Maker = void (PackedFinder::*)(const std::string& prefix);

    /// Calls `make` with the name of every linear that has a tensor with this ending.
    void find_all(std::string_view ending, Maker make) {
        for (const StoredTensor& tensor : checkpoint_.tensors()) {
            if (tensor.name.ends_with(ending)) {
                const std::string prefix =
                    tensor.name.substr(0, tensor.name.size() - ending.size());
                try {
                    (this->*make)(prefix);
                } catch (const Error& error) {
                    throw error.context().empty()
                        ? Error(error.code(), error.sentence(), tensor.name)
                        : error;
                }
            }
        }
    }

    const StoredTensor* part(const std::string& prefix, std::string_view name) const {
        return checkpoint_.find(fmt::format("{}.{}", prefix, name));
    }

    const StoredTensor& required(const std::string& prefix, std::string_view name) const {
        const StoredTensor* tensor = part(prefix, name);
        if (tensor == nullptr) {
            fail_bad_file(Sentence(QL_TR("core", "Its linear has no tensor {}."),
                                   in_quotes(fmt::format("{}.{}", prefix, name))));
        }
        return *tensor;
    }

    const StoredTensor& required_matrix(const std::string& prefix, std::string_view name) const {
        const StoredTensor& tensor = required(prefix, name);
        if (tensor.shape.size() != 2 || tensor.shape[0] < 1 || tensor.shape[1] < 1) {
            fail_bad_file(
                Sentence(QL_TR("core", "The tensor {} is no matrix."), in_quotes(tensor.name)));
        }
        return tensor;
    }

    std::size_t index_of(const StoredTensor& tensor) const {
        return static_cast<std::size_t>(&tensor - checkpoint_.tensors().data());
    }

    void take(const StoredTensor* tensor) {
        if (tensor != nullptr) {
            found_.taken[index_of(*tensor)] = true;
        }
    }

    static bool is_float_scale(DType dtype) {
        return dtype == DType::f16 || dtype == DType::bf16 || dtype == DType::f32;
    }

    /// Rows of `groups` groups.
    static IntegerGrid integer_grid(int bits, bool symmetric, std::int64_t cols,
                                    std::int64_t groups, DType scale) {
        if (!is_float_scale(scale)) {
            fail_bad_file(Sentence(QL_TR("core", "Its scales are stored as {}."), name(scale)));
        }
        if (groups < 1 || cols % groups != 0 || cols / groups > kMaxGroup) {
            fail_bad_file(Sentence(QL_TR("core", "{} columns are not {} groups of equal size."),
                                   cols, groups));
        }
        IntegerGrid grid;
        grid.bits = bits;
        grid.granularity = groups == 1 ? Granularity::channel : Granularity::group;
        grid.group = groups == 1 ? 0 : static_cast<int>(cols / groups);
        grid.symmetry = symmetric ? Symmetry::symmetric : Symmetry::asymmetric;
        grid.scale = scale;
        return grid;
    }

    int configured_bits() const {
        const auto bits = config_.find("bits");
        const auto found = bits != config_.end() ? bits : config_.find("w_bit");
        if (found == config_.end() || !found->is_number_integer() ||
            found->get<std::int64_t>() < 2 || found->get<std::int64_t>() > 8) {
            fail_bad_file(Sentence(
                QL_TR("core", "The quantization_config does not say how many bits codes have.")));
        }
        return found->get<int>();
    }

    void require_gemm() const {
        const std::string version = text_of(config_, "version", "gemm");
        if (version != "gemm" && version != "GEMM") {
            throw Error(ErrorCode::unsupported,
                        Sentence(QL_TR("core", "Only the GEMM layout of AWQ can be read, not {}."),
                                 in_quotes(version)),
                        checkpoint_.path().string());
        }
    }

    /// Adds a matrix of these numbers whose parts have the types and shapes that its layout asks
    /// for.
    void add(const std::string& prefix, const PackedFormat& format, std::int64_t rows,
             std::int64_t cols, std::vector<std::int32_t> columns = {}) {
        if (const auto refusal = PackedMatrix::refuses(format, rows, cols)) {
            throw Error(ErrorCode::unsupported, *refusal);
        }
        PackedTensor tensor{prefix + ".weight", format, rows, cols, {}, std::move(columns)};
        tensor.activations = activations_.of(prefix, format.grid, checkpoint_);
        const PackedMatrix matrix(format, rows, cols);
        for (const PackedPart& wanted : matrix.parts()) {
            const StoredTensor* stored = part(prefix, wanted.name);
            if (stored == nullptr && wanted.name == "g_idx") {
                continue;
            }
            require_as_wanted(required(prefix, wanted.name), wanted);
            require_once(*stored);
            take(stored);
            tensor.parts.push_back(index_of(*stored));
            tensor.bytes += stored->bytes;
        }
        if (const StoredTensor* plain = part(prefix, "weight")) {
            if (!found_.taken[index_of(*plain)]) {
                fail_bad_file(
                    Sentence(QL_TR("core", "The tensor {} is there a second time, packed."),
                             in_quotes(plain->name)));
            }
        }
        take(part(prefix, "input_scale"));
        found_.tensors.push_back(std::move(tensor));
    }

    void require_once(const StoredTensor& stored) const {
        if (found_.taken[index_of(stored)]) {
            fail_bad_file(Sentence(QL_TR("core", "The tensor {} would be a part of two matrices."),
                                   in_quotes(stored.name)));
        }
    }

    static void require_as_wanted(const StoredTensor& stored, const PackedPart& wanted) {
        const auto without_ones = [](Shape shape) {
            std::erase(shape, 1);
            return shape;
        };
        if (stored.dtype != wanted.dtype ||
            without_ones(stored.shape) != without_ones(wanted.shape)) {
            fail_bad_file(
                Sentence(QL_TR("core", "The tensor {} is {} of {}, but its linear needs {} of {}."),
                         in_quotes(stored.name), to_string(stored.shape), name(stored.dtype),
                         to_string(wanted.shape), name(wanted.dtype)));
        }
    }

    void gptq(const std::string& prefix) {
        const StoredTensor& codes = required_matrix(prefix, "qweight");
        const StoredTensor& scales = required_matrix(prefix, "scales");
        const StoredTensor* order = part(prefix, "g_idx");
        const int bits = configured_bits();
        const std::int64_t cols =
            order != nullptr && order->shape.size() == 1 && order->shape[0] > 0
                ? order->shape[0]
                : codes.shape[0] * 32 / bits;
        const bool v2 = text_of(config_, "checkpoint_format") == "gptq_v2";
        const PackedLayout layout = v2 ? PackedLayout::gptq_v2 : PackedLayout::gptq;
        const bool symmetric = has_middle_zeros(required_matrix(prefix, "qzeros"), bits);
        const IntegerGrid grid = integer_grid(bits, symmetric, cols, scales.shape[0], scales.dtype);
        add(prefix, {layout, grid}, codes.shape[1], cols,
            columns_of(order, grid, cols, scales.shape[0]));
    }

    /// Whether a model that calls itself symmetric has the zero point 2^(bits-1), of either
    /// version: some say v1 and hold v2's. Looks at the first word alone, which is 0x7777… or
    /// 0x8888….
    bool has_middle_zeros(const StoredTensor& zeros, int bits) const {
        const auto says = config_.find("sym");
        if (says == config_.end() || !says->is_boolean() || !says->get<bool>() || zeros.bytes < 4) {
            return false;
        }
        std::uint32_t first = 0;
        std::memcpy(&first, checkpoint_.bytes(zeros, 0, sizeof first).data(), sizeof first);
        const std::uint32_t middle = 1u << (bits - 1);
        std::uint64_t v1 = 0;
        std::uint64_t v2 = 0;
        for (int bit = 0; bit < 32; bit += bits) {
            v1 |= std::uint64_t{middle - 1} << bit;
            v2 |= std::uint64_t{middle} << bit;
        }
        return first == static_cast<std::uint32_t>(v1) || first == static_cast<std::uint32_t>(v2);
    }

    /// What PackedTensor::columns says, by a list of every column's group, if there is one.
    std::vector<std::int32_t> columns_of(const StoredTensor* order, const IntegerGrid& grid,
                                         std::int64_t cols, std::int64_t groups) const {
        const bool groups_differ = order != nullptr && grid.granularity == Granularity::group;
        return groups_differ ? sorted_columns(*order, cols, groups) : std::vector<std::int32_t>();
    }

    /// The columns in the order of their groups; empty if they stand in it already.
    std::vector<std::int32_t> sorted_columns(const StoredTensor& order, std::int64_t cols,
                                             std::int64_t groups) const {
        if (order.dtype != DType::i32 || order.shape != Shape{cols}) {
            fail_bad_file(Sentence(QL_TR("core", "The tensor {} is no list of {} groups."),
                                   in_quotes(order.name), cols));
        }
        std::vector<std::int32_t> group_of(static_cast<std::size_t>(cols));
        std::memcpy(group_of.data(), checkpoint_.bytes(order).data(), order.bytes);
        std::vector<std::int64_t> sizes(static_cast<std::size_t>(groups));
        for (const std::int32_t group : group_of) {
            if (group < 0 || group >= groups ||
                ++sizes[static_cast<std::size_t>(group)] > cols / groups) {
                fail_bad_file(
                    Sentence(QL_TR("core", "The tensor {} does not make {} groups of {} columns."),
                             in_quotes(order.name), groups, cols / groups));
            }
        }
        std::vector<std::int32_t> columns(static_cast<std::size_t>(cols));
        std::iota(columns.begin(), columns.end(), 0);
        const auto before = [&](std::int32_t a, std::int32_t b) {
            return group_of[static_cast<std::size_t>(a)] < group_of[static_cast<std::size_t>(b)];
        };
        if (std::is_sorted(columns.begin(), columns.end(), before)) {
            return {};
        }
        std::stable_sort(columns.begin(), columns.end(), before);
        return columns;
    }

    void awq(const std::string& prefix) {
        const StoredTensor& codes = required_matrix(prefix, "qweight");
        const StoredTensor& scales = required_matrix(prefix, "scales");
        IntegerGrid grid =
            integer_grid(configured_bits(), false, codes.shape[0], scales.shape[0], scales.dtype);
        add(prefix, {PackedLayout::awq, grid}, scales.shape[1], codes.shape[0]);
    }

    void compressed_words(const std::string& prefix) {
        const StoredTensor& scales = required_matrix(prefix, "weight_scale");
        if (part(prefix, "weight_packed")->dtype != DType::i32 || !is_float_scale(scales.dtype)) {
            return;  // 4-bit floats
        }
        const StoredTensor& codes = required_matrix(prefix, "weight_packed");
        const StoredTensor* order = part(prefix, "weight_g_idx");
        const StoredTensor& shape = required(prefix, "weight_shape");
        if (shape.dtype != DType::i64 || shape.shape != Shape{2}) {
            fail_bad_file(Sentence(QL_TR("core", "The tensor {} is no shape of a matrix."),
                                   in_quotes(shape.name)));
        }
        std::array<std::int64_t, 2> size = {};
        std::memcpy(size.data(), checkpoint_.bytes(shape).data(), sizeof size);
        const auto [rows, cols] = size;
        const bool possible =
            rows == codes.shape[0] && cols > 0 && codes.shape[1] > 0 && cols / 32 <= codes.shape[1];
        for (const int bits : {4, 8}) {
            if (possible && codes.shape[1] == (cols * bits + 31) / 32) {
                const bool symmetric = part(prefix, "weight_zero_point") == nullptr;
                const IntegerGrid grid =
                    integer_grid(bits, symmetric, cols, scales.shape[1], scales.dtype);
                take(order);
                add(prefix, {PackedLayout::pack_quantized, grid}, rows, cols,
                    columns_of(order, grid, cols, scales.shape[1]));
                return;
            }
        }
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core",
                                   "Its {} words hold no {} codes of 4 or 8 bits, which are those "
                                   "that can be read."),
                             to_string(codes.shape), to_string({rows, cols})));
    }

    /// Some programs store the zero points of symmetric codes, which are 0.
    void take_no_zero_points(const StoredTensor* zeros) {
        if (zeros == nullptr) {
            return;
        }
        const auto bytes = checkpoint_.bytes(*zeros);
        if (std::any_of(bytes.begin(), bytes.end(),
                        [](std::byte b) { return b != std::byte{0}; })) {
            throw Error(ErrorCode::unsupported,
                        Sentence(QL_TR("core", "Zero points of int8 cannot be read.")),
                        zeros->name);
        }
        take(zeros);
    }

    /// int8 and FP8, one byte for each weight; others that have scales are left alone.
    void bytes(const std::string& prefix) {
        const StoredTensor* codes = part(prefix, "weight");
        const bool inverse = part(prefix, "weight_scale_inv") != nullptr;
        const StoredTensor& scales =
            required(prefix, inverse ? "weight_scale_inv" : "weight_scale");
        if (codes == nullptr || codes->shape.size() != 2 || !is_float_scale(scales.dtype)) {
            return;
        }
        const std::int64_t rows = codes->shape[0];
        const std::int64_t cols = codes->shape[1];
        const std::uint64_t count = element_count(scales.shape).value_or(0);
        if (codes->dtype == DType::i8) {
            take_no_zero_points(part(prefix, "weight_zero_point"));
            IntegerGrid grid = integer_grid(8, true, cols, 1, scales.dtype);
            grid.granularity = count == 1 ? Granularity::tensor : Granularity::channel;
            add(prefix, {PackedLayout::int_quantized, grid}, rows, cols);
        } else if (codes->dtype == DType::f8_e4m3 || codes->dtype == DType::f8_e5m2) {
            const Fp8Scaling scaling = count == 1                ? Fp8Scaling::tensor
                                       : scales.shape[0] == rows ? Fp8Scaling::channel
                                                                 : Fp8Scaling::block;
            add(prefix,
                {inverse ? PackedLayout::fp8 : PackedLayout::float_quantized,
                 Fp8Grid{codes->dtype, scaling}, scales.dtype},
                rows, cols);
        }
    }

    const Checkpoint& checkpoint_;
    const Json& config_;
    ActivationConfig activations_;
    PackedTensors found_;
};

}  // namespace

PackedTensors find_packed_tensors(const Checkpoint& checkpoint) {
    const Json& config = checkpoint.config();
    const auto quantization =
        config.is_object() ? config.find("quantization_config") : config.end();
    if (quantization == config.end() || !quantization->is_object()) {
        return {{}, std::vector<bool>(checkpoint.tensors().size()), {}};
    }
    return PackedFinder(checkpoint, *quantization).find();
}

}  // namespace ql
