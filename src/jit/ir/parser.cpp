#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "jit/ir/ir.h"

namespace devvm::jit::ir {

// Two walks over the lines: the first makes blocks and nodes, so that the second can look all names up.
class Parser {
 public:
  Parser(Graph& graph, std::string& error) : graph_(graph), error_(error) {}

  bool run(std::string_view text) {
    graph_.isLoose = false;
    split(text);
    for (Line& l : lines_) {
      if (!declare(l)) return fail(l);
    }
    if (entry_ == nullptr) {
      error_ = "there is no block";
      return false;
    }
    for (Line& l : lines_) {
      if (!complete(l)) return fail(l);
    }
    for (auto& [id, b] : blocks_) {
      if (b->last == nullptr || !b->last->has(kTerminator)) {
        error_ = "b" + std::to_string(id) + " has no terminator";
        return false;
      }
    }
    if (!orderPredecessors()) return false;
    uint32_t next = graph_.nextNode_;
    for (Node* n : unnamed_) n->id = next++;
    graph_.nextNode_ = next;
    graph_.order();
    if (hasLayout_) keepLayout();
    return true;
  }

 private:
  struct Line {
    uint32_t number;
    std::string_view text;
    std::vector<std::string_view> words;
    Node* node = nullptr;
    Block* block = nullptr;
    size_t rest = 0;  ///< the first word behind mnemonic and aux, or behind the block's name
  };

  bool fail(const Line& l) {
    error_ = "line " + std::to_string(l.number) + ": " + problem_ + ": " + std::string(l.text);
    return false;
  }
  bool wrong(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  void split(std::string_view text) {
    uint32_t number = 0;
    while (!text.empty()) {
      size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      number++;
      line = line.substr(0, std::min(line.find(';'), line.size()));
      Line l{number, line, {}};
      for (size_t at = 0; at < line.size();) {
        char c = line[at];
        if (c == ' ' || c == '\t' || c == ',' || c == '\r') {
          at++;
          continue;
        }
        size_t length = 1;
        if (std::string_view("[]()/=").find(c) == std::string_view::npos) {
          length = std::min(line.find_first_of(" \t,\r[]()/=", at), line.size()) - at;
        }
        l.words.push_back(line.substr(at, length));
        at += length;
      }
      if (!l.words.empty()) lines_.push_back(std::move(l));
    }
  }

  template <typename T>
  static bool readNumber(std::string_view word, T& out) {
    auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), out);
    return code == std::errc() && end == word.data() + word.size() && !word.empty();
  }
  /// "n12" or "b12".
  static bool readName(std::string_view word, char kind, uint32_t& id) {
    return word.size() > 1 && word[0] == kind && readNumber(word.substr(1), id);
  }

  static bool readBits(std::string_view word, uint64_t& bits) {
    if (!word.starts_with("0x")) return false;
    word.remove_prefix(2);
    auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), bits, 16);
    return code == std::errc() && end == word.data() + word.size();
  }

  bool readAux(const Node& n, std::string_view word, uint64_t& aux) {
    if (readBits(word, aux)) return true;
    int64_t integer = 0;
    switch (n.info().aux) {
      case Aux::kBits: {
        double d = 0;
        heap::Value v;
        if (n.op == Op::kFloatConstant) {
          if (!readNumber(word, d)) return false;
          aux = std::bit_cast<uint64_t>(d);
          return true;
        }
        if (word == "nil")
          v = heap::Value::nil();
        else if (word == "true" || word == "false")
          v = heap::Value::boolean(word == "true");
        else if (readNumber(word, integer) && heap::Value::fitsInt(integer))
          v = heap::Value::smallInt(integer);
        else if (readNumber(word, d))
          v = heap::Value::number(d);
        else
          return false;
        aux = v.bits();
        return true;
      }
      case Aux::kLeaf:
        for (size_t i = 0; i < static_cast<size_t>(Leaf::kCount); i++) {
          if (word != leafInfo(static_cast<Leaf>(i)).mnemonic) continue;
          aux = i;
          return true;
        }
        return false;
      case Aux::kShapes: {
        std::vector<uint32_t> shapes;
        for (bool more = true; more;) {
          size_t end = std::min(word.find('|'), word.size());
          if (shapes.size() == ShapeSet::kMost || !readNumber(word.substr(0, end), shapes.emplace_back())) return false;
          more = end < word.size();
          word.remove_prefix(std::min(end + 1, word.size()));
        }
        aux = reinterpret_cast<uintptr_t>(graph_.shapeSet(shapes));
        return true;
      }
      case Aux::kCounts: {
        uint32_t elements = 0, fields = 0;
        size_t colon = word.find(':');
        if (colon == std::string_view::npos || !readNumber(word.substr(0, colon), elements) ||
            !readNumber(word.substr(colon + 1), fields)) {
          return false;
        }
        aux = elements | (uint64_t{fields} << 32);
        return true;
      }
      case Aux::kOdds: word.remove_suffix(1); return readNumber(word, aux) && aux > 0 && aux < 100;
      default:
        if (!readNumber(word, integer)) return false;
        aux = static_cast<uint64_t>(integer);
        return true;
    }
  }

  Block* blockOf(uint32_t id) {
    Block*& b = blocks_[id];
    if (b == nullptr) {
      b = graph_.newBlock();
      b->id = id;
      graph_.nextBlock_ = std::max(graph_.nextBlock_, id + 1);
    }
    return b;
  }

  bool declare(Line& l) {
    const auto& w = l.words;
    if (w[0] == "loose" && w.size() == 1) return graph_.isLoose = true;
    if (w[0] == "layout" && w.size() == 1) return hasLayout_ = true;
    if (w[0] == "entry" && w.size() == 2) return readNumber(w[1], graph_.entryOffset) || wrong("a number is expected");
    if (w[0] == "fn") return declareFunction(w);
    uint32_t id = 0;
    if (w[0].ends_with(':')) {
      if (!readName(w[0].substr(0, w[0].size() - 1), 'b', id)) return wrong("a block is called b and a number");
      if (std::find(placed_.begin(), placed_.end(), id) != placed_.end()) return wrong("this block was there before");
      placed_.push_back(id);
      l.block = here_ = blockOf(id);
      if (entry_ == nullptr) entry_ = here_;
      l.rest = 1;
      return true;
    }
    return declareNode(l);
  }

  bool declareFunction(const std::vector<std::string_view>& w) {
    uint32_t number = 0, caller = 0;
    Function* f = graph_.newFunction();
    bool hasVarargs = w.size() == 12 && w[8] == "varargs" && w[10] == "extra";
    bool inlined = (w.size() == 8 || hasVarargs) && w[4] == "in" && w[6] == "at";
    if ((w.size() != 4 && !inlined) || w[2] != "locals" || !readNumber(w[1], number) || !readNumber(w[3], f->locals)) {
      return wrong("fn N locals N, for inlined ones: in N at OFFSET, and with variable arguments: varargs N extra N");
    }
    if (number != f->number) return wrong("functions are numbered from 0");
    if (!inlined) return true;
    if (!readNumber(w[5], caller) || caller >= number || !readNumber(w[7], f->callOffset)) {
      return wrong("no such caller");
    }
    bool counts = !hasVarargs || (readNumber(w[9], f->varargs) && readNumber(w[11], f->extra));
    if (!counts || f->varargs > f->locals || (hasVarargs && f->extra <= f->varargs)) {
      return wrong("variable arguments are among the locals, and all arguments and the callee are extra words");
    }
    f->caller = &graph_.functions[caller];
    return true;
  }

  bool declareNode(Line& l) {
    const auto& w = l.words;
    if (here_ == nullptr) return wrong("a block comes first");
    if (here_->last != nullptr && here_->last->has(kTerminator)) return wrong("nothing follows a terminator");
    uint32_t id = 0;
    bool named = w.size() > 2 && w[1] == "=";
    if (named && !readName(w[0], 'n', id)) return wrong("a node is called n and a number");
    size_t at = named ? 2 : 0;
    std::string_view mnemonic = w[at], type;
    if (size_t dot = mnemonic.find('.'); dot != std::string_view::npos) {
      type = mnemonic.substr(dot + 1);
      mnemonic = mnemonic.substr(0, dot);
    }
    Op op;
    if (!findOp(mnemonic, op)) return wrong("there is no such operation");
    if (!type.empty() && op != Op::kPhi) return wrong("only phis are given a type");
    Node* n = graph_.newNode(op, {});
    for (Type t : {Type::kTagged, Type::kInt, Type::kFloat, Type::kBool}) {
      if (type == typeName(t)) n->type = t;
    }
    if (!type.empty() && n->type == Type::kSame) return wrong("there is no such type");
    if (named != (n->type != Type::kNone)) return wrong(named ? "it has no result" : "its result needs a name");
    at++;
    bool isOptional = n->info().aux == Aux::kOdds;
    if (n->info().aux != Aux::kNone && (!isOptional || (at < w.size() && w[at].ends_with('%')))) {
      if (at >= w.size() || !readAux(*n, w[at], n->aux)) return wrong("it says more of the operation here");
      at++;
    }
    l.rest = at;
    if (n->isConstant()) {
      // Into the graph's table of constants, but where the text has it.
      Node* same = graph_.constantOf(op, n->aux);
      bool isNew = std::none_of(nodes_.begin(), nodes_.end(), [same](auto& entry) { return entry.second == same; });
      n = same;
      if (isNew) graph_.unlink(n);
      if (!isNew) return nodes_.emplace(id, n).second || wrong("this name was there before");
    }
    graph_.append(here_, n);
    l.node = n;
    if (!named) {
      unnamed_.push_back(n);
      return true;
    }
    if (!nodes_.emplace(id, n).second) return wrong("this name was there before");
    n->id = id;
    graph_.nextNode_ = std::max(graph_.nextNode_, id + 1);
    return true;
  }

  bool readNode(std::string_view word, Node*& n) {
    uint32_t id = 0;
    auto found = readName(word, 'n', id) ? nodes_.find(id) : nodes_.end();
    if (found == nodes_.end()) return wrong("there is no " + std::string(word));
    n = found->second;
    return true;
  }

  bool complete(Line& l) {
    const auto& w = l.words;
    size_t at = l.rest;
    if (l.block != nullptr) {
      for (; at < w.size() && w[at] != "[" && w[at] != "("; at++) {
        if (w[at] == "rare")
          l.block->isRare = true;
        else if (w[at] != "loop")
          return wrong("a block is a loop or rare");
      }
      if (at < w.size() && w[at] == "(") {
        std::vector<Block*>& ps = listed_[l.block];
        uint32_t id = 0;
        for (at++; at < w.size() && w[at] != ")"; at++) {
          if (!readName(w[at], 'b', id)) return wrong("predecessors are blocks");
          ps.push_back(blockOf(id));
        }
        at++;
      }
      if (at < w.size() && !readState(w, at, l.block->entryState)) return false;
      return at >= w.size() || wrong("too much");
    }
    if (l.node == nullptr) return true;
    Node* n = l.node;
    uint32_t id = 0;
    for (; at < w.size() && readName(w[at], 'n', id); at++) {
      Node* input = nullptr;
      if (!readNode(w[at], input)) return false;
      graph_.addInput(n, input);
    }
    if (n->info().inputs >= 0 && n->inputCount() != static_cast<uint32_t>(n->info().inputs)) {
      return wrong("it has " + std::to_string(n->info().inputs) + " inputs");
    }
    for (; at < w.size() && readName(w[at], 'b', id); at++) {
      if (!n->has(kTerminator)) return wrong("only terminators have successors");
      if (std::find(placed_.begin(), placed_.end(), id) == placed_.end()) return wrong("there is no such block");
      graph_.connect(n->block, blockOf(id));
    }
    if (at < w.size() && !readState(w, at, n->state)) return false;
    return at >= w.size() || wrong("too much");
  }

  // Frame states with the same text are one.
  bool readState(const std::vector<std::string_view>& w, size_t& at, FrameState*& out) {
    std::string key;
    for (size_t i = at; i < w.size(); i++) (key += w[i]) += ' ';
    FrameState*& known = states_[key];
    if (known != nullptr) {
      out = known;
      at = w.size();
      return true;
    }
    FrameState** place = &out;
    FrameState* first = nullptr;
    size_t open = 0;
    for (;;) {
      if (at + 2 >= w.size() || w[at] != "[") return wrong("a frame state begins with [ function @offset");
      uint32_t function = 0, offset = 0, wanted = 0;
      if (!readNumber(w[at + 1], function) || function >= graph_.functions.size()) return wrong("no such function");
      if (w[at + 2][0] != '@' || !readNumber(w[at + 2].substr(1), offset)) return wrong("@ and an offset are expected");
      at += 3;
      open++;
      if (at < w.size() && w[at][0] == '*') {
        if (!readNumber(w[at].substr(1), wanted) || wanted > 255) return wrong("* and a number are expected");
        at++;
      }
      std::vector<Node*> values;
      for (; at < w.size() && w[at] != "]" && w[at] != "/"; at++) {
        Node* v = nullptr;
        if (w[at] != "-" && !readNode(w[at], v)) return false;
        values.push_back(v);
      }
      FrameState* s = graph_.newState(&graph_.functions[function], offset, values);
      s->wanted = static_cast<uint8_t>(wanted);
      *place = s;
      if (first == nullptr) first = s;
      if (at >= w.size() || w[at] != "/") break;
      if (++at >= w.size()) return wrong("the callee is missing");
      if (w[at] != "-" && !readNode(w[at], s->callee)) return false;
      at++;
      place = &s->caller;
    }
    for (; open > 0; open--, at++) {
      if (at >= w.size() || w[at] != "]") return wrong("] is missing");
    }
    known = first;
    return true;
  }

  // The text has the blocks in the order of the code.
  void keepLayout() {
    std::vector<Block*> order;
    for (uint32_t id : placed_) {
      if (blockOf(id)->number != UINT32_MAX) order.push_back(blockOf(id));
    }
    graph_.layout = std::move(order);
  }

  // The lists of predecessors say which input of a phi belongs to which of them.
  bool orderPredecessors() {
    for (auto& [block, ps] : listed_) {
      if (!std::is_permutation(ps.begin(), ps.end(), block->predecessors.begin(), block->predecessors.end())) {
        error_ = "b" + std::to_string(block->id) + " has other predecessors than it says";
        return false;
      }
      block->predecessors = ps;
    }
    return true;
  }

  Graph& graph_;
  std::string& error_;
  std::string problem_;
  std::vector<Line> lines_;
  std::unordered_map<uint32_t, Block*> blocks_;
  std::vector<uint32_t> placed_;
  std::unordered_map<uint32_t, Node*> nodes_;
  std::vector<Node*> unnamed_;
  std::unordered_map<Block*, std::vector<Block*>> listed_;
  std::unordered_map<std::string, FrameState*> states_;
  bool hasLayout_ = false;
  Block *entry_ = nullptr, *here_ = nullptr;
};

bool parse(std::string_view text, Graph& graph, std::string& error) { return Parser(graph, error).run(text); }

}  // namespace devvm::jit::ir
