#include "sync/base.h"

#include "base/bytes.h"
#include "base/digest.h"

namespace kalends::sync {

calendar::Facts Base::remote() const {
  calendar::Facts out;
  for (const auto& [path, agreed] : fields)
    if (agreed.remote) out.set(path, *agreed.remote);
  return out;
}

const Agreed* Base::agreed(std::string_view path) const {
  auto it = fields.find(path);
  return it == fields.end() ? nullptr : &it->second;
}

std::uint64_t digest_of(const calendar::Facts& facts) {
  Digest digest = sha256(calendar::encode(facts));
  std::uint64_t out = 0;
  for (int i = 0; i < 8; ++i) out = out << 8 | digest.bytes[static_cast<std::size_t>(i)];
  return out;
}

void remember(std::vector<std::uint64_t>& history, std::uint64_t digest) {
  if (!history.empty() && history.back() == digest) return;
  history.push_back(digest);
  if (history.size() > kHistory) history.erase(history.begin());
}

void record(std::vector<Pushed>& history, Pushed write) {
  history.push_back(write);
  if (history.size() > kHistory) history.erase(history.begin());
}

namespace {

constexpr std::uint64_t kVersion = 3;
constexpr std::uint64_t kWithoutTimes = 1;  // the version that kept no times of writes
constexpr std::uint64_t kOneWrite = 2;      // the last that knew of one audit row for each intent

void write_dot(ByteWriter& out, const merge::Dot& dot) {
  out.text(dot.replica);
  out.number(dot.counter);
}

merge::Dot read_dot(ByteReader& in) {
  merge::Dot dot;
  dot.replica = in.text();
  dot.counter = in.number();
  return dot;
}

void write_history(ByteWriter& out, const std::vector<std::uint64_t>& history) {
  out.number(history.size());
  for (std::uint64_t digest : history) out.number(digest);
}

std::vector<std::uint64_t> read_history(ByteReader& in) {
  std::vector<std::uint64_t> out;
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) out.push_back(in.number());
  return out;
}

// A path's flags: whether it drifted, whether `shown` equals `remote` and so is not written twice, whether its push was
// refused.
constexpr std::uint64_t kDrifted = 1;
constexpr std::uint64_t kSame = 2;
constexpr std::uint64_t kRefused = 4;

// A base's own flags.
constexpr std::uint64_t kWithdrawn = 1;
constexpr std::uint64_t kOwnUid = 2;
constexpr std::uint64_t kOpaque = 4;
constexpr std::uint64_t kParted = 8;

}  // namespace

std::string encode(const Base& base) {
  ByteWriter out;
  out.number(kVersion);
  out.number(static_cast<std::uint64_t>(base.role));
  out.number(static_cast<std::uint64_t>(base.standing));
  out.number(base.items.size());
  for (const RemoteItem& item : base.items) {
    out.text(item.slot);
    out.text(item.id.value);
    out.text(item.version);
  }
  out.number(base.fields.size());
  for (const auto& [path, agreed] : base.fields) {
    bool same = agreed.remote == agreed.shown;
    out.text(path);
    out.number((agreed.drifted ? kDrifted : 0) | (same ? kSame : 0) | (agreed.refused ? kRefused : 0));
    out.optional_text(agreed.remote);
    if (!same) out.optional_text(agreed.shown);
    write_dot(out, agreed.hub);
  }
  out.number((base.withdrawn ? kWithdrawn : 0) | (base.own_uid ? kOwnUid : 0) | (base.opaque ? kOpaque : 0) |
             (base.parted ? kParted : 0));
  out.text(base.nonce);
  out.text(base.link.value);
  out.signed_number(base.updated_ms);
  out.number(base.intent ? 1 : 0);
  if (base.intent) {
    out.number(static_cast<std::uint64_t>(base.intent->kind));
    out.text(base.intent->nonce);
    out.text(calendar::encode(base.intent->target));
    out.number(base.intent->writes.size());
    for (std::int64_t write : base.intent->writes) out.signed_number(write);
    out.signed_number(base.intent->at_ms);
  }
  write_history(out, base.earlier);
  out.number(base.pushed.size());
  for (const Pushed& write : base.pushed) {
    out.number(write.digest);
    out.signed_number(write.at_ms);
  }
  return out.take();
}

Result<Base> decode_base(std::string_view bytes) {
  auto damaged = [] { return fail(ErrorKind::corrupt, "a stored base is damaged"); };
  ByteReader in(bytes);
  const std::uint64_t version = in.number();
  if (version == 0 || version > kVersion) return damaged();
  Base base;
  base.role = static_cast<Role>(in.number());
  base.standing = static_cast<Standing>(in.number());
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    RemoteItem item;
    item.slot = in.text();
    item.id = RemoteId(in.text());
    item.version = in.text();
    base.items.push_back(std::move(item));
  }
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    std::string path = in.text();
    std::uint64_t flags = in.number();
    Agreed agreed;
    agreed.drifted = (flags & kDrifted) != 0;
    agreed.refused = (flags & kRefused) != 0;
    agreed.remote = in.optional_text();
    agreed.shown = (flags & kSame) != 0 ? agreed.remote : in.optional_text();
    agreed.hub = read_dot(in);
    base.fields.emplace(std::move(path), std::move(agreed));
  }
  const std::uint64_t flags = in.number();
  base.withdrawn = (flags & kWithdrawn) != 0;
  base.own_uid = (flags & kOwnUid) != 0;
  base.opaque = (flags & kOpaque) != 0;
  base.parted = (flags & kParted) != 0;
  base.nonce = in.text();
  base.link = LinkId(in.text());
  base.updated_ms = in.signed_number();
  if (in.number() != 0) {
    Intent intent;
    intent.kind = static_cast<Intent::Kind>(in.number());
    intent.nonce = in.text();
    intent.target = TRY(calendar::decode_facts(in.view()));
    for (std::size_t left = version <= kOneWrite ? 1 : in.count(); left > 0 && in.ok(); --left)
      intent.writes.push_back(in.signed_number());
    intent.at_ms = in.signed_number();
    base.intent = std::move(intent);
  }
  base.earlier = read_history(in);
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    const std::uint64_t digest = in.number();
    base.pushed.push_back({digest, version == kWithoutTimes ? 0 : in.signed_number()});
  }
  if (!in.done() || base.role > Role::copy || base.standing > Standing::retired) return damaged();
  return base;
}

}  // namespace kalends::sync
