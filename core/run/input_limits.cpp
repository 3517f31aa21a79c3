#include "core/run/input_limits.h"

#include <algorithm>

#include "core/model/calibration/calibration.h"
#include "core/run/row_encoder.h"

namespace ql {

InputLimits find_input_limits(const Decoder& decoder, const std::shared_ptr<const Model>& model,
                              const std::vector<TokenIds>& windows, const Progress& progress) {
    if (windows.empty()) {
        throw Error(ErrorCode::usage, needs_calibration());
    }
    InputLimits limits;
    for (const auto& [place, input] :
         calibrate(decoder, StoredWeights(model), windows, {}, progress).inputs) {
        limits[place] = *std::max_element(input.max_abs.begin(), input.max_abs.end());
    }
    return limits;
}

}  // namespace ql
