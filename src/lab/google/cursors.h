// The opaque tokens of a listing. Both name the calendar and the parameters they belong to, so that a token used with
// others is refused instead of answered wrongly.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "lab/google/service.h"

namespace kalends::lab::google {

// Where the next page goes on.
struct PageToken {
  std::string listing;  // digest of what is listed and how
  int epoch = 0;
  std::int64_t since = -1;       // changes after this one; -1 = everything
  std::int64_t as_of = 0;        // what the sync token at the end will name
  std::uint64_t after_rank = 0;  // the last item given
  std::string after_id;
};

// Where the next increment goes on.
struct SyncToken {
  std::string listing;
  int epoch = 0;
  std::int64_t as_of = 0;
  Instant minted;
};

std::string print(const PageToken& token);
std::string print(const SyncToken& token);
std::optional<PageToken> parse_page_token(std::string_view text);
std::optional<SyncToken> parse_sync_token(std::string_view text);

// A digest of `what` and of the call's parameters that have to stay the same from call to call.
std::string listing_of(const Call& call, std::string_view what);

// Refuses a sync token of another listing (400) and one that is too old or was made void (410 fullSyncRequired).
Outcome<SyncToken> usable(const Service& service, const std::string& text, const std::string& listing,
                          int epoch);

// The order in which a listing gives its items, which means nothing: exceptions stand before and after their masters.
std::uint64_t rank_of(std::string_view id);

}  // namespace kalends::lab::google
