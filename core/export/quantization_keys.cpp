#include "core/export/quantization_keys.h"

#include <algorithm>
#include <map>

#include "core/schemes/recipes.h"

namespace ql {

namespace {

/// general.file_type of files that are mostly of one type.
std::optional<std::uint32_t> file_type_of(DType dtype) {
    switch (dtype) {
        case DType::f32:
            return 0;
        case DType::f16:
            return 1;
        case DType::q4_0:
            return 2;
        case DType::q4_1:
            return 3;
        case DType::q8_0:
            return 7;
        case DType::q5_0:
            return 8;
        case DType::q5_1:
            return 9;
        case DType::q2_k:
            return 10;
        case DType::q3_k:
            return 11;
        case DType::q4_k:
            return 14;
        case DType::q5_k:
            return 16;
        case DType::q6_k:
            return 18;
        case DType::iq4_nl:
            return 25;
        case DType::iq4_xs:
            return 30;
        case DType::bf16:
            return 32;
        case DType::tq1_0:
            return 36;
        case DType::tq2_0:
            return 37;
        case DType::mxfp4:
            return 38;
        case DType::nvfp4:
            return 39;
        case DType::q1_0:
            return 40;
        case DType::q2_0:
            return 41;
        default:
            return std::nullopt;
    }
}

/// The type with most values among the matrices; block types go before floats.
DType main_dtype(const std::vector<GgufExportTensor>& tensors) {
    std::map<DType, std::uint64_t> values;
    for (const GgufExportTensor& tensor : tensors) {
        if (tensor.shape.size() >= 2) {
            values[tensor.dtype] += element_count(tensor.shape).value_or(0);
        }
    }
    const auto rank = [](const auto& entry) {
        return std::pair(traits(entry.first).block_values > 1, entry.second);
    };
    const auto most =
        std::max_element(values.begin(), values.end(),
                         [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    return most == values.end() ? DType::f32 : most->first;
}

}  // namespace

void set_type_keys(const Plan& plan, GgufExport& gguf) {
    GgufMetadata& metadata = gguf.metadata;
    const DType dtype = main_dtype(gguf.tensors);
    metadata.erase("general.file_type");
    const auto* recipe = std::get_if<Recipe>(&plan.base);
    const auto type =
        recipe != nullptr ? find_recipe(recipe->name)->file_type : file_type_of(dtype);
    if (type) {
        metadata.set("general.file_type", GgufValue::of_u32(*type));
    }
    if (traits(dtype).block_values > 1) {
        metadata.set("general.quantization_version", GgufValue::of_u32(2));
    }
}

void set_importance_keys(GgufExport& gguf) {
    const bool used = std::any_of(gguf.tensors.begin(), gguf.tensors.end(), [](const auto& t) {
        return t.entry.scheme && t.entry.scheme->fit.importance;
    });
    if (!used) {
        return;
    }
    const ImportanceMatrix& importance = *gguf.importance;
    GgufMetadata& metadata = gguf.metadata;
    metadata.erase("quantize.imatrix.dataset");  // an earlier quantization's
    metadata.set("quantize.imatrix.file",
                 GgufValue::of_string(importance.path.filename().string()));
    if (!importance.datasets.empty()) {
        metadata.set("quantize.imatrix.dataset", GgufValue::of_string(importance.datasets.front()));
    }
    const auto entries = static_cast<std::uint32_t>(importance.entries.size());
    metadata.set("quantize.imatrix.entries_count", GgufValue::of_u32(entries));
    metadata.set("quantize.imatrix.chunks_count", GgufValue::of_u32(importance.chunk_count));
}

}  // namespace ql
