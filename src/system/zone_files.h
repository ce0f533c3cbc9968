// The zones of this machine, from its compiled zone files.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "calendar/zone.h"

namespace kalends::system {

// Reads each zone when it is first asked for and keeps it. Safe to use from many threads.
class ZoneFiles : public calendar::ZoneSource {
 public:
  // The folder that TZDIR names, else /usr/share/zoneinfo.
  ZoneFiles();
  explicit ZoneFiles(std::string folder);
  ~ZoneFiles() override;

  // Names are read without regard to case; the zone carries its usual spelling. A damaged file is an unknown zone.
  // UTC, Etc/UTC, GMT and Z are there even without files.
  const calendar::Zone* find(std::string_view iana_name) const override;

 private:
  const calendar::Zone* load(const std::string& name) const;
  void list_names() const;

  std::string folder_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::unique_ptr<calendar::Zone>, std::less<>> zones_;  // by usual spelling
  mutable std::map<std::string, std::string, std::less<>> spellings_;  // lower case -> as the file is called
  mutable bool listed_ = false;
};

// The IANA name of the zone this machine keeps: TZ, else what /etc/localtime links to, else /etc/timezone, else
// "Etc/UTC". A TZ that is a POSIX rule ("CET-1CEST") names no zone and is passed over.
std::string system_zone_name();

}  // namespace kalends::system
