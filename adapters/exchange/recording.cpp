#include "adapters/exchange/recording.hpp"

#include "adapters/exchange/excerpt.hpp"
#include "adapters/exchange/gzip.hpp"
#include "adapters/exchange/venue.hpp"
#include "market/json_text.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <cmath>

namespace tickboard::exchange {

namespace {

/// The members of a line; the error says which one is wrong.
result<recorded_frame> parse_members(const rapidjson::Value& line) {
  recorded_frame out;
  if (!line.IsObject())
    return unexpected(
        std::string("expected an object {\"t\":..,\"url\":..,\"dir\":..,\"frame\":..}"));
  if (const auto t = line.FindMember("t"); t != line.MemberEnd() && !t->value.IsNull()) {
    if (!t->value.IsNumber() || std::abs(t->value.GetDouble()) > 1e11)
      return unexpected(std::string("\"t\" must be Unix time in seconds, or null"));
    out.t = t->value.GetDouble();
  }
  out.url = text_of(line, "url");
  const auto direction = text_of(line, "dir");
  if (direction != "in" && direction != "out")
    return unexpected(
        fmt::format("\"dir\" is \"{}\", expected \"in\" or \"out\"", excerpt(direction, 20)));
  out.incoming = direction == "in";
  out.binary = flag_of(line, "binary", false);
  const auto text = line.FindMember("frame"), encoded = line.FindMember("frame_b64");
  const bool has_text = text != line.MemberEnd() && text->value.IsString();
  const bool has_encoded = encoded != line.MemberEnd() && encoded->value.IsString();
  if (has_text == has_encoded)
    return unexpected(std::string("expected either \"frame\" or \"frame_b64\", with text"));
  if (has_text) {
    out.frame = text_of(line, "frame");
    return out;
  }
  auto bytes = decode_base64(text_of(line, "frame_b64"));
  if (!bytes)
    return unexpected("\"frame_b64\" " + bytes.error());
  if (is_gzip(*bytes)) {
    bytes = gunzip(*bytes, max_recording_line);
    if (!bytes)
      return unexpected("\"frame_b64\" " + bytes.error());
  }
  out.binary = true;
  out.frame = std::move(*bytes);
  return out;
}

} // namespace

std::string recording_reader::at(std::string_view problem) const {
  return fmt::format("{}:{}: {}", name_, line_, problem);
}

recording_reader::line_kind recording_reader::read_line() {
  text_.clear();
  auto* const bytes = in_.rdbuf();
  constexpr auto end = std::istream::traits_type::eof();
  bool any = false, too_long = false;
  for (auto c = bytes->sbumpc(); c != end; c = bytes->sbumpc()) {
    any = true;
    if (c == '\n')
      break;
    if (text_.size() < max_recording_line)
      text_.push_back(static_cast<char>(c));
    else
      too_long = true;
  }
  if (!any)
    return line_kind::end;
  ++line_;
  return too_long ? line_kind::too_long : line_kind::whole;
}

result<bool> recording_reader::next(recorded_frame& out) {
  do {
    const auto read = read_line();
    if (read == line_kind::end)
      return false;
    if (read == line_kind::too_long)
      return unexpected(at(fmt::format("the line is longer than {} bytes", max_recording_line)));
  } while (text_.find_first_not_of(" \t\r") == std::string::npos);

  constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag |
                             rapidjson::kParseValidateEncodingFlag;
  if (text_.find('\0') != std::string::npos)
    return unexpected(at("the line has a NUL character, expected JSON"));
  if (ends_inside_character(text_))
    return unexpected(at("the line ends inside of a UTF-8 character, expected JSON"));
  rapidjson::Document document;
  document.ParseInsitu<flags>(text_.data());
  if (document.HasParseError())
    return unexpected(at(fmt::format("not JSON: {} (byte {})",
                                     rapidjson::GetParseError_En(document.GetParseError()),
                                     document.GetErrorOffset())));
  auto frame = parse_members(document);
  if (!frame)
    return unexpected(at(frame.error()));
  out = std::move(*frame);
  return true;
}

void append_recorded_frame(std::string& out, const recorded_frame& frame) {
  out += "{\"t\":";
  out += frame.t && std::isfinite(*frame.t) ? fmt::format("{}", *frame.t) : "null";
  out += ",\"url\":";
  append_json_string(out, frame.url);
  out += frame.incoming ? ",\"dir\":\"in\"" : ",\"dir\":\"out\"";
  if (is_utf8(frame.frame)) {
    if (frame.binary)
      out += ",\"binary\":true";
    out += ",\"frame\":";
    append_json_string(out, frame.frame);
  } else {
    out += ",\"frame_b64\":\"" + encode_base64(frame.frame) + '"';
  }
  out += "}\n";
}

} // namespace tickboard::exchange
