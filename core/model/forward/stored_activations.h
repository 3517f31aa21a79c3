#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/model/forward/input_site.h"
#include "core/schemes/activations.h"

namespace ql {

class Model;

/// How a model's own configuration says that what its linears read is rounded while it runs, place
/// by place: where all linears that read one tensor round it alike.
class StoredActivations {
  public:
    StoredActivations() = default;
    explicit StoredActivations(const Model& model);

    std::optional<Activations> at(int layer, InputSite site) const;
    /// Of Activations::Scaling::fixed; the largest of the linears', as vLLM takes it for those that
    /// it joins.
    float scale(int layer, InputSite site) const;

    /// Forgets a place.
    void drop(int layer, InputSite site);

    /// What people should know of it: nothing where nothing is rounded.
    std::vector<Sentence> notes() const;
    std::uint64_t fingerprint() const;

  private:
    using Place = std::pair<int, InputSite>;
    struct Rounding {
        Activations activations;
        float scale = 0;
    };

    std::size_t inputs_ = 0;  ///< places where quantized linears read
    std::map<Place, Rounding> places_;
    // Where it is not rounded, though the configuration says so.
    std::map<Place, std::string> unknown_;                           ///< in what words
    std::map<Place, std::pair<std::string, std::string>> unscaled_;  ///< which linear, what words
    std::map<Place, std::string> mixed_;                             ///< one of the linears
};

}  // namespace ql
