#include "lab/google/field_mask.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string>

namespace kalends::lab::google {
namespace {

constexpr int kMaxDepth = 16;

// A mask as a tree; without children everything below is wanted.
struct Mask {
  std::map<std::string, Mask, std::less<>> children;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool read(Mask& into) { return list(into, 0) && at_ == text_.size(); }

 private:
  bool list(Mask& into, int depth) {
    if (depth > kMaxDepth) return false;
    do {
      if (!one(into, depth)) return false;
    } while (take(','));
    return true;
  }

  bool one(Mask& into, int depth) {
    const std::size_t from = at_;
    while (at_ < text_.size() && std::string_view(",()/").find(text_[at_]) == std::string_view::npos) ++at_;
    if (at_ == from) return false;
    Mask& child = into.children[std::string(text_.substr(from, at_ - from))];
    if (take('/')) return depth < kMaxDepth && one(child, depth + 1);
    if (!take('(')) return true;
    return list(child, depth + 1) && take(')');
  }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Json cut(const Json& value, const Mask& mask) {
  if (mask.children.empty() || mask.children.contains("*")) return value;
  if (const auto* items = value.items()) {
    Json out = Json::array();
    for (const Json& item : *items) out.push(cut(item, mask));
    return out;
  }
  if (value.members() == nullptr) return value;
  Json out = Json::object();
  for (const auto& [name, member] : *value.members())
    if (const auto child = mask.children.find(name); child != mask.children.end())
      out.set(name, cut(member, child->second));
  return out;
}

}  // namespace

Outcome<Json> masked(const Json& document, std::string_view mask) {
  Mask tree;
  if (!Reader(mask).read(tree))
    return invalid_parameter("fields", fmt::format("Invalid field selection {}", mask));
  return cut(document, tree);
}

}  // namespace kalends::lab::google
