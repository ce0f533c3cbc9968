#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/text.h"

namespace kalends {

const Json* Json::find(std::string_view name) const {
  if (const Object* object = members())
    for (const auto& [key, value] : *object)
      if (key == name) return &value;
  return nullptr;
}

Json& Json::set(std::string name, Json value) {
  if (is_null()) value_ = Object{};
  auto* object = std::get_if<Object>(&value_);
  KALENDS_CHECK(object != nullptr);
  for (auto& [key, old] : *object) {
    if (key == name) {
      old = std::move(value);
      return *this;
    }
  }
  object->emplace_back(std::move(name), std::move(value));
  return *this;
}

Json& Json::push(Json value) {
  if (is_null()) value_ = Array{};
  auto* array = std::get_if<Array>(&value_);
  KALENDS_CHECK(array != nullptr);
  array->push_back(std::move(value));
  return *this;
}

std::string json_quote(std::string_view text) {
  std::string repaired;
  if (!is_utf8(text)) {
    repaired = repair_utf8(text);
    text = repaired;
  }
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

std::string Json::dump(int indent) const {
  std::string out;
  write(out, indent, 0);
  return out;
}

void Json::write(std::string& out, int indent, int depth) const {
  auto line = [&](int level) {
    if (indent > 0) {
      out += '\n';
      out.append(static_cast<std::size_t>(indent * level), ' ');
    }
  };
  if (is_null()) {
    out += "null";
  } else if (const bool* b = boolean()) {
    out += *b ? "true" : "false";
  } else if (const auto* i = integer()) {
    out += fmt::format("{}", *i);
  } else if (const double* d = real()) {
    out += std::isfinite(*d) ? fmt::format("{}", *d) : "null";
  } else if (const auto* s = string()) {
    out += json_quote(*s);
  } else if (const Array* array = items()) {
    out += '[';
    for (std::size_t k = 0; k < array->size(); ++k) {
      if (k > 0) out += ',';
      line(depth + 1);
      (*array)[k].write(out, indent, depth + 1);
    }
    if (!array->empty()) line(depth);
    out += ']';
  } else if (const Object* object = members()) {
    out += '{';
    for (std::size_t k = 0; k < object->size(); ++k) {
      if (k > 0) out += ',';
      line(depth + 1);
      out += json_quote((*object)[k].first);
      out += indent > 0 ? ": " : ":";
      (*object)[k].second.write(out, indent, depth + 1);
    }
    if (!object->empty()) line(depth);
    out += '}';
  }
}

namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<Json> document() {
    Json value = TRY(read(0));
    skip_space();
    if (at_ != text_.size()) return refuse("there is text after the end of the document");
    return value;
  }

 private:
  std::unexpected<Error> refuse(std::string_view why) const {
    std::size_t line = 1;
    std::size_t column = 1;
    for (std::size_t i = 0; i < at_ && i < text_.size(); ++i) {
      if (text_[i] == '\n') {
        ++line;
        column = 1;
      } else {
        ++column;
      }
    }
    return fail(ErrorKind::invalid, fmt::format("line {}, column {}: {}", line, column, why));
  }

  void skip_space() {
    while (at_ < text_.size() && std::strchr(" \t\r\n", text_[at_]) != nullptr && text_[at_] != '\0') ++at_;
  }

  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Result<Json> read(int depth) {
    if (depth > kMaxJsonDepth) return refuse("the document is nested too deeply");
    skip_space();
    if (at_ == text_.size()) return refuse("the document ends too early");
    switch (text_[at_]) {
      case '{': return read_object(depth);
      case '[': return read_array(depth);
      case '"': return Json(TRY(read_string()));
      case 't':
        if (take("true")) return Json(true);
        break;
      case 'f':
        if (take("false")) return Json(false);
        break;
      case 'n':
        if (take("null")) return Json();
        break;
      default: return read_number();
    }
    return refuse("this is no JSON value");
  }

  static bool has_twins(const Json::Object& object) {
    if (object.size() < 2) return false;
    std::vector<std::string_view> names;
    names.reserve(object.size());
    for (const auto& [name, value] : object) names.push_back(name);
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
  }

  Result<Json> read_object(int depth) {
    ++at_;
    Json::Object object;
    skip_space();
    if (take("}")) return Json(std::move(object));
    for (;;) {
      skip_space();
      if (at_ == text_.size() || text_[at_] != '"') return refuse("a member's name in quotes is missing");
      std::string name = TRY(read_string());
      skip_space();
      if (!take(":")) return refuse("a colon is missing");
      object.emplace_back(std::move(name), TRY(read(depth + 1)));
      skip_space();
      if (take("}")) {
        if (has_twins(object)) return refuse("an object has two members of one name");
        return Json(std::move(object));
      }
      if (!take(",")) return refuse("a comma or closing brace is missing");
    }
  }

  Result<Json> read_array(int depth) {
    ++at_;
    Json::Array array;
    skip_space();
    if (take("]")) return Json(std::move(array));
    for (;;) {
      array.push_back(TRY(read(depth + 1)));
      skip_space();
      if (take("]")) return Json(std::move(array));
      if (!take(",")) return refuse("a comma or closing bracket is missing");
    }
  }

  Result<Json> read_number() {
    std::size_t end = at_;
    bool whole = true;
    while (end < text_.size() &&
           (std::isdigit(static_cast<unsigned char>(text_[end])) != 0 ||
            std::strchr("+-.eE", text_[end]) != nullptr) &&
           text_[end] != '\0') {
      if (std::strchr(".eE", text_[end]) != nullptr) whole = false;
      ++end;
    }
    std::string_view digits = text_.substr(at_, end - at_);
    if (digits.empty() || digits.front() == '+') return refuse("this is no JSON value");
    if (whole) {
      std::int64_t value = 0;
      auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
      if (error == std::errc() && stop == digits.data() + digits.size()) {
        at_ = end;
        return Json(value);
      }
    }
    double value = 0;
    auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || stop != digits.data() + digits.size())
      return refuse("this number is malformed");
    at_ = end;
    return Json(value);
  }

  Result<unsigned> read_hex4() {
    if (text_.size() - at_ < 4) return refuse("the document ends inside an escape");
    unsigned value = 0;
    auto [stop, error] = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, value, 16);
    if (error != std::errc() || stop != text_.data() + at_ + 4) return refuse("four hex digits are missing");
    at_ += 4;
    return value;
  }

  static void append_utf8(std::string& out, unsigned code) {
    auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xC0 | code >> 6);
      put(0x80 | (code & 63));
    } else if (code < 0x10000) {
      put(0xE0 | code >> 12);
      put(0x80 | (code >> 6 & 63));
      put(0x80 | (code & 63));
    } else {
      put(0xF0 | code >> 18);
      put(0x80 | (code >> 12 & 63));
      put(0x80 | (code >> 6 & 63));
      put(0x80 | (code & 63));
    }
  }

  Result<std::string> read_string() {
    ++at_;
    std::string out;
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c == '"') return is_utf8(out) ? out : repair_utf8(out);
      if (static_cast<unsigned char>(c) < 0x20) return refuse("a control character stands in a string");
      if (c != '\\') {
        out += c;
        continue;
      }
      if (at_ == text_.size()) break;
      char escape = text_[at_++];
      switch (escape) {
        case 'n': out += '\n'; break;
        case 't': out += '\t'; break;
        case 'r': out += '\r'; break;
        case 'b': out += '\b'; break;
        case 'f': out += '\f'; break;
        case '"':
        case '\\':
        case '/': out += escape; break;
        case 'u': {
          unsigned code = TRY(read_hex4());
          if (code >= 0xD800 && code < 0xDC00 && take("\\u")) {
            unsigned low = TRY(read_hex4());
            code =
                low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
          }
          append_utf8(out, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
          break;
        }
        default: return refuse("this escape is unknown");
      }
    }
    return refuse("a string has no end");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Json> parse_json(std::string_view text) { return Reader(text).document(); }

}  // namespace kalends
