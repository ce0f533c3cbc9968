#include "calendar/facts.h"

#include <algorithm>

namespace kalends::calendar {

namespace {

auto position(auto& entries, std::string_view path) {
  return std::lower_bound(entries.begin(), entries.end(), path,
                          [](const Facts::Entry& entry, std::string_view p) { return entry.first < p; });
}

constexpr char kVersion = 1;

void put_size(std::string& out, std::size_t size) {  // LEB128
  while (size >= 0x80) {
    out += static_cast<char>((size & 0x7F) | 0x80);
    size >>= 7;
  }
  out += static_cast<char>(size);
}

bool take_size(std::string_view& bytes, std::size_t& size) {
  size = 0;
  for (int shift = 0; shift < 56; shift += 7) {
    if (bytes.empty()) return false;
    auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    size |= static_cast<std::size_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

bool take_text(std::string_view& bytes, std::string& text) {
  std::size_t size = 0;
  if (!take_size(bytes, size) || size > bytes.size()) return false;
  text = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

}  // namespace

Facts::Facts(std::initializer_list<Entry> entries) {
  for (const Entry& entry : entries) set(entry.first, entry.second);
}

const std::string* Facts::find(std::string_view path) const {
  auto it = position(entries_, path);
  return it != entries_.end() && it->first == path ? &it->second : nullptr;
}

std::string Facts::get(std::string_view path) const {
  const std::string* value = find(path);
  return value != nullptr ? *value : std::string();
}

void Facts::set(std::string_view path, std::string value) {
  constexpr std::size_t kUsual = 8;
  if (entries_.capacity() == 0) entries_.reserve(kUsual);
  // Most facts are made from what is sorted already.
  const bool last = entries_.empty() || entries_.back().first < path;
  auto it = last ? entries_.end() : position(entries_, path);
  if (it != entries_.end() && it->first == path) {
    it->second = std::move(value);
  } else {
    entries_.emplace(it, std::string(path), std::move(value));
  }
}

bool Facts::erase(std::string_view path) {
  auto it = position(entries_, path);
  if (it == entries_.end() || it->first != path) return false;
  entries_.erase(it);
  return true;
}

void Facts::erase_under(std::string_view prefix) {
  auto first = position(entries_, prefix);
  auto last = first;
  while (last != entries_.end() && last->first.starts_with(prefix)) ++last;
  entries_.erase(first, last);
}

std::vector<Change> difference(const Facts& before, const Facts& after) {
  std::vector<Change> changes;
  auto a = before.begin();
  auto b = after.begin();
  while (a != before.end() || b != after.end()) {
    if (b == after.end() || (a != before.end() && a->first < b->first)) {
      changes.push_back({a->first, a->second, std::nullopt});
      ++a;
    } else if (a == before.end() || b->first < a->first) {
      changes.push_back({b->first, std::nullopt, b->second});
      ++b;
    } else {
      if (a->second != b->second) changes.push_back({a->first, a->second, b->second});
      ++a;
      ++b;
    }
  }
  return changes;
}

std::string_view field_of(std::string_view path) { return path.substr(0, path.find('/')); }

std::string_view slot_of(std::string_view path) {
  constexpr std::string_view kPrefix = "overrides/";
  if (!path.starts_with(kPrefix)) return {};
  path.remove_prefix(kPrefix.size());
  return path.substr(0, path.find('/'));
}

std::string encode_key(std::string_view key) {
  if (key.find('/') == std::string_view::npos && key.find('%') == std::string_view::npos)
    return std::string(key);
  std::string out;
  for (char c : key) {
    if (c == '/') {
      out += "%2F";
    } else if (c == '%') {
      out += "%25";
    } else {
      out += c;
    }
  }
  return out;
}

std::string decode_key(std::string_view key) {
  std::string out;
  for (std::size_t i = 0; i < key.size(); ++i) {
    std::string_view three = key.substr(i, 3);
    if (three == "%2F") {
      out += '/';
      i += 2;
    } else if (three == "%25") {
      out += '%';
      i += 2;
    } else {
      out += key[i];
    }
  }
  return out;
}

std::string encode(const Facts& facts) {
  std::string out;
  std::size_t size = 8;
  for (const auto& [path, value] : facts) size += path.size() + value.size() + 6;
  out.reserve(size);
  out += kVersion;
  put_size(out, facts.size());
  for (const auto& [path, value] : facts) {
    put_size(out, path.size());
    out += path;
    put_size(out, value.size());
    out += value;
  }
  return out;
}

Result<Facts> decode_facts(std::string_view bytes) {
  auto damaged = [] { return fail(ErrorKind::corrupt, "stored facts are damaged"); };
  if (bytes.empty() || bytes.front() != kVersion) return damaged();
  bytes.remove_prefix(1);
  std::size_t count = 0;
  if (!take_size(bytes, count) || count > bytes.size()) return damaged();
  Facts facts;
  for (std::size_t i = 0; i < count; ++i) {
    std::string path;
    std::string value;
    if (!take_text(bytes, path) || !take_text(bytes, value)) return damaged();
    facts.set(path, std::move(value));
  }
  if (!bytes.empty() || facts.size() != count) return damaged();
  return facts;
}

}  // namespace kalends::calendar
