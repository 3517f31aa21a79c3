// core/export: files that runtimes load, holding exactly the bytes that were measured, and the
// check of what was written.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/export/export_options.h"
#include "core/files/gguf.h"
#include "core/files/imatrix.h"
#include "core/model/model.h"
#include "core/run/calibrated_plan.h"

namespace ql {

/// Why `model` cannot be written as GGUF at all (architecture not seen to load in llama.cpp,
/// missing tensors); nothing if it can.
std::optional<Sentence> gguf_refusal(const Model& model);

/// One tensor of the file to be written.
struct GgufExportTensor {
    /// Stands in for an index where a tensor is computed from hyper-parameters (rope factors).
    static constexpr std::size_t kComputed = static_cast<std::size_t>(-1);

    std::size_t tensor = 0;  ///< index into Model::tensors(), or kComputed
    std::string name;
    DType dtype = DType::f32;
    std::uint64_t bytes = 0;
    Shape shape;
    PlanEntry entry;            ///< the rule that decided, and the reason for a fallback
    std::vector<float> values;  ///< of a computed tensor
};

/// Everything about the file before it is written: for a dry run and the dialog.
struct GgufExport {
    GgufMetadata metadata;
    std::vector<GgufExportTensor> tensors;  ///< in file order
    std::uint64_t file_bytes = 0;
    std::vector<Sentence> notes;  ///< fallbacks and other things to know before writing
    std::shared_ptr<const ImportanceMatrix> importance = {};
    std::shared_ptr<const RoundedTensors> rounded = {};
};

/// Throws Error(unsupported) when the plan uses a grid that GGUF cannot hold, or gguf_refusal.
GgufExport plan_gguf(const Model& model, const Plan& plan, const ExportOptions& options = {});

/// Writes the file beside `target`, re-opens it, compares the hash of every decoded tensor with the
/// one taken while encoding, and only then renames it over `target`. Refuses a target that is the
/// model's own file. Cancelling leaves no trace.
ExportResult write_gguf(const Model& model, const GgufExport& plan,
                        const std::filesystem::path& target, const Progress& progress = {});

}  // namespace ql
