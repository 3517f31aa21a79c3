#include "core/schemes/gptq/gptq_options.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "core/base/parse_error.h"

namespace ql {

namespace {

struct NamedOrder {
    std::string_view name;
    Gptq::Order order;
};
constexpr NamedOrder kOrders[] = {
    {"none", Gptq::Order::none}, {"static", Gptq::Order::fixed}, {"group", Gptq::Order::by_group}};

double parse_damp(std::string_view text, std::size_t offset) {
    double damp = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, damp);
    if (read.ec != std::errc() || read.ptr != end || !(damp >= 0 && damp <= Gptq::kMostDamp)) {
        throw ParseError(Sentence(QL_TR("core", "“{}” is no damping: a number from 0 to {} is."),
                                  text, Gptq::kMostDamp),
                         offset);
    }
    return damp + 0.0;  // no -0
}

Gptq::Order parse_order(std::string_view text, std::size_t offset) {
    for (const NamedOrder& known : kOrders) {
        if (known.name == text) {
            return known.order;
        }
    }
    throw ParseError(
        Sentence(QL_TR("core", "“{}” is no order of columns: none, static and group are."), text),
        offset);
}

}  // namespace

std::optional<Sentence> refusal(const Gptq& gptq) {
    if (gptq.gptaq && gptq.independent) {
        return Sentence(QL_TR("core",
                              "GPTAQ goes by what quantized blocks change about the inputs, and "
                              "under “independent” they are the original ones: one or the other."));
    }
    if (gptq.gptaq && gptq.refit) {
        return Sentence(QL_TR("core",
                              "“refit” fits scales to what the quantized model's linears read "
                              "alone, which would undo GPTAQ's correction: one or the other."));
    }
    return std::nullopt;
}

std::string format(const Gptq& gptq) {
    const Gptq usual;
    std::vector<std::string> parts;
    if (gptq.damp != usual.damp) {
        parts.push_back(fmt::format("damp={}", gptq.damp));
    }
    for (const NamedOrder& known : kOrders) {
        if (known.order == gptq.order && gptq.order != usual.order) {
            parts.push_back(fmt::format("order={}", known.name));
        }
    }
    if (gptq.independent) {
        parts.emplace_back("independent");
    }
    if (gptq.refit) {
        parts.emplace_back("refit");
    }
    if (gptq.gptaq) {
        parts.emplace_back("gptaq");
    }
    return parts.empty() ? "+gptq" : fmt::format("+gptq({})", fmt::join(parts, ","));
}

Gptq parse_gptq(std::string_view options, std::size_t offset) {
    constexpr std::string_view kDamp = "damp=";
    constexpr std::string_view kOrder = "order=";
    const std::size_t begin = offset;
    Gptq gptq;
    std::vector<std::string_view> seen;
    while (true) {
        const std::size_t end = std::min(options.find(','), options.size());
        const std::string_view option = options.substr(0, end);
        const std::string_view key = option.substr(0, option.find('='));
        if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
            throw ParseError(Sentence(QL_TR("core", "“{}” stands twice."), key), offset);
        }
        seen.push_back(key);
        if (option.starts_with(kDamp)) {
            gptq.damp = parse_damp(option.substr(kDamp.size()), offset + kDamp.size());
        } else if (option.starts_with(kOrder)) {
            gptq.order = parse_order(option.substr(kOrder.size()), offset + kOrder.size());
        } else if (option == "independent") {
            gptq.independent = true;
        } else if (option == "refit") {
            gptq.refit = true;
        } else if (option == "gptaq") {
            gptq.gptaq = true;
        } else {
            throw ParseError(
                Sentence(QL_TR("core",
                               "“{}” is no option of GPTQ: damp=, order=, independent, refit and "
                               "gptaq are."),
                         option),
                offset);
        }
        if (end == options.size()) {
            if (const auto reason = refusal(gptq)) {
                throw ParseError(*reason, begin);
            }
            return gptq;
        }
        options.remove_prefix(end + 1);
        offset += end + 1;
    }
}

}  // namespace ql
