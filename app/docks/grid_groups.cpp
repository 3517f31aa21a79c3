#include "app/docks/grid_groups.h"

#include <QCoreApplication>
#include <algorithm>

#include "core/grids/grid_spec.h"

namespace ql::gui {

namespace {

struct GridGroups {
    Q_DECLARE_TR_FUNCTIONS(ql::gui::GridGroups)
};

enum class Family { k_quants, blocks, iq4, fp4, few, floats };

Family familyOf(DType dtype) {
    switch (dtype) {
        case DType::q2_k:
        case DType::q3_k:
        case DType::q4_k:
        case DType::q5_k:
        case DType::q6_k:
            return Family::k_quants;
        case DType::iq4_nl:
        case DType::iq4_xs:
            return Family::iq4;
        case DType::mxfp4:
        case DType::nvfp4:
            return Family::fp4;
        case DType::tq1_0:
        case DType::tq2_0:
        case DType::q1_0:
        case DType::q2_0:
            return Family::few;
        default:
            return traits(dtype).block_values == 1 ? Family::floats : Family::blocks;
    }
}

QString titleOf(Family family) {
    switch (family) {
        case Family::k_quants:
            return GridGroups::tr("K-quants");
        case Family::blocks:
            return GridGroups::tr("Blocks of 32");
        case Family::iq4:
            return GridGroups::tr("IQ4: uneven levels");
        case Family::fp4:
            return GridGroups::tr("FP4: 4-bit floats");
        case Family::few:
            return GridGroups::tr("Binary and ternary");
        case Family::floats:
            return GridGroups::tr("Floats");
    }
    return {};
}

}  // namespace

std::vector<GridGroup> storageGroups() {
    const std::vector<DType> all = encodable_dtypes();
    std::vector<GridGroup> groups;
    for (const Family family : {Family::k_quants, Family::blocks, Family::iq4, Family::fp4,
                                Family::few, Family::floats}) {
        GridGroup group{titleOf(family), {}};
        std::copy_if(all.begin(), all.end(), std::back_inserter(group.dtypes),
                     [family](DType dtype) { return familyOf(dtype) == family; });
        std::stable_sort(group.dtypes.begin(), group.dtypes.end(),
                         [](DType a, DType b) { return bits_per_value(a) < bits_per_value(b); });
        if (!group.dtypes.empty()) {
            groups.push_back(std::move(group));
        }
    }
    return groups;
}

}  // namespace ql::gui
