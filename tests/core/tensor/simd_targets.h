#pragma once

#include <hwy/targets.h>

/// Calls test(name) once for every instruction set that was compiled and that this machine has,
/// with all dispatched functions using it; ends with the machine's own choice. Returns how many
/// there were.
template <class Test>
int forEachSimdTarget(const Test& test) {
    const auto targets = hwy::SupportedAndGeneratedTargets();
    for (const auto target : targets) {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        test(hwy::TargetName(target));
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    return static_cast<int>(targets.size());
}
