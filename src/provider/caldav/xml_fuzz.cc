// Any bytes as a server's XML: an error that names a place, or elements that are the same after being written and read
// again; and no multistatus without an href in each response.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "provider/caldav/xml.h"

namespace {

using namespace kalends;
using provider::Element;

// References for white space too, which a parser may drop between elements.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : provider::escape_xml(text)) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
      out += "&#" + std::to_string(static_cast<int>(c)) + ";";
    else
      out += c;
  }
  return out;
}

void print(const Element& element, std::string& out) {
  const auto close = element.name.rfind('}');
  const std::string space = element.name.substr(1, close - 1);
  const std::string tag = "n:" + element.name.substr(close + 1);
  out += "<" + tag + " xmlns:n=\"" + escaped(space) + "\"";
  if (!element.attribute.empty()) out += " name=\"" + escaped(element.attribute) + "\"";
  out += ">" + escaped(element.text);
  for (const Element& child : element.children) print(child, out);
  out += "</" + tag + ">";
}

bool same(const Element& a, const Element& b) {
  if (a.name != b.name || a.text != b.text || a.attribute != b.attribute) return false;
  if (a.children.size() != b.children.size()) return false;
  for (std::size_t i = 0; i < a.children.size(); ++i)
    if (!same(a.children[i], b.children[i])) return false;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto root = provider::parse_xml(text);
  const auto status = provider::parse_multistatus(text);
  provider::names_condition(text, "{DAV:}valid-sync-token");
  if (!root) {
    KALENDS_CHECK(root.error().message.find("line ") != std::string::npos);
    KALENDS_CHECK(!status);
    return 0;
  }
  std::string printed;
  print(*root, printed);
  const auto again = provider::parse_xml(printed);
  KALENDS_CHECK(again && same(*again, *root));
  if (!status) {
    KALENDS_CHECK(!status.error().message.empty());
    return 0;
  }
  for (const auto& response : status->responses)
    KALENDS_CHECK(!response.hrefs.empty() && !response.hrefs.front().empty());
  return 0;
}
