// Small readings of a JSON tree: what is missing or of another type reads as nothing, so that one odd member costs no event.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace kalends::provider::google {

// The member's text, "" when it is missing or no text.
const std::string& text_of(const Json& object, std::string_view name);
// Whether the member is there and true.
bool is_true(const Json& object, std::string_view name);
// The member's items, none when it is no array.
const Json::Array& items_of(const Json& object, std::string_view name);
// The member, or an empty object.
const Json& object_of(const Json& object, std::string_view name);

// extendedProperties.private's value of that key.
const std::string& private_of(const Json& event, std::string_view key);
// Sets one key there, leaving the others; null removes it.
void set_private(Json& event, const std::string& key, Json value);

// `object` without null members, at every depth: what a new event says, of a body that could be a patch too.
Json without_nulls(const Json& object);

}  // namespace kalends::provider::google
