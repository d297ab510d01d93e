#pragma once

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <string>

namespace tickboard::test {

/// Makes of a page the later one, as a client does it that knows nothing but what
/// market/page_change.hpp says of a change.
inline void apply_change(rapidjson::Document& page, const rapidjson::Value& change) {
  auto& memory = page.GetAllocator();
  const auto take = [&](rapidjson::Value& into, const rapidjson::Value& members) {
    for (const auto& one : members.GetObject()) {
      rapidjson::Value name{one.name, memory};
      into.RemoveMember(name);
      into.AddMember(name, rapidjson::Value{one.value, memory}, memory);
    }
  };
  take(page, change["meta"]);
  auto& rows = page["data"];
  const auto find = [&](const rapidjson::Value& id) {
    return std::find_if(rows.Begin(), rows.End(), [&](const auto& row) { return row["id"] == id; });
  };
  if (change.HasMember("rows"))
    for (const auto& one : change["rows"].GetObject()) {
      if (find(one.name) == rows.End())
        rows.PushBack(rapidjson::Value{rapidjson::kObjectType}.AddMember(
                          "id", rapidjson::Value{one.name, memory}, memory),
                      memory);
      take(*find(one.name), one.value);
    }
  if (!change.HasMember("order"))
    return;
  rapidjson::Value ordered{rapidjson::kArrayType};
  for (const auto& id : change["order"].GetArray()) {
    const auto it = find(id);
    REQUIRE(it != rows.End());
    ordered.PushBack(rapidjson::Value{*it, memory}, memory);
  }
  rows = ordered;
}

} // namespace tickboard::test
