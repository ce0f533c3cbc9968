// fork, exec, one line of JSON.
#include "server_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "base/json.h"

namespace kalends::testing_servers {

namespace {

std::string read_line(int from) {
  std::string line;
  char c = 0;
  while (line.size() < 65536 && ::read(from, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

std::string text_of(const Json& json, const char* member) {
  const Json* found = json.find(member);
  const std::string* text = found ? found->string() : nullptr;
  return text ? *text : "";
}

void replace(std::string& text, const std::string& what, const std::string& with) {
  if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), with);
}

}  // namespace

Result<ServerProcess> ServerProcess::start(const std::string& name) {
  int input[2];
  int output[2];
  if (::pipe2(input, O_CLOEXEC) != 0 || ::pipe2(output, O_CLOEXEC) != 0)
    return fail(ErrorKind::transient, "no pipe could be made for a test server");
  const std::string script = std::string(KALENDS_SOURCE_DIR) + "/tests/servers/servers.py";
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(input[0], STDIN_FILENO);
    ::dup2(output[1], STDOUT_FILENO);
    ::execl("/usr/bin/python3", "python3", script.c_str(), name.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(input[0]);
  ::close(output[1]);
  ServerProcess server;
  server.pid_ = pid;
  server.input_ = input[1];
  const std::string line = read_line(output[0]);
  ::close(output[0]);
  const auto json = parse_json(line);
  if (!json)
    return fail(ErrorKind::unsupported, name + " did not start; standard error of the test says why");
  server.url_ = text_of(*json, "url");
  server.control_ = text_of(*json, "control");
  server.pattern_ = text_of(*json, "calendar");
  return server;
}

ServerProcess::ServerProcess(ServerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_(std::exchange(other.input_, -1)),
      url_(std::move(other.url_)),
      control_(std::move(other.control_)),
      pattern_(std::move(other.pattern_)) {}

ServerProcess::~ServerProcess() {
  if (input_ >= 0) ::close(input_);
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
}

std::string ServerProcess::calendar_url(const std::string& user, const std::string& name) const {
  std::string url = pattern_;
  replace(url, "{user}", user);
  replace(url, "{name}", name);
  return url;
}

}  // namespace kalends::testing_servers
