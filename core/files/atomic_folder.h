#pragma once

#include <filesystem>

namespace ql {

/// Makes a folder so that nothing is ever lost: files are written into a temporary one beside the
/// target, which takes its place by commit(). Without commit() the temporary folder is removed with
/// what is in it, and an old target stays as it was. Throws Error(io) with the reason.
class AtomicFolder {
  public:
    /// `target` may exist as a folder; commit() replaces it with all that it holds.
    explicit AtomicFolder(std::filesystem::path target);
    ~AtomicFolder();
    AtomicFolder(const AtomicFolder&) = delete;
    AtomicFolder& operator=(const AtomicFolder&) = delete;

    const std::filesystem::path& temporary_path() const { return temporary_; }
    void commit();

  private:
    std::filesystem::path target_;
    std::filesystem::path temporary_;
};

}  // namespace ql
