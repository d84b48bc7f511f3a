#include "jit/outside/guest_frames.h"

namespace devvm::jit {

namespace {

// Numbers of registers and operations, from the DWARF standard and the AMD64 ABI.
enum Register : unsigned { kRbx = 3, kRbp = 6, kRsp = 7, kR13 = 13, kReturnAddress = 16 };
enum CfaOp : unsigned {
  kAdvance1 = 0x02,
  kAdvance4 = 0x04,
  kRememberState = 0x0A,
  kRestoreState = 0x0B,
  kDefCfaExpression = 0x0F,
  kExpression = 0x10,
  kValExpression = 0x16,
};
enum Operation : unsigned {
  kDeref = 0x06,
  kConst1u = 0x08,
  kConst8u = 0x0E,
  kAnd = 0x1A,
  kPlus = 0x22,
  kPlusUconst = 0x23,
  kShl = 0x24,
  kShr = 0x25,
  kSkip = 0x2F,
  kBra = 0x28,
  kLit0 = 0x30,
  kBreg0 = 0x70,
  kDerefSize = 0x94,
};

ByteSink registerPlus(Register r, int64_t offset) {
  ByteSink e;
  e.u8(kBreg0 + static_cast<unsigned>(r));
  e.sleb(offset);
  return e;
}

/// The word at register + offset.
ByteSink wordAt(Register r, int64_t offset) {
  ByteSink e = registerPlus(r, offset);
  e.u8(kDeref);
  return e;
}

class Rules {
 public:
  explicit Rules(const FrameFacts& facts) : facts_(facts) {}

  /// A frame of a guest function. Its caller is another one, or whoever called the way in.
  void guest() {
    cfa(frame(16));
    rule(kExpression, kReturnAddress, either(frame(8), registerPlus(kR13, facts_.hostReturn)));
    rule(kValExpression, kRsp, either(registerPlus(kR13, 0), registerPlus(kR13, facts_.hostReturn + 8)));
    for (const FrameFacts::Saved& s : facts_.saved) {
      ByteSink same = s.reg == kRbp ? callersFrame() : registerPlus(static_cast<Register>(s.reg), 0);
      rule(kValExpression, s.reg, either(same, wordAt(kR13, s.offset)));
    }
  }

  /// At return addresses rbp is still the callee's frame. Rules for these places, and back to the others behind them.
  void behindCalls(const std::vector<uint32_t>& returns) {
    uint32_t at = 0;
    calleesFrame_ = true;
    for (uint32_t place : returns) {
      out.u8(kAdvance4);
      out.u32(place - at);
      out.u8(kRememberState);
      guest();
      out.u8(kAdvance1);
      out.u8(1);
      out.u8(kRestoreState);
      at = place + 1;
    }
  }

  /// A stub that machine code calls: it stands on the host's stack, the frame is the caller's.
  void called() {
    cfa(registerPlus(kRbp, 8));
    rule(kExpression, kReturnAddress, registerPlus(kR13, -8));
    rule(kValExpression, kRsp, registerPlus(kR13, 0));
  }

  /// A stub that machine code jumps to: where from is not known any more, but the function is.
  void jumped() {
    cfa(registerPlus(kRbp, 8));
    ByteSink entry = wordAt(kRbp, facts_.callee);
    entry.u8(kConst8u);
    entry.u64((uint64_t{1} << 48) - 1);
    entry.u8(kAnd);
    for (uint32_t offset : {uint32_t{facts_.closureCode}, facts_.codeMachine, facts_.machineEntry}) {
      entry.u8(kPlusUconst);
      entry.uleb(offset);
      entry.u8(kDeref);
    }
    entry.u8(kPlusUconst);
    entry.uleb(1);  // a return address lies behind what it belongs to
    rule(kValExpression, kReturnAddress, entry);
    rule(kValExpression, kRsp, registerPlus(kR13, 0));
  }

  ByteSink out;

 private:
  /// The address `offset` bytes from the frame that is being described.
  ByteSink frame(int64_t offset) const {
    if (!calleesFrame_) return registerPlus(kRbp, offset);
    ByteSink e = linkedFrame(registerPlus(kRbp, 0));
    e.u8(kPlusUconst);
    e.uleb(static_cast<uint64_t>(offset));
    return e;
  }
  ByteSink callersFrame() const { return linkedFrame(frame(0)); }
  /// The frame of the caller of the one at an address: the link's low half counts the words in between.
  static ByteSink linkedFrame(const ByteSink& from) {
    ByteSink e = from;
    e.u8(kDerefSize);
    e.u8(4);
    e.u8(kLit0 + 3);
    e.u8(kShl);
    e.raw(from);
    e.u8(kPlus);
    return e;
  }
  /// `machine` where the caller is machine code, else `host`.
  ByteSink either(const ByteSink& machine, const ByteSink& host) const {
    ByteSink e = frame(0);
    e.u8(kDeref);
    e.u8(kConst1u);
    e.u8(facts_.machineLinkBit);
    e.u8(kShr);
    e.u8(kLit0 + 1);
    e.u8(kAnd);
    e.u8(kBra);
    e.u16(static_cast<unsigned>(host.size() + 3));
    e.raw(host);
    e.u8(kSkip);
    e.u16(static_cast<unsigned>(machine.size()));
    e.raw(machine);
    return e;
  }
  void cfa(const ByteSink& e) {
    out.u8(kDefCfaExpression);
    out.uleb(e.size());
    out.raw(e);
  }
  void rule(CfaOp op, unsigned reg, const ByteSink& e) {
    out.u8(op);
    out.uleb(reg);
    out.uleb(e.size());
    out.raw(e);
  }
  const FrameFacts& facts_;
  bool calleesFrame_ = false;  ///< rbp is the frame of a callee that has just returned
};

/// Adds a record: its length, `body`, padding.
void addRecord(ByteSink& section, ByteSink body) {
  body.align(8);
  section.u32(body.size());
  section.raw(body);
}

}  // namespace

ByteSink frameSection(const WatchedCode& code, const FrameFacts& facts) {
  ByteSink section;
  Rules rules(facts);
  switch (code.frame) {
    case WatchedCode::Frame::kNone: return section;
    case WatchedCode::Frame::kGuest: rules.guest(); break;
    case WatchedCode::Frame::kCalled: rules.called(); break;
    case WatchedCode::Frame::kJumped: rules.jumped(); break;
  }
  ByteSink common;
  common.u32(0xFFFFFFFF);  // what a record that is common to others has as its id
  common.u8(1);            // version
  common.text("");         // no augmentation
  common.uleb(1);          // unit of code
  common.sleb(-8);         // unit of offsets
  common.u8(kReturnAddress);
  common.raw(rules.out);
  addRecord(section, std::move(common));
  ByteSink one;
  one.u32(0);  // the common record's place
  one.address(code.address);
  one.u64(code.bytes);
  if (!code.returns.empty()) {
    Rules places(facts);
    places.behindCalls(code.returns);
    one.raw(places.out);
  }
  addRecord(section, std::move(one));
  return section;
}

}  // namespace devvm::jit
