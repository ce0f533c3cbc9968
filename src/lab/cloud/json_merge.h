// Edits of JSON trees that the simulated providers share.
#pragma once

#include <string_view>

#include "base/json.h"

namespace kalends::lab {

// RFC 7396: objects are merged member by member, null removes a member, everything else replaces.
Json merge_patch(const Json& into, const Json& patch);

// Whether two trees say the same, members in any order.
bool same(const Json& a, const Json& b);

// A copy of an object without that member.
Json without(const Json& object, std::string_view name);

// The member's text; "" when it is absent or no text.
std::string text_of(const Json& object, std::string_view name);
// Whether the member is there and is true.
bool is_true(const Json& object, std::string_view name);

}  // namespace kalends::lab
