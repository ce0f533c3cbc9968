// events.list and events.instances: what is in the listing, in which pages, and which token ends it.
#pragma once

#include "lab/google/events.h"
#include "lab/google/view.h"

namespace kalends::lab::google {

struct ListQuery {
  std::string listing;  // digest of calendar and parameters
  bool single_events = false;
  bool show_deleted = false;
  std::optional<Instant> time_min, time_max, updated_min;
  std::optional<std::string> text, ical_uid;
  std::vector<std::pair<std::string, std::string>> private_properties, shared_properties;
  std::vector<std::string> types;
  std::string order;  // "", "startTime", "updated"
  std::optional<std::string> original_start;
  std::size_t page_size = 250;
  bool gives_sync_token = true;
  std::string only_master;  // instances of this series alone

  std::int64_t since = -1;
  std::int64_t as_of = 0;
  std::uint64_t after_rank = 0;
  std::string after_id;
};

// The parameters of the call, its tokens included. 400 for what may not stand together, 410 for a dead token.
Outcome<ListQuery> read_query(Service& service, const Call& call, const Place& place);

// The fields of what takes place between the two, series as single occurrences.
std::vector<Json> shown_between(Service& service, const Place& place, Instant from, Instant to);

Outcome<Answer> list(Service& service, const Call& call, const Place& place, const ListQuery& query);

}  // namespace kalends::lab::google
