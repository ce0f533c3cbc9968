#include "app/secrets.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <vector>

#include "base/text.h"

extern char** environ;

namespace kalends::app {
namespace {

constexpr std::size_t kMaxSecretBytes = 64u << 10;

std::string first_line(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return std::string(line);
}

// A secret that was cut would be another secret.
Result<std::string> bounded_line(const std::string& text, const std::string& source) {
  std::string line = first_line(text);
  if (line.size() > kMaxSecretBytes)
    return fail(ErrorKind::unauthorized,
                fmt::format("The first line of {} is longer than {} KiB, which is no password.", source,
                            kMaxSecretBytes >> 10));
  return line;
}

Result<std::string> from_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    return fail(ErrorKind::unauthorized,
                fmt::format("The secret's file {} cannot be read: {}.", path, std::strerror(errno)));
  std::string text(kMaxSecretBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return bounded_line(text, path);
}

// Everything the child writes, up to the limit; the pipe is closed either way.
std::string drain(int descriptor) {
  std::string out;
  char buffer[4096];
  while (out.size() <= kMaxSecretBytes) {
    const ssize_t got = ::read(descriptor, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    out.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(descriptor);
  return out;
}

// Runs the command without a shell. Its standard input and error stay ours, so that it can ask for a passphrase.
Result<std::string> from_command(const std::vector<std::string>& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return fail(ErrorKind::transient, fmt::format("No pipe for {}: {}.", command[0], std::strerror(errno)));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<char*> arguments;
  for (const std::string& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawnp(&child, command[0].c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (error != 0) {
    ::close(ends[0]);
    return fail(ErrorKind::unauthorized,
                fmt::format("The secret's command {} cannot be run: {}.", command[0], std::strerror(error)));
  }
  const std::string out = drain(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return fail(ErrorKind::unauthorized,
                fmt::format("The secret's command {} failed; run it yourself to see why.", command[0]));
  return bounded_line(out, "what " + command[0] + " prints");
}

}  // namespace

std::string describe(const Secret& secret) {
  switch (secret.source) {
    case Secret::Source::literal: return "the configuration itself";
    case Secret::Source::environment: return "the variable " + secret.text;
    case Secret::Source::file: return "the file " + secret.text;
    case Secret::Source::command: return "the command " + secret.command.front();
  }
  return "";
}

Result<std::string> resolve(const Secret& secret) {
  std::string value;
  switch (secret.source) {
    case Secret::Source::literal: value = secret.text; break;
    case Secret::Source::environment: {
      const char* text = std::getenv(secret.text.c_str());
      if (!text)
        return fail(ErrorKind::unauthorized,
                    fmt::format("The variable {} is not set; export it, or name a file or a command instead.",
                                secret.text));
      value = text;
      break;
    }
    case Secret::Source::file: value = TRY(from_file(secret.text)); break;
    case Secret::Source::command: value = TRY(from_command(secret.command)); break;
  }
  if (value.empty())
    return fail(ErrorKind::unauthorized, fmt::format("The secret from {} is empty.", describe(secret)));
  return value;
}

Result<ports::HttpResponse> SigningHttp::send(const ports::HttpRequest& request) {
  if (!secret_ || request.credentials.scheme == ports::Credentials::Scheme::none) return inner_.send(request);
  if (!resolved_) {
    const std::lock_guard lock(asking_);
    resolved_ = TRY(resolve(*secret_));
  }
  ports::HttpRequest signed_request = request;
  signed_request.credentials.secret = *resolved_;
  return inner_.send(signed_request);
}

std::unique_ptr<ports::Exchange> SigningHttp::begin(ports::HttpRequest request) {
  const bool asks = secret_ && request.credentials.scheme != ports::Credentials::Scheme::none;
  if (asks && !resolved_) return Http::begin(std::move(request));  // send() asks for the secret
  if (asks) request.credentials.secret = *resolved_;
  return inner_.begin(std::move(request));
}

}  // namespace kalends::app
