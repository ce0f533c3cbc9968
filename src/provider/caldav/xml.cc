// pugixml does the parsing; namespaces, which it does not know, are resolved while its tree is copied.
#include "provider/caldav/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <utility>

#include "base/text.h"

namespace kalends::provider {

namespace {

using Prefixes = std::vector<std::pair<std::string, std::string>>;  // innermost last

std::string in_namespace(std::string_view space, std::string_view local) {
  std::string out;
  out.reserve(space.size() + local.size() + 2);
  out += '{';
  out += space;
  out += '}';
  out += local;
  return out;
}

std::string resolve_name(std::string_view qualified, const Prefixes& prefixes) {
  const auto colon = qualified.find(':');
  const std::string_view prefix = colon == std::string_view::npos ? "" : qualified.substr(0, colon);
  const std::string_view local = colon == std::string_view::npos ? qualified : qualified.substr(colon + 1);
  for (auto it = prefixes.rbegin(); it != prefixes.rend(); ++it)
    if (it->first == prefix) return in_namespace(it->second, local);
  return in_namespace("", local);
}

// Where a copy stopped, and at which bound.
struct Refusal {
  std::ptrdiff_t offset = 0;
  const char* why = "";
};

// Copies a node and what is below it; false past a bound.
bool copy(const pugi::xml_node& node, Prefixes& prefixes, int depth, std::size_t& left, Element& out,
          Refusal& refusal) {
  const auto refuse = [&](const char* why) {
    refusal = {node.offset_debug(), why};
    return false;
  };
  if (depth > kMaxXmlDepth) return refuse("it is nested too deeply");
  if (left == 0) return refuse("it has too many elements");
  --left;
  const std::size_t outer = prefixes.size();
  for (const auto& attribute : node.attributes()) {
    const std::string_view name = attribute.name();
    if (name == "xmlns") prefixes.emplace_back("", attribute.value());
    if (name == "name") out.attribute = attribute.value();
    if (name.starts_with("xmlns:")) prefixes.emplace_back(std::string(name.substr(6)), attribute.value());
  }
  if (prefixes.size() > kMaxXmlPrefixes) return refuse("it declares too many namespaces");
  out.name = resolve_name(node.name(), prefixes);
  for (const auto& child : node.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) out.text += child.value();
    if (child.type() != pugi::node_element) continue;
    if (!copy(child, prefixes, depth + 1, left, out.children.emplace_back(), refusal)) return false;
  }
  prefixes.resize(outer);
  return true;
}

std::string position(std::string_view text, std::ptrdiff_t offset) {
  const auto end = std::clamp<std::ptrdiff_t>(offset, 0, static_cast<std::ptrdiff_t>(text.size()));
  const std::string_view before = text.substr(0, static_cast<std::size_t>(end));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto start = before.rfind('\n');
  const std::size_t column = start == std::string_view::npos ? before.size() + 1 : before.size() - start;
  return fmt::format("line {}, column {}", line, column);
}

// "HTTP/1.1 404 Not Found" -> 404; 0 when it is none.
int status_of(std::string_view line) {
  const auto parts = split(trim(line), ' ');
  if (parts.size() < 2 || !parts[0].starts_with("HTTP/")) return 0;
  const auto code = parse_integer(parts[1]);
  return code && *code >= 100 && *code <= 599 ? static_cast<int>(*code) : 0;
}

Result<DavResponse> response_of(Element& element) {
  DavResponse response;
  for (auto& child : element.children) {
    if (child.name == "{DAV:}href") response.hrefs.emplace_back(trim(child.text));
    if (child.name == "{DAV:}status") response.status = status_of(child.text);
    if (child.name != "{DAV:}propstat") continue;
    Propstat propstat;
    if (const Element* status = child.child("{DAV:}status")) propstat.status = status_of(status->text);
    const auto properties = std::ranges::find(child.children, "{DAV:}prop", &Element::name);
    if (properties != child.children.end()) propstat.properties = std::move(properties->children);
    response.propstats.push_back(std::move(propstat));
  }
  if (response.hrefs.empty() || response.hrefs.front().empty())
    return fail(ErrorKind::corrupt, "the server's answer has a response without an href");
  return response;
}

}  // namespace

const Element* Element::child(std::string_view wanted) const {
  const auto found =
      std::find_if(children.begin(), children.end(), [&](const Element& e) { return e.name == wanted; });
  return found == children.end() ? nullptr : &*found;
}

bool Element::contains(std::string_view wanted) const {
  return std::any_of(children.begin(), children.end(),
                     [&](const Element& e) { return e.name == wanted || e.contains(wanted); });
}

Result<Element> parse_xml(std::string_view text) {
  pugi::xml_document document;
  // Line ends stay as they are: calendar-data may carry its own CRLFs.
  constexpr unsigned options = (pugi::parse_default | pugi::parse_ws_pcdata_single) & ~pugi::parse_eol;
  const auto result = document.load_buffer(text.data(), text.size(), options);
  if (!result)
    return fail(ErrorKind::corrupt, fmt::format("the server's XML can't be read at {}: {}",
                                                position(text, result.offset), result.description()));
  Element root;
  Prefixes prefixes;
  std::size_t left = kMaxXmlElements;
  Refusal refusal{0, "it has no element"};
  if (!document.document_element() || !copy(document.document_element(), prefixes, 0, left, root, refusal))
    return fail(ErrorKind::corrupt, fmt::format("the server's XML can't be read at {}: {}",
                                                position(text, refusal.offset), refusal.why));
  return root;
}

const Element* DavResponse::property(std::string_view name) const {
  for (const auto& propstat : propstats) {
    if (propstat.status / 100 != 2) continue;
    for (const auto& element : propstat.properties)
      if (element.name == name) return &element;
  }
  return nullptr;
}

Element* DavResponse::property(std::string_view name) {
  return const_cast<Element*>(std::as_const(*this).property(name));
}

Result<Multistatus> parse_multistatus(std::string_view text) {
  Element root = TRY(parse_xml(text));
  if (root.name != "{DAV:}multistatus")
    return fail(ErrorKind::corrupt,
                fmt::format("the server answered with <{}> where a multistatus was due",
                            root.name.starts_with("{}") ? root.name.substr(2) : root.name));
  Multistatus status;
  for (auto& child : root.children) {
    if (child.name == "{DAV:}sync-token") status.sync_token = std::string(trim(child.text));
    if (child.name == "{DAV:}response") status.responses.push_back(TRY(response_of(child)));
  }
  return status;
}

bool names_condition(std::string_view body, std::string_view name) {
  if (body.find('<') == std::string_view::npos) return false;
  const auto root = parse_xml(body);
  return root && (root->name == name || root->contains(name));
}

std::string escape_xml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace kalends::provider
