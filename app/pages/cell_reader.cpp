#include "app/pages/cell_reader.h"

#include <QCoreApplication>

#include "widgets/number_format.h"

namespace ql::gui {

namespace {

struct CellText {
    Q_DECLARE_TR_FUNCTIONS(ql::gui::CellText)
};

QString number(float value) { return formatNumber(static_cast<double>(value)); }

}  // namespace

QString valuesText(const CellValues& cell) {
    //: %1 is the original weight, %2 the decoded one, %3 their difference
    return CellText::tr("w %1 · ŵ %2 · error %3")
        .arg(number(cell.original), number(cell.decoded), number(cell.error()));
}

QString blockText(const CellInfo& stored) {
    if (stored.code_min == stored.code_max) {
        return CellText::tr("stored by itself, without a block");
    }
    //: columns of a matrix that share one scale
    QStringList parts{
        CellText::tr("block of columns %1–%2").arg(stored.block_begin).arg(stored.block_end - 1),
        CellText::tr("scale %1").arg(number(stored.scale))};
    if (stored.zero != 0) {
        //: the code that stands for the value 0
        parts << CellText::tr("zero point %1").arg(number(stored.zero));
    }
    if (stored.offset != 0) {
        parts << CellText::tr("offset %1").arg(number(stored.offset));
    }
    //: %1 is the stored integer, %2 and %3 the smallest and largest possible one
    parts << CellText::tr("code %1 of %2…%3")
                 .arg(stored.code)
                 .arg(stored.code_min)
                 .arg(stored.code_max);
    if (stored.table) {
        //: the number that a code stands for, from a table of the format
        parts << CellText::tr("level %1").arg(number(stored.level()));
    }
    return parts.join(QStringLiteral(" · "));
}

CellReader::CellReader(Jobs* jobs, QObject* parent) : QObject(parent), reading_(jobs) {}

void CellReader::setSource(std::shared_ptr<const RowSource> rows,
                           std::shared_ptr<const TensorRun> run) {
    if (rows == rows_ && run == run_) {
        return;
    }
    reading_.cancel();
    rows_ = std::move(rows);
    run_ = std::move(run);
    row_.reset();
    wanted_ = -1;
}

std::optional<CellValues> CellReader::at(qint64 row, qint64 col) {
    if (!rows_ || !run_ || row < 0 || col < 0 || row >= rows_->rows() || col >= rows_->cols()) {
        return std::nullopt;
    }
    if (row_ && row_->index == row) {
        const auto place = static_cast<std::size_t>(col);
        return CellValues{row, col, row_->original[place], row_->decoded[place],
                          run_->quantized.inspect(row, col)};
    }
    if (wanted_ != row) {
        wanted_ = row;
        reading_.start(
            Lane::interactive, tr("Read row %1").arg(row), this,
            [rows = rows_, run = run_, row](const Progress&) {
                Row read{row, std::vector<float>(static_cast<std::size_t>(rows->cols())), {}};
                read.decoded.resize(read.original.size());
                rows->read(row, 1, read.original.data());
                run->decode_rows(row, 1, read.decoded.data());
                return read;
            },
            [this](const std::shared_ptr<const Row>& read) {
                row_ = read;
                wanted_ = -1;
                emit arrived();
            },
            // The hover line stays without values; the row may be asked for again.
            [this](const Error&) { wanted_ = -1; });
    }
    return std::nullopt;
}

}  // namespace ql::gui
