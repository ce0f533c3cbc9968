// What the real service is not known to do one way or the other, and what it does only sometimes. A client has to hold
// under every setting; the defaults are the likelier ones.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kalends::lab::google {

struct Habits {
  std::size_t page_size = 250;        // of events.list and instances without maxResults
  std::size_t page_cap = 2500;        // whatever maxResults says
  int short_page_percent = 0;         // pages that end early
  int empty_page_percent = 0;         // pages without items before the last one
  bool exceptions_follow = true;      // a master's new value shows in exceptions that do not say otherwise
  bool strays_stay = true;            // exceptions whose slot the master lost stay; else they are cancelled
  bool bare_cancellations = false;    // a cancelled exception names neither its master nor its slot
  bool deleted_id_revives = true;     // update with status "confirmed" brings a deleted event back; else 404
  bool deltas_respect_window = true;  // an increment of a listing with timeMin leaves out what lies before it
  bool sequence_counts = true;        // a new time or rule raises `sequence`
  bool over_limit_is_429 = false;     // else 403 with a reason of usageLimits
  bool plain_web_hooks = false;       // channels may post to http://, for receivers on loopback
  int double_item_percent = 0;        // pages whose last item stands on the next one, too
  bool rewrites_text = false;   // blanks around titles and places go; line ends of a description become <br>
  bool rewrites_rules = false;  // a rule comes back in another order, with WKST
  std::int64_t clock_skew_ms = 0;  // the service's clock, from ours
  int lost_notice_percent = 0;     // notifications of channels
  int double_notice_percent = 0;
  std::int64_t notice_delay_ms = 0;
  std::int64_t sync_token_life_ms = std::int64_t{28} * 24 * 3'600'000;
  std::int64_t requests_per_minute_project = 10'000;
  std::int64_t requests_per_minute_user = 600;
  std::size_t max_events = 100'000;  // of one calendar
};

}  // namespace kalends::lab::google
