// What the tests of this folder share: JSON by its text, and answers by script.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/json.h"
#include "ports/test_http.h"

namespace kalends::provider::google {

inline Json json(std::string_view text) {
  auto out = parse_json(text);
  EXPECT_TRUE(out) << (out ? "" : out.error().message) << "\n" << text;
  return out ? *std::move(out) : Json::object();
}

// RFC 7396: what a patch makes of a document.
inline Json merged(const Json& document, const Json& patch) {
  if (!patch.members()) return patch;
  Json out = Json::object();
  if (document.members())
    for (const auto& [name, member] : *document.members())
      if (!patch.find(name)) out.set(name, member);
  for (const auto& [name, member] : *patch.members()) {
    const Json* before = document.find(name);
    if (!member.is_null()) out.set(name, merged(before ? *before : Json(), member));
  }
  return out;
}

// The mask of fields is no part of what answers are given for.
class Script : public ports::ScriptedHttp {
 public:
  void on(const std::string& request, int status, std::string body = "{}",
          std::vector<std::pair<std::string, std::string>> headers = {}) {
    ScriptedHttp::on(request, status, std::move(body), std::move(headers));
  }

 protected:
  std::string name_of(const std::string& url) const override {
    const auto mask = url.find("&fields=");
    if (mask == std::string::npos) return url;
    const auto end = std::min(url.find('&', mask + 1), url.size());
    return url.substr(0, mask) + url.substr(end);
  }
};

}  // namespace kalends::provider::google
