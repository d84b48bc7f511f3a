// Functions of hosts, called by the guest.

#include "embed/host.h"

using namespace devvm;
using namespace devvm::runtime;
using namespace devvm::embed;

struct devvm_activation {
  devvm_isolate& host;
  NativeCall& call;
  NativeResult result;
};

namespace {

constexpr devvm_answer kAnswer = 1;

/// Entry of all host functions.
NativeResult enterHost(NativeCall& c) {
  const auto& f = *static_cast<const HostFunction*>(as<Native>(c.callee())->info);
  devvm_isolate& host = *f.host;
  if (c.state() == 0) c.setSlots(DEVVM_LOCALS);
  uint32_t scope = host.top;
  devvm_activation activation{host, c, {NativeResult::Action::kReturn, 0, 0}};
  f.callback(&activation, f.userData);
  host.closeScope(scope);
  // A nested call may have ended by a limit: then nobody goes on, whatever the host answered.
  if (isUncatchable(c.isolate.failure)) return c.raisePending();
  return activation.result;
}

devvm_answer answer(devvm_activation* a, NativeResult r) {
  a->result = r;
  return kAnswer;
}

/// Locals, then the values on top. False: no stack.
bool pushAll(devvm_activation* a, const devvm_ref* function, const devvm_ref* values, uint32_t count) {
  a->call.setSlots(DEVVM_LOCALS);
  if (!a->call.ensure(count + 1)) return false;
  if (function != nullptr) a->call.push(a->host.get(*function));
  for (uint32_t i = 0; i < count; i++) a->call.push(a->host.get(values[i]));
  return true;
}

devvm_answer callThen(devvm_activation* a, devvm_ref function, const devvm_ref* arguments, uint32_t count,
                      int32_t state, bool isProtected) {
  if (state == 0) return answer(a, a->call.error("a continuation must not have state 0"));
  if (!pushAll(a, &function, arguments, count)) return answer(a, a->call.raisePending());
  return answer(a, isProtected ? a->call.callProtected(count, -1, state) : a->call.call(count, -1, state));
}

/// Values that the last entry's request gave.
uint32_t given(const devvm_activation* a) {
  if (a->call.state() == 0) return 0;
  return a->call.failed() ? 1 : a->call.results();
}

}  // namespace

extern "C" {

devvm_ref devvm_new_function(devvm_isolate* host, const char* name, devvm_function function, void* userData,
                             void (*destroy)(void*)) {
  auto f = std::make_unique<HostFunction>();
  f->ownName = name;
  f->name = f->ownName.c_str();
  f->function = enterHost;
  f->host = host;
  f->callback = function;
  f->userData = userData;
  Value v = newNative(*host->isolate, f.get());
  if (v.isNil()) return DEVVM_NONE;
  f->destroy = destroy;
  host->functions.push_back(std::move(f));
  return host->make(v);
}

devvm_status devvm_register(devvm_isolate* host, const char* name, devvm_function function, void* userData) {
  uint32_t scope = host->top;
  devvm_ref f = devvm_new_function(host, name, function, userData, nullptr);
  devvm_status status = f != DEVVM_NONE ? devvm_set_field(host, devvm_globals(host), name, f) : host->outOfMemory();
  host->closeScope(scope);
  return status;
}

devvm_isolate* devvm_isolate_of(devvm_activation* a) { return &a->host; }
uint32_t devvm_argument_count(devvm_activation* a) { return a->call.count(); }
devvm_ref devvm_argument(devvm_activation* a, uint32_t index) { return a->host.make(a->call.arg(index)); }
int32_t devvm_state(devvm_activation* a) { return a->call.state(); }
uint32_t devvm_result_count(devvm_activation* a) { return given(a); }
bool devvm_failed(devvm_activation* a) { return a->call.failed(); }

devvm_ref devvm_result(devvm_activation* a, uint32_t index) {
  uint32_t n = given(a);
  return a->host.make(index < n ? a->call.top(n - 1 - index) : Value::nil());
}

devvm_ref devvm_local(devvm_activation* a, uint32_t index) {
  return a->host.make(index < DEVVM_LOCALS ? a->call.slot(index) : Value::nil());
}

void devvm_set_local(devvm_activation* a, uint32_t index, devvm_ref value) {
  if (index < DEVVM_LOCALS) a->call.setSlot(index, a->host.get(value));
}

bool devvm_charge(devvm_activation* a, uint64_t units) { return a->call.charge(units); }

devvm_answer devvm_return(devvm_activation* a, const devvm_ref* values, uint32_t count) {
  if (!pushAll(a, nullptr, values, count)) return answer(a, a->call.raisePending());
  return answer(a, a->call.retTop(count));
}

devvm_answer devvm_return_one(devvm_activation* a, devvm_ref value) { return devvm_return(a, &value, 1); }
devvm_answer devvm_raise(devvm_activation* a, devvm_ref error) { return answer(a, a->call.raise(a->host.get(error))); }
devvm_answer devvm_raise_text(devvm_activation* a, const char* text) { return answer(a, a->call.error("%s", text)); }

devvm_answer devvm_raise_argument(devvm_activation* a, uint32_t index, const char* text) {
  return answer(a, a->call.argError(index, text));
}

devvm_answer devvm_raise_pending(devvm_activation* a) {
  Isolate& iso = *a->host.isolate;
  if (iso.failure == Failure::kNone) iso.raise(a->host.errorValue);
  return answer(a, a->call.raisePending());
}

devvm_answer devvm_call_then(devvm_activation* a, devvm_ref function, const devvm_ref* arguments, uint32_t count,
                             int32_t state) {
  return callThen(a, function, arguments, count, state, false);
}

devvm_answer devvm_call_protected_then(devvm_activation* a, devvm_ref function, const devvm_ref* arguments,
                                       uint32_t count, int32_t state) {
  return callThen(a, function, arguments, count, state, true);
}

devvm_answer devvm_tail_call(devvm_activation* a, devvm_ref function, const devvm_ref* arguments, uint32_t count) {
  if (!pushAll(a, &function, arguments, count)) return answer(a, a->call.raisePending());
  return answer(a, a->call.tailCall(count));
}

devvm_answer devvm_yield(devvm_activation* a, const devvm_ref* values, uint32_t count, int32_t state) {
  if (state == 0) return answer(a, a->call.error("a continuation must not have state 0"));
  if (!pushAll(a, nullptr, values, count)) return answer(a, a->call.raisePending());
  return answer(a, a->call.yield(count, state));
}

}  // extern "C"
