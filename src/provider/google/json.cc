#include "provider/google/json.h"

namespace kalends::provider::google {

namespace {

const std::string kNoText;
const Json::Array kNoItems;
const Json kNoObject = Json::object();

}  // namespace

const std::string& text_of(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  const std::string* text = member ? member->string() : nullptr;
  return text ? *text : kNoText;
}

bool is_true(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  const bool* flag = member ? member->boolean() : nullptr;
  return flag && *flag;
}

const Json::Array& items_of(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  const Json::Array* items = member ? member->items() : nullptr;
  return items ? *items : kNoItems;
}

const Json& object_of(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  return member && member->members() ? *member : kNoObject;
}

const std::string& private_of(const Json& event, std::string_view key) {
  return text_of(object_of(object_of(event, "extendedProperties"), "private"), key);
}

void set_private(Json& event, const std::string& key, Json value) {
  Json extended = object_of(event, "extendedProperties");
  Json own = object_of(extended, "private");
  own.set(key, std::move(value));
  extended.set("private", std::move(own));
  event.set("extendedProperties", std::move(extended));
}

Json without_nulls(const Json& value) {
  const Json::Object* members = value.members();
  if (!members) return value;
  Json out = Json::object();
  for (const auto& [name, member] : *members)
    if (!member.is_null()) out.set(name, without_nulls(member));
  return out;
}

}  // namespace kalends::provider::google
