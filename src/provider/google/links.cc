// conferenceData is read and never written. attachments are addresses on the web.
#include <algorithm>

#include "base/text.h"
#include "provider/google/codec.h"
#include "provider/google/json.h"

namespace kalends::provider::google {

namespace {

constexpr std::size_t kMaxAttachments = 25;
constexpr std::size_t kMaxConferences = 50;

bool can_be_attached(std::string_view url) {
  return url.starts_with("https://") || url.starts_with("http://");
}

}  // namespace

void read_links(const Json& event, calendar::Event& out) {
  for (const Json& entry : items_of(object_of(event, "conferenceData"), "entryPoints"))
    if (const std::string& uri = text_of(entry, "uri");
        !uri.empty() && out.conferences.size() < kMaxConferences)
      out.conferences.push_back(uri);
  if (out.conferences.empty())
    if (const std::string& uri = text_of(event, "hangoutLink"); !uri.empty()) out.conferences.push_back(uri);
  for (const Json& one : items_of(event, "attachments"))
    if (const std::string& url = text_of(one, "fileUrl");
        !url.empty() && out.attachments.size() < kMaxAttachments)
      out.attachments.push_back(url);
}

void write_links(const calendar::Event& event, const Json& existing, Json& body) {
  Json attachments = Json::array();
  for (const std::string& url : event.attachments) {
    if (!can_be_attached(url) || attachments.items()->size() == kMaxAttachments) continue;
    Json one = Json::object();
    for (const Json& old : items_of(existing, "attachments"))
      if (text_of(old, "fileUrl") == url) one = old;
    if (!one.find("fileUrl")) one.set("fileUrl", url).set("title", url.substr(url.rfind('/') + 1));
    attachments.push(std::move(one));
  }
  body.set("attachments", attachments.items()->empty() ? Json() : std::move(attachments));
}

}  // namespace kalends::provider::google
