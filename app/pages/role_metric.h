#pragma once

#include <QString>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "core/run/model_run.h"
#include "core/run/predictions.h"

namespace ql::gui {

class Workspace;

/// The linears of a model as layers × roles.
struct RoleGrid {
    static constexpr int kNoTensor = -1;

    std::vector<int> layers;
    std::vector<Role> roles;   ///< in the order of Role
    std::vector<int> tensors;  ///< indices into Model::tensors(), layer by layer, or kNoTensor
};
RoleGrid roleGrid(const Model& model);

/// What can be said of a scheme on each linear, in the order in which it is offered.
enum class RoleMetric { output_error, relative_error, sqnr, bits };
inline constexpr std::array kRoleMetrics = {RoleMetric::output_error, RoleMetric::relative_error,
                                            RoleMetric::sqnr, RoleMetric::bits};

QString roleMetricTitle(RoleMetric metric);
/// With its unit, short enough for a field: "8.9 %".
QString shownRoleMetric(RoleMetric metric, double value);

/// What is known of one scheme on the whole model; each part may be missing.
struct SchemeKnowledge {
    std::shared_ptr<const Model> model;
    std::shared_ptr<const ModelRun> preview;
    std::shared_ptr<const ModelRun> run;
    std::shared_ptr<const PredictionResult> predictions;

    bool has(RoleMetric metric) const;
    /// Nothing where it is not known. A tensor that is kept has no error, and infinite SQNR.
    std::optional<double> value(RoleMetric metric, int tensor) const;
};
SchemeKnowledge knowledgeOf(const Workspace& workspace, int schemeId);

/// Why a metric of this scheme is not there, as a sentence; empty if it is.
QString whyNot(const Workspace& workspace, int schemeId, RoleMetric metric);

/// Which linear carries the most of the error, in a sentence; empty before a run.
QString roleFinding(const RoleGrid& grid, const SchemeKnowledge& known, RoleMetric metric);

}  // namespace ql::gui
