#include "app/plan_calibration.h"

#include <algorithm>
#include <chrono>

#include "app/state_file.h"
#include "core/model/tokenizer.h"
#include "core/run/predictions.h"

namespace ql::gui {

namespace {

constexpr std::size_t kFactors = 2;  // of 134 MB each for 4096 channels
constexpr double kTextShare = 0.02;
constexpr std::chrono::milliseconds kPatience{50};

std::vector<TokenIds> windowsOf(const CalibrationRequest& request, const Decoder& decoder,
                                const Progress& progress) {
    const CalibrationText text = request.path.isEmpty()
                                     ? CalibrationText::built_in()
                                     : CalibrationText::read(request.path.toStdString(), progress);
    const Model& model = decoder.model();
    const std::int64_t context = request.options.context;
    const std::size_t samples =
        request.moderate ? std::min(request.options.samples, moderate_windows(decoder, context))
                         : request.options.samples;
    return CalibrationSamples::cut(text, *Tokenizer::of(model), samples, context, progress).windows;
}

}  // namespace

std::vector<CalibratedPlan> calibratePlans(
    const std::shared_ptr<const Model>& model, const std::vector<Plan>& plans,
    const std::shared_ptr<const ImportanceMatrix>& importance, const CalibrationRequest& request,
    const Progress& progress) {
    if (!uses_calibration(plans)) {
        return std::vector<CalibratedPlan>(plans.size());
    }
    const std::vector<TokenIds> windows =
        windowsOf(request, Decoder(model), progress.part(0, kTextShare));
    RoundingFile kept(stateFile(QStringLiteral("rounding.state")));
    auto all =
        calibrate_plans(model, plans, importance, windows, progress.part(kTextShare, 1), &kept);
    kept.remove();
    return all;
}

std::shared_ptr<const GptqFactor> FactorCache::find(const Entry& wanted) {
    const std::lock_guard lock(mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
        Entry same = wanted;
        same.factor = entry->factor;
        if (*entry == same) {
            entries_.splice(entries_.begin(), entries_, entry);
            return same.factor;
        }
    }
    return nullptr;
}

std::shared_ptr<const GptqFactor> FactorCache::factor(
    const std::shared_ptr<const Calibration>& calibration, const InputPlace& place,
    const Scheme& scheme, const Progress& progress) {
    const std::int64_t channels = calibration->inputs.at(place).channels();
    Entry wanted{calibration, place, *scheme.gptq, factor_span(scheme, channels), nullptr};
    wanted.options.independent = true;  // so are all of them: the inputs are the original model's
    std::unique_lock turn(making_, std::defer_lock);
    do {
        progress.check();
        if (auto known = find(wanted)) {
            return known;
        }
    } while (!turn.try_lock_for(kPatience));
    if (auto known = find(wanted)) {  // made by the one before
        return known;
    }
    wanted.factor = std::make_shared<const GptqFactor>(
        factor_for(scheme, calibration->grams->get(place, progress), cpu_backend(), progress));
    const std::lock_guard lock(mutex_);
    entries_.push_front(wanted);
    if (entries_.size() > kFactors) {
        entries_.pop_back();
    }
    return wanted.factor;
}

}  // namespace ql::gui
