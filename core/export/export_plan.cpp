#include "core/export/export_plan.h"

#include "core/export/export_steps.h"
#include "core/files/temporary_name.h"

namespace ql {

namespace {

/// `path` as one word of a shell's command line.
std::string shell_word(const std::filesystem::path& path) {
    const std::string text = path.string();
    const bool plain = !text.empty() && text.find_first_not_of(
                                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
                                            "WXYZ0123456789_./:=+-") == text.npos;
    if (plain) {
        return text;
    }
    std::string word = "'";
    for (const char c : text) {
        word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return word + "'";
}

/// Whether vLLM has kernels for a folder in GPTQ's layout.
bool is_symmetric_4_or_8(const SafetensorsExport& folder) {
    for (const SafetensorsExportTensor& tensor : folder.tensors) {
        if (tensor.packed) {
            const auto& grid = std::get<IntegerGrid>(tensor.packed->grid);
            return grid.symmetry != Symmetry::asymmetric && (grid.bits == 4 || grid.bits == 8);
        }
    }
    return false;
}

/// The same plan for the model that a transform made.
ExportPlan planned_again(const ExportPlan& plan, const CalibratedPlan& made) {
    ExportOptions options = plan.options;
    options.importance = made.transformed->importance;
    ExportPlan again = plan_export(*made.transformed->model, made.transformed->plan, options);
    if (auto* folder = std::get_if<SafetensorsExport>(&again.file)) {
        folder->label = std::get<SafetensorsExport>(plan.file).label;
    }
    return again;
}

}  // namespace

std::vector<ExportRow> export_rows(const GgufExport& gguf) {
    std::vector<ExportRow> rows;
    for (const GgufExportTensor& tensor : gguf.tensors) {
        rows.push_back({tensor.tensor, tensor.name, std::string(name(tensor.dtype)), tensor.bytes,
                        tensor.entry});
    }
    return rows;
}

std::vector<ExportRow> export_rows(const SafetensorsExport& folder) {
    std::vector<ExportRow> rows;
    for (const SafetensorsExportTensor& tensor : folder.tensors) {
        rows.push_back({tensor.tensor, tensor.name, tensor.type(), tensor.bytes, tensor.entry});
    }
    return rows;
}

Sentence loaders_of(const ExportPlan& plan) {
    if (is_folder(plan.format) && !std::get<SafetensorsExport>(plan.file).joinable) {
        return Sentence(
            QL_TR("core",
                  "Loaded by transformers with {}; vLLM wants q, k and v, and gate and up, each of "
                  "one type."),
            plan.format == ExportFormat::compressed_tensors ? "compressed-tensors" : "gptqmodel");
    }
    switch (plan.format) {
        case ExportFormat::gguf:
            return Sentence(QL_TR("core", "Loaded by llama.cpp and what is built on it."));
        case ExportFormat::gptq:
            return is_symmetric_4_or_8(std::get<SafetensorsExport>(plan.file))
                       ? Sentence(QL_TR("core",
                                        "Loaded by vLLM, SGLang, GPTQModel, and transformers with "
                                        "gptqmodel."))
                       : Sentence(
                             QL_TR("core",
                                   "Loaded by GPTQModel, and transformers with gptqmodel; vLLM "
                                   "wants 4 or 8 bits, symmetric."));
        case ExportFormat::awq:
            return Sentence(
                QL_TR("core", "Loaded by vLLM, SGLang, and transformers with gptqmodel."));
        case ExportFormat::compressed_tensors:
            return Sentence(
                QL_TR("core", "Loaded by vLLM, SGLang, and transformers with compressed-tensors."));
        case ExportFormat::dequantized:
            break;
    }
    return Sentence(QL_TR("core", "Loaded by transformers, vLLM and anything that reads floats."));
}

std::string run_command(const ExportPlan& plan, const std::filesystem::path& target) {
    if (plan.format == ExportFormat::gguf) {
        return fmt::format("llama-cli -m {} -p 'The old house stood'", shell_word(target));
    }
    const auto& folder = std::get<SafetensorsExport>(plan.file);
    if (!folder.joinable || (plan.format == ExportFormat::gptq && !is_symmetric_4_or_8(folder))) {
        return fmt::format("transformers chat {}", shell_word(target));
    }
    return fmt::format("vllm serve {}", shell_word(target));
}

ExportPlan plan_export(const Model& model, const Plan& plan, const ExportOptions& options) {
    ExportPlan result{options.format, {}, {}, 0, options, {}};
    if (options.format == ExportFormat::gguf) {
        GgufExport gguf = plan_gguf(model, plan, options);
        result.tensors = export_rows(gguf);
        result.notes = gguf.notes;
        result.bytes = gguf.file_bytes;
        result.file = std::move(gguf);
    } else {
        SafetensorsExport folder = plan_safetensors(model, plan, options);
        result.tensors = export_rows(folder);
        result.notes = folder.notes;
        result.bytes = folder.file_bytes;
        result.file = std::move(folder);
    }
    return result;
}

void check_target(const Model& model, const ExportPlan& plan, const std::filesystem::path& target) {
    if (const auto* folder = std::get_if<SafetensorsExport>(&plan.file)) {
        check_folder_target(model, *folder, target);
    } else {
        refuse_own_file(model, target);
        require_space(target, plan.bytes);
    }
}

void prepare_target(const Model& model, const ExportPlan& plan,
                    const std::filesystem::path& target) {
    remove_abandoned_beside(target);
    check_target(model, plan, target);
}

ExportResult write_export(const Model& model, const ExportPlan& plan, const CalibratedPlan& made,
                          const std::filesystem::path& target, const Progress& progress) {
    if (made.transformed != nullptr) {
        CalibratedPlan rest = made;
        rest.transformed = nullptr;
        return write_export(*made.transformed->model, planned_again(plan, made), rest, target,
                            progress);
    }
    if (const auto* gguf = std::get_if<GgufExport>(&plan.file)) {
        GgufExport whole = *gguf;
        whole.rounded = made.rounded != nullptr ? made.rounded : whole.rounded;
        return write_gguf(model, whole, target, progress);
    }
    SafetensorsExport folder = std::get<SafetensorsExport>(plan.file);
    folder.options.rounded = made.rounded;
    folder.options.limits = made.limits;
    return write_safetensors(model, folder, target, progress);
}

}  // namespace ql
