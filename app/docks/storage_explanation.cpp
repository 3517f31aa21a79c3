#include "app/docks/storage_explanation.h"

#include <QCoreApplication>

namespace ql::gui {

namespace {

struct StorageExplanation {
    Q_DECLARE_TR_FUNCTIONS(ql::gui::SchemeExplanation)
};

}  // namespace

QString storageExplanation(DType dtype) {
    switch (dtype) {
        case DType::f32:
            return StorageExplanation::tr("Full 32-bit floats: nothing is lost.");
        case DType::f16:
            return StorageExplanation::tr(
                "Half precision: 11 significant bits, magnitudes from 6e-8 to 65504.");
        case DType::bf16:
            return StorageExplanation::tr(
                "Brain float: the range of a 32-bit float with 8 significant bits. "
                "Most models are published in it.");
        case DType::q4_0:
            return StorageExplanation::tr(
                "Blocks of 32 weights share one scale. 16 levels from −8 to 7; the "
                "weight of largest magnitude lands exactly on −8, so its sign decides "
                "the sign of the scale.");
        case DType::q4_1:
            return StorageExplanation::tr(
                "Blocks of 32 weights share a scale and a minimum: 16 levels spread "
                "from the smallest to the largest weight of the block.");
        case DType::q5_0:
            return StorageExplanation::tr(
                "Like Q4_0 with one more bit: 32 levels from −16 to 15 around zero, "
                "one scale for 32 weights.");
        case DType::q5_1:
            return StorageExplanation::tr(
                "Like Q4_1 with one more bit: 32 levels from the block's smallest to "
                "its largest weight.");
        case DType::q8_0:
            return StorageExplanation::tr(
                "Blocks of 32 weights share one scale; 8-bit codes from −127 to 127. "
                "Hardly distinguishable from the original.");
        case DType::q2_k:
            return StorageExplanation::tr(
                "K-quant: super-blocks of 256 weights in sub-blocks of 16, each with a 4-bit scale "
                "and a 4-bit minimum; 4 levels. The smallest of the K-quants, with a clear loss.");
        case DType::q3_k:
            return StorageExplanation::tr(
                "K-quant: super-blocks of 256 weights in sub-blocks of 16, each with a 6-bit "
                "scale; 8 levels from −4 to 3 and no minimum.");
        case DType::q4_k:
            return StorageExplanation::tr(
                "K-quant: super-blocks of 256 weights in sub-blocks of 32, each with a 6-bit scale "
                "and a 6-bit minimum; 16 levels. Two half-precision numbers scale the scales.");
        case DType::q5_k:
            return StorageExplanation::tr("K-quant: Q4_K with one more bit, 32 levels.");
        case DType::q6_k:
            return StorageExplanation::tr(
                "K-quant: super-blocks of 256 weights in sub-blocks of 16, each with an 8-bit "
                "scale; 64 levels around zero. Close to the original.");
        case DType::iq4_nl:
            return StorageExplanation::tr(
                "Blocks of 32 weights share one scale. The 16 levels are not even: a table puts "
                "them closer together near zero, where most weights are.");
        case DType::iq4_xs:
            return StorageExplanation::tr(
                "The uneven 16 levels of IQ4_NL in super-blocks of 256 weights, with a 6-bit scale "
                "for every 32.");
        case DType::mxfp4:
            return StorageExplanation::tr(
                "4-bit floats (E2M1: 0, 0.5, 1, 1.5, 2, 3, 4, 6 and their negatives); 32 weights "
                "share a scale that is a power of two. A standard of the Open Compute Project.");
        case DType::nvfp4:
            return StorageExplanation::tr(
                "4-bit floats (E2M1) as in MXFP4, but only 16 weights share a scale, which is an "
                "8-bit float and no longer a power of two.");
        case DType::tq1_0:
            return StorageExplanation::tr(
                "Ternary: −1, 0 or 1 times one scale for 256 weights, five digits to a byte. Made "
                "for models that were trained ternary; others fall apart.");
        case DType::tq2_0:
            return StorageExplanation::tr(
                "Ternary: −1, 0 or 1 times one scale for 256 weights, two bits each: larger than "
                "TQ1_0 and faster to read. For models that were trained ternary.");
        case DType::q1_0:
            return StorageExplanation::tr(
                "Binary: plus or minus one scale for 128 weights. For models that were trained "
                "so.");
        case DType::q2_0:
            return StorageExplanation::tr(
                "Two bits: −1, 0, 1 or 2 times one scale for 64 weights.");
        default:
            return {};
    }
}

QString storageSum(DType dtype) {
    switch (dtype) {
        case DType::q4_0:
        case DType::iq4_nl:
            return QStringLiteral("4 + 16/32");
        case DType::q4_1:
            return QStringLiteral("4 + (16 + 16)/32");
        case DType::q5_0:
            return QStringLiteral("5 + 16/32");
        case DType::q5_1:
            return QStringLiteral("5 + (16 + 16)/32");
        case DType::q8_0:
            return QStringLiteral("8 + 16/32");
        case DType::q2_k:
            return QStringLiteral("2 + (16 × (4 + 4) + 2 × 16)/256");
        case DType::q3_k:
            return QStringLiteral("3 + (16 × 6 + 16)/256");
        case DType::q4_k:
            return QStringLiteral("4 + (8 × (6 + 6) + 2 × 16)/256");
        case DType::q5_k:
            return QStringLiteral("5 + (8 × (6 + 6) + 2 × 16)/256");
        case DType::q6_k:
            return QStringLiteral("6 + (16 × 8 + 16)/256");
        case DType::iq4_xs:
            return QStringLiteral("4 + (8 × 6 + 16)/256");
        case DType::mxfp4:
            return QStringLiteral("4 + 8/32");
        case DType::nvfp4:
            return QStringLiteral("4 + 8/16");
        case DType::tq1_0:
            return QStringLiteral("52 × 8/256 + 16/256");
        case DType::tq2_0:
            return QStringLiteral("2 + 16/256");
        case DType::q1_0:
            return QStringLiteral("1 + 16/128");
        case DType::q2_0:
            return QStringLiteral("2 + 16/64");
        default:
            return {};
    }
}

}  // namespace ql::gui
