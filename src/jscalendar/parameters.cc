#include "jscalendar/parameters.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "jscalendar/members.h"

namespace kalends::jscalendar {
namespace {

using calendar::ParameterList;

constexpr Standard kLink[] = {
    {"FMTTYPE", "contentType"}, {"FILENAME", "title"}, {"SIZE", "size", Standard::Form::number}};
constexpr Standard kVirtualLocation[] = {{"LABEL", "name"},
                                         {"FEATURE", "features", Standard::Form::features}};
constexpr Standard kParticipant[] = {{"LANGUAGE", "language"}, {"EMAIL", "email"}};
constexpr Standard kTitle[] = {{"LANGUAGE", "locale"}};

std::string decode(std::string_view raw) {
  if (raw.size() >= 2 && raw.front() == '"' && raw.back() == '"') raw = raw.substr(1, raw.size() - 2);
  return unquote_parameter(raw);
}

std::string encode(std::string_view text) {
  const bool quoted =
      text.find_first_of(";:,") != std::string_view::npos || text.starts_with(' ') || text.ends_with(' ');
  return quoted ? fmt::format("\"{}\"", quote_parameter(text)) : quote_parameter(text);
}

// The member's value, nothing when the parameter's is none that it could be.
std::optional<Json> member_of(const Standard& one, std::string_view raw) {
  const std::string text = decode(raw);
  if (text.empty()) return std::nullopt;
  switch (one.form) {
    case Standard::Form::text: return Json(text);
    case Standard::Form::number: {
      const auto number = parse_integer(text);
      if (!number || *number < 0) return std::nullopt;
      return Json(static_cast<std::int64_t>(*number));
    }
    case Standard::Form::features: break;
  }
  Json features = Json::object();
  for (std::string_view feature : split(text, ','))
    if (!trim(feature).empty()) features.set(to_lower(trim(feature)), true);
  return features;
}

// The parameter's value that a member means.
std::optional<std::string> raw_of(const Standard& one, const Json& member) {
  switch (one.form) {
    case Standard::Form::text:
      return member.string() && !member.string()->empty() ? std::optional(encode(*member.string()))
                                                          : std::nullopt;
    case Standard::Form::number:
      return member.integer() && *member.integer() >= 0 ? std::optional(fmt::format("{}", *member.integer()))
                                                        : std::nullopt;
    case Standard::Form::features: break;
  }
  if (!member.members()) return std::nullopt;
  std::string out;
  for (const auto& [name, value] : *member.members())
    if (value.boolean() && *value.boolean() && name.find_first_of("\",;:") == std::string::npos)
      out += (out.empty() ? "" : ",") + to_upper(name);
  return out.empty() ? std::nullopt : std::optional(out);
}

// A name that stands once has its value, one that stands more often a list.
Json to_object(const ParameterList& list) {
  Json out = Json::object();
  for (const auto& [name, raw] : list) {
    const Json* before = out.find(name);
    if (!before) {
      out.set(name, raw);
      continue;
    }
    Json values = before->items() ? *before : Json::array().push(*before);
    values.push(raw);
    out.set(name, std::move(values));
  }
  return out;
}

ParameterList from_object(const Json& object) {
  ParameterList out;
  if (!object.members()) return out;
  for (const auto& [name, value] : *object.members()) {
    if (value.string()) out.emplace_back(name, *value.string());
    if (!value.items()) continue;
    for (const Json& one : *value.items())
      if (one.string()) out.emplace_back(name, *one.string());
  }
  return out;
}

}  // namespace

std::span<const Standard> link_members() { return kLink; }
std::span<const Standard> virtual_location_members() { return kVirtualLocation; }
std::span<const Standard> participant_members() { return kParticipant; }
std::span<const Standard> title_members() { return kTitle; }

void put_parameters(Json& object, const ParameterList& list, std::span<const Standard> standard) {
  ParameterList rest;
  for (const auto& [name, raw] : list) {
    auto one = std::ranges::find_if(standard, [&](const Standard& s) { return name == s.parameter; });
    if (std::ranges::count(list, name, &ParameterList::value_type::first) > 1) one = standard.end();
    const auto member =
        one != standard.end() && !object.find(one->member) ? member_of(*one, raw) : std::nullopt;
    if (member) object.set(one->member, *member);
    if (!member || raw_of(*one, *member) != raw) rest.emplace_back(name, raw);
  }
  if (!rest.empty()) object.set(kParameters, to_object(rest));
}

ParameterList take_parameters(const Json& object, std::span<const Standard> standard) {
  const Json* ours = object.find(kParameters);
  ParameterList out = ours ? from_object(*ours) : ParameterList();
  for (const Standard& one : standard) {
    const Json* member = object.find(one.member);
    const auto raw = member ? raw_of(one, *member) : std::nullopt;
    if (!raw) continue;
    const auto same = std::ranges::find(out, one.parameter, &ParameterList::value_type::first);
    if (same == out.end()) {
      out.emplace_back(one.parameter, *raw);
    } else if (const auto said = member_of(one, same->second); !said || raw_of(one, *said) != raw) {
      same->second = *raw;
    }
  }
  return out;
}

Json owners_to_json(const calendar::Parameters& parameters) {
  Json out = Json::object();
  for (const auto& [owner, text] : parameters) out.set(owner, to_object(calendar::split_parameters(text)));
  return out;
}

void owners_from_json(const Json& object, calendar::Parameters& parameters) {
  if (!object.members()) return;
  for (const auto& [owner, list] : *object.members())
    if (std::string text = calendar::join_parameters(from_object(list)); !text.empty())
      parameters.insert_or_assign(owner, std::move(text));
}

}  // namespace kalends::jscalendar
