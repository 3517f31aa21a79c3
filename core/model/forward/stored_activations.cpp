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
    std::map<Place, const ModelTensor*> first;
    std::set<Place> inputs;
    for (const ModelTensor& tensor : model.tensors()) {
        const auto input = input_place(tensor);
        if (!input) {
            continue;
        }
        const Place place(input->layer, input->site);
        if (tensor.packed != nullptr) {
            inputs.insert(place);
        }
        if (tensor.packed != nullptr && tensor.packed->activations.unscaled) {
            unscaled_.try_emplace(place, tensor.name, tensor.packed->activations.unknown);
        } else if (tensor.packed != nullptr && !tensor.packed->activations.unknown.empty()) {
            unknown_.try_emplace(place, tensor.packed->activations.unknown);
        }
        const auto activations = activations_of(tensor);
        const ModelTensor& other = *first.try_emplace(place, &tensor).first->second;
        if (activations_of(other) != activations) {
            mixed_.try_emplace(place, other.name);
        } else if (activations) {
            Rounding& rounding = places_[place];
            rounding.activations = *activations;
            rounding.scale = std::max(rounding.scale, tensor.packed->activations.scale);
        }
    }
    for (const auto& [place, name] : mixed_) {
        places_.erase(place);
    }
    inputs_ = inputs.size();
}

void StoredActivations::drop(int layer, InputSite site) {
    const Place place(layer, site);
    places_.erase(place);
    unknown_.erase(place);
    unscaled_.erase(place);
    mixed_.erase(place);
}

std::vector<Sentence> StoredActivations::notes() const {
    std::vector<Sentence> notes;
    std::set<std::string> known;
    for (const auto& [place, rounding] : places_) {
        known.insert(format(rounding.activations));
    }
    if (!known.empty()) {
        const char* all = QL_TR(
            "core",
            "What linears read is rounded while the model runs, as its configuration says ({}).");
        const char* some =
            QL_TR("core",
                  "What some of the linears read is rounded while the model runs, as "
                  "its configuration says ({}).");
        notes.emplace_back(places_.size() < inputs_ ? some : all,
                           fmt::format("{}", fmt::join(known, ", ")));
    }
    if (!unknown_.empty()) {
        notes.emplace_back(
            QL_TR("core",
                  "The model names how activations are rounded ({}) in a way that is not simulated "
                  "here: there, they are run as they are."),
            unknown_.begin()->second);
    }
    if (!unscaled_.empty()) {
        const auto& [name, words] = unscaled_.begin()->second;
        notes.emplace_back(
            QL_TR("core",
                  "Activations are to be rounded ({}), but what {} needs for that is missing or no "
                  "positive number (input_scale): there, they are run as they are."),
            words, in_quotes(name));
    }
    if (!mixed_.empty()) {
        notes.emplace_back(
            QL_TR("core",
                  "Linears that read the same activations as {} round them in another way: there, "
                  "they are run as they are."),
            in_quotes(mixed_.begin()->second));
    }
    return notes;
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
