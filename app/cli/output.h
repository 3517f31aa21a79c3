// app/cli: quantloupe-cli, core's second front end. One file for each command; no Qt.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/progress.h"

namespace ql::cli {

/// What every command is given.
struct Settings {
    bool json = false;
    bool quiet = false;
    std::string backend = "auto";
};

/// Progress on stderr unless --quiet asked for silence: one line that changes on a terminal, else a
/// line now and then, and none beside --json. Ctrl+C, SIGTERM and
/// SIGHUP cancel; a second one ends the program at once.
Progress terminal_progress(const Settings& settings);
/// Ends the progress line.
void finish_progress();

/// `text` with every character that a terminal would obey rather than show escaped, cut after
/// `columns` columns.
std::string for_terminal(std::string_view text, std::size_t columns = std::string::npos);
/// Columns that a UTF-8 text takes in a terminal, as far as this program's own texts go.
std::size_t width(std::string_view text);

/// Prints one JSON document to stdout.
void print_json(const nlohmann::ordered_json& document);

/// Rows of text in aligned columns, the first row being the heading; columns after the first are
/// aligned to the right unless named in `left`.
class Table {
  public:
    explicit Table(std::vector<std::string> heading, std::vector<std::size_t> left = {});
    void add(std::vector<std::string> row);
    void print() const;

  private:
    std::vector<std::vector<std::string>> rows_;
    std::vector<std::size_t> left_;
};

/// "1 window", "2 windows": for nouns whose plural is made by an s.
std::string counted(std::uint64_t number, std::string_view noun);
/// "11.5 MB": decimal units.
std::string human_bytes(double bytes);
/// Six significant digits, "inf" and "nan" as such.
std::string human_number(double value);
/// A number for JSON; null where JSON has none (infinity).
nlohmann::ordered_json json_number(double value);

}  // namespace ql::cli
