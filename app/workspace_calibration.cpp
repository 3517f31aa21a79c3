// The calibration: what the model's linears read while it predicts a text. A part of the document.
#include <QCoreApplication>
#include <QFileInfo>

#include "app/calibration_request.h"
#include "app/workspace.h"
#include "core/model/calibration/calibration_file.h"

namespace ql::gui {

namespace {

struct CalibrationTexts {
    Q_DECLARE_TR_FUNCTIONS(ql::gui::CalibrationTexts)
};

}  // namespace

/// What a job hands over: a calibration with what follows from it.
struct Workspace::Calibrated {
    std::shared_ptr<const Calibration> calibration;
    std::shared_ptr<const ImportanceMatrix> importance;  ///< may be null
    bool replaces = false;  ///< the importance matrix that is there, if one is
    std::vector<Sentence> notes;
};

QString calibrationTextTitle(const std::string& name) {
    return name == CalibrationText::kBuiltIn ? CalibrationTexts::tr("built-in text")
                                             : QString::fromStdString(name);
}

bool isCalibrationText(const QString& path) {
    static const QStringList endings{QStringLiteral("txt"), QStringLiteral("md"),
                                     QStringLiteral("raw"), QStringLiteral("jsonl"),
                                     QStringLiteral("ndjson")};
    return endings.contains(QFileInfo(path).suffix().toLower());
}

bool isCalibrationFile(const QString& path) {
    return QFileInfo(path).suffix().toLower() == QStringLiteral("qlcal");
}

void Workspace::calibrate(const CalibrationRequest& request) {
    if (!model_) {
        return;
    }
    const QString title =
        tr("Calibrate on %1")
            .arg(request.path.isEmpty()
                     ? calibrationTextTitle(std::string(CalibrationText::kBuiltIn))
                     : QFileInfo(request.path).fileName());
    startCalibration(Lane::heavy, title, [request, model = model_](const Progress& progress) {
        const CalibrationText text =
            request.path.isEmpty() ? CalibrationText::built_in()
                                   : CalibrationText::read(request.path.toStdString(), progress);
        std::vector<Sentence> notes;
        const auto calibration = std::make_shared<const Calibration>(
            calibrate_model(model, text, request.options, progress, &notes));
        auto importance =
            request.importance
                ? std::make_shared<const ImportanceMatrix>(importance_matrix(*calibration, *model))
                : nullptr;
        return Calibrated{calibration, std::move(importance), true, notes};
    });
}

void Workspace::openCalibration(const QString& path) {
    startCalibration(
        Lane::interactive, tr("Open %1").arg(QFileInfo(path).fileName()),
        [path, model = model_](const Progress&) {
            if (!model) {
                throw Error(ErrorCode::usage,
                            Sentence(QL_TR("core",
                                           "Open the model first that the calibration was made "
                                           "of.")),
                            path.toStdString());
            }
            const auto calibration =
                std::make_shared<const Calibration>(read_calibration(path.toStdString()));
            require_fit(*calibration, *model);
            return Calibrated{
                calibration,
                std::make_shared<const ImportanceMatrix>(importance_matrix(*calibration, *model)),
                false,
                {}};
        });
}

void Workspace::startCalibration(Lane lane, const QString& title,
                                 std::function<Calibrated(const Progress&)> work) {
    stopCalibration();
    calibrating_ = jobs_->start(
        lane, title, this, std::move(work),
        [this](const std::shared_ptr<const Calibrated>& result) {
            calibrating_ = kNoJob;
            adoptCalibration(result->calibration);
            if (result->importance && (result->replaces || !importance_)) {
                adoptImportance(result->importance);
            }
            for (const Sentence& note : result->notes) {
                emit calibrationNote(note);
            }
        },
        [this, title](const Error& error) {
            calibrating_ = kNoJob;
            emit calibrationChanged();
            if (error.code() != ErrorCode::cancelled) {
                emit jobs_->jobFailed(title, error);
            }
        });
    emit calibrationChanged();
}

void Workspace::stopCalibration() {
    if (calibrating_ != kNoJob) {
        jobs_->drop(std::exchange(calibrating_, kNoJob));
        emit calibrationChanged();
    }
}

void Workspace::adoptCalibration(std::shared_ptr<const Calibration> calibration) {
    calibration_ = std::move(calibration);
    emit calibrationChanged();
}

}  // namespace ql::gui
