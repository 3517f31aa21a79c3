#include "core/model/resolve_plan.h"

namespace ql {

namespace {

/// The entry of a tensor, checked to have one value for each column, or several such sets.
const ImportanceEntry* entry_of(const ModelTensor& tensor, const ImportanceMatrix* importance) {
    if (importance == nullptr || !tensor.matrix()) {
        return nullptr;
    }
    const std::string& name = tensor.gguf_name.empty() ? tensor.name : tensor.gguf_name;
    const ImportanceEntry* entry = importance->find(name);
    if (entry == nullptr) {
        return nullptr;
    }
    const auto sets = static_cast<std::int64_t>(entry->counts.size());
    if (static_cast<std::int64_t>(entry->columns()) != tensor.cols || sets == 0 ||
        tensor.rows % sets != 0) {
        throw Error(ErrorCode::bad_data,
                    Sentence(QL_TR("core",
                                   "The importance matrix was made for another model: it has {} "
                                   "values for this tensor with {} columns."),
                             entry->sums.size(), tensor.cols),
                    tensor.name);
    }
    return entry;
}

PlanModel plan_model(const Model& model, bool importance) {
    PlanModel facts;
    if (model.architecture() != nullptr) {
        facts.architecture = model.architecture()->gguf;
    }
    if (const auto& h = model.hyperparameters()) {
        facts.blocks = static_cast<std::int64_t>(h->block_count);
        facts.heads = static_cast<std::int64_t>(h->head_count);
        facts.kv_heads = static_cast<std::int64_t>(h->head_count_kv);
        facts.tied = h->tied_embeddings;
    }
    // A GGUF file says it by leaving the output out.
    facts.tied = facts.tied || model.find("output.weight") == nullptr;
    facts.importance = importance;
    return facts;
}

}  // namespace

std::vector<PlanEntry> resolve_plan(const Plan& plan, const Model& model,
                                    const ImportanceMatrix* importance) {
    std::vector<PlanTarget> targets;
    targets.reserve(model.tensors().size());
    for (const ModelTensor& tensor : model.tensors()) {
        targets.push_back(tensor.plan_target());
        targets.back().importance = entry_of(tensor, importance) != nullptr;
    }
    return plan.resolve(plan_model(model, importance != nullptr), targets);
}

std::vector<float> importance_of(const ModelTensor& tensor, const ImportanceMatrix* importance) {
    const ImportanceEntry* entry = entry_of(tensor, importance);
    return entry == nullptr ? std::vector<float>() : entry->importance();
}

}  // namespace ql
