#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/progress.h"
#include "core/model/forward/decoder.h"
#include "core/model/tokenizer.h"

namespace ql {

/// A text that comes with the program, and the language it is in ("en", "zh", "code").
struct BuiltInText {
    std::string_view language;
    std::string_view text;
};
/// The calibration texts of the demo model; the README beside them says where they come from.
std::span<const BuiltInText> built_in_texts();

/// A text to calibrate on.
struct CalibrationText {
    static constexpr std::string_view kBuiltIn = "built-in";
    static constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;
    static constexpr std::uint64_t kMostLineBytes = std::uint64_t{16} << 20;  ///< JSONL

    std::string name;  ///< of the file, or kBuiltIn
    /// The whole of a plain text, the "text" of every line of JSONL, each of the built-in ones.
    std::vector<std::string> documents;
    bool shortened = false;  ///< the file has more than kMostBytes, which are not used

    std::uint64_t hash() const;
    Sentence note() const;  ///< that it is shortened; empty if it is not

    /// English, Chinese and code.
    static CalibrationText built_in();
    /// Reads a file in UTF-8: JSONL (.jsonl, .ndjson: an object with a "text" a line) or plain.
    /// Throws Error(bad_file) naming the line for what is neither, Error(limit) for a line of JSONL
    /// that is too long.
    static CalibrationText read(const std::filesystem::path& path, const Progress& progress = {});
};

/// What is run of a text.
struct CalibrationSamples {
    std::vector<TokenIds> windows;  ///< of `context` tokens each
    std::int64_t context = 0;
    std::int64_t text_tokens = 0;  ///< of the whole text
    std::size_t wanted = 0;

    std::int64_t tokens() const { return context * static_cast<std::int64_t>(windows.size()); }
    /// Why it is less than was asked for; empty if it is not.
    Sentence note() const;

    /// Cuts the documents, with a blank line between them, into windows of `context` tokens, as
    /// llama-imatrix does: one after another, BOS in the place of the first token where the
    /// vocabulary wants it, the rest dropped. Of more than `count` windows it takes as many spread
    /// evenly over the text (0: all). Never pads. Throws Error(usage) for a context below 2 or a
    /// text that is shorter than one window.
    static CalibrationSamples cut(const CalibrationText& text, const Tokenizer& tokenizer,
                                  std::size_t count, std::int64_t context,
                                  const Progress& progress = {});
};

}  // namespace ql
