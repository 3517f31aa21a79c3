// app/cli: quantloupe-cli, core's second front end. One file for each command; no Qt.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/progress.h"

namespace ql::cli {

/// What every command is given.
struct Settings {
    bool json = false;
    bool quiet = false;
    int threads = 0;  ///< 0: all of the machine
    std::string backend = "auto";
};

/// Progress on stderr when that is a terminal and nobody asked for silence; Ctrl+C cancels.
Progress terminal_progress(const Settings& settings);
/// Ends the progress line.
void finish_progress();

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

/// "11.5 MB": decimal units.
std::string human_bytes(double bytes);
/// Six significant digits, "inf" and "nan" as such.
std::string human_number(double value);
/// A number for JSON; null where JSON has none (infinity).
nlohmann::ordered_json json_number(double value);

}  // namespace ql::cli
