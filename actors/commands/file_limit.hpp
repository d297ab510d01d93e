#pragma once

#include <cstddef>

namespace tickboard::commands {

/// Raises this process's limit of open files as far as it may, and warns if that is too few for so
/// many clients beside what the daemon itself needs. At start.
void raise_file_limit(std::size_t clients);

} // namespace tickboard::commands
