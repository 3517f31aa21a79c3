// Writes an importance matrix with a plain matrix and a stack of two experts, for other programs to
// read (tests/interop/check_grids.py).
#include <numeric>

#include <fmt/format.h>

#include "core/files/imatrix.h"

int main(int argc, char** argv) {
    if (argc != 2) {
        fmt::print(stderr, "usage: write_imatrix_file FILE\n");
        return 2;
    }
    ql::ImportanceMatrix matrix;
    matrix.datasets = {"a.txt", "b.txt"};
    matrix.chunk_count = 3;
    matrix.chunk_size = 512;
    matrix.entries["blk.0.attn_q.weight"] = {std::vector<float>(8, 1), {4}};
    ql::ImportanceEntry& stack = matrix.entries["blk.0.ffn_up_exps.weight"];
    stack.sums.resize(16);
    std::iota(stack.sums.begin(), stack.sums.end(), 0.0F);
    stack.counts = {4, 0};
    ql::write_imatrix(matrix, argv[1], ql::ImportanceFormat::gguf);
}
