#include "actors/route_figures.hpp"

#include "actors/contract.hpp"
#include "actors/static_document.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard {

namespace {

constexpr std::string_view board_name = "/", other_name = "other";

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> out;
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    out.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

bool is_parameter(std::string_view part) {
  return part.starts_with('{');
}

} // namespace

route_figures::route_figures(metrics::registry_ptr in)
    : registry_(std::move(in)),
      open_(registry_->level({"tickboard_http_requests_open",
                              "Requests that wait for their answer, of all sessions together"})) {
  const auto& resources = contract_resources();
  routes_.reserve(resources.size() + 3); // names stay where they are
  for (const auto& one : resources)
    add(one.path);
  add("/v1/supervision"); // of operators alone: admin_route.hpp
  board_ = routes_.size();
  add(board_name);
  other_ = routes_.size();
  add(other_name);
}

void route_figures::add(std::string_view name) {
  const auto place = routes_.size();
  auto& one = routes_.emplace_back();
  one.name = name;
  one.parts = parts_of(one.name);
  for (std::size_t i = 0; i < one.answers.size(); ++i)
    one.answers[i] = &registry_->count(
        {"tickboard_http_requests_total", "Requests answered, by class of status"},
        {{"route", one.name}, {"class", fmt::format("{}xx", i + 2)}});
  one.duration = &registry_->duration(
      {"tickboard_http_request_duration_seconds",
       "From a whole request to its answer, without the time to read the one and write the other"},
      {{"route", one.name}});
  if (std::ranges::any_of(one.parts, is_parameter))
    with_parameters_.push_back(place);
  else
    whole_.emplace(one.name, place);
}

std::size_t route_figures::find(std::string_view path) const {
  if (const auto it = whole_.find(path); it != whole_.end())
    return it->second;
  const auto parts = parts_of(path);
  for (const auto place : with_parameters_)
    if (std::ranges::equal(routes_[place].parts, parts, [](auto expected, auto given) {
          return is_parameter(expected) ? !given.empty() : expected == given;
        }))
      return place;
  return board_file(path) != nullptr ? board_ : other_;
}

void route_figures::answered(std::size_t route, unsigned status,
                             std::chrono::nanoseconds took) noexcept {
  open_.add(-1);
  const auto& one = routes_[route];
  const auto of = std::clamp(status / 100, 2u, 5u) - 2;
  one.answers[of]->add();
  one.duration->observe(took);
}

} // namespace tickboard
