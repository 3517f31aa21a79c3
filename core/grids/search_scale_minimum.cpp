#include "core/grids/search_blocks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/grids/search_scale_minimum.cpp"
// foreach_target stands before highway.h: it includes this file again for every target.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/grids/search_run-inl.h"
#include "core/grids/search_scale_minimum-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

void search_scale_minimum_all(DType dtype, const BlockRun& run) {
    if (dtype == DType::q4_1) {
        search_run<ScaleMinimumSearch<15, false>, ScaleMinimumSearch<15, true>>(dtype, run);
    } else {
        search_run<ScaleMinimumSearch<31, false>, ScaleMinimumSearch<31, true>>(dtype, run);
    }
}

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql {

HWY_EXPORT(search_scale_minimum_all);

void search_scale_minimum(DType dtype, const BlockRun& run) {
    HWY_DYNAMIC_DISPATCH(search_scale_minimum_all)(dtype, run);
}

}  // namespace ql
#endif  // HWY_ONCE
