#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/core.h>

#include "app/cli/commands.h"
#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/base/parallel.h"
#include "core/files/atomic_file.h"
#include "core/files/mapped_file.h"
#include "core/run/row_encoder.h"
#include "core/schemes/scheme.h"
#include "core/tensor/row_source.h"

namespace ql::cli {

namespace {

struct Arguments {
    std::string type;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::string in;
    std::string out;
    std::string importance;  ///< file with one float32 for each column
};

/// A storage type, the only grids whose rows need no parameters from elsewhere, and its fit.
Scheme scheme_of(const Arguments& arguments) {
    Scheme scheme = parse_scheme(arguments.type);
    if (!std::holds_alternative<StorageGrid>(scheme.grid)) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core", "codec works with storage types such as q4_0 or f16.")),
                    arguments.type);
    }
    if (const auto refusal = make_grid(scheme.grid)->refuses(arguments.cols)) {
        throw Error(ErrorCode::usage, *refusal, arguments.type);
    }
    return scheme;
}

/// The scheme for encoding: a file of importance alone asks for its use.
Scheme encoding_scheme(const Arguments& arguments) {
    Scheme scheme = scheme_of(arguments);
    if (scheme.fit.importance && arguments.importance.empty()) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core",
                                   "This type weights errors by importance: name a file with one "
                                   "float32 for each column with --importance FILE.")),
                    arguments.type);
    }
    scheme.fit.importance = !arguments.importance.empty();
    if (const auto refusal = scheme.validate()) {
        throw Error(ErrorCode::usage, *refusal, arguments.type);
    }
    return scheme;
}

/// The mapped input, checked to have the size that rows and columns ask for.
void check_size(const MappedFile& file, std::uint64_t row_bytes, std::int64_t rows) {
    const auto expected = checked_mul(row_bytes, static_cast<std::uint64_t>(rows));
    if (expected != file.size()) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core",
                                   "The file has {} bytes, but {} rows of {} bytes were "
                                   "announced."),
                             file.size(), rows, row_bytes),
                    file.path().string());
    }
}

/// Calls convert(input row block, rows, output) for pieces of the matrix in parallel and writes the
/// result.
template <class Convert>
void convert_file(const Arguments& arguments, std::size_t in_row, std::size_t out_row,
                  const Progress& progress, const Convert& convert) {
    const MappedFile file(arguments.in);
    check_size(file, in_row, arguments.rows);
    AtomicFile out(arguments.out);
    // The last byte first: threads may write inside the file at once, but not extend it.
    constexpr std::byte kZero{0};
    out.write_at(static_cast<std::size_t>(arguments.rows) * out_row - 1, std::span(&kZero, 1));
    const RowChunks chunks(arguments.rows, arguments.cols);
    parallel_for(chunks.count(), progress, [&](std::int64_t chunk) {
        const auto first = static_cast<std::size_t>(chunks.first(chunk));
        const auto count = static_cast<std::size_t>(chunks.size(chunk));
        const std::span<const std::byte> source = file.range(first * in_row, count * in_row);
        std::vector<std::byte> result(count * out_row);
        convert(source, static_cast<std::int64_t>(count), result);
        out.write_at(first * out_row, result);
        file.release(first * in_row, count * in_row);
    });
    out.commit();
}

/// One value for each column, if a file was named. Throws Error for values that are no importance.
MatrixImportance read_importance(const Arguments& arguments) {
    if (arguments.importance.empty()) {
        return {};
    }
    const MappedFile file(arguments.importance);
    const auto columns = static_cast<std::size_t>(arguments.cols);
    check_size(file, columns * sizeof(float), 1);
    std::vector<float> values(columns);
    std::memcpy(values.data(), file.range(0, file.size()).data(), file.size());
    if (!std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value) && value >= 0; })) {
        throw Error(ErrorCode::bad_data,
                    Sentence(QL_TR("core", "Importance must be finite and not negative.")),
                    arguments.importance);
    }
    return {std::move(values), arguments.rows, arguments.cols};
}

/// Encodes as an export does. Throws Error(bad_data) for values that are not finite, before or
/// after.
void encode_file(const Arguments& arguments, const Scheme& scheme, std::size_t float_row,
                 std::size_t block_row, const Progress& progress) {
    const MatrixImportance importance = read_importance(arguments);
    // Storage types take no parameters from the whole tensor: the encoder reads nothing itself.
    const RowEncoder encoder(scheme, arguments.cols, TensorRange(), importance);
    const auto encode = [&](std::span<const std::byte> in, std::int64_t rows,
                            std::vector<std::byte>& out) {
        std::vector<float> weights(in.size() / sizeof(float));
        std::memcpy(weights.data(), in.data(), in.size());
        require_finite(weights);
        std::vector<float> decoded(weights.size());
        encoder.encode_and_decode(weights, 0, rows, out.data(), decoded.data());
    };
    try {
        convert_file(arguments, float_row, block_row, progress, encode);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::bad_data) {
            throw;
        }
        throw Error(error.code(), error.sentence(), arguments.in);  // whose values these are
    }
}

void decode_file(const Arguments& arguments, const Grid& grid, std::size_t float_row,
                 std::size_t block_row, const Progress& progress) {
    convert_file(
        arguments, block_row, float_row, progress,
        [&](std::span<const std::byte> in, std::int64_t rows, std::vector<std::byte>& out) {
            std::vector<float> weights(out.size() / sizeof(float));
            cpu_backend().decode(grid, in.data(), rows, arguments.cols, {}, weights.data());
            std::memcpy(out.data(), weights.data(), out.size());
        });
}

void run(const Settings& settings, const Arguments& arguments, bool encode) {
    const Scheme scheme = encode ? encoding_scheme(arguments) : scheme_of(arguments);
    const auto grid = make_grid(scheme.grid);
    const std::size_t block_row = grid->row_bytes(arguments.cols);
    const std::size_t float_row = static_cast<std::size_t>(arguments.cols) * sizeof(float);
    const Progress progress = terminal_progress(settings);
    if (encode) {
        encode_file(arguments, scheme, float_row, block_row, progress);
    } else {
        decode_file(arguments, *grid, float_row, block_row, progress);
    }
    finish_progress();
    const auto rows = static_cast<std::size_t>(arguments.rows);
    if (settings.json) {
        print_json({{"type", encode ? format(scheme) : grid->text()},
                    {"rows", arguments.rows},
                    {"cols", arguments.cols},
                    {"path", arguments.out},
                    {"bytes", rows * (encode ? block_row : float_row)}});
    }
}

void add_direction(CLI::App* codec, Settings& settings, bool encode) {
    CLI::App* command = add_command(*codec, settings, encode ? "encode" : "decode",
                                    encode ? "Raw float32 to raw blocks" : "Raw blocks to float32");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("--type", arguments->type, "Storage type, for example q4_0 or q4_k+search")
        ->required();
    command->add_option("--rows", arguments->rows, "Rows of the matrix")
        ->required()
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
    command->add_option("--cols", arguments->cols, "Columns: values in a row")
        ->required()
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 32));
    command->add_option("--in", arguments->in, "File to read")->required();
    command->add_option("--out", arguments->out, "File to write")->required();
    if (encode) {
        command->add_option("--importance", arguments->importance,
                            "File with one float32 for each column; implies +imatrix");
    }
    command->callback([&settings, arguments, encode] { run(settings, *arguments, encode); });
}

}  // namespace

void add_codec(CLI::App& app, Settings& settings) {
    CLI::App* codec =
        add_command(app, settings, "codec", "Raw float32 values to raw blocks and back");
    codec->require_subcommand(1);
    add_direction(codec, settings, true);
    add_direction(codec, settings, false);
}

}  // namespace ql::cli
