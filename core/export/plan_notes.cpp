#include "core/export/plan_notes.h"

#include <nlohmann/json.hpp>

#include "core/files/escape.h"
#include "core/model/calibration/input_place.h"
#include "core/model/resolve_plan.h"

namespace ql {

namespace {

/// One sentence for each reason why tensors get something else.
void note_fallbacks(const std::vector<ExportRow>& rows, std::vector<Sentence>& notes) {
    std::map<std::string, std::vector<const ExportRow*>> by_reason;
    for (const ExportRow& row : rows) {
        if (!row.entry.fallback.empty()) {
            by_reason[row.entry.fallback.english()].push_back(&row);
        }
    }
    for (const auto& [reason, same] : by_reason) {
        notes.emplace_back(
            QL_TR(
                "core",
                "{} tensors get something else than was chosen, among them {} (stored as {}): {}"),
            same.size(), same.front()->name, same.front()->type, reason);
    }
}

/// Rules that decide nothing are probably misspelt.
void note_idle_rules(const Plan& plan, const std::vector<ExportRow>& rows,
                     std::vector<Sentence>& notes) {
    for (std::size_t i = 0; i < plan.rules.size(); ++i) {
        const bool decides = std::any_of(rows.begin(), rows.end(), [&](const ExportRow& row) {
            return row.entry.rule == static_cast<int>(i);
        });
        if (!decides) {
            notes.emplace_back(QL_TR("core", "Rule {} ({}) decides for no tensor."), i + 1,
                               escaped(plan.rules[i].match));
        }
    }
}

bool is_quantized(const ModelTensor& tensor) {
    return tensor.packed != nullptr || traits(tensor.dtype).block_values > 1;
}

void note_quantized_twice(const Model& model, const std::vector<ExportRow>& rows,
                          std::vector<Sentence>& notes) {
    const auto twice = std::count_if(rows.begin(), rows.end(), [&](const ExportRow& row) {
        return row.entry.scheme && is_quantized(model.tensors()[row.tensor]) &&
               !is_copied(model, model.tensors()[row.tensor], *row.entry.scheme);
    });
    const auto kept = std::count_if(rows.begin(), rows.end(), [&](const ExportRow& row) {
        return row.entry.scheme && is_quantized(model.tensors()[row.tensor]) &&
               row.type == model.tensors()[row.tensor].stored_as() &&
               is_copied(model, model.tensors()[row.tensor], *row.entry.scheme);
    });
    if (kept > 0) {
        notes.emplace_back(
            QL_TR("core",
                  "{} tensors are of the type that is asked for already: their codes are kept as "
                  "they are, whatever fit the scheme names."),
            kept);
    }
    if (twice > 0) {
        notes.emplace_back(
            QL_TR("core", "{} tensors are quantized already; quantizing them again costs quality."),
            twice);
    }
}

/// Kept tensors whose codes a format has no place for.
void note_lost_codes(const Model& model, const std::vector<ExportRow>& rows,
                     std::vector<Sentence>& notes) {
    std::map<std::string, std::size_t> counts;
    for (const ExportRow& row : rows) {
        const bool floats = row.type == "F32" || row.type == "F16" || row.type == "BF16";
        if (row.tensor < model.tensors().size() && !row.entry.scheme && floats &&
            is_quantized(model.tensors()[row.tensor])) {
            ++counts[row.type];
        }
    }
    for (const auto& [type, count] : counts) {
        notes.emplace_back(
            QL_TR("core",
                  "{} quantized tensors are written as the floats that they stand for, as {}: the "
                  "format has no place for their codes."),
            count, type);
    }
}

/// Of what a plan keeps; where it has a scheme, that says how activations are stored. Linears that
/// read one tensor round it alike, so where one of them has a scheme the others' words are lost.
void note_lost_activations(const Model& model, const std::vector<ExportRow>& rows,
                           ExportFormat format, std::vector<Sentence>& notes) {
    std::vector<PlanEntry> entries(model.tensors().size());
    for (const ExportRow& row : rows) {
        if (row.tensor < entries.size()) {
            entries[row.tensor] = row.entry;
        }
    }
    const bool recorded = format == ExportFormat::compressed_tensors;
    const StoredActivations kept =
        recorded ? kept_activations(model, entries) : StoredActivations();
    const bool lost = std::any_of(rows.begin(), rows.end(), [&](const ExportRow& row) {
        if (row.tensor >= model.tensors().size() || row.entry.scheme) {
            return false;
        }
        const ModelTensor& tensor = model.tensors()[row.tensor];
        if (tensor.packed == nullptr || tensor.packed->activations == PackedActivations()) {
            return false;
        }
        const auto place = input_place(tensor);
        return !place || !kept.at(place->layer, place->site);
    });
    if (lost) {
        notes.emplace_back(QL_TR(
            "core",
            "The model's configuration rounds what its linears read; what is written does not say "
            "so, and is run with activations as they are."));
    }
}

}  // namespace

std::vector<Sentence> plan_notes(const Model& model, const Plan& plan,
                                 const std::vector<ExportRow>& rows, const ExportOptions& options) {
    std::vector<Sentence> notes;
    note_idle_rules(plan, rows, notes);
    note_fallbacks(rows, notes);
    note_quantized_twice(model, rows, notes);
    note_lost_codes(model, rows, notes);
    note_lost_activations(model, rows, options.format, notes);
    if (options.importance != nullptr && !plan.uses_importance()) {
        notes.emplace_back(QL_TR(
            "core", "The importance matrix is not used: no scheme of the plan has +imatrix."));
    }
    return notes;
}

std::optional<Sentence> unread_quantization(const Model& model) {
    const auto& config = model.checkpoint().config();
    const auto found = config.is_object() ? config.find("quantization_config") : config.end();
    if (found == config.end() || !found->is_object()) {
        return std::nullopt;
    }
    const auto is_read = [](const ModelTensor& tensor) { return tensor.packed != nullptr; };
    const auto is_codes = [](const ModelTensor& tensor) {
        return tensor.packed == nullptr && tensor.matrix() && !is_float(tensor.dtype) &&
               tensor.dtype != DType::f64;
    };
    const auto tensors = model.tensors();
    if (std::any_of(tensors.begin(), tensors.end(), is_read) &&
        std::none_of(tensors.begin(), tensors.end(), is_codes)) {
        return std::nullopt;
    }
    const auto method = found->find("quant_method");
    return Sentence(
        QL_TR("core",
              "The model's weights are already quantized in a form that cannot be read "
              "(quant_method {})."),
        in_quotes(method != found->end() && method->is_string() ? method->get<std::string>()
                                                                : "?"));
}

}  // namespace ql
