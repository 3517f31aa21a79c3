#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/tensor/dtype.h"

/// The best that a two-level format can do, found by trying: plain code in double precision for
/// judging searches, far too slow for anything else. For a given d (and dmin) the sub-blocks are
/// independent of each other, and the best code of a value is the nearest one; so all stored scales
/// (and minima) are tried for each sub-block, and all d (and dmin) of a list. Pairs that a bound
/// shows to be worse than the best known are skipped: moving every decoded value by at most t
/// changes the root of a sub-block's error by at most t * sqrt(sum of weights).
class ExhaustiveK {
  public:
    struct Shape {
        std::size_t values = 32;  ///< of a sub-block
        int code_min = 0;
        int code_max = 15;
        int scale_min = 0;
        int scale_max = 63;
        int minimum_max = 63;  ///< 0: there are no minima
        bool table = false;    ///< codes are entries of the IQ4 table
    };

    ExhaustiveK(ql::DType dtype, const float* x, const float* weights) : shape_(shape(dtype)) {
        for (std::size_t i = 0; i < 256; ++i) {
            x_[i] = double(x[i]);
            h_[i] = weights == nullptr ? 1.0 : double(weights[i]);
        }
        for (std::size_t k = 0; k < subs(); ++k) {
            double sum = 0;
            for (std::size_t j = 0; j < shape_.values; ++j) {
                sum += h_[k * shape_.values + j];
            }
            root_weight_[k] = std::sqrt(sum);
        }
    }

    static Shape shape(ql::DType dtype) {
        switch (dtype) {
            case ql::DType::q2_k:
                return {16, 0, 3, 0, 15, 15, false};
            case ql::DType::q3_k:
                return {16, -4, 3, -32, 31, 0, false};
            case ql::DType::q4_k:
                return {32, 0, 15, 0, 63, 63, false};
            case ql::DType::q5_k:
                return {32, 0, 31, 0, 63, 63, false};
            case ql::DType::q6_k:
                return {16, -32, 31, -128, 127, 0, false};
            default:
                return {32, -127, 113, -32, 31, 0, true};
        }
    }

    std::size_t subs() const { return 256 / shape_.values; }

    /// The error of sub-block k decoded as scale * code - minimum.
    double error(std::size_t k, double scale, double minimum) const {
        const double* x = x_ + k * shape_.values;
        const double* h = h_ + k * shape_.values;
        const double inverse = scale == 0 ? 0 : 1 / scale;
        double sum = 0;
        for (std::size_t j = 0; j < shape_.values; ++j) {
            const double y = x[j] + minimum;
            const double e = scale * code(y * inverse) - y;
            sum += h[j] * e * e;
        }
        return sum;
    }

    /// The least sum of errors for d and dmin, over all scales and minima of all sub-blocks; `limit`
    /// or more if it is not below `limit`.
    double best(double d, double dmin, double limit) {
        double sum = 0;
        double rest = bound_sum_;
        for (std::size_t k = 0; k < subs() && sum + rest < limit; ++k) {
            rest -= bound_[k];
            sum += best_of_sub(k, d, dmin, limit - sum - rest);
        }
        return sum + std::max(rest, 0.0) < limit ? sum : limit;
    }

    /// A lower bound of the error of each sub-block, whatever its scale and minimum: from boxes of
    /// scales and minima, split until the bound is within `tolerance` of an error that is reached.
    double bound(double tolerance) {
        bound_sum_ = 0;
        for (std::size_t k = 0; k < subs(); ++k) {
            bound_[k] = shape_.minimum_max > 0 ? bound_with_minimum(k, tolerance) : bound_signed(k);
            bound_sum_ += bound_[k];
        }
        return bound_sum_;
    }

    /// Must cover all (d, dmin) that best() is then called with.
    void prepare(double d_low, double d_high, double m_low, double m_high) {
        for (std::size_t k = 0; k < subs(); ++k) {
            fill_cells(k, d_low, d_high, m_low, m_high);
        }
    }

  private:
    double code(double position) const {
        constexpr double kMagic = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds
        if (!shape_.table) {
            const double near = std::min(std::max(position, double(shape_.code_min)),
                                         double(shape_.code_max));
            return (near + kMagic) - kMagic;
        }
        constexpr double kTable[] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                     1,    13,   25,  38,  53,  69,  89,  113};
        double near = kTable[0];
        for (int i = 1; i < 16; ++i) {
            near = position > 0.5 * (kTable[i - 1] + kTable[i]) ? kTable[i] : near;
        }
        return near;
    }

    // Roots of errors on a lattice of scales and minima, less what they can fall by on the way from
    // the lattice: lower bounds for whole cells.
    struct Cells {
        double scale_low, scale_step, minimum_low, minimum_step;
        std::vector<float> root;
        double at(double scale, double minimum) const {
            const auto i = std::size_t((scale - scale_low) / scale_step);
            const auto j = std::size_t((minimum - minimum_low) / minimum_step);
            return double(root[i * kCells + j]);
        }
    };

    void fill_cells(std::size_t k, double d_low, double d_high, double m_low, double m_high) {
        Cells& cells = cells_[k];
        cells.scale_low = std::min(0.0, d_low * shape_.scale_max);
        cells.scale_step =
            (std::max(0.0, d_high * shape_.scale_max) - cells.scale_low) / (kCells - 1);
        cells.minimum_low = std::min(0.0, m_low * shape_.minimum_max);
        cells.minimum_step =
            (std::max(0.0, m_high * shape_.minimum_max) - cells.minimum_low) / (kCells - 1);
        cells.root.resize(kCells * kCells);
        const double reach =
            0.5 * (cells.scale_step * shape_.code_max + cells.minimum_step) * root_weight_[k];
        for (std::size_t i = 0; i < kCells; ++i) {
            for (std::size_t j = 0; j < kCells; ++j) {
                const double e =
                    error(k, cells.scale_low + (double(i) + 0.5) * cells.scale_step,
                          cells.minimum_low + (double(j) + 0.5) * cells.minimum_step);
                cells.root[i * kCells + j] = float(0.999999 * (std::sqrt(e) - reach));
            }
        }
    }

    double best_of_sub(std::size_t k, double d, double dmin, double limit) {
        const Cells& cells = cells_[k];
        double found = std::min(limit, error(k, d * last_scale_[k], dmin * last_minimum_[k]));
        double root = std::sqrt(found);
        const double step = std::max(std::fabs(dmin) * root_weight_[k], 1e-300);
        for (int s = shape_.scale_min; s <= shape_.scale_max; ++s) {
            for (int m = 0; m <= shape_.minimum_max;) {
                const double bound = cells.at(d * s, dmin * m);
                if (bound >= root) {
                    m += 1 + int(std::min((bound - root) / step, 1e3));
                    continue;
                }
                const double e = error(k, d * s, dmin * m);
                if (e < found) {
                    found = e;
                    root = std::sqrt(e);
                    last_scale_[k] = s;
                    last_minimum_[k] = m;
                }
                m += 1 + int(std::min(std::max(std::sqrt(e) - root, 0.0) / step, 1e3));
            }
        }
        return found;
    }

    struct Box {
        double scale, minimum, half_scale, half_minimum;
    };

    double bound_with_minimum(std::size_t k, double tolerance) const {
        const double* x = x_ + k * shape_.values;
        const auto [lo, hi] = std::minmax_element(x, x + shape_.values);
        const double range = *hi - *lo;
        if (range == 0) {
            return 0;
        }
        // Scales beyond the range, or offsets beyond it by more, are never needed: the nearest codes
        // of two would then be used, which a smaller scale can do.
        std::vector<Box> boxes = {{0, -0.5 * (*lo + *hi), range, 1.5 * range * shape_.code_max}};
        double reached = std::numeric_limits<double>::max();
        double least = reached;
        while (!boxes.empty()) {
            const Box box = boxes.back();
            boxes.pop_back();
            const double e = error(k, box.scale, box.minimum);
            reached = std::min(reached, e);
            const double reach =
                (box.half_scale * shape_.code_max + box.half_minimum) * root_weight_[k];
            const double root = std::max(std::sqrt(e) - reach, 0.0);
            if (root * root >= reached * (1 - tolerance)) {
                least = std::min(least, root * root);
                continue;
            }
            const bool by_scale = box.half_scale * shape_.code_max > box.half_minimum;
            for (const double side : {-0.5, 0.5}) {
                Box half = box;
                double& at = by_scale ? half.scale : half.minimum;
                double& width = by_scale ? half.half_scale : half.half_minimum;
                at += side * width;
                width /= 2;
                boxes.push_back(half);
            }
        }
        return std::min(least, reached);
    }

    double bound_signed(std::size_t /*k*/) const { return 0; }

    Shape shape_;
    double x_[256];
    double h_[256];
    double root_weight_[16];
    static constexpr std::size_t kCells = 512;
    Cells cells_[16];
    int last_scale_[16] = {};
    int last_minimum_[16] = {};
    double bound_[16] = {};
    double bound_sum_ = 0;
};
