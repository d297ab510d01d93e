#include "adapters/simulator/recording.hpp"

#include "adapters/simulator/catalogue.hpp"
#include "adapters/simulator/json.hpp"
#include "adapters/simulator/wire.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>

namespace tickboard::simulator {

namespace {

result<std::string> decode_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0 || text.size() % 4 != 0)
    return unexpected<std::string>("frame_b64 is not base64");
  const auto padding = text.ends_with("==") ? 2u : text.ends_with('=') ? 1u : 0u;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

/// The symbols that a frame names. The venues' places for them do not clash: s, product_id or
/// symbol, in the frame itself, in its "data", or in the members of an array there.
std::vector<std::string> symbols_in(std::string_view frame) {
  std::vector<std::string> found;
  rapidjson::Document parsed;
  if (!parse_json(parsed, frame))
    return found;
  const auto take = [&](const rapidjson::Value& one) {
    for (const char* name : {"s", "product_id", "symbol"})
      if (const auto symbol = text_member(one, name); !symbol.empty())
        found.emplace_back(symbol);
  };
  const auto* data = member(parsed, "data");
  const auto& content = data != nullptr ? *data : parsed;
  if (content.IsArray())
    for (const auto& one : content.GetArray())
      take(one);
  else
    take(content);
  return found;
}

/// Adds one line; the error lacks the place.
result<void> add_line(recording& into, std::set<std::string>& known, std::string_view line,
                      std::string_view exchange) {
  rapidjson::Document entry;
  if (!parse_json(entry, line) || !entry.IsObject())
    return unexpected<std::string>("not a JSON object");
  const auto direction = text_member(entry, "dir");
  if (direction == "out")
    return {};
  if (direction != "in")
    return unexpected<std::string>("dir: allowed are \"in\" and \"out\"");
  std::string frame;
  const auto* binary = member(entry, "binary");
  auto code = binary != nullptr && binary->IsTrue() ? opcode::binary : opcode::text;
  const auto* text = member(entry, "frame");
  if (text != nullptr && text->IsString()) {
    const auto content = text_of(*text);
    append_frame(frame, content, code);
    for (const auto& symbol : symbols_in(content))
      if (known.insert(symbol).second)
        if (auto made = parse_native(exchange, symbol))
          into.symbols.push_back(std::move(*made));
  } else {
    const auto bytes = decode_base64(text_member(entry, "frame_b64"));
    if (!bytes || bytes->empty())
      return unexpected<std::string>("an incoming line needs frame (text) or frame_b64 (base64)");
    append_frame(frame, *bytes, opcode::binary);
  }
  into.frames.push_back(std::move(frame));
  return {};
}

} // namespace

result<recording> load_recording(const std::string& file, std::string_view exchange) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    return unexpected(fmt::format("{}: {}", file, std::strerror(errno)));
  recording loaded;
  std::set<std::string> known;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.empty())
      continue;
    if (const auto added = add_line(loaded, known, line, exchange); !added)
      return unexpected(fmt::format("{}:{}: {}", file, number, added.error()));
  }
  if (loaded.frames.empty())
    return unexpected(fmt::format("{}: holds no incoming frame", file));
  if (loaded.symbols.empty())
    return unexpected(fmt::format("{}: no frame names a symbol of {}", file, exchange));
  return loaded;
}

} // namespace tickboard::simulator
