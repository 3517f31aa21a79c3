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
    decoder.run(
        windows, StoredWeights(model),
        [&](const LinearInput& input) {
            require_finite(input);
            const auto [least, largest] =
                std::minmax_element(input.values.begin(), input.values.end());
            float& limit = limits[{input.layer, input.site}];
            limit = std::max({limit, -*least, *largest});
        },
        progress);
    return limits;
}

}  // namespace ql
