#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// JSON put together from its parts, each the text of a JSON value. For documents that are made
/// once, not for rows.
namespace tickboard::json {

using member = std::pair<std::string_view, std::string>; ///< name and value

/// An object of these members, in their order; those whose value is empty are left out.
std::string object(const std::vector<member>& members);

std::string array(const std::vector<std::string>& values);

std::string text(std::string_view value);
std::string texts(const std::vector<std::string>& values);

/// Shortest text that reads back as the same double.
std::string number(double value);

} // namespace tickboard::json
