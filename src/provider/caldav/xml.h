// WebDAV's XML as plain values: elements with their names spelled "{namespace}local", and multistatus answers.
// RFC 4918 section 13 and 14. Bounded; no entity but XML's own five and character references is ever expanded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace kalends::provider {

inline constexpr int kMaxXmlDepth = 64;  // below the root element
inline constexpr std::size_t kMaxXmlElements = 2'000'000;
inline constexpr std::size_t kMaxXmlPrefixes = 256;  // in force at one place

struct Element {
  std::string name;       // "{DAV:}href"
  std::string text;       // all of its own text, as it stood
  std::string attribute;  // the value of its "name" attribute, the only one that CalDAV answers need
  std::vector<Element> children;

  const Element* child(std::string_view name) const;  // the first of that name, or nullptr
  // Whether an element of that name is anywhere below.
  bool contains(std::string_view name) const;
};

// The root element. corrupt, with line and column, when the text is no whole XML document or past a bound.
Result<Element> parse_xml(std::string_view text);

struct Propstat {
  int status = 0;
  std::vector<Element> properties;
};

// One DAV:response.
struct DavResponse {
  std::vector<std::string> hrefs;  // as they stood, trimmed; at least one
  int status = 0;                  // the response's own, 0 when it has propstats instead
  std::vector<Propstat> propstats;

  // The property when the server gave it with a 2xx status, else nullptr.
  const Element* property(std::string_view name) const;
  Element* property(std::string_view name);
};

struct Multistatus {
  std::vector<DavResponse> responses;
  std::string sync_token;  // RFC 6578 section 6.4
};

// corrupt when the text is no multistatus: an answer that can't be read is never an empty one.
Result<Multistatus> parse_multistatus(std::string_view text);

// Whether the body of a refusal names the precondition, "{DAV:}valid-sync-token". RFC 4918 section 16.
bool names_condition(std::string_view body, std::string_view name);

// Text for use inside an element.
std::string escape_xml(std::string_view text);

}  // namespace kalends::provider
