#include "lab/google/cursors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/digest.h"
#include "base/text.h"

namespace kalends::lab::google {
namespace {

// The end that makes a token need encoding in a URL, as real ones do.
constexpr std::string_view kEnd = "+/=";

std::string sealed(const std::string& text) {
  return fmt::format("{}.{}{}", text, sha256(text).hex().substr(0, 6), kEnd);
}

std::optional<std::vector<std::string_view>> opened(std::string_view text, char kind, std::size_t parts) {
  if (!text.ends_with(kEnd)) return std::nullopt;
  text.remove_suffix(kEnd.size());
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view inner = text.substr(0, dot);
  if (sha256(inner).hex().substr(0, 6) != text.substr(dot + 1)) return std::nullopt;
  auto out = split(inner, '.');
  if (out.size() != parts || out[0].size() != 1 || out[0][0] != kind) return std::nullopt;
  return out;
}

template <class Number>
bool read(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

// Parameters that may differ between the calls of one walk.
bool is_free(const std::string& name) {
  static constexpr std::array<std::string_view, 19> kFree = {"maxResults",
                                                             "pageToken",
                                                             "syncToken",
                                                             "fields",
                                                             "alt",
                                                             "key",
                                                             "prettyPrint",
                                                             "quotaUser",
                                                             "userIp",
                                                             "showDeleted",
                                                             "timeMin",
                                                             "timeMax",
                                                             "updatedMin",
                                                             "timeZone",
                                                             "q",
                                                             "iCalUID",
                                                             "orderBy",
                                                             "privateExtendedProperty",
                                                             "sharedExtendedProperty"};
  return std::ranges::find(kFree, name) != kFree.end();
}

}  // namespace

std::string print(const PageToken& token) {
  return sealed(fmt::format("p.{}.{}.{}.{}.{}.{}", token.listing, token.epoch, token.since, token.as_of,
                            token.after_rank, token.after_id));
}

std::string print(const SyncToken& token) {
  return sealed(fmt::format("s.{}.{}.{}.{}", token.listing, token.epoch, token.as_of, token.minted.ms));
}

std::optional<PageToken> parse_page_token(std::string_view text) {
  const auto parts = opened(text, 'p', 7);
  if (!parts) return std::nullopt;
  PageToken out;
  out.listing = std::string((*parts)[1]);
  out.after_id = std::string((*parts)[6]);
  if (!read((*parts)[2], out.epoch) || !read((*parts)[3], out.since) || !read((*parts)[4], out.as_of) ||
      !read((*parts)[5], out.after_rank))
    return std::nullopt;
  return out;
}

std::optional<SyncToken> parse_sync_token(std::string_view text) {
  const auto parts = opened(text, 's', 5);
  if (!parts) return std::nullopt;
  SyncToken out;
  out.listing = std::string((*parts)[1]);
  if (!read((*parts)[2], out.epoch) || !read((*parts)[3], out.as_of) || !read((*parts)[4], out.minted.ms))
    return std::nullopt;
  return out;
}

std::string listing_of(const Call& call, std::string_view what) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : call.target.query)
    if (!is_free(name) && value != "false") parts.push_back(name + "=" + value);
  std::ranges::sort(parts);
  return sha256(std::string(what) + "\n" + join(parts, "\n")).hex().substr(0, 12);
}

Outcome<SyncToken> usable(const Service& service, const std::string& text, const std::string& listing,
                          int epoch) {
  const auto token = parse_sync_token(text);
  if (!token || token->listing != listing)
    return std::unexpected(
        Refusal{400, "invalid", "Invalid sync token value.", "global", "syncToken", "parameter"});
  if (token->epoch != epoch || service.now().ms - token->minted.ms > service.habits.sync_token_life_ms)
    return std::unexpected(Refusal{410, "fullSyncRequired",
                                   "Sync token is no longer valid, a full sync is required.", "calendar",
                                   "syncToken", "parameter"});
  return *token;
}

std::uint64_t rank_of(std::string_view id) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash ^ (hash >> 29);
}

}  // namespace kalends::lab::google
