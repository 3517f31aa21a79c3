#include "tests/core/model/widened_model.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/files/json_file.h"
#include "core/tensor/convert.h"

WidenedModel::WidenedModel(const std::string& name) : path(folder.path().toStdString()) {
    const std::string source = QL_TEST_DATA "/forward/" + name;
    std::filesystem::copy(source, path, std::filesystem::copy_options::recursive);
    std::ifstream file(source + "/model.safetensors", std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof(length));
    auto header = ql::parse_json(std::string_view(bytes).substr(sizeof(length), length));
    header.erase("__metadata__");
    std::vector<float> values((bytes.size() - sizeof(length) - length) / 2);
    ql::widen(ql::DType::bf16, bytes.data() + sizeof(length) + length, values.size(),
              values.data());
    for (auto& [tensor, entry] : header.items()) {
        entry["dtype"] = "F32";
        for (auto& offset : entry["data_offsets"]) {
            offset = 2 * offset.get<std::uint64_t>();
        }
    }
    const std::string text = header.dump();
    length = text.size();
    std::ofstream out(path + "/model.safetensors", std::ios::binary);
    out.write(reinterpret_cast<const char*>(&length), sizeof(length));
    out << text;
    out.write(reinterpret_cast<const char*>(values.data()),
              static_cast<std::streamsize>(values.size() * sizeof(float)));
}
