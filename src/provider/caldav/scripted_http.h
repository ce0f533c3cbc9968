// What CalDAV servers answer, for the HTTP double of tests.
#pragma once

#include <string>

#include "ports/test_http.h"

namespace kalends::provider {

using ports::ScriptedHttp;

inline std::string multistatus(const std::string& inside) {
  return R"(<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" )"
         R"(xmlns:s="http://calendarserver.org/ns/">)" +
         inside + "</d:multistatus>";
}

inline std::string response(const std::string& href, const std::string& properties) {
  return "<d:response><d:href>" + href + "</d:href><d:propstat><d:prop>" + properties +
         "</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>";
}

inline std::string bare(const std::string& href, const std::string& status) {
  return "<d:response><d:href>" + href + "</d:href><d:status>HTTP/1.1 " + status + "</d:status></d:response>";
}

}  // namespace kalends::provider
