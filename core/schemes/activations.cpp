#include "core/schemes/activations.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/grids/grid.h"

namespace ql {

namespace {

struct TypeName {
    std::string_view text;
    DType dtype;
};
constexpr std::array kTypes = {TypeName{"int8", DType::i8}, TypeName{"fp8_e4m3", DType::f8_e4m3},
                               TypeName{"fp8_e5m2", DType::f8_e5m2}};

struct ScalingName {
    std::string_view text;
    Activations::Scaling scaling;
};
constexpr std::array kScalings = {ScalingName{"token", Activations::Scaling::token},
                                  ScalingName{"tensor", Activations::Scaling::tensor},
                                  ScalingName{"static", Activations::Scaling::fixed}};

}  // namespace

GridSpec Activations::grid() const {
    const bool tensor = scaling != Scaling::token;
    if (dtype == DType::i8) {
        return IntegerGrid{8, tensor ? Granularity::tensor : Granularity::channel, 0,
                           Symmetry::narrow, DType::f32};
    }
    return Fp8Grid{dtype, tensor ? Fp8Scaling::tensor : Fp8Scaling::channel};
}

float Activations::scale_reaching(float limit) const {
    return make_grid(grid())->fit_tensor({-limit, limit}).scale;
}

std::vector<Activations> all_activations() {
    std::vector<Activations> all;
    for (const TypeName& type : kTypes) {
        for (const ScalingName& scaling : kScalings) {
            all.push_back({type.dtype, scaling.scaling});
        }
    }
    return all;
}

std::string format(const Activations& activations) {
    const auto* type = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeName& t) {
        return t.dtype == activations.dtype;
    });
    const auto* scaling =
        std::find_if(kScalings.begin(), kScalings.end(),
                     [&](const ScalingName& s) { return s.scaling == activations.scaling; });
    return fmt::format("{}:{}", type->text, scaling->text);
}

Activations parse_activations(std::string_view text, std::size_t offset) {
    const std::size_t end = std::min(text.find(':'), text.size());
    const std::string_view type_name = text.substr(0, end);
    const auto* type = std::find_if(kTypes.begin(), kTypes.end(),
                                    [&](const TypeName& t) { return t.text == type_name; });
    if (type == kTypes.end()) {
        throw ParseError(
            Sentence(QL_TR("core", "“{}” is not an activation format that exists here."), text),
            offset);
    }
    Activations activations{type->dtype, Activations::Scaling::token};
    if (end == text.size()) {
        return activations;
    }
    const std::string_view word = text.substr(end + 1);
    const auto* scaling = std::find_if(kScalings.begin(), kScalings.end(),
                                       [&](const ScalingName& s) { return s.text == word; });
    if (scaling == kScalings.end()) {
        throw ParseError(Sentence(QL_TR("core",
                                        "“{}” does not say which activations share a scale; known "
                                        "are token, tensor and static."),
                                  word),
                         offset + end + 1);
    }
    activations.scaling = scaling->scaling;
    return activations;
}

}  // namespace ql
