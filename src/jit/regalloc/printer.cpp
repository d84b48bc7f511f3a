#include "jit/regalloc/allocation.h"

namespace devvm::jit::regalloc {

namespace {

void append(std::string& out, const Place& p) {
  static constexpr const char* kGprs[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                          "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
  switch (p.kind) {
    case Place::kNone: out += "aside"; break;
    case Place::kGpr: out += kGprs[p.index]; break;
    case Place::kXmm: out += "xmm" + std::to_string(p.index); break;
    case Place::kWord: out += "w" + std::to_string(p.index); break;
    case Place::kConstant: out += "constant"; break;
  }
}

void append(std::string& out, const Allocation& a, uint32_t first, uint32_t end) {
  for (uint32_t i = first; i < end; i++) {
    const Move& m = a.moves[i];
    out += i == first ? " " : ", ";
    append(out, m.to);
    out += " <- ";
    append(out, m.from);
    out += " (n" + std::to_string(m.value->id) + ")";
  }
  out += '\n';
}

}  // namespace

std::string text(const Constraints& c, const Allocation& a) {
  std::string out;
  if (a.failure != nullptr) return std::string("no allocation: ") + a.failure + "\n";
  auto moves = a.stepMoves.begin();
  auto edges = a.edgeMoves.begin();
  auto places = [&](const ir::Node* n) {
    uint32_t v = a.valueOf[n->id];
    if (v == UINT32_MAX) return;
    const Allocation::Value& value = a.values[v];
    for (uint32_t i = 0; i < value.pieceCount; i++) {
      const Allocation::Piece& p = a.pieces[value.firstPiece + i];
      out += " [" + std::to_string(p.from) + "," + std::to_string(p.to) + ") ";
      append(out, p.place);
    }
    if (value.store.isWord()) {
      out += " stored ";
      append(out, value.store);
    }
  };
  for (uint32_t b = 0; b < c.blocks.size(); b++) {
    const CodeBlock& block = c.blocks[b];
    out += "b" + std::to_string(block.block->id) + ":\n";
    for (; edges != a.edgeMoves.end() && edges->block == b && !edges->atEnd; ++edges) {
      out += "       moves";
      append(out, a, edges->first, edges->end);
    }
    for (const ir::Node* n = block.block->first; n != nullptr && n->isPhi(); n = n->next) {
      out += "       n" + std::to_string(n->id) + " phi";
      places(n);
      out += '\n';
    }
    for (uint32_t i = block.first; i < block.end; i++) {
      const Step& step = c.steps[i];
      if (moves != a.stepMoves.end() && moves->step == i) {
        out += "       moves";
        append(out, a, moves->first, moves->end);
        ++moves;
      }
      if (i + 1 == block.end && edges != a.edgeMoves.end() && edges->block == b) {
        out += "       moves";
        append(out, a, edges->first, edges->end);
        ++edges;
      }
      std::string number = std::to_string(readAt(i));
      out += std::string(6 - std::min<size_t>(6, number.size()), ' ') + number;
      out += " n" + std::to_string(step.node->id) + " " + step.node->info().mnemonic;
      for (uint32_t u = 0; u < step.useCount; u++) {
        const ir::Node* value = c.uses[step.firstUse + u].value;
        out += u == 0 ? " " : ", ";
        out += "n" + std::to_string(value->id) + ":";
        append(out, a.at(value, readAt(i)));
      }
      if (step.result != Bank::kNone) {
        out += " ->";
        places(step.node);
      }
      out += '\n';
    }
  }
  return out;
}

}  // namespace devvm::jit::regalloc
