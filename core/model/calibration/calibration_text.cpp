#include "core/model/calibration/calibration_text.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/base/hash.h"
#include "core/files/escape.h"
#include "core/files/json_file.h"
#include "core/files/mapped_file.h"

namespace ql {

namespace {

constexpr std::string_view kBetween = "\n\n";

[[noreturn]] void fail(Sentence sentence, const std::filesystem::path& path,
                       ErrorCode code = ErrorCode::bad_file) {
    throw Error(code, std::move(sentence), path.string());
}

/// Calls line(number from 1, text without its end) for every line.
template <class Line>
void for_each_line(std::string_view text, const Line& line) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view one = text.substr(0, end);
        if (one.ends_with('\r')) {
            one.remove_suffix(1);
        }
        line(number, one);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void require_text(std::string_view text, const std::filesystem::path& path,
                  const Progress& progress) {
    for_each_line(text, [&](std::size_t number, std::string_view line) {
        progress.check();
        if (line.find('\0') != line.npos) {
            fail(Sentence(QL_TR("core", "Line {} has a zero byte: this is not a text file."),
                          number),
                 path);
        }
        if (!is_utf8(line)) {
            fail(Sentence(QL_TR("core", "Line {} is not UTF-8."), number), path);
        }
    });
}

std::string text_of_line(std::size_t number, std::string_view line,
                         const std::filesystem::path& path) {
    if (line.size() > CalibrationText::kMostLineBytes) {
        fail(Sentence(QL_TR("core", "Line {} is longer than {} bytes."), number,
                      CalibrationText::kMostLineBytes),
             path, ErrorCode::limit);
    }
    nlohmann::json value;
    try {
        value = parse_json(line);
    } catch (const Error&) {
        fail(Sentence(QL_TR("core", "Line {} is not valid JSON."), number), path);
    }
    if (!value.is_object()) {
        fail(Sentence(QL_TR("core", "Line {} is not a JSON object."), number), path);
    }
    const auto text = value.find("text");
    if (text == value.end() || !text->is_string()) {
        fail(Sentence(QL_TR("core", "Line {} has no \"text\" that is a string."), number), path);
    }
    return text->get<std::string>();
}

std::vector<std::string> texts_of_lines(std::string_view text, const std::filesystem::path& path,
                                        const Progress& progress) {
    std::vector<std::string> documents;
    for_each_line(text, [&](std::size_t number, std::string_view line) {
        progress.check();
        if (line.find_first_not_of(" \t") == line.npos) {
            return;
        }
        std::string document = text_of_line(number, line, path);
        if (!document.empty()) {
            documents.push_back(std::move(document));
        }
    });
    return documents;
}

/// Without what comes after the last whole line, or character where there is one line only.
std::string_view shortened_to_whole(std::string_view text) {
    if (const auto end = text.rfind('\n'); end != text.npos) {
        return text.substr(0, end + 1);
    }
    const auto byte = [&] { return static_cast<unsigned char>(text.back()); };
    while (!text.empty() && (byte() & 0xC0U) == 0x80U) {
        text.remove_suffix(1);
    }
    if (!text.empty() && byte() >= 0xC0U) {
        text.remove_suffix(1);
    }
    return text;
}

}  // namespace

std::uint64_t CalibrationText::hash() const {
    std::vector<std::uint64_t> hashes;
    for (const std::string& document : documents) {
        hashes.push_back(hash_bytes(document.data(), document.size()));
    }
    return hash_bytes(hashes.data(), hashes.size() * sizeof(std::uint64_t));
}

Sentence CalibrationText::note() const {
    return shortened ? Sentence(QL_TR("core", "Of this file only the first {} MB are used."),
                                kMostBytes >> 20)
                     : Sentence();
}

CalibrationText CalibrationText::built_in() {
    CalibrationText text;
    text.name = kBuiltIn;
    for (const BuiltInText& one : built_in_texts()) {
        text.documents.emplace_back(one.text);
    }
    return text;
}

CalibrationText CalibrationText::read(const std::filesystem::path& path, const Progress& progress) {
    const MappedFile file(path);
    CalibrationText result;
    result.name = path.filename().string();
    result.shortened = file.size() > kMostBytes;
    const auto bytes = file.range(0, std::min(file.size(), kMostBytes));
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (result.shortened) {
        text = shortened_to_whole(text);
    }
    require_text(text, path, progress);
    const auto extension = path.extension();
    if (extension == ".jsonl" || extension == ".ndjson") {
        result.documents = texts_of_lines(text, path, progress);
    } else if (!text.empty()) {
        result.documents.emplace_back(text);
    }
    if (result.documents.empty()) {
        fail(Sentence(QL_TR("core", "The file has no text.")), path);
    }
    return result;
}

CalibrationSamples CalibrationSamples::cut(const CalibrationText& text, const Tokenizer& tokenizer,
                                           std::size_t count, std::int64_t context,
                                           const Progress& progress) {
    constexpr std::int64_t kLeastContext = 2;
    if (context < kLeastContext) {
        throw Error(
            ErrorCode::usage,
            Sentence(QL_TR("core", "A sample must have at least {} tokens."), kLeastContext));
    }
    std::string all;
    for (const std::string& document : text.documents) {
        all += all.empty() ? std::string_view() : kBetween;
        all += document;
    }
    const TokenIds ids = tokenizer.encode(all, {}, progress);
    CalibrationSamples samples;
    samples.context = context;
    samples.wanted = count;
    samples.text_tokens = static_cast<std::int64_t>(ids.size());
    const std::int64_t there = samples.text_tokens / context;
    if (there == 0) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core",
                                   "The text has {} tokens, fewer than one sample of {}: choose a "
                                   "longer text or shorter samples."),
                             samples.text_tokens, context));
    }
    const auto bos = tokenizer.adds_bos() ? tokenizer.bos() : std::nullopt;
    const auto most = static_cast<std::int64_t>(
        std::min<std::uint64_t>(count, static_cast<std::uint64_t>(there)));
    const std::int64_t taken = count == 0 ? there : most;
    for (std::int64_t i = 0; i < taken; ++i) {
        const auto begin = ids.begin() + i * there / taken * context;
        samples.windows.emplace_back(begin, begin + context);
        if (bos) {
            samples.windows.back().front() = *bos;
        }
    }
    return samples;
}

Sentence CalibrationSamples::note() const {
    if (windows.size() >= wanted) {
        return {};
    }
    return Sentence(
        QL_TR("core",
              "The text gives {0} samples of {1} tokens; {2} were asked for. All of it is used."),
        windows.size(), context, wanted);
}

}  // namespace ql
