#include "core/model/forward/stored_activations.h"

#include <set>

#include "core/base/hash.h"
#include "core/files/escape.h"
#include "core/model/calibration/input_place.h"

namespace ql {

namespace {

std::optional<Activations> activations_of(const ModelTensor& tensor) {
    return tensor.packed != nullptr ? tensor.packed->activations.known : std::nullopt;
}

}  // namespace

StoredActivations::StoredActivations(const Model& model) {
    std::map<InputPlace, const ModelTensor*> first;
    std::set<InputPlace> mixed;
    std::string unknown;
    for (const ModelTensor& tensor : model.tensors()) {
        const auto place = input_place(tensor);
        if (!place) {
            continue;
        }
        if (tensor.packed != nullptr && unknown.empty()) {
            unknown = tensor.packed->activations.unknown;
        }
        const auto activations = activations_of(tensor);
        if (activations_of(*first.emplace(*place, &tensor).first->second) != activations) {
            mixed.insert(*place);
        } else if (activations) {
            Rounding& rounding = places_[{place->layer, place->site}];
            rounding.activations = *activations;
            rounding.scale = std::max(rounding.scale, tensor.packed->activations.scale);
        }
    }
    for (const InputPlace& place : mixed) {
        places_.erase({place.layer, place.site});
    }
    std::set<std::string> known;
    for (const auto& [place, rounding] : places_) {
        known.insert(format(rounding.activations));
    }
    if (!known.empty()) {
        notes_.emplace_back(
            QL_TR("core",
                  "What linears read is rounded while the model runs, as its configuration says "
                  "({})."),
            fmt::format("{}", fmt::join(known, ", ")));
    }
    if (!unknown.empty()) {
        notes_.emplace_back(
            QL_TR("core",
                  "The model names how activations are rounded ({}) in a way that is not simulated "
                  "here: there, they are run as they are."),
            unknown);
    }
    if (!mixed.empty()) {
        notes_.emplace_back(
            QL_TR("core",
                  "Linears that read the same activations as {} round them in another way: there, "
                  "they are run as they are."),
            in_quotes(first.at(*mixed.begin())->name));
    }
}

std::optional<Activations> StoredActivations::at(int layer, InputSite site) const {
    const auto found = places_.find({layer, site});
    return found == places_.end() ? std::nullopt : std::optional(found->second.activations);
}

float StoredActivations::scale(int layer, InputSite site) const {
    return places_.at({layer, site}).scale;
}

std::uint64_t StoredActivations::fingerprint() const {
    std::string all;
    for (const auto& [place, rounding] : places_) {
        all += fmt::format("{} {} {} {:a}\n", place.first, static_cast<int>(place.second),
                           format(rounding.activations), rounding.scale);
    }
    return all.empty() ? 0 : hash_bytes(all.data(), all.size());
}

}  // namespace ql
