#pragma once

#include <QString>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

/// A safetensors file, put together by a test.
class SafetensorsBuilder {
  public:
    /// The bytes of `values` count: `dtype` and `shape` only say how they are to be read.
    void add(const std::string& name, const std::string& dtype, const std::vector<int>& shape,
             const std::vector<float>& values);

    void write(const QString& path) const;

  private:
    nlohmann::json header_ = nlohmann::json::object();
    std::vector<float> data_;
};

/// Writes a file; the test ends if that fails.
void write_file(const QString& path, const QByteArray& bytes);
