#include "app/cli/output.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <memory>

#include <fmt/core.h>
#include <unistd.h>

#include "core/files/escape.h"

namespace ql::cli {

namespace {

std::stop_source g_stop;  // the signal handler needs it
bool g_line_open = false;

void on_interrupt(int /*signal*/) { g_stop.request_stop(); }

void cancel_on_signals() {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction action {};
        sigaction(signal, nullptr, &action);
        if (action.sa_handler == SIG_IGN) {
            continue;  // nohup, or a job in the background of a script
        }
        action.sa_handler = on_interrupt;
        action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
        sigaction(signal, &action, nullptr);
    }
    // Reaching the limit of a file's size is then an error of writing like a full disk.
    std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace

Progress terminal_progress(const Settings& settings) {
    cancel_on_signals();
    const bool terminal = isatty(STDERR_FILENO) != 0;
    if (settings.quiet || (settings.json && !terminal)) {
        return {g_stop.get_token(), nullptr};
    }
    const auto start = std::chrono::steady_clock::now();
    const auto last =
        std::make_shared<std::chrono::steady_clock::time_point>(start);  // of all parts
    return {g_stop.get_token(), [terminal, start, last](double fraction, const Sentence& text) {
                constexpr std::chrono::milliseconds kPause(100);
                constexpr std::chrono::seconds kPauseOfLines(10);  // a log shall stay short
                constexpr std::size_t kTextColumns = 60;
                const auto now = std::chrono::steady_clock::now();
                if (now - *last < (terminal ? kPause : kPauseOfLines)) {
                    return;
                }
                *last = now;
                const double passed = std::chrono::duration<double>(now - start).count();
                const std::string left =
                    fraction > 0 ? fmt::format("{:.0f} s left  ", passed / fraction - passed) : "";
                fmt::print(stderr, "{}{:3.0f} %  {}{}{}", terminal ? "\r\033[K" : "",
                           100 * fraction, left, for_terminal(text.english(), kTextColumns),
                           terminal ? "" : "\n");
                std::fflush(stderr);
                g_line_open = terminal;
            }};
}

void finish_progress() {
    if (g_line_open) {
        fmt::print(stderr, "\r\033[K");
        g_line_open = false;
    }
}

std::string for_terminal(std::string_view text, std::size_t columns) {
    std::string out;
    std::size_t taken = 0;
    while (!text.empty() && taken < columns) {
        const std::string_view character =
            text.substr(0, std::max<std::size_t>(1, utf8_character(text)));
        // Quotation marks and backslashes are harmless here; in a sentence they stand around and in
        // names that are escaped already.
        const bool harmless = character == "\"" || character == "\\";
        const std::string shown = harmless ? std::string(character) : escaped(character);
        out += shown;
        taken += width(shown);
        text.remove_prefix(character.size());
    }
    return out;
}

std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

void print_json(const nlohmann::ordered_json& document) {
    // Names from hostile files may not be valid UTF-8: replace rather than throw.
    fmt::print("{}\n",
               document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

Table::Table(std::vector<std::string> heading, std::vector<std::size_t> left)
    : left_(std::move(left)) {
    rows_.push_back(std::move(heading));
}

void Table::add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

void Table::print() const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_) {
        for (std::size_t col = 0; col < row.size(); ++col) {
            widths[col] = std::max(widths[col], width(row[col]));
        }
    }
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t col = 0; col < row.size(); ++col) {
            const std::string padding(widths[col] - width(row[col]), ' ');
            const bool to_left =
                col == 0 || std::find(left_.begin(), left_.end(), col) != left_.end();
            line += (col == 0 ? "" : "  ") + (to_left ? row[col] + padding : padding + row[col]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        fmt::print("{}\n", line);
    }
}

std::string counted(std::uint64_t number, std::string_view noun) {
    return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string human_bytes(double bytes) {
    constexpr std::array kUnits = {"B", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    while (bytes >= 1000 && unit + 1 < kUnits.size()) {
        bytes /= 1000;
        ++unit;
    }
    return unit == 0 ? fmt::format("{:.0f} B", bytes)
                     : fmt::format("{:.2f} {}", bytes, kUnits[unit]);
}

std::string human_number(double value) { return fmt::format("{:.6g}", value); }

nlohmann::ordered_json json_number(double value) {
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
}

}  // namespace ql::cli
