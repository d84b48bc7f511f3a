#include "jit/tiering/outside_tools.h"

#include <bit>
#include <climits>
#include <cstdlib>

#include "jit/baseline/layout.h"
#include "jit/outside/guest_frames.h"

namespace devvm::jit {

using namespace runtime;

namespace {

/// The chunk's file as an absolute path; empty if it is none.
std::string sourceFile(const ModuleInfo& module) {
  if (!module.source.starts_with('@')) return {};
  char path[PATH_MAX];
  return realpath(module.source.c_str() + 1, path) != nullptr ? path : "";
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
/// What the way in leaves on the host's stack (stubs.cpp), and where a frame's machine code is found.
FrameFacts frameFacts() {
  constexpr uint8_t kDwarf[] = {0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};  // by x64::code()
  FrameFacts f;
  size_t count = std::size(kSavedRegisters);
  for (size_t i = 0; i < count; i++) {
    f.saved.push_back({kDwarf[x64::code(kSavedRegisters[i])], static_cast<uint8_t>(8 * (count - i))});
  }
  f.hostReturn = static_cast<uint8_t>(8 * (count + 1));
  f.machineLinkBit = std::countr_zero(Link::kMachine);
  f.callee = 16;
  f.closureCode = offsetof(Closure, code);
  f.codeMachine = offsetof(Code, machine);
  f.machineEntry = offsetof(MachineCode, bodyEntry);
  return f;
}
#pragma GCC diagnostic pop

/// Names for readers of whole lines.
std::string printable(std::string name) {
  for (char& c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return name;
}

}  // namespace

const char* OutsideTools::open(const JitOptions& options) {
  const char* problem = nullptr;
  auto add = [&](std::unique_ptr<CodeWatcher> watcher, const char* otherwise) {
    watcher != nullptr ? watchers_.push_back(std::move(watcher)) : void(problem = otherwise);
  };
  if (options.perfMap) add(makePerfMap(), "the map file for perf cannot be written");
  if (options.dump) add(makeJitDump(options.dumpFolder), "the dump file for perf cannot be written");
  if (options.gdb) add(makeGdbInterface(frameFacts()), "");
  return problem;
}

void OutsideTools::placed(const Code& code, const MachineCode& machine, std::span<const CodeTag> tags) {
  if (watchers_.empty()) return;
  WatchedCode w;
  w.address = machine.start;
  w.bytes = machine.size;
  w.instructions = machine.sections.constants;
  w.line = code.function->lineDefined;
  w.name = printable(code.function->name);
  if (w.name.empty()) w.name = w.line != 0 ? "(anonymous)" : "(main chunk)";
  w.label = w.name + " (" + printable(code.module->shortName);
  w.label += w.line != 0 ? ":" + std::to_string(w.line) + ")" : ")";
  w.file = sourceFile(*code.module);
  for (const MachineCode::Place& place : machine.returns) w.returns.push_back(place.machine);
  // Before the body begins the function only opens its frame.
  auto body = machine.bodyEntry != nullptr ? static_cast<uint32_t>(machine.bodyEntry - machine.start) : 0;
  if (w.line != 0) w.lines.push_back({0, w.line});
  for (const CodeTag& t : tags) {
    if (t.position < body) continue;
    uint32_t line = lineAt(code, t.tag);
    if (!w.lines.empty() && w.lines.back().machine == t.position) w.lines.pop_back();
    if (w.lines.empty() || w.lines.back().line != line) w.lines.push_back({t.position, line});
  }
  for (auto& watcher : watchers_) watcher->placed(w);
}

void OutsideTools::placed(const Stubs& stubs) {
  if (watchers_.empty()) return;
  for (const StubInfo& stub : stubInfos(stubs)) {
    WatchedCode w;
    w.address = reinterpret_cast<const uint8_t*>(stub.address);
    w.bytes = w.instructions = stub.bytes;
    w.label = std::string("(stub ") + stub.name + ")";
    using Frame = WatchedCode::Frame;
    switch (stub.frame) {
      case StubFrame::kEntry: w.frame = Frame::kNone; break;
      case StubFrame::kCalled: w.frame = Frame::kCalled; break;
      case StubFrame::kJumped: w.frame = Frame::kJumped; break;
      case StubFrame::kGuest: w.frame = Frame::kGuest; break;
    }
    // gdb knows one name of code that goes on upon another stack, and unwinds across that only.
    bool betweenStacks = w.frame == Frame::kCalled || w.frame == Frame::kJumped;
    w.name = betweenStacks ? "__morestack" : w.label;
    for (auto& watcher : watchers_) watcher->placed(w);
  }
}

void OutsideTools::freed(const Stubs& stubs) {
  if (watchers_.empty()) return;
  for (const StubInfo& stub : stubInfos(stubs)) freed(reinterpret_cast<const uint8_t*>(stub.address));
}

void OutsideTools::freed(const uint8_t* address) {
  for (auto& watcher : watchers_) watcher->freed(address);
}

}  // namespace devvm::jit
