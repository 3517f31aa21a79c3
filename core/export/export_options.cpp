#include "core/export/export_options.h"

namespace ql {

namespace {

struct FormatName {
    ExportFormat format;
    std::string_view name;
};

constexpr std::array kNames = {
    FormatName{ExportFormat::gguf, "gguf"},
    FormatName{ExportFormat::gptq, "gptq"},
    FormatName{ExportFormat::awq, "awq"},
    FormatName{ExportFormat::compressed_tensors, "compressed-tensors"},
    FormatName{ExportFormat::dequantized, "dequantized"},
};

constexpr std::array kFormats = [] {
    std::array<ExportFormat, kNames.size()> formats{};
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        formats[i] = kNames[i].format;
    }
    return formats;
}();

}  // namespace

std::span<const ExportFormat> all_export_formats() { return kFormats; }

std::string_view name(ExportFormat format) {
    return std::find_if(kNames.begin(), kNames.end(),
                        [&](const FormatName& entry) { return entry.format == format; })
        ->name;
}

std::optional<ExportFormat> export_format_from_name(std::string_view name) {
    const auto found = std::find_if(kNames.begin(), kNames.end(),
                                    [&](const FormatName& entry) { return entry.name == name; });
    return found == kNames.end() ? std::nullopt : std::optional(found->format);
}

}  // namespace ql
