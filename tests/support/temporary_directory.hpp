#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace tickboard::test {

/// Gone, with what is in it, when this object goes.
class temporary_directory {
public:
  temporary_directory() {
    auto path = (std::filesystem::temp_directory_path() / "tickboard-XXXXXX").string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
  std::string path_;
};

/// Writes in place, as `>` in a shell does.
inline void write_file(const std::string& path, const std::string& text) {
  std::ofstream{path} << text;
}

/// Writes beside and renames, as most editors do.
inline void replace_file(const std::string& path, const std::string& text) {
  write_file(path + ".tmp", text);
  std::filesystem::rename(path + ".tmp", path);
}

} // namespace tickboard::test
