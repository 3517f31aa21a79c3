// The importance matrix: a part of the document that every result may depend on.
#include <QFileInfo>

#include "app/importance_file.h"
#include "app/workspace.h"

namespace ql::gui {

void Workspace::openImportance(const QString& path) {
    openingImportance_.start(
        Lane::interactive, tr("Open %1").arg(QFileInfo(path).fileName()), this,
        [path, model = model_](const Progress&) {
            auto importance =
                std::make_shared<const ImportanceMatrix>(read_imatrix(path.toStdString()));
            requireFit(model.get(), *importance);
            return importance;
        },
        [this](const auto& importance) { adoptImportance(*importance); },
        [this, path](const Error& error) {
            if (error.code() != ErrorCode::cancelled) {
                emit openFailed(path, error);
            }
        });
}

void Workspace::clearImportance() {
    if (importance_) {
        adoptImportance(nullptr);
    }
}

void Workspace::adoptImportance(std::shared_ptr<const ImportanceMatrix> importance) {
    stopComparison();
    dropRuns();
    importance_ = std::move(importance);
    importanceNumber_ = importance_ ? ++lastImportance_ : 0;
    emit importanceChanged();
    emit modelRunsChanged();
    for (const ComparedScheme& scheme : std::as_const(schemes_)) {
        if (scheme.enabled && model_) {
            const bool hopeless = !tensorProblem_.empty();
            setResult(scheme.id,
                      {hopeless ? SchemeResult::State::failed : SchemeResult::State::pending,
                       nullptr,
                       tensorProblem_,
                       {}});
        }
    }
    startPreviews();
    startPendingRuns();
}

}  // namespace ql::gui
