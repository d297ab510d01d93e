#pragma once

#include "adapters/config/settings.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

/// What the configuration tests share.
namespace tickboard::config {

inline constexpr std::string_view valid_feed = "[[feed]]\nexchange = \"kraken\"\n"
                                               "symbols = [\"BTC/USD\"]\n";

/// The report on `text` under the name "f"; empty if nothing is wrong.
inline std::string report(std::string_view text) {
  const auto parsed = parse(text, "f");
  return parsed ? "" : parsed.error();
}

inline std::string report_with_feed(std::string_view text) {
  return report(std::string(text) + "\n" + std::string(valid_feed));
}

/// A file with this content that goes away with the object.
class temporary_file {
public:
  explicit temporary_file(std::string_view content) {
    std::string name = std::filesystem::temp_directory_path() / "tickboard_config_XXXXXX";
    ::close(::mkstemp(name.data()));
    path_ = name;
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~temporary_file() { std::filesystem::remove(path_); }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;

  const std::string& path() const { return path_; }

private:
  std::string path_;
};

} // namespace tickboard::config
