#pragma once

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/wait.h>

namespace tickboard::test {

/// What GET /metrics says: values by series as they stand there, `name{label="value"}`.
class exposition_text {
public:
  explicit exposition_text(std::string text) : text_(std::move(text)) {
    std::istringstream lines{text_};
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("# TYPE ")) {
        std::istringstream words{line.substr(7)};
        std::string name, type;
        words >> name >> type;
        types_[name] = type;
      }
      if (line.empty() || line.starts_with('#'))
        continue;
      const auto blank = line.rfind(' ');
      const auto [it, fresh] =
          series_.emplace(line.substr(0, blank), std::stod(line.substr(blank + 1)));
      CHECK_MESSAGE(fresh, "a series twice: " << line);
    }
  }

  const std::string& text() const { return text_; }
  const std::map<std::string, double>& series() const { return series_; }
  const std::map<std::string, std::string>& types() const { return types_; }

  bool has(const std::string& series) const { return series_.contains(series); }
  /// Fails the test if there is none.
  double value(const std::string& series) const {
    const auto it = series_.find(series);
    if (it == series_.end()) {
      FAIL_CHECK("no series " << series);
      return -1;
    }
    return it->second;
  }
  /// Over all series of the metric whose labels hold `part`.
  double sum(const std::string& name, std::string_view part = {}) const {
    double out = 0;
    for (const auto& [series, value] : series_)
      if (series.substr(0, series.find('{')) == name && series.find(part) != std::string::npos)
        out += value;
    return out;
  }

private:
  std::string text_;
  std::map<std::string, double> series_;
  std::map<std::string, std::string> types_;
};

/// What a command of the shell prints, on either output; "exit N" at the end if that is not 0.
inline std::string printed_by(const std::string& command) {
  std::string out;
  auto* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> bytes{};
  for (std::size_t n = 0; (n = std::fread(bytes.data(), 1, bytes.size(), pipe)) > 0;)
    out.append(bytes.data(), n);
  const int status = ::pclose(pipe);
  if (status != 0)
    out += "exit " + std::to_string(WEXITSTATUS(status));
  return out;
}

/// What promtool has to say of it; nothing, if it is as it should be.
inline std::string promtool_on(const exposition_text& told, const std::string& directory) {
  const auto file = directory + "/metrics.txt";
  std::ofstream{file} << told.text();
  return printed_by("promtool check metrics < " + file);
}

} // namespace tickboard::test
