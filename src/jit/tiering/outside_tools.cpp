#include "jit/tiering/outside_tools.h"

#include <climits>
#include <cstdlib>

namespace devvm::jit {

using namespace runtime;

namespace {

/// The chunk's file as an absolute path; empty if it is none.
std::string sourceFile(const ModuleInfo& module) {
  if (!module.source.starts_with('@')) return {};
  char path[PATH_MAX];
  return realpath(module.source.c_str() + 1, path) != nullptr ? path : "";
}

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
  for (const CodeTag& t : tags) {
    uint32_t line = lineAt(code, t.tag);
    if (!w.lines.empty() && w.lines.back().machine == t.position) w.lines.pop_back();
    if (w.lines.empty() || w.lines.back().line != line) w.lines.push_back({t.position, line});
  }
  for (auto& watcher : watchers_) watcher->placed(w);
}

void OutsideTools::placed(const uint8_t* address, uint32_t bytes, const char* name) {
  WatchedCode w;
  w.address = address;
  w.bytes = w.instructions = bytes;
  w.name = w.label = name;
  for (auto& watcher : watchers_) watcher->placed(w);
}

void OutsideTools::freed(const uint8_t* address) {
  for (auto& watcher : watchers_) watcher->freed(address);
}

}  // namespace devvm::jit
