#pragma once

#include <array>
#include <vector>

#include "core/grids/block_format.h"
#include "core/grids/block_layout.h"
#include "core/grids/k_layout.h"
#include "tests/core/grids/exhaustive_scale_minimum.h"

/// One super-block of a two-level format and its errors, in plain code and double precision. For a
/// given d (and dmin) the sub-blocks do not depend on each other, and the best code of a value is
/// the nearest one: all stored scales (and minima) are tried for each sub-block. Scales and minima
/// that cannot be better are skipped, by one bound: where every decoded value moves by at most t,
/// the root of a sub-block's error changes by at most t * sqrt(sum of weights).
class SuperBlockErrors {
  public:
    SuperBlockErrors(ql::DType dtype, const WeightedGroup& group)
        : dtype_(dtype), shape_(shapeOf(dtype)), group_(group) {
        for (std::size_t k = 0; k < subs(); ++k) {
            double sum = 0;
            for (std::size_t j = k * shape_.values; j < (k + 1) * shape_.values; ++j) {
                sum += group.weight(j);
            }
            root_weight_[k] = std::sqrt(sum);
        }
    }

    bool hasMinima() const { return shape_.minima > 0; }
    std::size_t subs() const { return ql::kSuperBlockValues / shape_.values; }
    double largestCode() const { return shape_.largest_code; }

    /// Errors of d and dmin in these ranges can then be asked for.
    void cover(double d_low, double d_high, double dmin_low, double dmin_high) {
        if (!hasMinima()) {
            return;
        }
        for (std::size_t k = 0; k < subs(); ++k) {
            coverSub(k, d_low * shape_.largest_scale, d_high * shape_.largest_scale,
                     dmin_low * shape_.minima, dmin_high * shape_.minima);
        }
    }

    /// The lowest error of all scales, minima and codes, or `limit` where it is not below.
    double lowest(double d, double dmin, double limit) {
        double sum = 0;
        for (std::size_t k = 0; k < subs() && sum < limit; ++k) {
            sum += hasMinima() ? lowestWithMinimum(k, d, dmin, limit - sum)
                               : lowestOfScales(k, d, limit - sum);
        }
        return std::min(sum, limit);
    }

    /// A lower bound of the error, as if every sub-block had a step and an offset of its own: boxes
    /// of steps and offsets are split until the bound is within `tolerance` of a reached error.
    double unconstrained(double tolerance) const {
        double sum = 0;
        for (std::size_t k = 0; k < subs(); ++k) {
            sum += unconstrainedSub(k, tolerance);
        }
        return sum;
    }

  private:
    struct Shape {
        std::size_t values;  // of a sub-block
        int smallest_scale;
        int largest_scale;
        int minima;  // the largest stored minimum, 0 where there are none
        double smallest_code;
        double largest_code;
    };

    static Shape shapeOf(ql::DType dtype) {
        switch (dtype) {
            case ql::DType::q2_k:
                return {16, 0, 15, 15, 0, 3};
            case ql::DType::q3_k:
                return {16, -32, 31, 0, -4, 3};
            case ql::DType::q4_k:
                return {32, 0, 63, 63, 0, 15};
            case ql::DType::q5_k:
                return {32, 0, 63, 63, 0, 31};
            case ql::DType::q6_k:
                return {16, -128, 127, 0, -32, 31};
            default:
                return {32, -32, 31, 0, -127, 113};
        }
    }

    double nearest(double position) const {
        constexpr double kMagic = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds
        if (dtype_ != ql::DType::iq4_xs) {
            const double inside =
                std::min(std::max(position, shape_.smallest_code), shape_.largest_code);
            return (inside + kMagic) - kMagic;
        }
        double found = double(ql::kIq4Values[0]);
        for (std::size_t i = 1; i < ql::kIq4Values.size(); ++i) {
            const double middle = 0.5 * (double(ql::kIq4Values[i - 1]) + double(ql::kIq4Values[i]));
            found = position > middle ? double(ql::kIq4Values[i]) : found;
        }
        return found;
    }

    double error(std::size_t k, double step, double minimum) const {
        const double inverse = step == 0 ? 0 : 1 / step;
        double sum = 0;
        for (std::size_t j = k * shape_.values; j < (k + 1) * shape_.values; ++j) {
            const double shifted = group_.value(j) + minimum;
            const double off = step * nearest(shifted * inverse) - shifted;
            sum += group_.weight(j) * off * off;
        }
        return sum;
    }

    // How many steps of `width` may be skipped at a root of an error, or a bound of it.
    static int skipped(double root, double lowest_root, double width) {
        return root <= lowest_root || width <= 0 ? 0
                                                 : int(std::min((root - lowest_root) / width, 1e3));
    }

    double lowestOfScales(std::size_t k, double d, double limit) const {
        const double reach = std::max(-shape_.smallest_code, shape_.largest_code);
        const double width = std::fabs(d) * reach * root_weight_[k];
        double lowest = limit;
        for (int s = shape_.smallest_scale; s <= shape_.largest_scale; ++s) {
            const double e = error(k, d * s, 0);
            lowest = std::min(lowest, e);
            s += skipped(std::sqrt(e), std::sqrt(lowest), width);
        }
        return lowest;
    }

    // Lower bounds of the roots of errors in cells of steps and minima.
    struct Cells {
        static constexpr std::size_t kCount = 512;
        double step_low = 0;
        double step_width = 0;
        double minimum_low = 0;
        double minimum_width = 0;
        std::vector<float> roots;

        double at(double step, double minimum) const {
            const auto i = std::size_t((step - step_low) / step_width);
            const auto j = std::size_t((minimum - minimum_low) / minimum_width);
            return double(roots[i * kCount + j]);
        }
    };

    void coverSub(std::size_t k, double step_low, double step_high, double minimum_low,
                  double minimum_high) {
        Cells& cells = cells_[k];
        cells.step_low = std::min(step_low, 0.0);
        cells.minimum_low = std::min(minimum_low, 0.0);
        cells.step_width = (std::max(step_high, 0.0) - cells.step_low) / (Cells::kCount - 1);
        cells.minimum_width =
            (std::max(minimum_high, 0.0) - cells.minimum_low) / (Cells::kCount - 1);
        cells.roots.clear();
        const double reach =
            0.5 * (cells.step_width * shape_.largest_code + cells.minimum_width) * root_weight_[k];
        for (std::size_t i = 0; i < Cells::kCount; ++i) {
            const double step = cells.step_low + (double(i) + 0.5) * cells.step_width;
            for (std::size_t j = 0; j < Cells::kCount; ++j) {
                const double minimum = cells.minimum_low + (double(j) + 0.5) * cells.minimum_width;
                const double root = std::sqrt(error(k, step, minimum)) - reach;
                cells.roots.push_back(float(0.999999 * root));
            }
        }
    }

    // Starts from what was best for the d and dmin before: the bounds then skip more.
    double lowestWithMinimum(std::size_t k, double d, double dmin, double limit) {
        auto& [scale, minimum] = last_[k];
        double lowest = std::min(limit, error(k, d * scale, dmin * minimum));
        const double width = std::fabs(dmin) * root_weight_[k];
        for (int s = 0; s <= shape_.largest_scale; ++s) {
            for (int m = 0; m <= shape_.minima; ++m) {
                const double bound = cells_[k].at(d * s, dmin * m);
                if (bound >= std::sqrt(lowest)) {
                    m += skipped(bound, std::sqrt(lowest), width);
                    continue;
                }
                const double e = error(k, d * s, dmin * m);
                if (e < lowest) {
                    lowest = e;
                    scale = s;
                    minimum = m;
                }
                m += skipped(std::sqrt(e), std::sqrt(lowest), width);
            }
        }
        return lowest;
    }

    struct Box {
        double step;
        double minimum;
        double half_step;
        double half_minimum;
    };

    // A step beyond the range of the values cannot be best: the least squares step of any codes is
    // not. The minima then follow from the codes.
    double unconstrainedSub(std::size_t k, double tolerance) const {
        const float* values = group_.values + k * shape_.values;
        const auto [lo, hi] = std::minmax_element(values, values + shape_.values);
        const double range = hasMinima() ? double(*hi) - double(*lo)
                                         : std::max(std::fabs(double(*lo)), std::fabs(double(*hi)));
        const double reach = std::max(-shape_.smallest_code, shape_.largest_code);
        std::vector<Box> boxes = {{0, 0, range, 0}};
        if (hasMinima()) {
            boxes[0].minimum = -0.5 * (double(*lo) + double(*hi));
            boxes[0].half_minimum = 1.5 * range * reach;
        }
        double reached = std::numeric_limits<double>::max();
        double bound = reached;
        while (!boxes.empty() && range > 0) {
            const Box box = boxes.back();
            boxes.pop_back();
            const double e = error(k, box.step, box.minimum);
            reached = std::min(reached, e);
            const double moved = (box.half_step * reach + box.half_minimum) * root_weight_[k];
            const double root = std::max(std::sqrt(e) - moved, 0.0);
            if (root * root >= reached * (1 - tolerance)) {
                bound = std::min(bound, root * root);
                continue;
            }
            const bool by_step = box.half_step * reach > box.half_minimum;
            for (const double side : {-0.5, 0.5}) {
                Box half = box;
                (by_step ? half.step : half.minimum) +=
                    side * (by_step ? box.half_step : box.half_minimum);
                (by_step ? half.half_step : half.half_minimum) /= 2;
                boxes.push_back(half);
            }
        }
        return range > 0 ? std::min(bound, reached) : 0;
    }

    ql::DType dtype_;
    Shape shape_;
    WeightedGroup group_;
    std::array<double, 16> root_weight_{};
    std::array<Cells, 16> cells_;
    std::array<std::pair<int, int>, 16> last_{};
};

/// Which d and dmin are tried around those of the search, and around those with which codes count
/// the other way: factors up to `range` in both directions, steps of `step` times the number. All
/// halves within a factor of `finest` around the best are tried after that.
struct KRange {
    double range = 1.15;
    double step = 0.002;
    double finest = 1.004;
};

/// The lowest error of a super-block within KRange, where every scale, minimum and code is tried.
/// `found` is an encoded block with which it starts: the result is not above its error.
class ExhaustiveK {
  public:
    ExhaustiveK(ql::DType dtype, const WeightedGroup& group, const std::byte* found,
                const KRange& range)
        : errors_(dtype, group), range_(range) {
        std::array<float, ql::kSuperBlockValues> decoded{};
        ql::block_format(dtype)->decode(found, 1, decoded.data());
        for (std::size_t j = 0; j < decoded.size(); ++j) {
            const double off = double(decoded[j]) - group.value(j);
            lowest_ += group.weight(j) * off * off;
        }
        if (!errors_.hasMinima()) {
            const double d = dtype == ql::DType::iq4_xs ? half(ql::unpack_block(dtype, found).scale)
                                                        : half(ql::unpack_k_block(dtype, found).d);
            scan(d, 0);
            scan(-d, 0);
            return;
        }
        const ql::KBlock block = ql::unpack_k_block(dtype, found);
        scan(half(block.d), half(block.dmin));
        scan(-half(block.d), turnedMinimum(block));
    }

    double lowest() const { return lowest_; }

  private:
    static double half(std::uint16_t bits) { return double(ql::half_to_float(bits)); }

    // The dmin with which the last codes of the sub-blocks become their first.
    double turnedMinimum(const ql::KBlock& block) const {
        double top = 0;
        double largest_minimum = 1;
        for (std::size_t k = 0; k < errors_.subs(); ++k) {
            const double last = half(block.d) * block.scales[k] * errors_.largestCode() -
                                half(block.dmin) * block.mins[k];
            top = std::fabs(last) > std::fabs(top) ? last : top;
            largest_minimum = std::max(largest_minimum, double(block.mins[k]));
        }
        return -top / largest_minimum;
    }

    static std::vector<double> around(double value, double factor, double step) {
        const double size = std::fabs(value);
        std::vector<double> halves = halvesBetween(size / factor, size * factor, size * step);
        for (double& each : halves) {
            each = std::copysign(each, value);
        }
        return halves;
    }

    void scan(double d, double dmin) {
        const double most = range_.range * range_.finest * 1.001;
        const auto [d_low, d_high] = std::minmax({d / most, d * most});
        const auto [dmin_low, dmin_high] = std::minmax({dmin / most, dmin * most});
        errors_.cover(d_low, d_high, dmin_low, dmin_high);
        double best_d = d;
        double best_dmin = dmin;
        const auto try_all = [&](double factor, double step) {
            const auto minima =
                errors_.hasMinima() ? around(best_dmin, factor, step) : std::vector<double>{0};
            for (const double each_d : around(best_d, factor, step)) {
                for (const double each_dmin : minima) {
                    const double e = errors_.lowest(each_d, each_dmin, lowest_);
                    if (e < lowest_) {
                        lowest_ = e;
                        best_d = each_d;
                        best_dmin = each_dmin;
                    }
                }
            }
        };
        try_all(range_.range, range_.step);
        try_all(range_.finest, 0);
    }

    SuperBlockErrors errors_;
    KRange range_;
    double lowest_ = 0;
};

/// As ExhaustiveK, around what the format's search finds.
inline double exhaustiveK(ql::DType dtype, const WeightedGroup& group, const KRange& range) {
    std::vector<std::byte> found(ql::traits(dtype).block_bytes);
    ql::block_format(dtype)->search({group.values, 1, 1, group.weights, found.data()});
    return ExhaustiveK(dtype, group, found.data(), range).lowest();
}
