#include <algorithm>

#include "jit/baseline/stubs.h"

namespace devvm::jit {

std::vector<StubInfo> stubInfos(const Stubs& stubs) {
  using enum StubFrame;
  const StubInfo kStubs[] = {
      {"enter", reinterpret_cast<uintptr_t>(stubs.enter), kEntry},
      {"leave", stubs.leave, kGuest},
      {"exit", stubs.exit, kGuest},
      {"deoptimize", stubs.deoptimize, kCalled},
      {"slow", stubs.slow, kCalled},
      {"slowAgain", stubs.slowAgain, kCalled},
      {"call", stubs.call, kJumped},
      {"goOn", stubs.goOn, kJumped},
      {"callOpen", stubs.callOpen, kJumped},
      {"goOnOpen", stubs.goOnOpen, kJumped},
      {"called", stubs.called, kJumped},
      {"compare", stubs.compare, kGuest},
      {"tailCall", stubs.tailCall, kJumped},
      {"tailCallOpen", stubs.tailCallOpen, kJumped},
      {"giveBack", stubs.giveBack, kJumped},
      {"fieldWays", stubs.fieldWays, kCalled},
      {"setWays", stubs.setWays, kCalled},
      {"setElement", stubs.setElement, kCalled},
      {"leaf", stubs.leaf, kCalled},
      {"store", stubs.store, kCalled},
      {"interpreted", stubs.interpreted, kGuest},
      {"grow", stubs.grow, kCalled},
  };
  // A field that was added to Stubs needs its row here.
  static_assert(sizeof(Stubs) == std::size(kStubs) * sizeof(uintptr_t) + sizeof(CodeBlock));
  std::vector<StubInfo> all(std::begin(kStubs), std::end(kStubs));
  std::sort(all.begin(), all.end(), [](const StubInfo& a, const StubInfo& b) { return a.address < b.address; });
  auto end = reinterpret_cast<uintptr_t>(stubs.block.address) + stubs.block.bytes;
  for (size_t i = all.size(); i-- > 0;) {
    all[i].bytes = static_cast<uint32_t>(end - all[i].address);
    end = all[i].address;
  }
  return all;
}

}  // namespace devvm::jit
