#include "core/export/packed_choice.h"

namespace ql {

namespace {

[[noreturn]] void refuse(const Scheme& scheme, std::string_view why, std::string_view instead) {
    throw Error(ErrorCode::unsupported, Sentence(why, format(scheme), instead));
}

const IntegerGrid& integers_of(const Scheme& scheme, std::string_view why,
                               std::string_view instead) {
    const auto* grid = std::get_if<IntegerGrid>(&scheme.grid);
    if (grid == nullptr) {
        refuse(scheme, why, instead);
    }
    return *grid;
}

void require_plain_activations(const Scheme& scheme) {
    if (scheme.activations) {
        refuse(scheme,
               QL_TR("core",
                     "The format does not record how activations are stored, as {} asks for; {} "
                     "does."),
               name(ExportFormat::compressed_tensors));
    }
}

PackedFormat gptq_format(const Scheme& scheme) {
    constexpr std::string_view kWhy = QL_TR(
        "core",
        "GPTQ files hold integers of 2, 3, 4 or 8 bits, per row or group, with scales of F16, not "
        "{}; {} would fit.");
    const IntegerGrid& grid = integers_of(scheme, kWhy, "int4:g128");
    const bool bits = grid.bits == 2 || grid.bits == 3 || grid.bits == 4 || grid.bits == 8;
    if (!bits || grid.granularity == Granularity::tensor || grid.scale != DType::f16) {
        refuse(scheme, kWhy, "int4:g128");
    }
    require_plain_activations(scheme);
    // Version 1 stores zero points less 1, and has none for 0.
    return {grid.symmetry == Symmetry::asymmetric ? PackedLayout::gptq_v2 : PackedLayout::gptq,
            grid};
}

PackedFormat awq_format(const Scheme& scheme) {
    constexpr std::string_view kWhy =
        QL_TR("core",
              "AWQ files hold integers of 4 bits in groups, with scales of F16, not {}; {} would "
              "fit.");
    const IntegerGrid& grid = integers_of(scheme, kWhy, "int4:g128:asym");
    if (grid.bits != 4 || grid.granularity != Granularity::group || grid.scale != DType::f16) {
        refuse(scheme, kWhy, "int4:g128:asym");
    }
    require_plain_activations(scheme);
    return {PackedLayout::awq, grid};
}

/// compressed-tensors' loaders find scales while they run for each token, or have one for all
/// texts.
void require_known_scaling(const Scheme& scheme, std::string_view instead) {
    if (scheme.activations->scaling == Activations::Scaling::tensor) {
        refuse(scheme,
               QL_TR("core",
                     "compressed-tensors' programs scale activations by token, or by one number "
                     "that is known beforehand, not as {} asks for; @{} would fit."),
               instead);
    }
}

PackedFormat fp8_format(const Scheme& scheme, const Fp8Grid& grid) {
    if (grid.dtype != DType::f8_e4m3) {
        refuse(scheme,
               QL_TR("core", "compressed-tensors holds FP8 as E4M3, not as {}; {} would fit."),
               "fp8_e4m3:channel");
    }
    if (scheme.activations) {
        if (scheme.activations->dtype != DType::f8_e4m3 || grid.scaling == Fp8Scaling::block) {
            refuse(
                scheme,
                QL_TR("core", "compressed-tensors' programs do not compute with {}; {} would fit."),
                "fp8_e4m3:channel@fp8_e4m3");
        }
        require_known_scaling(scheme, "fp8_e4m3:token");
    }
    return {PackedLayout::float_quantized, grid};
}

PackedFormat int8_format(const Scheme& scheme, const IntegerGrid& grid) {
    const bool fits = grid.bits == 8 && grid.granularity != Granularity::group &&
                      grid.symmetry != Symmetry::asymmetric &&
                      scheme.activations->dtype == DType::i8;
    if (!fits) {
        refuse(scheme,
               QL_TR("core", "compressed-tensors' programs do not compute with {}; {} would fit."),
               "int8:channel@int8");
    }
    require_known_scaling(scheme, "int8:token");
    return {PackedLayout::int_quantized, grid};
}

PackedFormat compressed_format(const Scheme& scheme) {
    if (const auto* fp8 = std::get_if<Fp8Grid>(&scheme.grid)) {
        return fp8_format(scheme, *fp8);
    }
    constexpr std::string_view kWhy = QL_TR(
        "core",
        "compressed-tensors files hold integers of 4 or 8 bits, per row or group, and FP8, not {}; "
        "{} would fit.");
    const IntegerGrid& grid = integers_of(scheme, kWhy, "int4:g128");
    if (scheme.activations) {
        return int8_format(scheme, grid);
    }
    if ((grid.bits != 4 && grid.bits != 8) || grid.granularity == Granularity::tensor) {
        refuse(scheme, kWhy, "int4:g128");
    }
    return {PackedLayout::pack_quantized, grid};
}

}  // namespace

PackedFormat packed_format(ExportFormat format, const Scheme& scheme) {
    switch (format) {
        case ExportFormat::gptq:
            return gptq_format(scheme);
        case ExportFormat::awq:
            return awq_format(scheme);
        default:
            return compressed_format(scheme);
    }
}

}  // namespace ql
