#include "app/pages/error_finding.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "widgets/number_format.h"

namespace ql::gui {

namespace {

struct FindingText {
    Q_DECLARE_TR_FUNCTIONS(ql::gui::FindingText)
};

constexpr std::int64_t kMinLines = 16;  // of fewer lines none can stand out

/// Follows the larger half down to the finest cell. Returns its row and column among the cells.
std::pair<std::int64_t, std::int64_t> worstCell(const Pyramid& pyramid) {
    std::int64_t row = 0;
    std::int64_t col = 0;
    for (auto level = pyramid.levels.rbegin(); level != pyramid.levels.rend(); ++level) {
        if (level == pyramid.levels.rbegin()) {
            continue;  // the single cell on top
        }
        const std::int64_t top = 2 * row;
        const std::int64_t left = 2 * col;
        float worst = -1;
        for (std::int64_t r = top; r < std::min(top + 2, level->rows); ++r) {
            for (std::int64_t c = left; c < std::min(left + 2, level->cols); ++c) {
                const float magnitude = std::fabs(level->at(r, c).extreme());
                if (magnitude > worst) {
                    worst = magnitude;
                    row = r;
                    col = c;
                }
            }
        }
    }
    return {row, col};
}

void findLargest(const RowSource& rows, const TensorRun& run, ErrorFinding& finding) {
    const auto [cellRow, cellCol] = worstCell(run.error_map);
    const std::int64_t top = cellRow * Pyramid::kBase;
    const std::int64_t left = cellCol * Pyramid::kBase;
    const std::int64_t height = std::min(Pyramid::kBase, rows.rows() - top);
    const std::int64_t width = std::min(Pyramid::kBase, rows.cols() - left);
    const std::vector<float> window =
        map_window(rows, &run, MapKind::error, top, height, left, width);
    const auto worst = std::max_element(
        window.begin(), window.end(), [](float a, float b) { return std::fabs(a) < std::fabs(b); });
    const std::int64_t place = worst - window.begin();
    finding.largest = static_cast<double>(*worst);
    finding.row = top + place / width;
    finding.col = left + place % width;
    finding.stored = run.quantized.inspect(finding.row, finding.col);
}

QString listed(const ErrorConcentration& where) {
    QStringList numbers;
    for (const std::int64_t line : where.lines) {
        numbers << QString::number(line);
    }
    const QString share = formatPercent(where.share, 0);
    const QString weights =
        formatPercent(static_cast<double>(where.lines.size()) / static_cast<double>(where.count));
    const int n = static_cast<int>(numbers.size());
    //: between the numbers of a list: rows 12, 73
    const QString list = numbers.join(FindingText::tr(", "));
    return where.columns
               ? FindingText::tr(
                     "Column(s) %1 carry %2 of the squared error, on %3 of the weights.", nullptr,
                     n)
                     .arg(list, share, weights)
               : FindingText::tr("Row(s) %1 carry %2 of the squared error, on %3 of the weights.",
                                 nullptr, n)
                     .arg(list, share, weights);
}

QString evenText(const ErrorConcentration& where) {
    const double times = where.worst * static_cast<double>(where.count);
    return FindingText::tr(
               "No row or column stands out: the worst row, %1, carries %2 times an even "
               "share of the squared error.")
        .arg(where.lines.front())
        .arg(formatNumber(times, 2));
}

}  // namespace

bool ErrorConcentration::concentrated() const {
    return count >= kMinLines && worst * static_cast<double>(count) >= kStandsOut;
}

ErrorConcentration concentration(const std::vector<double>& squared, bool columns) {
    ErrorConcentration found;
    found.columns = columns;
    found.count = static_cast<std::int64_t>(squared.size());
    const double total = std::accumulate(squared.begin(), squared.end(), 0.0);
    if (!(total > 0)) {
        return found;
    }
    std::vector<std::int64_t> order(squared.size());
    std::iota(order.begin(), order.end(), 0);
    const std::size_t kept = std::min(ErrorConcentration::kMaxLines, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                      [&](std::int64_t a, std::int64_t b) {
                          return squared[static_cast<std::size_t>(a)] >
                                 squared[static_cast<std::size_t>(b)];
                      });
    for (std::size_t i = 0; i < kept; ++i) {
        const double share = squared[static_cast<std::size_t>(order[i])] / total;
        const bool standsOut =
            share * static_cast<double>(found.count) >= ErrorConcentration::kStandsOut;
        if (i > 0 && !standsOut) {
            break;
        }
        found.worst = i == 0 ? share : found.worst;
        found.share += share;
        found.lines.push_back(order[i]);
    }
    return found;
}

ErrorFinding find_error(const RowSource& rows, const TensorRun& run, const Progress& progress) {
    ErrorFinding finding;
    findLargest(rows, run, finding);
    if (rows.size() > ErrorFinding::kMaxValues || finding.largest == 0) {
        return finding;
    }
    std::vector<double> rowSums(static_cast<std::size_t>(rows.rows()));
    std::vector<double> colSums(static_cast<std::size_t>(rows.cols()));
    const RowChunks chunks(rows.rows(), rows.cols());
    for (std::int64_t chunk = 0; chunk < chunks.count(); ++chunk) {
        progress.check();
        const std::int64_t first = chunks.first(chunk);
        const std::vector<float> errors =
            map_window(rows, &run, MapKind::error, first, chunks.size(chunk), 0, rows.cols());
        rows.release(first, chunks.size(chunk));
        for (std::size_t i = 0; i < errors.size(); ++i) {
            const double squared = static_cast<double>(errors[i]) * static_cast<double>(errors[i]);
            rowSums[static_cast<std::size_t>(first) + i / colSums.size()] += squared;
            colSums[i % colSums.size()] += squared;
        }
        progress.report(static_cast<double>(chunk + 1) / static_cast<double>(chunks.count()));
    }
    finding.concentration = concentration(rowSums, false);
    const ErrorConcentration byColumn = concentration(colSums, true);
    const auto excess = [](const ErrorConcentration& where) {
        return where.worst * static_cast<double>(where.count);
    };
    if (byColumn.concentrated() && excess(byColumn) > excess(*finding.concentration)) {
        finding.concentration = byColumn;
    }
    return finding;
}

QString findingText(const ErrorFinding& finding) {
    if (finding.largest == 0) {
        return FindingText::tr("Every weight is kept exactly.");
    }
    const QString largest = formatNumber(finding.largest);
    QString text;
    if (finding.stored.code_min == finding.stored.code_max) {
        text = FindingText::tr("The largest error, %1, is at row %2, column %3.")
                   .arg(largest)
                   .arg(finding.row)
                   .arg(finding.col);
    } else {
        text = FindingText::tr(
                   "The largest error, %1, is at row %2, column %3, in a block with "
                   "scale %4.")
                   .arg(largest)
                   .arg(finding.row)
                   .arg(finding.col)
                   .arg(formatNumber(static_cast<double>(finding.stored.scale)));
    }
    if (!finding.concentration || finding.concentration->count < kMinLines) {
        return text;
    }
    const ErrorConcentration& where = *finding.concentration;
    return (where.concentrated() ? listed(where) : evenText(where)) + u' ' + text;
}

}  // namespace ql::gui
