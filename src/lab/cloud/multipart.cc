#include "lab/cloud/multipart.h"

#include <fmt/format.h>

#include "base/text.h"

namespace kalends::lab {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<std::string> boundary_of(std::string_view content_type) {
  if (!to_lower(content_type).starts_with("multipart/mixed")) return std::nullopt;
  for (const auto part : split(content_type, ';')) {
    std::string_view text = trim(part);
    if (!to_lower(text).starts_with("boundary=")) continue;
    text.remove_prefix(9);
    if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"'))
      text = text.substr(1, text.size() - 2);
    if (!text.empty() && text.size() <= 200) return std::string(text);
  }
  return std::nullopt;
}

// The next line of `text`, taken off.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return without_line_end(line);
}

Headers take_headers(std::string_view& text) {
  Headers out;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    out.emplace_back(std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1))));
  }
  return out;
}

std::optional<RequestPart> read_part(std::string_view text) {
  RequestPart out;
  for (const auto& [name, value] : take_headers(text))
    if (equal_ignoring_case(name, "content-id")) out.content_id = value;
  while (text.starts_with("\r\n") || text.starts_with('\n')) take_line(text);
  const auto words = split(take_line(text), ' ');
  if (words.size() < 2 || words[0].empty() || !words[1].starts_with('/')) return std::nullopt;
  out.request.method = std::string(words[0]);
  out.request.url = std::string(words[1]);
  out.request.headers = take_headers(text);
  out.request.body = std::string(trim(text));
  return out;
}

}  // namespace

std::optional<std::vector<RequestPart>> read_parts(std::string_view content_type, std::string_view body) {
  const auto boundary = boundary_of(content_type);
  if (!boundary) return std::nullopt;
  const std::string mark = "--" + *boundary;
  std::vector<RequestPart> out;
  std::size_t at = body.find(mark);
  while (at != std::string_view::npos) {
    const std::size_t from = at + mark.size();
    if (body.substr(from).starts_with("--")) return out;
    const std::size_t next = body.find(mark, from);
    if (next == std::string_view::npos) return std::nullopt;
    std::string_view text = body.substr(from, next - from);
    take_line(text);
    auto part = read_part(text);
    if (!part) return std::nullopt;
    out.push_back(std::move(*part));
    at = next;
  }
  return std::nullopt;
}

std::string answer_id(std::string_view content_id) {
  if (content_id.starts_with('<')) return fmt::format("<response-{}", content_id.substr(1));
  return content_id.empty() ? std::string() : fmt::format("response-{}", content_id);
}

std::string write_parts(std::string_view boundary,
                        const std::vector<std::pair<std::string, ports::HttpResponse>>& answers) {
  std::string out;
  for (const auto& [id, answer] : answers) {
    out += fmt::format("--{}\r\nContent-Type: application/http\r\n", boundary);
    if (!id.empty()) out += fmt::format("Content-ID: {}\r\n", id);
    out += fmt::format("\r\nHTTP/1.1 {} {}\r\n", answer.status, answer.status < 400 ? "OK" : "Refused");
    for (const auto& [name, value] : answer.headers) out += fmt::format("{}: {}\r\n", name, value);
    out += fmt::format("Content-Length: {}\r\n\r\n{}\r\n", answer.body.size(), answer.body);
  }
  return out + fmt::format("--{}--\r\n", boundary);
}

}  // namespace kalends::lab
