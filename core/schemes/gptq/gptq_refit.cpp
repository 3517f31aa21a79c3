#include "core/schemes/gptq/gptq_refit.h"

#include <vector>

namespace ql::gptq {

namespace {

constexpr int kSweeps = 2;  // later ones gain next to nothing

/// Matrices lie column after column, one value for each row.
class Refit {
  public:
    Refit(const RefitRows& rows, PartParameters* parameters)
        : in_(rows),
          shape_(rows.codec.shape()),
          parts_(rows.cols / shape_.part),
          parameters_(parameters),
          pull_(at(rows.rows * rows.cols)),
          change_(at(rows.rows * shape_.span)),
          product_(change_.size()) {}

    void run(const Progress& progress) {
        std::vector<float> error(pull_.size());
        for (std::int64_t col = 0; col < in_.cols; ++col) {
            for (std::int64_t row = 0; row < in_.rows; ++row) {
                error[at(col * in_.rows + row)] =
                    scaled(row, col) + part(row, col).offset - in_.original[row * in_.cols + col];
            }
        }
        for (std::int64_t first = 0; first < in_.cols; first += kPiece) {
            progress.check();
            const std::int64_t count = std::min(kPiece, in_.cols - first);
            subtract(first, count, 0, in_.cols, error.data() + first * in_.rows, pull_.data());
        }
        for (int sweep = 0; sweep < kSweeps; ++sweep) {
            for (std::int64_t span = 0; span < in_.cols / shape_.span; ++span) {
                progress.check();
                refit(span);
            }
        }
    }

  private:
    static constexpr std::int64_t kPiece = 512;

    static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
    PartParameters& part(std::int64_t row, std::int64_t col) {
        return parameters_[row * parts_ + col / shape_.part];
    }
    /// The part of a decoded value that moves with its scale.
    float scaled(std::int64_t row, std::int64_t col) {
        const int code = in_.codes[row * in_.cols + col];
        const PartParameters& of = part(row, col);
        const float level =
            shape_.table != nullptr ? shape_.table[code] : static_cast<float>(code) - of.zero;
        return of.scale * level;
    }

    /// result -= G[to .. to + to_count, from .. from + count] · b.
    void subtract(std::int64_t from, std::int64_t count, std::int64_t to, std::int64_t to_count,
                  const float* b, float* result) const {
        in_.backend.subtract_product({to_count, in_.rows, count, in_.gram + from * in_.cols + to,
                                      in_.cols, b, in_.rows, in_.rows},
                                     result);
    }

    /// With v what moves with the scale and pull = -G · error, the error is least at the factor
    /// 1 + v · pull / v · G v. The nearest factor that can be stored is no worse than 1, which can.
    void refit(std::int64_t span) {
        const std::int64_t first = span * shape_.span;
        for (std::int64_t i = 0; i < shape_.span; ++i) {
            for (std::int64_t row = 0; row < in_.rows; ++row) {
                change_[at(i * in_.rows + row)] = scaled(row, first + i);
            }
        }
        std::fill(product_.begin(), product_.end(), 0.0F);
        subtract(first, shape_.span, first, shape_.span, change_.data(), product_.data());
        for (std::int64_t row = 0; row < in_.rows; ++row) {
            double along = 0;
            double curvature = 0;
            for (std::int64_t i = 0; i < shape_.span; ++i) {
                const std::size_t cell = at(i * in_.rows + row);
                along += static_cast<double>(change_[cell]) *
                         static_cast<double>(pull_[at((first + i) * in_.rows + row)]);
                curvature -=
                    static_cast<double>(change_[cell]) * static_cast<double>(product_[cell]);
            }
            const float factor = curvature > 0
                                     ? in_.codec.rescale(in_.bytes + at(row) * in_.row_bytes, span,
                                                         static_cast<float>(1 + along / curvature),
                                                         &part(row, first))
                                     : 1;
            for (std::int64_t i = 0; i < shape_.span; ++i) {
                change_[at(i * in_.rows + row)] *= factor - 1;
            }
        }
        subtract(first, shape_.span, 0, in_.cols, change_.data(), pull_.data());
    }

    const RefitRows& in_;
    const SpanShape& shape_;
    std::int64_t parts_;
    PartParameters* parameters_;
    std::vector<float> pull_;
    std::vector<float> change_;  ///< of a span
    std::vector<float> product_;
};

}  // namespace

void refit_scales(const RefitRows& rows, PartParameters* parameters, const Progress& progress) {
    Refit(rows, parameters).run(progress);
}

}  // namespace ql::gptq
