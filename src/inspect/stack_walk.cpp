#include "inspect/stack_walk.h"

#include "runtime/fiber.h"
#include "runtime/isolate.h"

namespace devvm::inspect {

using namespace runtime;

namespace {

class Walk {
 public:
  Walk(const Isolate& isolate, size_t most, std::vector<WalkedFrame>& out)
      : isolate_(isolate), most_(most), out_(out) {}

  bool run() {
    for (const Fiber* f = isolate_.fiber; f != nullptr; f = f->resumer) {
      const Value* called = nullptr;  // the frame that this one called
      for (Value* fp = f->fp; fp != nullptr; called = fp, fp = Fiber::callerOf(fp)) {
        if (out_.size() >= most_) return true;
        if (isNativeFrame(fp)) {
          const NativeInfo* info = as<Native>(fp[2])->info;
          if (!info->hidden) out_.push_back({.native = info});
        } else {
          guestFrame(*f, fp, called);
        }
      }
      if (f->resumer != nullptr && !out_.empty()) out_.back().coroutine = true;
    }
    return false;
  }

 private:
  void guestFrame(const Fiber& fiber, const Value* fp, const Value* called) {
    const Code* code = codeOf(fp);
    const uint8_t* address = nullptr;  // of machine code, at which it stands
    if (called != nullptr) {
      if (linkOf(called).returnsToMachine()) address = returnAddressOf(called);
    } else if (&fiber == isolate_.fiber) {
      address = isolate_.stopped.address;
    }
    const MachineCode* optimized = address != nullptr ? Fiber::optimizedAt(code, address) : nullptr;
    if (optimized != nullptr) {
      frames_.clear();
      optimized->maps->frames(static_cast<uint32_t>(address - optimized->start), frames_);
      for (size_t i = frames_.size(); i-- > 0;) {
        // Callers go on behind their calls.
        bool calls = called != nullptr || i + 1 != frames_.size();
        add(frames_[i].code, frames_[i].offset, calls);
      }
      return;
    }
    const uint8_t* pc = called != nullptr ? code->resumePoint(called) : fiber.pc;
    add(code, code->offsetOf(pc), called != nullptr);
  }

  void add(const Code* code, uint32_t offset, bool calls) {
    out_.push_back({.code = code, .offset = calls && offset > 0 ? offset - 1 : offset});
  }

  const Isolate& isolate_;
  size_t most_;
  std::vector<WalkedFrame>& out_;
  std::vector<VirtualFrame> frames_;
};

}  // namespace

bool walkStack(const Isolate& isolate, size_t most, std::vector<WalkedFrame>& out) {
  out.clear();
  bool more = Walk(isolate, most, out).run();
  if (out.size() <= most) return more;
  out.resize(most);  // an optimized frame stood for several
  return true;
}

}  // namespace devvm::inspect
