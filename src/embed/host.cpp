// Isolates of hosts: making, limits, scopes.

#include "embed/host.h"

#include <algorithm>
#include <cstdio>
#include <cstddef>
#include <cstring>
#include <new>

#include "interpreter/engine.h"
#include "jit/tiering/tiers.h"
#include "languages/lua/library/library.h"
#include "runtime/frames.h"

using namespace devvm;
using namespace devvm::runtime;
using namespace devvm::embed;

namespace devvm::embed {

void SlotArray::reserve(uint32_t index) {
  while (index / kChunk >= chunks_.size()) {
    chunks_.push_back(std::make_unique<Chunk>());
    for (Value& slot : chunks_.back()->values) isolate_->permanentRoots.push_back(&slot);
  }
}

namespace {

/// The message handler of all calls: notes message and traceback, and lets the error itself pass.
NativeResult recordError(NativeCall& c) {
  devvm_isolate& host = *static_cast<const ErrorRecorder*>(as<Native>(c.callee())->info)->host;
  Value error = c.arg(0);
  if (c.state() == 1) {
    if (c.top().isString()) host.errorMessage = asString(c.top())->view();
    return c.ret(c.arg(0));
  }
  host.errorTraceback = traceback(c.isolate, c.fiber, nullptr, 1);
  if (error.isString()) {
    host.errorMessage = asString(error)->view();
  } else if (error.isNumber()) {
    char text[64];
    host.errorMessage.assign(text, formatNumber(error, text));
  } else {
    host.errorMessage = std::string("(error object is a ") + typeName(error) + " value)";
    Value mm = metamethod(c.isolate, error, Meta::kToString);
    if (!mm.isNil()) {
      c.push(mm);
      c.push(error);
      return c.call(1, 1, 1);
    }
  }
  return c.ret(error);
}

/// What the options of `devvm` allow, too.
constexpr uint64_t kLeastMachineCode = 64u << 10, kMostMachineCode = 1u << 30, kMostCalls = 1u << 30;

IsolateOptions optionsOf(const devvm_config& config) {
  IsolateOptions o;
  o.limits.fuel = config.fuel;
  o.limits.timeoutNanos = config.timeout_ns;
  o.limits.memoryBytes = config.memory_bytes;
  constexpr uint64_t kLeastStack = 64u << 10;
  if (config.stack_bytes != 0)
    o.limits.stackBytes = config.stack_bytes < kLeastStack ? kLeastStack : config.stack_bytes;
  if (config.nursery_bytes != 0) {
    o.heap.nurseryBytes = config.nursery_bytes < kLeastStack ? kLeastStack : config.nursery_bytes;
    o.heap.mostNurseryBytes = 0;
  }
  o.capabilities.bits = static_cast<uint8_t>(config.capabilities);
  o.hashSeed = config.seed;
  o.deterministic = config.flags & DEVVM_DETERMINISTIC;
  o.dispatchSwitch = config.flags & DEVVM_SWITCH_DISPATCH;
  o.heap.moveAlways = config.flags & DEVVM_GC_STRESS;
  if (config.flags & DEVVM_JIT) o.jit.mode = JitOptions::Mode::kOn;
  if (config.jit_bytes != 0) o.jit.codeBytes = std::clamp(config.jit_bytes, kLeastMachineCode, kMostMachineCode);
  if (config.jit_threshold != 0) o.jit.threshold = static_cast<uint32_t>(std::min(config.jit_threshold, kMostCalls));
  return o;
}

}  // namespace
}  // namespace devvm::embed

devvm_isolate::devvm_isolate(const IsolateOptions& options) : isolate(std::make_unique<Isolate>(options)) {
  scoped.attach(*isolate);
  kept.attach(*isolate);
  for (Value* root : {&nothing, &recorder, &errorValue}) isolate->permanentRoots.push_back(root);
  ledger.reset(embed::HandleLedger::makeIfWanted());
  recorderInfo.function = recordError;
  recorderInfo.name = "(error recorder)";
  recorderInfo.host = this;
  ready = interpreter::initializeEngine(*isolate);
  if (ready && options.jit.mode != JitOptions::Mode::kOff) jit::enable(*isolate);
  if (ready) recorder = newNative(*isolate, &recorderInfo);
  ready = ready && !recorder.isNil();
}

void devvm_isolate::checkHandles() {
  ledger->finish([this](uint32_t index) { return typeName(kept.value(index)); });
  auto tell = [](const char* what, size_t count) { std::fprintf(stderr, "devvm: %zu %s\n", count, what); };
  if (isolate->roots.top() != 0)
    tell("Rooted of the engine are left at the end of their isolate", isolate->roots.top());
  std::vector<Value*> roots = isolate->permanentRoots;
  std::sort(roots.begin(), roots.end());
  auto twice = static_cast<size_t>(roots.end() - std::unique(roots.begin(), roots.end()));
  if (twice != 0) tell("permanent roots are registered twice", twice);
}

devvm_isolate::~devvm_isolate() {
  if (ledger != nullptr && isolate != nullptr) checkHandles();
  isolate.reset();
  for (auto& f : functions) {
    if (f->destroy != nullptr) f->destroy(f->userData);
  }
}

devvm_ref devvm_isolate::make(Value v) {
  scoped.reserve(top);
  scoped.value(top) = v;
  return ++top;
}

bool devvm_isolate::isAlive(devvm_ref ref) const {
  if (ref & kKeptBit) {
    bool alive = (ref & ~kKeptBit) < keptUsed.size() && keptUsed[ref & ~kKeptBit];
    if (!alive && ledger != nullptr) ledger->usedDead(ref & ~kKeptBit);
    return alive;
  }
  return ref != DEVVM_NONE && ref <= top;
}

Value devvm_isolate::get(devvm_ref ref) { return handle(ref).get(); }

Handle devvm_isolate::handle(devvm_ref ref) {
  if (!isAlive(ref)) {
    nothing = Value::nil();
    return Handle(&nothing);
  }
  return Handle(ref & kKeptBit ? &kept.value(ref & ~kKeptBit) : &scoped.value(ref - 1));
}

std::unique_ptr<std::string>* devvm_isolate::text(devvm_ref ref) {
  if (!isAlive(ref)) return nullptr;
  return ref & kKeptBit ? &kept.text(ref & ~kKeptBit) : &scoped.text(ref - 1);
}

void devvm_isolate::closeScope(uint32_t scope) {
  while (top > scope) scoped.clear(--top);
}

devvm_status devvm_isolate::misuse(const char* what) {
  errorMessage = what;
  errorTraceback.clear();
  errorValue = Value::nil();
  return DEVVM_MISUSE;
}

devvm_status devvm_isolate::outOfMemory() {
  errorMessage = "not enough memory";
  errorTraceback.clear();
  errorValue = isolate->memoryError;
  return DEVVM_MEMORY;
}

extern "C" {

uint32_t devvm_abi_version(void) { return DEVVM_ABI_VERSION; }
const char* devvm_version(void) { return DEVVM_RELEASE; }

/// Size of the structure in its first version.
static constexpr size_t kFirstConfig = offsetof(devvm_config, jit_bytes);

devvm_isolate* devvm_create(const devvm_config* config) {
  devvm_config known = {};
  known.size = sizeof known;
  if (config != nullptr) {
    // A longer structure is of a later version: fine as long as it asks for nothing that is unknown here.
    if (config->size < kFirstConfig) return nullptr;
    const auto* bytes = reinterpret_cast<const unsigned char*>(config);
    for (size_t i = sizeof known; i < config->size; i++) {
      if (bytes[i] != 0) return nullptr;
    }
    std::memcpy(&known, config, std::min(config->size, sizeof known));
  }
  auto* host = new (std::nothrow) devvm_isolate(optionsOf(known));
  if (host != nullptr && !host->ready) {
    delete host;
    return nullptr;
  }
  return host;
}

void devvm_destroy(devvm_isolate* host) { delete host; }

devvm_status devvm_open_libraries(devvm_isolate* host) {
  return lua::openAll(*host->isolate) ? DEVVM_OK : host->outOfMemory();
}

devvm_status devvm_finish(devvm_isolate* host) {
  if (host->isolate->hostDepth != 0) return host->misuse("devvm_finish inside a call");
  interpreter::runPendingFinalizers(*host->isolate);
  return DEVVM_OK;
}

void devvm_set_fuel(devvm_isolate* host, uint64_t units) {
  Isolate& iso = *host->isolate;
  iso.options.limits.fuel = units;
  iso.fuelLeft = units != 0 ? units : UINT64_MAX;
  iso.fuelGiven = true;
  iso.refillBudget();
}

uint64_t devvm_fuel_used(const devvm_isolate* host) { return host->isolate->fuelUsed(); }

void devvm_set_timeout(devvm_isolate* host, uint64_t nanoseconds) {
  host->isolate->options.limits.timeoutNanos = nanoseconds;
}

void devvm_set_memory_limit(devvm_isolate* host, uint64_t bytes) {
  Isolate& iso = *host->isolate;
  iso.options.limits.memoryBytes = bytes;
  iso.options.heap.limitBytes = bytes;
  iso.heap.setLimit(bytes);
}

uint64_t devvm_memory_used(const devvm_isolate* host) {
  const Isolate& iso = *host->isolate;
  return iso.heap.bytesInUse() + iso.externalBytes();
}

void devvm_set_capabilities(devvm_isolate* host, uint32_t capabilities) {
  host->isolate->options.capabilities.bits = static_cast<uint8_t>(capabilities);
}

uint32_t devvm_capabilities(const devvm_isolate* host) { return host->isolate->options.capabilities.bits; }

void devvm_collect(devvm_isolate* host) { host->isolate->heap.collectFull("host"); }

void devvm_kill(devvm_isolate* host) { host->isolate->killRequested.store(true, std::memory_order_relaxed); }
void devvm_revive(devvm_isolate* host) { host->isolate->killRequested.store(false, std::memory_order_relaxed); }
void devvm_interrupt(devvm_isolate* host) { host->isolate->interruptRequested.store(true, std::memory_order_relaxed); }

uint32_t devvm_open_scope(devvm_isolate* host) { return host->top; }
void devvm_close_scope(devvm_isolate* host, uint32_t scope) { host->closeScope(scope); }

devvm_ref devvm_keep(devvm_isolate* host, devvm_ref value) {
  uint32_t index;
  if (host->keptFree.empty()) {
    index = static_cast<uint32_t>(host->keptUsed.size());
    host->kept.reserve(index);
    host->keptUsed.push_back(true);
  } else {
    index = host->keptFree.back();
    host->keptFree.pop_back();
    host->keptUsed[index] = true;
  }
  host->kept.value(index) = host->get(value);
  if (host->ledger != nullptr) host->ledger->kept(index, __builtin_return_address(0));
  return index | kKeptBit;
}

void devvm_release(devvm_isolate* host, devvm_ref ref) {
  if (!(ref & kKeptBit)) return;
  uint32_t index = ref & ~kKeptBit;
  if (host->ledger != nullptr) host->ledger->released(index, __builtin_return_address(0));
  if (index >= host->keptUsed.size() || !host->keptUsed[index]) return;
  host->kept.clear(index);
  host->keptUsed[index] = false;
  if (host->ledger == nullptr) host->keptFree.push_back(index);
}

}  // extern "C"
