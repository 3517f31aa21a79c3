#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/progress.h"
#include "core/export/export_options.h"
#include "core/grids/packed_matrix.h"
#include "core/model/model.h"

namespace ql {

/// One tensor of a model on its way into a folder of safetensors.
struct SafetensorsExportTensor {
    std::size_t tensor = 0;    ///< index into Model::tensors()
    std::string name;          ///< of a packed one: that of the weight, which its parts make up
    DType dtype = DType::f32;  ///< unless packed
    std::optional<PackedFormat> packed;           ///< how a linear is laid out; nothing: by itself
    std::optional<Activations> activations = {};  ///< of a packed one: what its linear reads
    bool kept = false;  ///< packed, and its codes and scales are those of the model
    Shape shape;
    std::uint64_t bytes = 0;  ///< of all parts
    PlanEntry entry;
    std::size_t shard = 0;

    /// "BF16", "int4:g128:sym".
    std::string type() const;
    /// The tensors that are stored for it, in this order.
    std::vector<PackedPart> parts() const;
    std::string part_name(const PackedPart& part) const;
    /// Whether a fixed scale of activations stands beside it.
    bool input_scale() const {
        return activations && activations->scaling == Activations::Scaling::fixed;
    }
    /// "model.layers.0.mlp.down_proj" of ".weight".
    std::string module() const;
};

/// Everything about a folder before it is written.
struct SafetensorsExport {
    ExportFormat format = ExportFormat::dequantized;
    std::shared_ptr<const nlohmann::ordered_json>
        config;                                     ///< config.json; null if the model has none
    std::vector<SafetensorsExportTensor> tensors;   ///< in the model's order
    std::map<std::string, std::string> companions;  ///< tokenizer and other small files, by name
    std::size_t shards = 1;
    bool joinable = true;          ///< linears that vLLM makes one matrix of have one type
    std::uint64_t file_bytes = 0;  ///< of the weights' files, without their headers
    std::vector<Sentence> notes;
    Plan plan;
    std::string label;  ///< canonical text of what was asked for
    ExportOptions options;
};

/// Throws Error(unsupported), naming what stands in the way, when the format cannot hold the plan
/// or the model is not in Hugging Face form.
SafetensorsExport plan_safetensors(const Model& model, const Plan& plan,
                                   const ExportOptions& options);

/// Throws Error(usage) or Error(io) if the folder cannot be written to `target`: for asking before
/// a long calibration.
void check_folder_target(const Model& model, const SafetensorsExport& plan,
                         const std::filesystem::path& target);

/// Writes a folder with configuration, tokenizer and weights beside `target`, re-opens it as a
/// model, compares the hash of all decoded tensors with those taken while encoding, and only then
/// puts it in the place of `target`: which must not exist, be empty, or be an earlier export with
/// no other files in it. Cancelling leaves no trace.
ExportResult write_safetensors(const Model& model, const SafetensorsExport& plan,
                               const std::filesystem::path& target, const Progress& progress = {});

}  // namespace ql
