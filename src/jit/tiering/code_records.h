// What became of every function that was compiled, or could not be: the facts behind `devvm jit`. Kept only when
// JitOptions::record asks; a program that runs without it pays nothing.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "jit/assembler/code_buffer.h"
#include "jit/optimizer/compilation.h"
#include "runtime/cache_misses.h"
#include "runtime/code.h"

namespace devvm::jit {

inline constexpr const char kBaselineTier[] = "baseline";
/// In events, too, where those of the baseline compiler have no name.
inline constexpr const char kOptimizingTier[] = "optimizing";

/// One compilation.
struct CodeRecord {
  /// Where optimized code can be left for the interpreter.
  struct Exit {
    uint32_t machine = 0;  ///< offset of the return address in the machine code
    ExitKind kind = ExitKind::kGuard;
    ir::Op reason = ir::Op::kExit;        ///< the operation that failed, of guards
    const runtime::Code* code = nullptr;  ///< because of whose instruction; may be freed by now: to be compared only
    std::string name, source;             ///< of that function, as below
    uint32_t offset = 0, line = 0;        ///< of the instruction
    uint32_t depth = 0;                   ///< of inlining
    uint64_t count = 0;                   ///< times taken
  };
  std::string name;    ///< of the function, as its language wrote it; empty: it has none
  std::string source;  ///< short name of the chunk, as in error messages
  uint32_t line = 0;   ///< on which the function begins; 0: a main chunk
  const char* tier = kBaselineTier;
  std::string reason;         ///< why it was compiled
  std::string refusal;        ///< why it could not be; empty: it was compiled
  std::string end;            ///< why the machine code is gone; empty: it is in use
  uint32_t instructions = 0;  ///< of bytecode, fused ones counted by their components
  uint32_t bytecodeBytes = 0;
  uint64_t nanos = 0;           ///< the compilation took, by the clock
  const uint8_t* address = {};  ///< of the machine code, gone or not
  uint32_t bytes = 0;           ///< with constants
  runtime::CodeSections sections;
  uint32_t callEntry = 0, bodyEntry = 0;           ///< offsets of the entries for compiled callers and others
  std::vector<runtime::MachineCode::Place> loops;  ///< entries at loops
  uint64_t callsFromInterpreter = 0, callsFromMachineCode = 0, loopEntries = 0;
  uint64_t rareSteps = 0;              ///< instructions that the interpreter did for the machine code, if counted
  std::map<uint32_t, uint64_t> exits;  ///< by bytecode offset: machine code was left to the interpreter there

  // ---- of optimized code ----
  uint32_t entry = 0;        ///< bytecode offset at which it is entered: 0, or a loop
  uint32_t entryLine = 0;    ///< of a loop
  uint32_t number = 1;       ///< how many times the function was compiled for that entry, this one included
  std::vector<Exit> leaves;  ///< where it can be left, ascending by machine offset
  CompileProfile profile;    ///< what the compilation took, by step

  // ---- of functions that still exist ----
  const runtime::Code* code = nullptr;
  std::vector<uint8_t> machine;          ///< a copy of the machine code
  std::vector<CodeTag> tags;             ///< from this position on, the machine code belongs to that bytecode offset
  std::unique_ptr<uint64_t[]> counters;  ///< by bytecode offset, see Compiler::describe; null: not counted
  std::shared_ptr<Description> description;  ///< of optimized code; null: too many are there already, or nobody looks

  bool compiled() const { return refusal.empty(); }
  bool isOptimized() const { return tier != kBaselineTier; }
  bool inUse() const { return compiled() && end.empty(); }
  uint64_t exitCount() const;
  uint64_t calls() const { return callsFromInterpreter + callsFromMachineCode; }
};

class CodeRecords {
 public:
  /// More compilations than this are counted only.
  static constexpr size_t kMost = 100'000;
  static constexpr size_t kMostDescribed = 400'000;  ///< nodes of all descriptions
  /// While paused nothing new is recorded.
  void pause(bool yes) { paused_ = yes; }
  bool paused() const { return paused_; }
  bool full() const { return records_.size() >= kMost; }

  /// Whether optimized code is described.
  void describe(bool yes) { describing_ = yes; }
  /// Whether another description may be made: they are large.
  bool describes() const { return describing_ && !paused_ && !full() && describedNodes_ < kMostDescribed; }
  /// Null when there are too many already, or while paused. `machine`: null if the compilation was refused.
  CodeRecord* compiled(const runtime::Code& code, const runtime::MachineCode* machine, const char* reason);
  /// The same for the optimizing compiler. Takes the compilation's description.
  void optimized(const runtime::Code& code, uint32_t entry, const runtime::MachineCode* machine, const char* reason,
                 const char* refusal, Compilation& compilation, std::span<const CodeTag> tags);
  /// The machine code goes away, or is not entered any more.
  void ended(const runtime::MachineCode& machine, const char* why);
  /// Its memory is freed.
  void freed(const runtime::MachineCode& machine);
  /// Optimized code was left at a guard; the return address of that exit is `at` bytes into it.
  void leftOptimized(const runtime::MachineCode& machine, uint32_t at);
  /// The function itself goes away.
  void dead(const runtime::Code& code);
  /// A poll found the function running, in any tier.
  void polled(const runtime::Code& code) { polls_[&code]++; }
  /// How many polls did, of functions that exist: where the time goes, roughly.
  const std::unordered_map<const runtime::Code*, uint64_t>& polls() const { return polls_; }
  /// Machine code has left the fiber where the interpreter goes on.
  void left(runtime::Isolate& isolate);

  /// All, in the order of compilation, with the counts of this moment.
  const std::vector<std::unique_ptr<CodeRecord>>& all();
  size_t omitted() const { return omitted_; }

  runtime::CacheMissLog misses;  ///< of all functions that exist

 private:
  static void takeCounts(CodeRecord& record, const runtime::MachineCode& machine);

  std::vector<std::unique_ptr<CodeRecord>> records_;
  std::unordered_map<const runtime::MachineCode*, CodeRecord*> open_;  ///< of machine code that is not freed
  std::unordered_multimap<const runtime::Code*, CodeRecord*> alive_;   ///< of functions that exist
  std::unordered_map<const runtime::Code*, uint64_t> polls_;
  size_t omitted_ = 0;
  size_t describedNodes_ = 0;
  bool paused_ = false, describing_ = true;
  bool wasOptimized_ = false;  ///< machine code was left last at a guard of the optimizing compiler
};

}  // namespace devvm::jit
