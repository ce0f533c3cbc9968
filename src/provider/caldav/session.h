// What a CalDavProvider learned about its server in this process. Private to the provider's own files.
#pragma once

#include "provider/caldav/caldav_provider.h"

namespace kalends::provider {

// Asks whether a collection is there, and nothing else.
inline constexpr char kExists[] =
    R"(<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/></D:prop></D:propfind>)";

struct CalDavProvider::Session {
  Session(DavClient c, CalendarPlace p) : client(std::move(c)), place(std::move(p)), fetcher(client, place) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  DavClient client;
  CalendarPlace place;
  Fetcher fetcher;

  // Whether the server was seen to refuse a write whose precondition does not hold.
  enum class Preconditions : std::uint8_t { unknown, kept, doubtful };
  Preconditions if_match = Preconditions::unknown;  // by deletions, and so by all
  Preconditions if_match_on_put =
      Preconditions::unknown;  // by updates: there are servers that keep it for these only
  Preconditions if_none_match = Preconditions::unknown;

  bool asked_for_schedule_tags = false;

  // Writes in a row that the server held byte for byte under the etag it answered with. Once there are enough, its
  // etag is taken for the proof that RFC 4791 section 5.3.4 makes it; one rewritten resource ends that for good.
  int held_as_sent = 0;
  bool rewrites = false;
};

}  // namespace kalends::provider
