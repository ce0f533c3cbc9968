// The simulated calendar as a provider: what ports/provider.h asks, over a MemoryServer and through its faults.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ports/provider.h"
#include "provider/memory/faults.h"
#include "provider/memory/server.h"

namespace kalends::provider {

class MemoryProvider : public ports::Provider {
 public:
  // The server and the faults outlive the provider; no faults when there is no such object.
  explicit MemoryProvider(MemoryServer& server, Faults* faults = nullptr);

  // Called before each call reaches the server: the moment for somebody else's edit.
  std::function<void(Call)> before_call;

  const ports::Capabilities& capabilities() const override { return capabilities_; }
  calendar::Facts project(const calendar::Facts& facts) const override;
  Result<ports::Changes> changes(const std::string& cursor, const ports::Known& known) override;
  Result<ports::Item> get(const RemoteId& id) override;
  Result<ports::Written> create(const ports::Draft& draft) override;
  Result<ports::Written> update(const ports::Item& current, const calendar::Facts& target,
                                Instant now) override;
  Result<void> remove(const ports::Item& current) override;
  std::vector<std::string> recipients(ports::WriteKind kind, const ports::Item* current,
                                      const calendar::Facts& target) const override;
  std::string address() const override;

 private:
  template <class T, class Work>
  Result<T> through(Call call, Work work);

  MemoryServer& server_;
  Faults* faults_;
  ports::Capabilities capabilities_;
};

}  // namespace kalends::provider
