#include "core/base/error.h"

#include <system_error>

#include <fmt/args.h>

namespace ql {

std::string_view name(ErrorCode code) {
    switch (code) {
        case ErrorCode::usage:
            return "usage";
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::io:
            return "io";
        case ErrorCode::bad_file:
            return "bad_file";
        case ErrorCode::unsupported:
            return "unsupported";
        case ErrorCode::bad_data:
            return "bad_data";
        case ErrorCode::limit:
            return "limit";
        case ErrorCode::cancelled:
            return "cancelled";
    }
    return "unknown";
}

std::string Sentence::filled(std::string_view translation) const {
    fmt::dynamic_format_arg_store<fmt::format_context> store;
    for (const std::string& arg : args_) {
        store.push_back(arg);
    }
    try {
        return fmt::vformat(translation, store);
    } catch (const fmt::format_error&) {
        return translation == text_ ? text_ : english();
    }
}

Error::Error(ErrorCode code, Sentence sentence, std::string context)
    : code_(code), sentence_(std::move(sentence)), context_(std::move(context)) {
    what_ = context_.empty() ? sentence_.english() : context_ + ": " + sentence_.english();
}

void fail_bad_file(Sentence sentence) { throw Error(ErrorCode::bad_file, std::move(sentence)); }

std::string system_reason(int error) { return std::generic_category().message(error); }

}  // namespace ql
