#include "system/zone_files.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/text.h"

namespace kalends::system {

namespace {

constexpr const char* kUsualFolder = "/usr/share/zoneinfo";
constexpr std::uintmax_t kMaxFileSize = 1u << 20;
constexpr std::size_t kMaxNameSize = 100;
constexpr std::size_t kMaxNames = 10'000;

std::string usual_folder() {
  const char* folder = std::getenv("TZDIR");
  return folder != nullptr && *folder != '\0' ? folder : kUsualFolder;
}

// Words of letters, digits, '_', '-' and '+' between slashes: no name can lead out of the folder. The copies under
// posix/ and right/ and the links of the C library are no names of zones.
bool is_zone_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameSize) return false;
  for (std::string_view word : split(name, '/')) {
    bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
             c == '-' || c == '+';
    });
    if (!plain) return false;
  }
  std::string small = to_lower(name);
  return small != "localtime" && small != "posixrules" && small != "factory" &&
         !small.starts_with("posix/") && !small.starts_with("right/");
}

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size > kMaxFileSize) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::unique_ptr<calendar::Zone> utc_of(std::string_view lower_name) {
  const char* name = nullptr;
  if (lower_name == "utc" || lower_name == "z") name = "UTC";
  if (lower_name == "etc/utc") name = "Etc/UTC";
  if (lower_name == "gmt") name = "GMT";
  return name != nullptr ? std::make_unique<calendar::Zone>(calendar::Zone::fixed(name, 0)) : nullptr;
}

// "Europe/Berlin" of "/usr/share/zoneinfo/Europe/Berlin" or of itself.
std::optional<std::string> name_in_path(std::string path) {
  constexpr std::string_view kMark = "/zoneinfo/";
  if (std::size_t mark = path.rfind(kMark); mark != std::string::npos) path.erase(0, mark + kMark.size());
  for (const char* copy : {"posix/", "right/"}) {
    if (path.starts_with(copy)) path.erase(0, 6);
  }
  return is_zone_name(path) ? std::optional(path) : std::nullopt;
}

}  // namespace

ZoneFiles::ZoneFiles() : ZoneFiles(usual_folder()) {}
ZoneFiles::ZoneFiles(std::string folder) : folder_(std::move(folder)) {}
ZoneFiles::~ZoneFiles() = default;

const calendar::Zone* ZoneFiles::find(std::string_view iana_name) const {
  std::lock_guard lock(mutex_);
  if (auto it = zones_.find(iana_name); it != zones_.end()) return it->second.get();
  if (!is_zone_name(iana_name)) return nullptr;
  std::string small = to_lower(iana_name);
  if (auto utc = utc_of(small)) {
    auto [it, added] = zones_.try_emplace(utc->name());
    if (added) it->second = std::move(utc);
    return it->second.get();
  }
  list_names();
  auto spelling = spellings_.find(small);
  return spelling != spellings_.end() ? load(spelling->second) : nullptr;
}

const calendar::Zone* ZoneFiles::load(const std::string& name) const {
  if (auto it = zones_.find(name); it != zones_.end()) return it->second.get();
  std::unique_ptr<calendar::Zone> zone;
  if (auto bytes = read_file(std::filesystem::path(folder_) / name)) {
    if (auto parsed = calendar::parse_tzif(name, *bytes)) {
      zone = std::make_unique<calendar::Zone>(std::move(*parsed));
    }
  }
  return zones_.emplace(name, std::move(zone)).first->second.get();  // a damaged one is not read again
}

void ZoneFiles::list_names() const {
  if (listed_) return;
  listed_ = true;
  namespace fs = std::filesystem;
  std::error_code error;
  fs::recursive_directory_iterator it(folder_, error);
  for (; !error && it != fs::recursive_directory_iterator() && spellings_.size() < kMaxNames;
       it.increment(error)) {
    if (it->is_directory(error)) {
      if (it.depth() >= 3 || it->path().filename() == "posix" || it->path().filename() == "right") {
        it.disable_recursion_pending();
      }
      continue;
    }
    std::string name = it->path().lexically_relative(folder_).generic_string();
    if (is_zone_name(name)) spellings_.emplace(to_lower(name), name);
  }
}

std::string system_zone_name() {
  if (const char* tz = std::getenv("TZ")) {
    std::string value = *tz == ':' ? tz + 1 : tz;
    if (value.empty()) return "Etc/UTC";
    ZoneFiles zones;
    auto name = name_in_path(value);
    const calendar::Zone* zone = name ? zones.find(*name) : nullptr;
    if (zone != nullptr) return zone->name();
  }
  std::error_code error;
  auto target = std::filesystem::read_symlink("/etc/localtime", error);
  if (!error) {
    if (auto name = name_in_path(target.string());
        name && target.string().find("zoneinfo/") != std::string::npos) {
      return *name;
    }
  }
  if (auto text = read_file("/etc/timezone")) {
    std::string first_line(trim(text->substr(0, text->find('\n'))));
    if (is_zone_name(first_line)) return first_line;
  }
  return "Etc/UTC";
}

}  // namespace kalends::system
