#include "core/model/resolve_plan.h"

#include <fmt/format.h>

#include "core/model/calibration/calibration.h"

namespace ql {

namespace {

/// How many matrices a tensor stacks: the experts of a layer in GGUF form.
std::int64_t stacked(const ModelTensor& tensor) {
    return tensor.shape.size() == 3 ? tensor.shape.front() : 1;
}

/// The entry of a tensor, checked to have one value for each column of each of its matrices.
const ImportanceEntry* entry_of(const ModelTensor& tensor, const ImportanceMatrix* importance) {
    if (importance == nullptr || !tensor.matrix()) {
        return nullptr;
    }
    const std::string& name = tensor.gguf_name.empty() ? tensor.name : tensor.gguf_name;
    const ImportanceEntry* entry = importance->find(name);
    if (entry == nullptr) {
        return nullptr;
    }
    const std::int64_t matrices = stacked(tensor);
    const std::int64_t expected = tensor.cols * matrices;
    const auto counts = static_cast<std::int64_t>(entry->counts.size());
    // The old form keeps one count for all experts.
    if (static_cast<std::int64_t>(entry->sums.size()) != expected ||
        (counts != 1 && counts != matrices)) {
        throw Error(ErrorCode::bad_data,
                    Sentence(QL_TR("core",
                                   "The importance matrix was made for another model: it has {} "
                                   "values for this tensor, which needs {}."),
                             entry->sums.size(), expected),
                    tensor.name);
    }
    return entry;
}

/// What a GGUF file says of itself, whether or not its architecture is known here.
void read_facts(const GgufMetadata& metadata, PlanModel& facts) {
    const auto number = [&](const char* key) {
        return static_cast<std::int64_t>(
            metadata.uint(fmt::format("{}.{}", facts.architecture, key)).value_or(0));
    };
    facts.architecture = metadata.string("general.architecture").value_or("");
    facts.blocks = number("block_count");
    facts.heads = number("attention.head_count");
    facts.kv_heads = number("attention.head_count_kv");
    facts.experts = number("expert_count");
}

PlanModel plan_model(const Model& model, bool importance) {
    PlanModel facts;
    facts.importance = importance;
    // A GGUF file says it by leaving the output out.
    facts.tied = model.find("output.weight") == nullptr;
    if (const GgufMetadata* metadata = model.checkpoint().gguf()) {
        read_facts(*metadata, facts);
    } else if (model.architecture() != nullptr) {
        facts.architecture = model.architecture()->gguf;
    }
    if (const auto& h = model.hyperparameters()) {
        facts.blocks = static_cast<std::int64_t>(h->block_count);
        facts.heads = static_cast<std::int64_t>(h->head_count);
        facts.kv_heads = static_cast<std::int64_t>(h->head_count_kv);
        facts.tied = facts.tied || h->tied_embeddings;
    }
    return facts;
}

/// Whether a packed matrix is of the type of a scheme that changes no weights. Groups of scattered
/// columns are no type of a scheme.
bool has_codes_of(const ModelTensor& tensor, const Scheme& scheme) {
    if (tensor.packed == nullptr || !tensor.packed->columns.empty() || scheme.folds()) {
        return false;
    }
    GridSpec wanted = scheme.grid;
    if (auto* integers = std::get_if<IntegerGrid>(&wanted);
        integers != nullptr && integers->symmetry == Symmetry::narrow) {
        integers->symmetry = Symmetry::symmetric;
    }
    return wanted == tensor.packed->format.grid;
}

}  // namespace

bool knows_recipes(const Model& model) { return plan_model(model, false).blocks > 0; }

std::vector<PlanEntry> resolve_plan(const Plan& plan, const Model& model,
                                    const ImportanceMatrix* importance) {
    if (std::holds_alternative<Recipe>(plan.base) && !knows_recipes(model)) {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core",
                                   "{} is a recipe of llama.cpp, which goes by the architecture, "
                                   "and this model's is not known here; a scheme for its tensors "
                                   "can be chosen instead."),
                             plan.title()));
    }
    std::vector<PlanTarget> targets;
    targets.reserve(model.tensors().size());
    for (const ModelTensor& tensor : model.tensors()) {
        targets.push_back(tensor.plan_target());
        targets.back().importance = entry_of(tensor, importance) != nullptr;
        targets.back().calibrated = tensor.layer >= 0 && input_place(tensor).has_value();
    }
    return plan.resolve(plan_model(model, importance != nullptr), targets);
}

std::vector<float> importance_of(const ModelTensor& tensor, const ImportanceMatrix* importance) {
    const ImportanceEntry* entry = entry_of(tensor, importance);
    return entry == nullptr ? std::vector<float>() : entry->importance();
}

bool is_copied(const Model& model, const ModelTensor& tensor, const Scheme& scheme) {
    if (model.change_of(tensor) == nullptr && has_codes_of(tensor, scheme)) {
        return true;
    }
    const auto* storage = std::get_if<StorageGrid>(&scheme.grid);
    return storage != nullptr && storage->dtype == tensor.dtype &&
           model.change_of(tensor) == nullptr;
}

StoredActivations kept_activations(const Model& model, const std::vector<PlanEntry>& entries) {
    StoredActivations activations(model);
    for (std::size_t t = 0; t < entries.size(); ++t) {
        const auto place = input_place(model.tensors()[t]);
        if (place && entries[t].scheme) {
            activations.drop(place->layer, place->site);
        }
    }
    return activations;
}

}  // namespace ql
