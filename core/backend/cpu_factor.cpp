#include <algorithm>
#include <cmath>
#include <vector>

#include <cblas.h>

#include "core/backend/cpu_operations.h"
#include "core/backend/single_threaded_blas.h"
#include "core/base/parallel.h"

namespace ql::cpu {

namespace {

// Panels and tiles of fixed size, each a single-threaded call of some milliseconds: the bits do not
// depend on the number of threads, and a cancelled job stops soon.
constexpr std::int64_t kPanel = 256;
constexpr std::int64_t kFactorTile = 256;
constexpr std::int64_t kSubPanel = 32;         // of a block on the diagonal: factored by itself
constexpr std::int64_t kInverseColumns = 128;  // narrower, so that many threads share them evenly
constexpr std::int64_t kInner = 4096;          // of a product at once

/// A square matrix, row after row, of which only the lower triangle is looked at.
struct Lower {
    std::int64_t n = 0;
    std::vector<double> values;

    int stride() const { return static_cast<int>(n); }
    double* at(std::int64_t row, std::int64_t col) { return values.data() + row * n + col; }
    const double* at(std::int64_t row, std::int64_t col) const {
        return values.data() + row * n + col;
    }
};

/// h + damping * I with rows and columns in the opposite order.
Lower reversed(std::int64_t n, const double* h, double damping, const Progress& progress) {
    Lower a{n, std::vector<double>(static_cast<std::size_t>(n * n))};
    parallel_for(n, progress, [&](std::int64_t row) {
        const double* source = h + (n - 1 - row) * n;
        for (std::int64_t col = 0; col <= row; ++col) {
            *a.at(row, col) = source[n - 1 - col];
        }
        *a.at(row, row) += damping;
    });
    return a;
}

/// The Cholesky factor of a small block on the diagonal, in place. False if it is not positive
/// definite.
bool factor_small_block(Lower& a, std::int64_t first, std::int64_t size) {
    for (std::int64_t i = first; i < first + size; ++i) {
        for (std::int64_t j = first; j <= i; ++j) {
            double sum = *a.at(i, j);
            for (std::int64_t k = first; k < j; ++k) {
                sum -= *a.at(i, k) * *a.at(j, k);
            }
            if (i != j) {
                *a.at(i, j) = sum / *a.at(j, j);
            } else if (sum > 0 && std::isfinite(sum)) {
                *a.at(i, i) = std::sqrt(sum);
            } else {
                return false;
            }
        }
    }
    return true;
}

/// The same of a panel's block.
bool factor_block(Lower& a, std::int64_t first, std::int64_t size) {
    const SingleThreadedBlas single;
    const std::int64_t end = first + size;
    for (std::int64_t i = first; i < end; i += kSubPanel) {
        const std::int64_t width = std::min(kSubPanel, end - i);
        if (!factor_small_block(a, i, width)) {
            return false;
        }
        const std::int64_t below = i + width;
        const auto rows = static_cast<int>(end - below);
        if (rows == 0) {
            break;
        }
        cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, rows,
                    static_cast<int>(width), 1, a.at(i, i), a.stride(), a.at(below, i), a.stride());
        cblas_dsyrk(CblasRowMajor, CblasLower, CblasNoTrans, rows, static_cast<int>(width), -1,
                    a.at(below, i), a.stride(), 1, a.at(below, below), a.stride());
    }
    return true;
}

std::int64_t tiles_of(std::int64_t values) { return (values + kFactorTile - 1) / kFactorTile; }

/// a = L · Lᵀ in place.
bool factor(Lower& a, const Progress& progress) {
    for (std::int64_t first = 0; first < a.n; first += kPanel) {
        const std::int64_t size = std::min(kPanel, a.n - first);
        if (!factor_block(a, first, size)) {
            return false;
        }
        const std::int64_t below = first + size;
        const std::int64_t tiles = tiles_of(a.n - below);
        const auto rows_of = [&](std::int64_t tile) {
            return static_cast<int>(std::min(kFactorTile, a.n - below - tile * kFactorTile));
        };
        parallel_for(tiles, progress, [&](std::int64_t tile) {
            const SingleThreadedBlas single;
            cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit,
                        rows_of(tile), static_cast<int>(size), 1, a.at(first, first), a.stride(),
                        a.at(below + tile * kFactorTile, first), a.stride());
        });
        parallel_for(tiles * tiles, progress, [&](std::int64_t i) {
            const std::int64_t row = i / tiles;
            const std::int64_t col = i % tiles;
            if (col > row) {
                return;
            }
            const SingleThreadedBlas single;
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows_of(row), rows_of(col),
                        static_cast<int>(size), -1, a.at(below + row * kFactorTile, first),
                        a.stride(), a.at(below + col * kFactorTile, first), a.stride(), 1,
                        a.at(below + row * kFactorTile, below + col * kFactorTile), a.stride());
        });
    }
    return true;
}

/// Columns [first, first + size) of the inverse of l: [l.n - first × size], the zeros above left
/// out.
std::vector<double> inverse_columns(const Lower& l, std::int64_t first, std::int64_t size,
                                    const Progress& progress) {
    std::vector<double> x(static_cast<std::size_t>((l.n - first) * size));
    for (std::int64_t i = 0; i < size; ++i) {
        x[static_cast<std::size_t>(i * size + i)] = 1;
    }
    const auto cols = static_cast<int>(size);
    for (std::int64_t row = first; row < l.n; row += kPanel) {
        progress.check();
        const auto rows = static_cast<int>(std::min(kPanel, l.n - row));
        double* out = x.data() + (row - first) * size;
        const SingleThreadedBlas single;
        for (std::int64_t k = first; k < row; k += kInner) {
            progress.check();
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, cols,
                        static_cast<int>(std::min(kInner, row - k)), -1, l.at(row, k), l.stride(),
                        x.data() + (k - first) * size, cols, 1, out, cols);
        }
        cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, rows, cols, 1,
                    l.at(row, row), l.stride(), out, cols);
    }
    return x;
}

}  // namespace

// With J the reversal of order and J (h + damping) J = L Lᵀ, the wanted U is J L⁻¹ J: one
// factorisation and one triangular inverse, where inverting first would take two and more.
bool inverse_factor(std::int64_t n, const double* h, double damping, float* upper,
                    const Progress& progress) {
    Lower l = reversed(n, h, damping, progress);
    if (!factor(l, progress)) {
        return false;
    }
    const std::int64_t panels = (n + kInverseColumns - 1) / kInverseColumns;
    parallel_for(panels, progress, [&](std::int64_t panel) {
        const std::int64_t first = panel * kInverseColumns;
        const std::int64_t size = std::min(kInverseColumns, n - first);
        const std::vector<double> x = inverse_columns(l, first, size, progress);
        for (std::int64_t row = 0; row < n; ++row) {
            float* out = upper + (n - 1 - row) * n;
            for (std::int64_t col = first; col < first + size; ++col) {
                const auto at = static_cast<std::size_t>((row - first) * size + col - first);
                out[n - 1 - col] = row < col ? 0.0F : static_cast<float>(x[at]);
            }
        }
    });
    return true;
}

void product_above_diagonal(std::int64_t n, const float* d, const float* u, float* out,
                            const Progress& progress) {
    const auto stride = static_cast<int>(n);
    parallel_for(tiles_of(n), progress, [&](std::int64_t panel) {
        const std::int64_t first = panel * kFactorTile;
        const std::int64_t size = std::min(kFactorTile, n - first);
        const std::int64_t right = n - first;  // T is 0 before the panel's first column
        std::vector<float> t(static_cast<std::size_t>(size * right));
        for (std::int64_t col = first; col < n; col += kFactorTile) {
            progress.check();
            const std::int64_t cols = std::min(kFactorTile, n - col);
            const SingleThreadedBlas single;
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(size),
                        static_cast<int>(cols), static_cast<int>(n - col), 1, d + first * n + col,
                        stride, u + col * n + col, stride, 0, t.data() + (col - first),
                        static_cast<int>(right));
        }
        for (std::int64_t row = 0; row < size; ++row) {
            std::fill_n(t.data() + row * right, row + 1, 0.0F);
            std::fill_n(out + (first + row) * n, first, 0.0F);
        }
        for (std::int64_t col = first; col < n; col += kFactorTile) {
            progress.check();
            const std::int64_t cols = std::min(kFactorTile, n - col);
            const SingleThreadedBlas single;
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(size),
                        static_cast<int>(cols), static_cast<int>(col + cols - first), 1, t.data(),
                        static_cast<int>(right), u + first * n + col, stride, 0,
                        out + first * n + col, stride);
        }
    });
}

void subtract_product(const ProductOp& op, float* w) {
    const SingleThreadedBlas single;
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, static_cast<int>(op.rows),
                static_cast<int>(op.cols), static_cast<int>(op.inner), -1, op.a,
                static_cast<int>(op.a_stride), op.b, static_cast<int>(op.b_stride), 1, w,
                static_cast<int>(op.result_stride));
}

}  // namespace ql::cpu
