#pragma once

#include <tl/expected.hpp>

#include <string>

namespace tickboard {

/// A value, or a sentence that says where and what went wrong and what is allowed.
template <class T>
using result = tl::expected<T, std::string>;

using tl::unexpected;

} // namespace tickboard
