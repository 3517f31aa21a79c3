// core/schemes: a scheme is four answers (transform, grid, fit, rounding) and one for activations;
// its text form; presets; plans that give every tensor of a model a scheme.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/grids/grid.h"
#include "core/schemes/activations.h"
#include "core/schemes/gptq/gptq_options.h"
#include "core/schemes/transform.h"

namespace ql {

/// One way to quantize a weight matrix. Text, model and calibration together fix the bytes.
struct Scheme {
    Transform transform = {};
    GridSpec grid;
    Fit fit = {};
    std::optional<Gptq> gptq = {};  ///< how each weight picks its grid point; nothing: the nearest
    std::optional<Activations> activations = {};  ///< nothing: as they are

    bool operator==(const Scheme&) const = default;

    /// Why the axes do not combine; nothing if they do.
    std::optional<Sentence> validate() const;
    /// Whether a file format can hold the weights (textbook variants cannot be exported at all).
    bool exportable() const;
    /// Whether weights are changed by what was calibrated before a grid sees them.
    bool folds() const { return transforms(transform) || fit.clip; }
    /// What is left to do once that is done.
    Scheme folded() const;
    /// Whether GPTQ weighs the errors of the grid's fit by the inputs it rounds on: where the fit
    /// can be weighted, and nothing else is asked for (+imatrix).
    bool weighs_own_inputs() const;
};

/// What may follow a grid or a recipe.
struct Suffixes {
    Fit fit = {};
    std::optional<Gptq> gptq = {};
};

/// "+imatrix+search", or what of it applies.
std::string format(const Fit& fit);
/// The same, and the rounding.
std::string format(const Suffixes& suffixes);

/// Whether GPTQ can round onto the grid: it can fix parameters span by span.
bool can_compensate(const Grid& grid);

/// Why AWQ's clipping makes no sense on the grid; nothing if it does.
std::optional<Sentence> refuses_clip(const Grid& grid);

/// Canonical text: [transform/]grid[+fit][+rounding][@activations]. parse_scheme is its inverse.
std::string format(const Scheme& scheme);

/// Reads a scheme or the name of a preset, upper or lower case. Throws ParseError; `offset` is
/// added to positions (the scheme stands inside a longer text).
Scheme parse_scheme(std::string_view text, std::size_t offset = 0);

/// Reads lower-case suffixes ("+imatrix+gptq(damp=0.05)"), in any order, each at most once. Throws
/// ParseError.
Suffixes parse_suffixes(std::string_view text, std::size_t offset = 0);

/// A name for a scheme.
struct Preset {
    std::string_view name;   ///< as it may be typed: "int4"
    std::string_view title;  ///< as it is shown: "INT4 g128"; not translated, it is a term
    std::string_view text;   ///< what it stands for
    Sentence description;
};
const std::vector<Preset>& presets();

/// "Q4_0" for storage grids, the title of the preset a scheme equals, else its canonical text.
std::string title(const Scheme& scheme);

}  // namespace ql
