#include "lab/sim/scheduler.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KALENDS_ASAN_FIBERS 1
#include <sanitizer/common_interface_defs.h>
#elif __has_feature(thread_sanitizer)
#define KALENDS_TSAN_FIBERS 1
#include <sanitizer/tsan_interface.h>
#endif
#endif

namespace kalends::lab {

namespace {

constexpr std::size_t kStackBytes = std::size_t{4} << 20;  // taken from the system only where it is used
constexpr std::size_t kGuardBytes = 4096;                  // below it: who comes here stops at once

int swap(ucontext_t* from, const ucontext_t* to) {
#ifdef KALENDS_ASAN_FIBERS
  // AddressSanitizer's swapcontext() forgets, at each switch, all that it knew of the other stack. hand_over() tells it
  // what it has to know, so the library's own is called, which is the next one.
  using Swap = int (*)(ucontext_t*, const ucontext_t*);
  static const auto library = reinterpret_cast<Swap>(::dlsym(RTLD_NEXT, "swapcontext"));
  KALENDS_CHECK(library != nullptr);
  return library(from, to);
#else
  return ::swapcontext(from, to);
#endif
}

}  // namespace

// A context that waits for its turn. The caller's has the stack of its own thread.
struct Scheduler::Fiber {
  Fiber() {
#ifdef KALENDS_TSAN_FIBERS
    tsan = __tsan_get_current_fiber();
#endif
  }
  explicit Fiber(Scheduler& owner) : scheduler(&owner) {
    void* memory = ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    KALENDS_CHECK(memory != MAP_FAILED);
    KALENDS_CHECK(::mprotect(memory, kGuardBytes, PROT_NONE) == 0);
    stack = memory;
    stack_bytes = kStackBytes;
    KALENDS_CHECK(::getcontext(&context) == 0);
    context.uc_stack.ss_sp = stack;
    context.uc_stack.ss_size = kStackBytes;
    context.uc_link = nullptr;
    // makecontext() passes numbers of 32 bits.
    const auto address = reinterpret_cast<std::uintptr_t>(this);
    ::makecontext(&context, reinterpret_cast<void (*)()>(&Scheduler::live), 2,
                  static_cast<unsigned>(address >> 32), static_cast<unsigned>(address));
#ifdef KALENDS_TSAN_FIBERS
    tsan = __tsan_create_fiber(0);
#endif
  }
  ~Fiber() {
    if (scheduler == nullptr) return;
    ::munmap(stack, kStackBytes);
#ifdef KALENDS_TSAN_FIBERS
    __tsan_destroy_fiber(tsan);
#endif
  }
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  ucontext_t context{};
  Scheduler* scheduler = nullptr;  // none: the caller's
  std::function<void()> work;
  void* stack = nullptr;
  std::size_t stack_bytes = 0;
  void* asan_stack = nullptr;  // what the sanitizer keeps of a fiber that waits
  void* tsan = nullptr;
};

Scheduler::Scheduler() : chance_(0), caller_(std::make_unique<Fiber>()) {}

// Between two batches fibers hold nothing but their loop. Each ends it, because what the sanitizer keeps of a fiber is
// given back only when it leaves for good.
Scheduler::~Scheduler() {
  for (const auto& worker : workers_) hand_over(*caller_, *worker);
}

void Scheduler::hand_over(Fiber& from, Fiber& to, [[maybe_unused]] Return back) {
#ifdef KALENDS_ASAN_FIBERS
  __sanitizer_start_switch_fiber(back == Return::never ? nullptr : &from.asan_stack, to.stack,
                                 to.stack_bytes);
#elif defined(KALENDS_TSAN_FIBERS)
  __tsan_switch_to_fiber(to.tsan, 0);
#endif
  KALENDS_CHECK(swap(&from.context, &to.context) == 0);
#ifdef KALENDS_ASAN_FIBERS
  __sanitizer_finish_switch_fiber(from.asan_stack, nullptr, nullptr);
#endif
}

void Scheduler::live(unsigned high, unsigned low) {
  auto* self = reinterpret_cast<Fiber*>((static_cast<std::uintptr_t>(high) << 32) | low);
  Scheduler& scheduler = *self->scheduler;
#ifdef KALENDS_ASAN_FIBERS
  const void* bottom = nullptr;
  std::size_t bytes = 0;
  __sanitizer_finish_switch_fiber(nullptr, &bottom, &bytes);
  // The first to run comes from the caller, whose stack is told here.
  if (scheduler.caller_->stack == nullptr) {
    scheduler.caller_->stack = const_cast<void*>(bottom);
    scheduler.caller_->stack_bytes = bytes;
  }
#endif
  while (self->work) {
    std::exchange(self->work, nullptr)();
    std::erase(scheduler.ready_, scheduler.current_);
    if (scheduler.ready_.empty()) {
      scheduler.current_ = kNobody;
      scheduler.hand_over(*self, *scheduler.caller_);
    } else {
      scheduler.current_ = scheduler.pick();
      scheduler.hand_over(*self, *scheduler.workers_[scheduler.current_]);
    }
  }
  scheduler.hand_over(*self, *scheduler.caller_, Return::never);
}

void Scheduler::run(std::vector<ports::Task> tasks) {
  KALENDS_CHECK(current_ == kNobody);
  if (tasks.empty()) return;
  while (workers_.size() < tasks.size()) workers_.push_back(std::make_unique<Fiber>(*this));
  for (std::size_t n = 0; n < tasks.size(); ++n) {
    workers_[n]->work = std::move(tasks[n].work);
    ready_.push_back(n);
  }
  current_ = pick();
  hand_over(*caller_, *workers_[current_]);
}

void Scheduler::pause() {
  if (current_ == kNobody || alone_ > 0) return;
  ++points_;
  if (ready_.size() == 1) return;
  const std::size_t here = current_;
  const std::size_t next = pick();
  if (next == here) return;
  ++switches_;
  current_ = next;
  hand_over(*workers_[here], *workers_[next]);
}

void Scheduler::alone(const std::function<void()>& work) {
  pause();
  ++alone_;
  work();
  --alone_;
  pause();
}

}  // namespace kalends::lab
