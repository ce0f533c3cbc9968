#include "lab/cloud/json_merge.h"

namespace kalends::lab {

Json merge_patch(const Json& into, const Json& patch) {
  if (patch.members() == nullptr) return patch;
  Json out = Json::object();
  if (into.members() != nullptr)
    for (const auto& [name, value] : *into.members())
      if (patch.find(name) == nullptr) out.set(name, value);
  for (const auto& [name, value] : *patch.members()) {
    if (value.is_null()) continue;
    const Json* old = into.find(name);
    out.set(name, merge_patch(old != nullptr ? *old : Json(), value));
  }
  return out;
}

bool same(const Json& a, const Json& b) {
  if (a.members() != nullptr && b.members() != nullptr) {
    if (a.members()->size() != b.members()->size()) return false;
    for (const auto& [name, value] : *a.members()) {
      const Json* other = b.find(name);
      if (other == nullptr || !same(value, *other)) return false;
    }
    return true;
  }
  if (a.items() != nullptr && b.items() != nullptr) {
    if (a.items()->size() != b.items()->size()) return false;
    for (std::size_t i = 0; i < a.items()->size(); ++i)
      if (!same((*a.items())[i], (*b.items())[i])) return false;
    return true;
  }
  if (a.members() != nullptr || b.members() != nullptr || a.items() != nullptr || b.items() != nullptr)
    return false;
  return a.dump() == b.dump();
}

Json without(const Json& object, std::string_view name) {
  Json out = Json::object();
  if (object.members() != nullptr)
    for (const auto& [key, value] : *object.members())
      if (key != name) out.set(key, value);
  return out;
}

std::string text_of(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  return member != nullptr && member->string() != nullptr ? *member->string() : std::string();
}

bool is_true(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  return member != nullptr && member->boolean() != nullptr && *member->boolean();
}

}  // namespace kalends::lab
