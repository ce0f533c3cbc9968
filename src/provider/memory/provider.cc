#include "provider/memory/provider.h"

namespace kalends::provider {

MemoryProvider::MemoryProvider(MemoryServer& server, Faults* faults)
    : server_(server), faults_(faults), capabilities_(provider::capabilities(server.profile())) {}

// A fault strikes before the work, or takes away the answer of work that was done.
template <class T, class Work>
Result<T> MemoryProvider::through(Call call, Work work) {
  if (before_call) before_call(call);
  const Fault fault = faults_ ? faults_->draw() : Fault::none;
  if (fault == Fault::none) return work();
  if (fault == Fault::lost_answer) static_cast<void>(work());
  return std::unexpected(error_of(fault));
}

calendar::Facts MemoryProvider::project(const calendar::Facts& facts) const {
  return provider::project(server_.profile(), facts);
}

Result<ports::Changes> MemoryProvider::changes(const std::string& cursor, const ports::Known& known) {
  return through<ports::Changes>(Call::changes, [&] { return server_.changes(cursor, known); });
}

Result<ports::Item> MemoryProvider::get(const RemoteId& id) {
  return through<ports::Item>(Call::get, [&] { return server_.get(id); });
}

Result<ports::Written> MemoryProvider::create(const ports::Draft& draft) {
  return through<ports::Written>(Call::create, [&] { return server_.create(draft); });
}

Result<ports::Written> MemoryProvider::update(const ports::Item& current, const calendar::Facts& target,
                                              Instant) {
  return through<ports::Written>(Call::update, [&] { return server_.update(current, target); });
}

Result<void> MemoryProvider::remove(const ports::Item& current) {
  return through<void>(Call::remove, [&] { return server_.remove(current); });
}

std::vector<std::string> MemoryProvider::recipients(ports::WriteKind kind, const ports::Item* current,
                                                    const calendar::Facts& target) const {
  const calendar::Facts none;
  return server_.recipients(current ? current->facts : none,
                            kind == ports::WriteKind::remove ? none : target);
}

std::string MemoryProvider::address() const { return "memory:" + server_.name(); }

}  // namespace kalends::provider
