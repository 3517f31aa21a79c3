#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "core/base/progress.h"
#include "core/export/gguf_export.h"
#include "core/export/safetensors_export.h"
#include "core/run/calibrated_plan.h"

namespace ql {

/// One tensor of what is to be written, for people to look at.
struct ExportRow {
    std::size_t tensor = 0;  ///< index into Model::tensors(); GgufExportTensor::kComputed: of none
    std::string name;
    std::string type;  ///< "Q4_0", "int4:g128:sym"
    std::uint64_t bytes = 0;
    PlanEntry entry;  ///< the rule that decided, and the reason for a fallback
};

std::vector<ExportRow> export_rows(const GgufExport& gguf);
std::vector<ExportRow> export_rows(const SafetensorsExport& folder);

/// What would be written, in whatever format: for a dry run and the dialog.
struct ExportPlan {
    ExportFormat format = ExportFormat::gguf;
    std::vector<ExportRow> tensors;  ///< in file order
    std::vector<Sentence> notes;     ///< fallbacks and other things to know before writing
    std::uint64_t bytes = 0;         ///< of the file, or of a folder's weights
    ExportOptions options;
    std::variant<GgufExport, SafetensorsExport> file;
};

/// Whether a format is a folder of files rather than one file.
inline bool is_folder(ExportFormat format) { return format != ExportFormat::gguf; }

/// Which programs load a format, and the command that runs what was written there.
Sentence loaders_of(const ExportPlan& plan);
std::string run_command(const ExportPlan& plan, const std::filesystem::path& target);

/// Throws Error(unsupported) when options.format cannot hold the plan, or not this model.
ExportPlan plan_export(const Model& model, const Plan& plan, const ExportOptions& options);

/// Throws Error(usage) or Error(io) if what was planned cannot be written to `target`: asked before
/// a long calibration. Changes nothing there.
void check_target(const Model& model, const ExportPlan& plan, const std::filesystem::path& target);
/// The same for who will write: removes first what killed programs have left beside `target`, which
/// may make the room.
void prepare_target(const Model& model, const ExportPlan& plan,
                    const std::filesystem::path& target);

/// Writes what was planned, of what a calibration `made` of the plan. Throws what write_gguf and
/// write_safetensors throw.
ExportResult write_export(const Model& model, const ExportPlan& plan, const CalibratedPlan& made,
                          const std::filesystem::path& target, const Progress& progress = {});

}  // namespace ql
