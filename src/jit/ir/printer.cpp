#include <charconv>
#include <cinttypes>
#include <cmath>
#include <cstdio>

#include "jit/ir/ir.h"

namespace devvm::jit::ir {

namespace {

class Printer {
 public:
  std::string take() { return std::move(out_); }

  void graph(const Graph& g) {
    if (g.isLoose) out_ += "loose\n";
    if (!g.layout.empty()) out_ += "layout\n";
    if (g.entryOffset != 0) add("entry %u\n", g.entryOffset);
    for (const Function& f : g.functions) {
      add("fn %u locals %u", f.number, f.locals);
      if (f.caller != nullptr) add(" in %u at %u", f.caller->number, f.callOffset);
      if (f.extra != 0) add(" varargs %u extra %u", f.varargs, f.extra);
      out_ += '\n';
    }
    for (const Block* b : g.layout.empty() ? g.blocks() : g.layout) block(*b);
  }

  void node(const Node& n) {
    if (n.type != Type::kNone) add("n%u = ", n.id);
    out_ += n.info().mnemonic;
    if (n.isPhi() && n.type != Type::kSame) add(".%s", typeName(n.type));
    aux(n);
    for (uint32_t i = 0; i < n.inputCount(); i++) add(" n%u", n.input(i)->id);
    if (n.has(kTerminator) && n.block != nullptr) {
      for (const Block* b : n.block->successors) add(" b%u", b->id);
    }
    if (n.state != nullptr) {
      out_ += ' ';
      state(*n.state);
    }
  }

 private:
  template <typename... Args>
  void add(const char* format, Args... args) {
    char text[96];
    snprintf(text, sizeof text, format, args...);
    out_ += text;
  }

  void block(const Block& b) {
    add("b%u:", b.id);
    if (b.isLoop) out_ += " loop";
    if (b.isRare) out_ += " rare";
    if (b.predecessors.size() > 1) {
      const char* before = " (";
      for (const Block* p : b.predecessors) {
        add("%sb%u", before, p->id);
        before = " ";
      }
      out_ += ')';
    }
    if (b.entryState != nullptr) {
      out_ += ' ';
      state(*b.entryState);
    }
    out_ += '\n';
    for (const Node* n = b.first; n != nullptr; n = n->next) {
      out_ += "  ";
      node(*n);
      out_ += '\n';
    }
  }

  // Callers come last, in brackets of their own: an explicit stack is not needed, as they only nest at the end.
  void state(const FrameState& innermost) {
    uint32_t open = 0;
    for (const FrameState* s = &innermost; s != nullptr; s = s->caller) {
      add("[%u @%u", s->function->number, s->offset);
      if (s->wanted != 0) add(" *%u", s->wanted);
      for (uint32_t i = 0; i < s->count; i++) {
        const Node* v = s->value(i);
        if (v != nullptr)
          add(" n%u", v->id);
        else
          out_ += " -";
      }
      open++;
      if (s->caller == nullptr) break;
      out_ += " / ";
      if (s->callee != nullptr)
        add("n%u ", s->callee->resolve()->id);
      else
        out_ += "- ";
    }
    out_.append(open, ']');
  }

  void number(double d) {
    if (std::isnan(d)) {
      add("0x%016" PRIx64, std::bit_cast<uint64_t>(d));
      return;
    }
    // The shortest text that reads back as the same bits; always with a mark of a double.
    char text[40];
    auto end = std::to_chars(text, text + sizeof text, d).ptr;
    std::string_view shown(text, static_cast<size_t>(end - text));
    out_ += shown;
    if (shown.find_first_of(".ein") == std::string_view::npos) out_ += ".0";
  }

  void aux(const Node& n) {
    switch (n.info().aux) {
      case Aux::kNone: return;
      case Aux::kBits: {
        out_ += ' ';
        if (n.op == Op::kFloatConstant) return number(n.number());
        heap::Value v = n.value();
        if (v.isNil())
          out_ += "nil";
        else if (v.isBoolean())
          out_ += v.isTrue() ? "true" : "false";
        else if (v.isInt())
          add("%" PRId64, v.asInt());
        else if (v.isDouble())
          number(v.asDouble());
        else
          add("0x%016" PRIx64, n.aux);
        return;
      }
      case Aux::kShapes: {
        const auto& set = *n.pointer<ShapeSet>();
        for (uint32_t i = 0; i < set.count; i++) add(i == 0 ? " %u" : "|%u", set.shapes[i]);
        return;
      }
      case Aux::kPointer: add(" 0x%" PRIx64, n.aux); return;
      case Aux::kLeaf:
        out_ += ' ';
        out_ += leafInfo(static_cast<Leaf>(n.aux)).mnemonic;
        return;
      case Aux::kCounts: add(" %u:%u", static_cast<uint32_t>(n.aux), static_cast<uint32_t>(n.aux >> 32)); return;
      case Aux::kOdds:
        if (n.aux != 0) add(" %u%%", static_cast<uint32_t>(n.aux));
        return;
      default: add(" %" PRId64, n.integer()); return;
    }
  }

  std::string out_;
};

}  // namespace

std::string print(const Graph& graph) {
  Printer p;
  p.graph(graph);
  return p.take();
}

std::string print(const Node& node) {
  Printer p;
  p.node(node);
  return p.take();
}

}  // namespace devvm::jit::ir
