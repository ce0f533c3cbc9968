// The fields that are one word or one text.
#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "provider/google/codec.h"
#include "provider/google/json.h"

namespace kalends::provider::google {

namespace {

// Google's eleven colours of events by their number, each with the CSS colour (RFC 7986 section 5.9) that looks like it.
constexpr std::array<std::string_view, 12> kColours = {
    "",           "lightsteelblue",  "mediumaquamarine", "plum",      "salmon",         "gold",
    "sandybrown", "mediumturquoise", "lightgray",        "royalblue", "mediumseagreen", "crimson"};

// Further CSS colours that people use, each with the number of the one that it looks most like.
constexpr std::pair<std::string_view, int> kNear[] = {
    {"red", 11},       {"darkred", 11},    {"firebrick", 11},     {"maroon", 11},      {"tomato", 4},
    {"coral", 4},      {"lightcoral", 4},  {"pink", 4},           {"hotpink", 4},      {"orange", 6},
    {"darkorange", 6}, {"yellow", 5},      {"khaki", 5},          {"green", 10},       {"darkgreen", 10},
    {"lime", 10},      {"limegreen", 10},  {"seagreen", 10},      {"forestgreen", 10}, {"lightgreen", 2},
    {"aquamarine", 2}, {"teal", 7},        {"turquoise", 7},      {"cyan", 7},         {"aqua", 7},
    {"skyblue", 7},    {"deepskyblue", 7}, {"blue", 9},           {"navy", 9},         {"darkblue", 9},
    {"steelblue", 9},  {"dodgerblue", 9},  {"cornflowerblue", 9}, {"mediumblue", 9},   {"slateblue", 9},
    {"lavender", 1},   {"lightblue", 1},   {"purple", 3},         {"violet", 3},       {"orchid", 3},
    {"magenta", 3},    {"fuchsia", 3},     {"indigo", 3},         {"gray", 8},         {"grey", 8},
    {"silver", 8},     {"darkgray", 8},    {"darkgrey", 8},       {"lightgrey", 8},    {"black", 8},
    {"dimgray", 8},    {"gainsboro", 8},
};

std::size_t number_of(std::string_view colour) {
  const std::string name = to_lower(colour);
  const auto same = std::ranges::find(kColours, name);
  if (same != kColours.end()) return static_cast<std::size_t>(same - kColours.begin());
  const auto* near = std::ranges::find(kNear, name, [](const auto& entry) { return entry.first; });
  return near == std::end(kNear) ? 0 : static_cast<std::size_t>(near->second);
}

bool is_web_address(std::string_view url) {
  return (url.starts_with("https://") || url.starts_with("http://")) && is_utf8(url);
}

void set_text(Json& body, const char* name, const std::string& text) {
  body.set(name, text.empty() ? Json() : Json(repair_utf8(text)));
}

}  // namespace

void read_words(const Json& event, calendar::Event& out) {
  out.title = text_of(event, "summary");
  out.description = text_of(event, "description");
  out.location = text_of(event, "location");
  out.url = text_of(object_of(event, "source"), "url");
  if (text_of(event, "status") == "tentative") out.status = "tentative";
  const std::string& visibility = text_of(event, "visibility");
  if (visibility == "public" || visibility == "private" || visibility == "confidential")
    out.visibility = visibility;
  if (text_of(event, "transparency") == "transparent") out.show_as = "free";
  const auto number = parse_integer(text_of(event, "colorId"));
  if (number && *number > 0 && *number < static_cast<long long>(kColours.size()))
    out.colour = kColours[static_cast<std::size_t>(*number)];
}

void write_words(const calendar::Event& event, Json& body) {
  set_text(body, "summary", event.title);
  set_text(body, "description", event.description);
  set_text(body, "location", event.location);
  Json source;
  if (is_web_address(event.url)) source.set("title", event.url).set("url", event.url);
  body.set("source", std::move(source));
  body.set("status", event.status == "tentative" ? "tentative" : "confirmed");
  const bool restricted =
      event.visibility == "public" || event.visibility == "private" || event.visibility == "confidential";
  body.set("visibility", restricted ? event.visibility : "default");
  // "cancelled" is how Google deletes; what does not take place keeps nobody busy.
  const bool is_free = event.show_as == "free" || event.status == "cancelled";
  body.set("transparency", is_free ? "transparent" : "opaque");
  const std::size_t number = number_of(event.colour);
  body.set("colorId", number == 0 ? Json() : Json(std::to_string(number)));
}

}  // namespace kalends::provider::google
