#pragma once

#include <QString>

#include "core/model/calibration/calibrate_model.h"

namespace ql::gui {

/// On what the open model is calibrated, and what becomes of it.
struct CalibrationRequest {
    QString path;  ///< of a text; empty: the built-in one
    CalibrationOptions options;
    bool importance = true;  ///< its importance matrix becomes the document's
};

/// How a calibration's text is called in the user's language.
QString calibrationTextTitle(const std::string& name);

/// Whether a dropped file is a text to calibrate on, or a calibration, by its name.
bool isCalibrationText(const QString& path);
bool isCalibrationFile(const QString& path);

}  // namespace ql::gui
