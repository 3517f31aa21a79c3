#include "core/measure/memory.h"

#include <algorithm>
#include <map>

#include "core/model/forward/decoder_spec.h"

namespace ql {

namespace {

/// The first number in a name: 4 of "IQ4_XS". 0 if there is none.
int number_in(std::string_view name) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    int number = 0;
    for (auto at = std::find_if(name.begin(), name.end(), digit); at != name.end() && digit(*at);
         ++at) {
        number = 10 * number + (*at - '0');
    }
    return number;
}

struct NominalBits {
    std::optional<int> operator()(std::monostate) const { return std::nullopt; }
    std::optional<int> operator()(const Recipe& recipe) const { return number_in(recipe.name); }
    std::optional<int> operator()(const Scheme& scheme) const {
        return std::visit(*this, scheme.grid);
    }
    std::optional<int> operator()(const StorageGrid& grid) const {
        return nominal_bits(grid.dtype);
    }
    std::optional<int> operator()(const IntegerGrid& grid) const { return grid.bits; }
    std::optional<int> operator()(const TextbookGrid& grid) const { return grid.bits; }
    std::optional<int> operator()(const Fp8Grid& /*grid*/) const { return 8; }
};

/// Whether llama.cpp's cache has less room for this architecture's windowed layers.
bool drops_old_tokens(const Architecture& architecture) {
    return architecture.id == "gemma2" || architecture.id == "gemma3";
}

}  // namespace

std::optional<double> KvCache::bytes_per_token(DType type) const { return bytes(1, type); }

std::optional<double> KvCache::bytes(std::int64_t context, DType type) const {
    const auto head = storage_bytes(type, static_cast<std::uint64_t>(head_dim));
    if (!head) {
        return std::nullopt;
    }
    const double of_layer = 2 * static_cast<double>(kv_heads) * static_cast<double>(*head);
    const double tokens =
        static_cast<double>(layers - windowed) * static_cast<double>(context) +
        static_cast<double>(windowed) * static_cast<double>(std::min(context, kept));
    return of_layer * tokens;
}

KvCache kv_cache(const Model& model) {
    const auto& h = model.hyperparameters();
    if (!h) {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core",
                                   "The size of its KV cache is not known: the model has no "
                                   "hyper-parameters that are understood.")));
    }
    KvCache cache;
    cache.layers = static_cast<std::int64_t>(h->block_count);
    cache.kv_heads = static_cast<std::int64_t>(h->head_count_kv);
    cache.head_dim = static_cast<std::int64_t>(h->head_dim);
    if (drops_old_tokens(*model.architecture()) && !cannot_run(model)) {
        for (const BlockSpec& block : decoder_spec(model).blocks) {
            if (block.window > 0) {
                ++cache.windowed;
                cache.kept = kept_tokens(block.window);
            }
        }
    }
    return cache;
}

std::int64_t kept_tokens(std::int64_t window) {
    return (window + kMicroBatch + kCacheCells - 1) / kCacheCells * kCacheCells;
}

double survey_estimate(std::uint64_t parameters, int bits) {
    return static_cast<double>(parameters) * bits / 8 * (1 + kSurveyOverhead);
}

int nominal_bits(DType dtype) { return number_in(name(dtype)); }

std::optional<int> nominal_bits(const Plan& plan) { return std::visit(NominalBits{}, plan.base); }

int nominal_bits(const Model& model) {
    std::map<std::string, std::uint64_t> values;
    for (const ModelTensor& tensor : model.tensors()) {
        values[tensor.stored_as()] += tensor.values();
    }
    const auto most =
        std::max_element(values.begin(), values.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == values.end() ? 0 : number_in(most->first);
}

}  // namespace ql
