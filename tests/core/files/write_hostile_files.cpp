// Writes all hostile model files to a folder, and prints the path of each that is to be opened,
// after "bad" or "legal".
#include <fmt/format.h>

#include "tests/core/files/hostile_files.h"

int main(int argc, char** argv) {
    if (argc != 2) {
        fmt::print(stderr, "usage: write_hostile_files DIR\n");
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    for (const hostile::Case& example : hostile::bad_files()) {
        fmt::print("bad {}\n", write(example, folder / "bad").string());
    }
    for (const hostile::Case& example : hostile::legal_files()) {
        fmt::print("legal {}\n", write(example, folder / "legal").string());
    }
}
