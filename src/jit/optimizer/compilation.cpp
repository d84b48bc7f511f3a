#include "jit/optimizer/compilation.h"

#include <algorithm>
#include <utility>

#include "base/thread_time.h"
#include "bytecode/decode.h"
#include "jit/builder/graph_builder.h"

namespace devvm::jit {

namespace {

regalloc::Method allocatorOf(const passes::PassOptions& options) {
  using Allocator = passes::PassOptions::Allocator;
  bool colours =
      options.allocator == Allocator::kColouring || (options.allocator == Allocator::kByLevel && options.level >= 3);
  return colours ? regalloc::Method::kColouring : regalloc::Method::kLinear;
}

/// Fused ones counted by their components.
uint32_t instructionsOf(const runtime::Code& code) {
  uint32_t count = 0;
  std::array<bytecode::Instruction, 4> components;
  for (const auto& i : bytecode::Instructions({code.entry, code.codeSize})) {
    count += bytecode::expandComponents(i, components);
  }
  return count;
}

/// Null, or 0, is none.
template <typename T>
void addOnce(std::vector<T>& all, T one) {
  if (one == T()) return;
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

}  // namespace

uint64_t CompileProfile::nanos() const {
  uint64_t sum = buildNanos + orderNanos + codegen.selectNanos + codegen.allocateNanos + codegen.emitNanos;
  for (uint64_t pass : passes.nanoseconds) sum += pass;
  return sum;
}

Compilation::Compilation(const OptimizeRequest& request, const OptimizedCodeStubs& stubs, x64::Assembler& assembler)
    : request_(request), stubs_(stubs), assembler_(assembler), reliance_(std::make_unique<Reliance>()) {}

Compilation::~Compilation() = default;

bool Compilation::build() {
  if (request_.code.codeSize > kMostBytecode) {
    refusal_ = "the function is too large";
    return false;
  }
  uint64_t began = base::threadNanos();
  bool built = buildGraph({request_.isolate, request_.code, request_.entryOffset, request_.frame, request_.closure,
                           request_.failures, request_.varargs},
                          graph_, *reliance_, &refusal_);
  // A fault here is the builder's; passes would not survive it.
  if (built && options_.verify && !ir::verify(graph_).empty()) refusal_ = "the graph breaks a rule";
  // They may be gone by the time of finish().
  request_.frame = nullptr;
  request_.closure = heap::Value::nil();
  if (refusal_ == nullptr) findWhatItNames();
  made.facts = std::move(reliance_->facts);
  made.objects = std::move(reliance_->objects);
  made.reliesOnUpvalues = reliance_->upvalues;
  profile.buildNanos = base::threadNanos() - began;
  profile.nodesBuilt = graph_.nodeCount();
  profile.functions = static_cast<uint32_t>(graph_.functions.size());
  profile.graphBytes = graph_.bytes();
  if (request_.level != 0) options_.level = request_.level;
  profile.level = options_.level;
  if (refusal_ == nullptr && request_.description != nullptr) {
    describer_.emplace(*request_.description);
    request_.description->level = options_.level;
    describer_->calls(reliance_->inlining);
    describer_->observe(graph_, options_);
  }
  return refusal_ == nullptr;
}

void Compilation::findWhatItNames() {
  shapes_ = reliance_->shapes;
  for (const ir::Function& f : graph_.functions) {
    addOnce(functions_, f.code);
    profile.instructions += instructionsOf(*f.code);
  }
  if (reliance_->objects != nullptr) {
    for (const runtime::CodeObject& object : *reliance_->objects) addOnce(functions_, object.code);
  }
  for (ir::Block* b : graph_.blocks()) {
    for (const ir::Node* n = b->first; n != nullptr; n = n->next) {
      using ir::Op;
      if (n->op == Op::kCheckClosure || n->op == Op::kIsClosure || n->op == Op::kNewClosure || n->op == Op::kTailCall) {
        addOnce(functions_, n->pointer<const runtime::Code>());
      } else if (n->op == Op::kNewTable) {
        uint8_t slots = runtime::ShapeTable::inlineClass(static_cast<uint32_t>(n->aux >> 32));
        rootShapes_[slots] = request_.isolate.shapes.root(slots).id;
      } else if (n->op == Op::kShapeOwner) {
        addOnce(shapes_, n->pointer<const runtime::Shape>()->id);
      } else if (ir::opInfo(n->op).aux == ir::Aux::kShapes) {
        for (uint32_t shape : n->pointer<ir::ShapeSet>()->shapes) addOnce(shapes_, shape);
      } else if (ir::opInfo(n->op).aux == ir::Aux::kShape) {
        addOnce(shapes_, static_cast<uint32_t>(n->aux));
      }
    }
  }
}

const char* Compilation::stops(const ir::Graph& graph) const {
  if (isCancelled()) return "cancelled";
  if (graph.bytes() > kMostGraphBytes) return "the compilation takes too much memory";
  return base::threadNanos() - began_ > kMostNanos ? "the compilation takes too long" : nullptr;
}

bool Compilation::finish() {
  began_ = base::threadNanos();
  passes::PassOptions& options = options_;
  options.measure = true;
  if (request_.failures) {
    options.failuresContext = &request_.failures;
    options.failures = [](void* context, const ir::Function& function, uint32_t offset) {
      return (*static_cast<decltype(request_.failures)*>(context))(*function.code, offset);
    };
  }
  options.stopsContext = this;
  options.stops = [](void* context, const ir::Graph& graph) {
    return static_cast<const Compilation*>(context)->stops(graph);
  };
  refusal_ = stops(graph_);
  if (refusal_ != nullptr) return false;
  if (!passes::runPipeline(graph_, options, profile.passes)) {
    refusal_ = profile.passes.stopped != nullptr ? profile.passes.stopped : "a pass has broken the graph";
    return false;
  }
  uint64_t ordering = base::threadNanos();
  // The pass `layout` has split edges already.
  if (graph_.layout.empty()) graph_.splitCriticalEdges();
  profile.orderNanos = base::threadNanos() - ordering;
  profile.nodes = graph_.nodeCount();
  profile.graphBytes = graph_.bytes();
  OptimizedCode code;
  Description* description = request_.description.get();
  LeavingStubs leaving{stubs_.optimized.exit, stubs_.optimized.poll, stubs_.optimized.grow, stubs_.optimized.room,
                       stubs_.optimized.again};
  CodegenRequest generating{.graph = graph_,
                            .code = &request_.code,
                            .stubs = stubs_.baseline,
                            .own = stubs_.codegen,
                            .leaving = leaving,
                            .allocator = allocatorOf(options),
                            .verify = options.verify,
                            .rootShapes = rootShapes_.data(),
                            .forcesExits = request_.forcesExits,
                            .nodeTags = description != nullptr ? &description->nodes : nullptr};
  bool done = generate(generating, assembler_, code, &refusal_, description != nullptr);
  if (description != nullptr) description->allocation = std::move(code.allocation);
  profile.codegen = code.profile;
  if (!done) return false;
  made.callEntry = code.callEntry;
  made.bodyEntry = code.bodyEntry;
  made.loopEntry = code.loopEntry;
  made.gap = code.gap;
  made.exits = std::move(code.exits);
  made.returns = std::move(code.returns);
  made.shapes = std::move(code.shapes);
  made.shapes.insert(made.shapes.end(), reliance_->shapes.begin(), reliance_->shapes.end());
  made.shapeChecks = std::move(code.shapeChecks);
  made.sections = code.sections;
  made.functions = std::move(code.functions);
  return true;
}

}  // namespace devvm::jit
