// A server of tests/servers/servers.py as a child of a C++ test: it runs while the object lives.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/error.h"

namespace kalends::testing_servers {

class ServerProcess {
 public:
  // "radicale", "cyrus", "sogo", "icloud" or "dns"; an error holds what the script said, such as a package that is missing.
  static Result<ServerProcess> start(const std::string& name);
  ServerProcess(ServerProcess&& other) noexcept;
  ServerProcess& operator=(ServerProcess&&) = delete;
  ~ServerProcess();  // ends the server and waits for it

  const std::string& url() const { return url_; }
  const std::string& control_url() const { return control_; }  // "" for servers without faults to switch on
  std::string password(const std::string& user) const { return user + "pw"; }
  std::string calendar_url(const std::string& user, const std::string& name) const;

 private:
  ServerProcess() = default;

  pid_t pid_ = -1;
  int input_ = -1;  // closing it ends the server
  std::string url_, control_, pattern_;
};

}  // namespace kalends::testing_servers
