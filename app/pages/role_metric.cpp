#include "app/pages/role_metric.h"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>
#include <set>

#include "app/pages/error_finding.h"
#include "app/predictions.h"
#include "app/role_names.h"
#include "app/text.h"
#include "app/workspace.h"
#include "widgets/number_format.h"

namespace ql::gui {

namespace {

struct RoleMetricText {
    Q_DECLARE_TR_FUNCTIONS(ql::gui::RoleMetricText)
};

struct Improvement {
    DType dtype;
    double bytes;
};

bool inGrid(const ModelTensor& tensor) {
    return tensor.linear && !tensor.bias && tensor.layer >= 0;
}

const TensorOutcome& outcomeOf(const ModelRun& run, int tensor) {
    return run.tensors[static_cast<std::size_t>(tensor)];
}

double squaredError(const ModelRun& run, int tensor) { return outcomeOf(run, tensor).error.error2; }

/// What a tensor takes in the type that is offered for linears that err most: Q6_K, or Q8_0 where
/// rows are no whole blocks of it. Nothing where neither fits.
std::optional<Improvement> improvementOf(const ModelTensor& tensor) {
    for (const DType dtype : {DType::q6_k, DType::q8_0}) {
        const auto row = storage_bytes(dtype, static_cast<std::uint64_t>(tensor.cols));
        if (row) {
            return Improvement{dtype, static_cast<double>(*row) * static_cast<double>(tensor.rows)};
        }
    }
    return std::nullopt;
}

/// What more bits for these linears would cost, as a sentence; empty where they have as many.
QString priceOf(const Model& model, const std::vector<int>& tensors, const ModelRun& run) {
    double more = 0;
    std::set<DType> types;
    for (const int tensor : tensors) {
        const auto better = improvementOf(model.tensors()[static_cast<std::size_t>(tensor)]);
        const double extra = better ? better->bytes - outcomeOf(run, tensor).bits / 8 : 0;
        if (extra <= 0) {
            return {};
        }
        more += extra;
        types.insert(better->dtype);
    }
    //: a type, such as Q6_K; how many bytes more the model takes
    return types.size() == 1 ? RoleMetricText::tr("%1 there costs %2 more.")
                                   .arg(toQString(name(*types.begin())), formatBytes(more))
                             : QString();
}

/// Of the squared errors of weights: who carries how much of the sum.
QString weightFinding(const Model& model, const std::vector<int>& tensors, const ModelRun& run) {
    std::vector<double> squared;
    double values = 0;
    for (const int tensor : tensors) {
        squared.push_back(squaredError(run, tensor));
        values += static_cast<double>(model.tensors()[static_cast<std::size_t>(tensor)].values());
    }
    const ErrorConcentration where = concentration(squared, false);
    if (where.lines.empty()) {
        return RoleMetricText::tr("Every weight of the linears is kept exactly.");
    }
    QStringList names;
    std::vector<int> named;
    double share = 0;
    for (const std::int64_t line : where.lines) {
        named.push_back(tensors[static_cast<std::size_t>(line)]);
        const ModelTensor& tensor = model.tensors()[static_cast<std::size_t>(named.back())];
        names << fullTitle(tensor);
        share += static_cast<double>(tensor.values()) / values;
    }
    const QString error = formatPercent(where.share);
    const QString weights = formatPercent(share);
    //: between the names of a list
    const QString list = names.join(RoleMetricText::tr(", "));
    // Unlike rows, linears are few: concentrated() would ask for more of them.
    const bool standsOut =
        where.worst * static_cast<double>(where.count) >= ErrorConcentration::kStandsOut;
    return standsOut
               ? (RoleMetricText::tr("%1: %2 of the squared error of all linears, on %3 of their "
                                     "weights.")
                      .arg(list, error, weights) +
                  u' ' + priceOf(model, named, run))
                     .trimmed()
               : RoleMetricText::tr(
                     "No linear stands out: %1 carries the most of the squared "
                     "error, %2, on %3 of the weights.")
                     .arg(names.front(), error, weights);
}

/// Outputs of different linears differ in size: their relative errors are compared, not added up.
QString outputFinding(const std::vector<int>& tensors, const SchemeKnowledge& known) {
    int worst = RoleGrid::kNoTensor;
    double largest = 0;
    for (const int tensor : tensors) {
        const double error = known.value(RoleMetric::output_error, tensor).value_or(0);
        if (error > largest) {
            largest = error;
            worst = tensor;
        }
    }
    if (worst == RoleGrid::kNoTensor) {
        return RoleMetricText::tr("No linear's output changes.");
    }
    const double mean = known.predictions->outputs->mean_relative;
    return RoleMetricText::tr(
               "The largest output error, %1, is that of %2: %3 times the mean of "
               "all linears.")
        .arg(formatPercent(largest),
             fullTitle(known.model->tensors()[static_cast<std::size_t>(worst)]),
             formatNumber(largest / mean, 2));
}

}  // namespace

RoleGrid roleGrid(const Model& model) {
    std::set<int> layers;
    std::set<Role> roles;
    for (const ModelTensor& tensor : model.tensors()) {
        if (inGrid(tensor)) {
            layers.insert(tensor.layer);
            roles.insert(tensor.role);
        }
    }
    RoleGrid grid{{layers.begin(), layers.end()}, {roles.begin(), roles.end()}, {}};
    grid.tensors.assign(layers.size() * roles.size(), RoleGrid::kNoTensor);
    for (std::size_t i = 0; i < model.tensors().size(); ++i) {
        const ModelTensor& tensor = model.tensors()[i];
        if (inGrid(tensor)) {
            const auto row = std::distance(layers.begin(), layers.find(tensor.layer));
            const auto column = std::distance(roles.begin(), roles.find(tensor.role));
            grid.tensors[static_cast<std::size_t>(row) * roles.size() +
                         static_cast<std::size_t>(column)] = static_cast<int>(i);
        }
    }
    return grid;
}

QString roleMetricTitle(RoleMetric metric) {
    switch (metric) {
        case RoleMetric::output_error:
            return RoleMetricText::tr("Output error");
        case RoleMetric::relative_error:
            return RoleMetricText::tr("Relative weight error");
        case RoleMetric::sqnr:
            return RoleMetricText::tr("SQNR");
        case RoleMetric::bits:
            return RoleMetricText::tr("Bits per weight");
    }
    return {};
}

QString shownRoleMetric(RoleMetric metric, double value) {
    switch (metric) {
        case RoleMetric::output_error:
        case RoleMetric::relative_error:
            return formatPercent(value, value < 0.01 ? 2 : 1);
        case RoleMetric::sqnr:
            return formatDecibel(value);
        case RoleMetric::bits:
            return formatFixed(value, 2);
    }
    return {};
}

bool SchemeKnowledge::has(RoleMetric metric) const {
    switch (metric) {
        case RoleMetric::output_error:
            return predictions && predictions->outputs;
        case RoleMetric::relative_error:
        case RoleMetric::sqnr:
            return run != nullptr;
        case RoleMetric::bits:
            return run || preview;
    }
    return false;
}

std::optional<double> SchemeKnowledge::value(RoleMetric metric, int tensor) const {
    if (!has(metric)) {
        return std::nullopt;
    }
    switch (metric) {
        case RoleMetric::output_error: {
            const OutputError& error =
                predictions->outputs->tensors[static_cast<std::size_t>(tensor)];
            return error.output2 > 0 ? std::optional(error.relative()) : std::nullopt;
        }
        case RoleMetric::relative_error:
            return outcomeOf(*run, tensor).error.relative_error();
        case RoleMetric::sqnr:
            return outcomeOf(*run, tensor).error.sqnr_db();
        case RoleMetric::bits: {
            const ModelRun& source = run ? *run : *preview;
            const ModelTensor& stored = model->tensors()[static_cast<std::size_t>(tensor)];
            return outcomeOf(source, tensor).bits / static_cast<double>(stored.values());
        }
    }
    return std::nullopt;
}

SchemeKnowledge knowledgeOf(const Workspace& workspace, int schemeId) {
    return {workspace.model(), workspace.modelPreview(schemeId), workspace.modelRun(schemeId),
            workspace.predictions()->of(schemeId)};
}

QString whyNot(const Workspace& workspace, int schemeId, RoleMetric metric) {
    if (knowledgeOf(workspace, schemeId).has(metric)) {
        return {};
    }
    switch (metric) {
        case RoleMetric::output_error: {
            const Sentence& problem = workspace.predictions()->problem();
            return problem.empty() ? RoleMetricText::tr(
                                         "Not measured yet: run the comparison with predictions.")
                                   : translated(problem);
        }
        case RoleMetric::relative_error:
        case RoleMetric::sqnr:
            return RoleMetricText::tr("Not measured yet: run the comparison on the whole model.");
        case RoleMetric::bits:
            return RoleMetricText::tr("It is not known what the scheme makes of this model.");
    }
    return {};
}

QString roleFinding(const RoleGrid& grid, const SchemeKnowledge& known, RoleMetric metric) {
    std::vector<int> tensors;
    std::copy_if(grid.tensors.begin(), grid.tensors.end(), std::back_inserter(tensors),
                 [](int tensor) { return tensor != RoleGrid::kNoTensor; });
    if (tensors.empty()) {
        return {};
    }
    if (metric == RoleMetric::output_error && known.has(metric)) {
        return outputFinding(tensors, known);
    }
    return known.run ? weightFinding(*known.model, tensors, *known.run) : QString();
}

}  // namespace ql::gui
