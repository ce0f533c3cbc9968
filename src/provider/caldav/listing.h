// Which resources a calendar holds and with which versions: by sync-collection where the server has one that can be
// relied on, else by asking for every etag. RFC 6578, RFC 4918 section 9.1; calendarserver-ctag.
//
// How a cursor is spelled:  "sync:TOKEN"  the next report is a delta
//                           "ctag:CTAG"   nothing is listed while the collection's tag stays the same
//                           "each:"       every etag is listed every time
// Tokens that are no URIs, and tags that look like a clock, can miss a second change within one tick: a server that
// hands them out is listed every time.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "provider/caldav/dav_client.h"
#include "provider/caldav/discovery.h"

namespace kalends::provider {

struct Member {
  enum class State : std::uint8_t { present, gone, refused } state = State::present;
  std::string version;  // "" when the server gave no etag
};

struct Listing {
  std::map<std::string, Member> members;  // by path in normal form
  bool complete = false;
  bool reset = false;
  std::string cursor;
};

// The members that changed since `cursor`, or all of them. An answer that is not whole is an error.
Result<Listing> list_members(DavClient& client, const CalendarPlace& place, const std::string& cursor);

// An etag without the W/ of a weak one, quotes kept; "" for none.
std::string version_of_etag(std::string_view etag);

}  // namespace kalends::provider
