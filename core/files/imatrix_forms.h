// The two file forms of an importance matrix. Only for core/files.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/files/imatrix.h"

namespace ql {

/// Checks an entry read from a file and puts it into `matrix`. Throws Error(bad_file) for a name
/// that stands there already and for values that no sum of squares can have.
void add_entry(ImportanceMatrix& matrix, std::string_view name, ImportanceEntry entry);

/// `file` is the whole content. Throw Error(bad_file); the context is left to the caller.
ImportanceMatrix parse_imatrix_gguf(std::span<const std::byte> file);
ImportanceMatrix parse_imatrix_dat(std::span<const std::byte> file);

/// The whole content of a file. Throw Error(unsupported) for what the form cannot hold.
std::vector<std::byte> imatrix_gguf_bytes(const ImportanceMatrix& matrix);
std::vector<std::byte> imatrix_dat_bytes(const ImportanceMatrix& matrix);

}  // namespace ql
