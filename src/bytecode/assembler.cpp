#include "bytecode/assembler.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "bytecode/assembly_lexer.h"
#include "bytecode/assembly_parts.h"
#include "bytecode/decode.h"
#include "bytecode/literals.h"
#include "bytecode/stack_effect.h"

namespace devvm::bytecode {
namespace {

constexpr size_t kMaxErrors = 20;
/// Slack for functions whose depth cannot be computed, so that the verifier reports their real fault.
constexpr uint32_t kFaultySlack = 16;

const std::unordered_map<std::string_view, Op>& mnemonics() {
  static const auto table = [] {
    std::unordered_map<std::string_view, Op> result;
    for (unsigned i = 0; i < kOpTableSize; ++i) {
      auto op = static_cast<Op>(i);
      if (!opInfo(op).mnemonic.empty()) result.emplace(opInfo(op).mnemonic, op);
    }
    return result;
  }();
  return table;
}

class Assembler {
 public:
  Assembler(std::string_view text, const std::string& source, Module& module, std::vector<AssemblyError>& errors)
      : text_(text), source_(source), module_(module), errors_(errors) {}

  bool run() {
    module_ = Module{};
    size_t at = 0;
    while (at <= text_.size() && errors_.size() < kMaxErrors) {
      size_t end = std::min(text_.find('\n', at), text_.size());
      ++line_;
      tokens_ = tokenizeLine(text_.substr(at, end - at));
      next_ = 0;
      if (tokens_.back().type == Token::Type::kBad) {
        error(tokens_.back(), tokens_.back().text);
      } else {
        parseLine();
      }
      at = end + 1;
    }
    if (inFunction_) errorAt(pending_.back().position, "the function has no .end");
    if (errors_.empty()) finishModule();
    std::sort(errors_.begin(), errors_.end(), [](const AssemblyError& a, const AssemblyError& b) {
      return std::tie(a.line, a.column, a.message) < std::tie(b.line, b.column, b.message);
    });
    return errors_.empty();
  }

 private:
  // ---- errors and tokens ----
  bool errorAt(Position position, std::string message) {
    if (errors_.size() < kMaxErrors) errors_.push_back({position.line, position.column, std::move(message)});
    return false;
  }
  bool error(const Token& token, std::string message) { return errorAt({line_, token.column}, std::move(message)); }
  bool expected(const char* what) {
    return error(peek(), std::string("expected ") + what + ", found " + describe(peek()));
  }

  const Token& peek(size_t ahead = 0) const { return tokens_[std::min(next_ + ahead, tokens_.size() - 1)]; }
  const Token& take() {
    const Token& token = peek();
    if (next_ + 1 < tokens_.size()) ++next_;
    return token;
  }
  bool atEnd() const { return peek().type == Token::Type::kLineEnd; }
  bool takeSymbol(char c) {
    if (!peek().isSymbol(c)) return false;
    take();
    return true;
  }
  Position here() const { return {line_, peek().column}; }

  bool takeInteger(int64_t low, int64_t high, const char* what, int64_t& value) {
    if (peek().type != Token::Type::kInteger) return expected(what);
    const Token& token = take();
    value = token.integer;
    if (value >= low && value <= high) return true;
    return error(token,
                 std::string(what) + " must lie between " + std::to_string(low) + " and " + std::to_string(high));
  }

  Function& function() { return module_.functions.back(); }
  PendingFunction& pending() { return pending_.back(); }
  uint32_t codeSize() { return static_cast<uint32_t>(function().code.size()); }

  // ---- lines ----
  void parseLine() {
    // Labels, any number of them, then a directive or an instruction.
    while (peek().isWord() && peek(1).isSymbol(':')) {
      const Token& name = take();
      take();
      if (!inFunction_) {
        error(name, "a label outside of a function");
      } else if (!pending().labels.emplace(name.text, codeSize()).second) {
        error(name, "label '" + name.text + "' is defined twice");
      }
    }
    if (atEnd()) return;
    if (!peek().isWord()) {
      expected("an instruction or a directive");
      return;
    }
    const Token& first = take();
    bool good = first.text[0] == '.' ? directive(first) : instruction(first);
    if (good && !atEnd()) error(peek(), "unexpected " + describe(peek()) + " after " + first.text);
  }

  bool directive(const Token& name) {
    const std::string& text = name.text;
    if (text == ".source") return takeText(module_.source) && (hasSource_ = true);
    if (text == ".language") return takeText(module_.language) && (hasLanguage_ = true);
    if (text == ".exact") return exact_ = true;
    if (text == ".main") {
      mainPosition_ = here();
      if (!peek().isWord()) return expected("the name of a function");
      mainSymbol_ = take().text;
      return true;
    }
    if (text == ".function") return beginFunction();
    if (!inFunction_) return error(name, text + " outside of a function");
    if (text == ".end") return endFunction();
    if (text == ".param") return parameter();
    if (text == ".local") return localDirective();
    if (text == ".upvalue") return upvalueDirective();
    if (text == ".const") return constantDirective();
    if (text == ".child") return childDirective();
    if (text == ".catch") return region(ExceptionRegion::Kind::kCatch);
    if (text == ".finally") return region(ExceptionRegion::Kind::kFinally);
    if (text == ".var") return variableDirective();
    if (text == ".line") return lineDirective();
    if (text == ".line_entry") return lineEntryDirective();
    if (text == ".bytes") return bytesDirective();
    return error(name, "unknown directive " + text);
  }

  bool takeText(std::string& text) {
    if (peek().type != Token::Type::kString) return expected("a string");
    text = take().text;
    return true;
  }

  // ---- functions ----
  bool beginFunction() {
    if (inFunction_) return error(peek(), ".end is missing before this function");
    if (!peek().isWord()) return expected("a name for the function");
    module_.functions.emplace_back();
    pending_.emplace_back();
    inFunction_ = true;
    const Token& name = take();
    pending().symbol = name.text;
    pending().position = {line_, name.column};
    pending().headerLine = line_;
    function().name = name.text;
    auto index = static_cast<uint32_t>(module_.functions.size() - 1);
    if (!symbols_.emplace(name.text, index).second) error(name, "function '" + name.text + "' is defined twice");
    while (!atEnd()) {
      if (!attribute()) return false;
    }
    return true;
  }

  bool attribute() {
    if (!peek().isWord()) return expected("an attribute of the function");
    const Token& name = take();
    Function& f = function();
    PendingFunction& p = pending();
    if (name.text == "vararg") return f.flags |= kVararg, true;
    if (name.text == "chunk") return f.flags |= kMainChunk, true;
    if (name.text == "exact") return f.flags |= kExactArity, true;
    if (name.text == "kinds") return p.forceKinds = true;
    if (!takeSymbol('=')) {
      return error(name, "unknown attribute '" + name.text + "'");
    }
    if (name.text == "name") return takeText(f.name);
    int64_t value = 0;
    if (name.text == "defined") {
      if (!takeInteger(0, UINT32_MAX, "a line", value)) return false;
      f.lineDefined = static_cast<uint32_t>(value);
      // "10-20" reads as 10 and -20.
      if (peek().type != Token::Type::kInteger || peek().integer > 0) return expected("'-' and the last line");
      f.lastLine = static_cast<uint32_t>(-take().integer);
      return p.hasDefined = true;
    }
    if (name.text == "params") {
      if (!takeInteger(0, UINT8_MAX, "the number of parameters", value)) return false;
      f.parameters = static_cast<uint8_t>(value);
      p.usedLocals = std::max(p.usedLocals, uint32_t{f.parameters});
      nextLocal_ = f.parameters;
      return p.hasParameters = true;
    }
    uint16_t* field = nullptr;
    if (name.text == "locals") field = &f.locals, p.hasLocals = true;
    if (name.text == "stack") field = &f.maxStack, p.hasStack = true;
    if (name.text == "feedback") field = &f.feedbackSlots, p.hasFeedback = true;
    if (field == nullptr) return error(name, "unknown attribute '" + name.text + "'");
    if (!takeInteger(0, UINT16_MAX, "a number of slots", value)) return false;
    *field = static_cast<uint16_t>(value);
    return true;
  }

  bool parameter() {
    if (!peek().isWord()) return expected("the name of a parameter");
    const Token& name = take();
    PendingFunction& p = pending();
    uint32_t index = namedParameters_++;
    if (index >= function().parameters) {
      if (p.hasParameters)
        return error(name, "there are only " + std::to_string(function().parameters) + " parameters");
      if (index > UINT8_MAX) return error(name, "too many parameters");
      function().parameters = static_cast<uint8_t>(index + 1);
      nextLocal_ = std::max(nextLocal_, index + 1);
    }
    return nameLocal(name, index);
  }

  bool nameLocal(const Token& name, uint32_t index) {
    if (index > UINT16_MAX - 1) return error(name, "too many locals");
    pending().usedLocals = std::max(pending().usedLocals, index + 1);
    if (pending().localNames.emplace(name.text, static_cast<uint16_t>(index)).second) return true;
    return error(name, "local '" + name.text + "' is declared twice");
  }

  bool localDirective() {
    uint32_t index = nextLocal_;
    if (peek().type == Token::Type::kInteger) {
      int64_t value = 0;
      if (!takeInteger(0, UINT16_MAX - 1, "the number of a local", value)) return false;
      index = static_cast<uint32_t>(value);
      pending().usedLocals = std::max(pending().usedLocals, index + 1);
    } else if (!peek().isWord()) {
      return expected("a name or number of a local");
    } else {
      if (!nameLocal(take(), index)) return false;
      ++nextLocal_;
    }
    SlotKind kind = SlotKind::kValue;
    if (peek().isWord("i64")) kind = SlotKind::kI64;
    if (peek().isWord("f64")) kind = SlotKind::kF64;
    if (!atEnd() && kind == SlotKind::kValue && !peek().isWord("value")) return expected("value, i64 or f64");
    take();
    pending().kinds.emplace_back(index, kind);
    return true;
  }

  bool upvalueDirective() {
    Upvalue upvalue;
    if (!peek().isWord() && peek().type != Token::Type::kString) return expected("the name of the upvalue");
    upvalue.name = take().text;
    if (peek().isWord("local")) {
      upvalue.from = Upvalue::From::kParentLocal;
    } else if (peek().isWord("upvalue")) {
      upvalue.from = Upvalue::From::kParentUpvalue;
    } else if (peek().isWord("value")) {
      upvalue.from = Upvalue::From::kParentValue;
    } else {
      return expected("local, upvalue or value");
    }
    take();
    if (peek().isWord()) {
      pending().upvalueSources.push_back({function().upvalues.size(), peek().text, here()});
      take();
    } else {
      int64_t index = 0;
      if (!takeInteger(0, UINT8_MAX, "the index in the parent", index)) return false;
      upvalue.index = static_cast<uint8_t>(index);
    }
    function().upvalues.push_back(std::move(upvalue));
    return true;
  }

  bool constantDirective() {
    Constant value;
    if (!literal(value)) return false;
    addConstant(std::move(value));
    return true;
  }

  bool childDirective() {
    uint32_t ignored = 0;
    return child(true, ignored);
  }

  /// Reads a function name or index; `add` appends even if the function is in the list already.
  bool child(bool add, uint32_t& index) {
    auto& children = pending().children;
    PendingFunction::Child entry{{}, 0, here()};
    if (peek().type == Token::Type::kInteger) {
      int64_t value = 0;
      if (!takeInteger(0, UINT32_MAX, "the index of a function", value)) return false;
      entry.index = static_cast<uint32_t>(value);
    } else if (peek().isWord()) {
      entry.symbol = take().text;
      auto same =
          std::find_if(children.begin(), children.end(), [&](const auto& c) { return c.symbol == entry.symbol; });
      if (!add && same != children.end()) {
        index = static_cast<uint32_t>(same - children.begin());
        return true;
      }
    } else {
      return expected("the name of a function");
    }
    index = static_cast<uint32_t>(children.size());
    children.push_back(std::move(entry));
    return true;
  }

  bool region(ExceptionRegion::Kind kind) {
    PendingFunction::Region entry{kind, {}, {}, {}, 0};
    int64_t depth = 0;
    if (!place(entry.start) || !place(entry.end) || !place(entry.handler)) return false;
    if (!atEnd() && !takeInteger(0, UINT32_MAX, "the stack depth kept", depth)) return false;
    entry.depth = static_cast<uint32_t>(depth);
    pending().regions.push_back(std::move(entry));
    return true;
  }

  bool variableDirective() {
    PendingFunction::Variable variable;
    int64_t slot = 0;
    if (!takeText(variable.entry.name) || !localOperand(UINT16_MAX, slot)) return false;
    variable.entry.slot = static_cast<uint16_t>(slot);
    if (!place(variable.start) || !place(variable.end)) return false;
    if (peek().isWord("cell")) {
      take();
      variable.entry.isCell = true;
    }
    pending().variables.push_back(std::move(variable));
    return true;
  }

  bool lineDirective() {
    int64_t line = 0, column = 0;
    if (!takeInteger(0, UINT32_MAX, "a line", line)) return false;
    if (takeSymbol(':') && !takeInteger(0, UINT32_MAX, "a column", column)) return false;
    auto& lines = function().lines;
    if (!pending().hasLines) lines.clear();
    pending().hasLines = true;
    if (!lines.empty() && lines.back().offset == codeSize()) lines.pop_back();
    lines.push_back({codeSize(), static_cast<uint32_t>(line), static_cast<uint32_t>(column)});
    pending().lastLineOffset = codeSize();
    return true;
  }

  bool lineEntryDirective() {
    int64_t offset = 0, line = 0, column = 0;
    if (!takeInteger(0, UINT32_MAX, "a byte offset", offset) || !takeInteger(0, UINT32_MAX, "a line", line) ||
        !takeInteger(0, UINT32_MAX, "a column", column)) {
      return false;
    }
    if (!pending().hasLines) function().lines.clear();
    pending().hasLines = true;
    function().lines.push_back(
        {static_cast<uint32_t>(offset), static_cast<uint32_t>(line), static_cast<uint32_t>(column)});
    return true;
  }

  bool bytesDirective() {
    while (!atEnd()) {
      int64_t value = 0;
      if (!takeInteger(0, UINT8_MAX, "a byte", value)) return false;
      function().code.push_back(static_cast<uint8_t>(value));
    }
    return true;
  }

  // ---- operands ----
  bool place(Place& result) {
    result.position = here();
    if (takeSymbol('@')) {
      if (peek().type != Token::Type::kInteger) return expected("a byte offset");
      result.offset = take().integer;
      return true;
    }
    if (!peek().isWord()) return expected("a label");
    result.isLabel = true;
    result.label = take().text;
    return true;
  }

  bool isLiteral() const {
    switch (peek().type) {
      case Token::Type::kInteger:
      case Token::Type::kFloat:
      case Token::Type::kString: return true;
      case Token::Type::kWord: return peek().text == "nil" || peek().text == "true" || peek().text == "false";
      default: return false;
    }
  }

  bool literal(Constant& value) {
    if (!isLiteral()) return expected("a constant");
    const Token& token = take();
    switch (token.type) {
      case Token::Type::kInteger: value = token.integer; break;
      case Token::Type::kFloat: value = token.number; break;
      case Token::Type::kString: value = token.text; break;
      default:
        if (token.text == "nil") {
          value = std::monostate{};
        } else {
          value = token.text == "true";
        }
    }
    return true;
  }

  void addConstant(Constant value) {
    auto index = static_cast<uint32_t>(function().constants.size());
    pending().constants.emplace(constantKey(value), index);
    function().constants.push_back(std::move(value));
  }

  uint32_t findConstant(const Constant& value) {
    auto found = pending().constants.find(constantKey(value));
    if (found != pending().constants.end()) return found->second;
    addConstant(value);
    return static_cast<uint32_t>(function().constants.size() - 1);
  }

  bool constantOperand(int64_t limit, int64_t& index) {
    const Token& token = peek();
    if (takeSymbol('#')) return takeInteger(0, limit, "the index of a constant", index);
    Constant value;
    if (!literal(value)) return false;
    index = findConstant(value);
    return index <= limit || error(token, "the constant's index does not fit in this instruction");
  }

  bool localOperand(int64_t limit, int64_t& index) {
    const Token& token = peek();
    if (!token.isWord()) return takeInteger(0, limit, "the number of a local", index);
    auto found = pending().localNames.find(token.text);
    if (found == pending().localNames.end()) return error(token, "unknown local '" + token.text + "'");
    take();
    index = found->second;
    return index <= limit || error(token, "the local's number does not fit in this instruction");
  }

  bool upvalueOperand(int64_t& index) {
    const Token& token = peek();
    if (!token.isWord()) return takeInteger(0, UINT8_MAX, "the number of an upvalue", index);
    const auto& upvalues = function().upvalues;
    auto found = std::find_if(upvalues.begin(), upvalues.end(), [&](const Upvalue& u) { return u.name == token.text; });
    if (found == upvalues.end()) return error(token, "unknown upvalue '" + token.text + "'");
    take();
    index = found - upvalues.begin();
    return index <= UINT8_MAX || error(token, "too many upvalues");
  }

  // ---- instructions ----
  bool instruction(const Token& name) {
    if (!inFunction_) return error(name, "an instruction outside of a function");
    auto found = mnemonics().find(name.text);
    if (found == mnemonics().end()) return error(name, "unknown instruction '" + name.text + "'");
    Op op = found->second;
    noteAutoLine();
    std::vector<uint8_t>& code = function().code;
    auto number = static_cast<unsigned>(op);
    if (number >= kPage1) code.push_back(kPrefixByte);
    code.push_back(static_cast<uint8_t>(number));
    if (op == Op::kSwitch) return switchOperands();

    std::string_view letters = opInfo(op).operands;
    int64_t values[kMaxOperands] = {};
    size_t feedbackAt = 0, typeAt = 0;
    bool hasFeedback = false, hasType = false;
    for (size_t i = 0; i < letters.size(); ++i) {
      char letter = letters[i];
      size_t at = code.size();
      if (!operand(op, letter, values, i)) return false;
      code.resize(at + operandBytes(letter));
      if (letter == 'f') feedbackAt = at, hasFeedback = true;
      if (letter == 't') typeAt = at, hasType = true;
      switch (operandBytes(letter)) {
        case 1: code[at] = static_cast<uint8_t>(values[i]); break;
        case 2: base::writeLittle<uint16_t>(&code[at], static_cast<uint16_t>(values[i])); break;
        default: base::writeLittle<uint32_t>(&code[at], static_cast<uint32_t>(values[i])); break;
      }
    }
    if (!letters.empty() && letters.back() == 'j') pending().jumps.back().base = codeSize();
    noteLocals(letters, values, op);
    if (hasFeedback && !feedbackOperand(feedbackAt)) return false;
    if (hasType && takeSymbol('?')) {
      int64_t value = 0;
      if (!takeInteger(0, UINT8_MAX, "type feedback", value)) return false;
      code[typeAt] = static_cast<uint8_t>(value);
    }
    return true;
  }

  bool operand(Op op, char letter, int64_t* values, size_t i) {
    int64_t& value = values[i];
    switch (letter) {
      case 'l': return localOperand(UINT8_MAX, value);
      case 'L': return localOperand(UINT16_MAX, value);
      case 'u': return upvalueOperand(value);
      case 'K': return constantOperand(UINT32_MAX, value);
      case 'k':
        if (op == Op::kNewRecord && recordNamed_) return recordNamed_ = false, value = recordFirst_, true;
        return constantOperand(UINT16_MAX, value);
      case 'n':
        if (op == Op::kNewRecord && peek().type == Token::Type::kString) return recordNames(value);
        return takeInteger(0, UINT8_MAX, "a count", value);
      case 'N': return takeInteger(0, UINT16_MAX, "a count", value);
      case 'i': return takeInteger(INT8_MIN, INT8_MAX, "the integer", value);
      case 'I': return takeInteger(INT16_MIN, INT16_MAX, "the integer", value);
      case 'q': return takeInteger(0, UINT32_MAX, "the index", value);
      case 'p': return childOperand(value);
      case 'j': {
        PendingFunction::Jump jump{codeSize(), 0, {}};
        if (!place(jump.place)) return false;
        pending().jumps.push_back(std::move(jump));
        return true;
      }
      default: return true;  // feedback operands are written behind the others
    }
  }

  /// closure NAME takes the function into the list of children; closure N is an index into that list.
  bool childOperand(int64_t& value) {
    if (peek().type == Token::Type::kInteger) return takeInteger(0, UINT16_MAX, "the index of a child", value);
    uint32_t index = 0;
    const Token& token = peek();
    if (!child(false, index)) return false;
    value = index;
    return index <= UINT16_MAX || error(token, "too many child functions");
  }

  /// new_record "x" "y": the names must be neighbours in the constant pool.
  bool recordNames(int64_t& count) {
    const Token& token = peek();
    auto first = static_cast<int64_t>(function().constants.size());
    for (count = 0; peek().type == Token::Type::kString; ++count) addConstant(take().text);
    recordFirst_ = first;
    recordNamed_ = true;
    return (count <= UINT8_MAX && first <= UINT16_MAX) || error(token, "too many names");
  }

  bool feedbackOperand(size_t at) {
    PendingFunction& p = pending();
    int64_t slot = nextFeedbackSlot(p.highestSlot);
    if (takeSymbol('!') && !takeInteger(0, UINT16_MAX, "a feedback slot", slot)) return false;
    p.usesSlots = true;
    p.highestSlot = std::max(p.highestSlot, static_cast<uint16_t>(slot));
    base::writeLittle<uint16_t>(&function().code[at], static_cast<uint16_t>(slot));
    return true;
  }

  void noteLocals(std::string_view letters, const int64_t* values, Op op) {
    for (size_t i = 0; i < letters.size(); ++i) {
      if (letters[i] != 'l' && letters[i] != 'L') continue;
      int64_t last = values[i];
      if (op == Op::kLocalNil && values[1] > 0) last += values[1] - 1;
      if (op == Op::kForPrep || op == Op::kForLoop || op == Op::kForInCall || op == Op::kForIn) last += 3;
      if (op == Op::kForInTest) last += 3 + values[1];
      if (last < UINT16_MAX) pending().usedLocals = std::max(pending().usedLocals, static_cast<uint32_t>(last) + 1);
    }
  }

  bool switchOperands() {
    std::vector<uint8_t>& code = function().code;
    size_t countAt = code.size();
    base::appendLittle<uint16_t>(code, 0);
    size_t firstJump = pending().jumps.size();
    bool hasDefault = false;
    while (!hasDefault) {
      if (peek().isWord("else")) {
        take();
        hasDefault = true;
      }
      PendingFunction::Jump jump{codeSize(), 0, {}};
      if (!place(jump.place)) return false;
      pending().jumps.push_back(std::move(jump));
      base::appendLittle<int32_t>(code, 0);
    }
    size_t cases = pending().jumps.size() - firstJump - 1;
    if (cases > UINT16_MAX) return error(tokens_.front(), "too many cases");
    base::writeLittle<uint16_t>(&code[countAt], static_cast<uint16_t>(cases));
    for (size_t i = firstJump; i < pending().jumps.size(); ++i) pending().jumps[i].base = codeSize();
    return true;
  }

  void noteAutoLine() {
    if (exact_ || pending().hasLines || pending().lastAutoLine == line_) return;
    pending().lastAutoLine = line_;
    function().lines.push_back({codeSize(), line_, 0});
  }

  // ---- finishing ----
  bool resolve(const Place& place, int64_t& offset) {
    offset = place.offset;
    if (!place.isLabel) return true;
    auto found = pending().labels.find(place.label);
    if (found == pending().labels.end()) return errorAt(place.position, "label '" + place.label + "' is not defined");
    offset = found->second;
    return true;
  }

  bool resolveOffset(const Place& place, uint32_t& offset) {
    int64_t value = 0;
    if (!resolve(place, value)) return false;
    if (value < 0 || value > UINT32_MAX) return errorAt(place.position, "the byte offset is out of range");
    offset = static_cast<uint32_t>(value);
    return true;
  }

  bool endFunction() {
    inFunction_ = false;
    nextLocal_ = namedParameters_ = 0;
    Function& f = function();
    PendingFunction& p = pending();
    // A position with no code behind it means nothing.
    if (p.lastLineOffset == codeSize() && !f.lines.empty() && f.lines.back().offset == codeSize()) f.lines.pop_back();
    for (const auto& jump : p.jumps) {
      int64_t target = 0;
      if (!resolve(jump.place, target)) continue;
      int64_t distance = target - jump.base;
      if (distance < INT32_MIN || distance > INT32_MAX) {
        errorAt(jump.place.position, "the jump is too long");
        continue;
      }
      base::writeLittle<int32_t>(&f.code[jump.at], static_cast<int32_t>(distance));
    }
    for (const auto& region : p.regions) {
      ExceptionRegion entry{region.kind, 0, 0, 0, region.depth};
      if (resolveOffset(region.start, entry.start) && resolveOffset(region.end, entry.end) &&
          resolveOffset(region.handler, entry.handler)) {
        f.regions.push_back(entry);
      }
    }
    for (auto& variable : p.variables) {
      if (resolveOffset(variable.start, variable.entry.start) && resolveOffset(variable.end, variable.entry.end)) {
        f.variables.push_back(std::move(variable.entry));
      }
    }
    if (!p.hasLocals) f.locals = static_cast<uint16_t>(std::max(p.usedLocals, uint32_t{f.parameters}));
    if (!p.hasFeedback && p.usesSlots)
      f.feedbackSlots = static_cast<uint16_t>(std::min(p.highestSlot + 1, int{UINT16_MAX}));
    bool anyRaw = p.forceKinds;
    for (auto [index, kind] : p.kinds) anyRaw = anyRaw || kind != SlotKind::kValue;
    if (anyRaw) {
      f.localKinds.assign(f.locals, SlotKind::kValue);
      for (auto [index, kind] : p.kinds) {
        if (index < f.locals) {
          f.localKinds[index] = kind;
        } else {
          errorAt(p.position, "a .local directive names local " + std::to_string(index) + ", but there are " +
                                  std::to_string(f.locals));
        }
      }
    }
    if (!p.hasStack && !f.code.empty()) {
      std::string ignored;
      uint32_t offset = 0;
      if (!computeMaxStack(f, f.maxStack, ignored, offset)) {
        f.maxStack = static_cast<uint16_t>(std::min(f.maxStack + kFaultySlack, uint32_t{UINT16_MAX}));
      }
    }
    if (!exact_ && !p.hasLines && !p.hasDefined) {
      f.lineDefined = p.headerLine;
      f.lastLine = line_;
    }
    return true;
  }

  bool findFunction(const std::string& symbol, Position position, uint32_t& index) {
    auto found = symbols_.find(symbol);
    if (found == symbols_.end()) return errorAt(position, "unknown function '" + symbol + "'");
    index = found->second;
    return true;
  }

  void finishModule() {
    if (!exact_ && !hasSource_) module_.source = source_;
    if (!exact_ && !hasLanguage_) module_.language = "asm";
    if (module_.functions.empty()) {
      errorAt({line_, 1}, "there is no function");
      return;
    }
    if (!mainSymbol_.empty()) {
      findFunction(mainSymbol_, mainPosition_, module_.mainFunction);
    } else if (auto found = symbols_.find("main"); found != symbols_.end()) {
      module_.mainFunction = found->second;
    }
    if (!exact_ && module_.mainFunction < module_.functions.size()) {
      Function& main = module_.functions[module_.mainFunction];
      main.flags |= kMainChunk;
      if (!pending_[module_.mainFunction].hasDefined) main.lineDefined = 0;
    }
    for (size_t i = 0; i < pending_.size(); ++i) {
      for (const auto& child : pending_[i].children) {
        uint32_t index = child.index;
        if (!child.symbol.empty() && !findFunction(child.symbol, child.position, index)) continue;
        module_.functions[i].children.push_back(index);
        if (index < pending_.size()) resolveUpvalues(i, index);
      }
    }
    for (const auto& p : pending_) {
      for (const auto& source : p.upvalueSources) {
        errorAt(source.position, "'" + source.name + "' is not known because no function makes a closure of this one");
      }
    }
  }

  /// Names of locals and upvalues of the parent that the child's upvalue list uses.
  void resolveUpvalues(size_t parent, size_t child) {
    for (const auto& source : pending_[child].upvalueSources) {
      Upvalue& upvalue = module_.functions[child].upvalues[source.upvalue];
      int64_t index = -1;
      if (upvalue.from == Upvalue::From::kParentUpvalue) {
        const auto& upvalues = module_.functions[parent].upvalues;
        auto found =
            std::find_if(upvalues.begin(), upvalues.end(), [&](const Upvalue& u) { return u.name == source.name; });
        if (found != upvalues.end()) index = found - upvalues.begin();
      } else if (auto found = pending_[parent].localNames.find(source.name);
                 found != pending_[parent].localNames.end()) {
        index = found->second;
      }
      if (index < 0 || index > UINT8_MAX) {
        errorAt(source.position, "the parent has no such local or upvalue '" + source.name + "'");
        continue;
      }
      upvalue.index = static_cast<uint8_t>(index);
    }
    pending_[child].upvalueSources.clear();
  }

  std::string_view text_;
  const std::string& source_;
  Module& module_;
  std::vector<AssemblyError>& errors_;
  std::vector<PendingFunction> pending_;  ///< one for each function of the module
  std::unordered_map<std::string, uint32_t> symbols_;
  std::string mainSymbol_;
  Position mainPosition_;
  bool exact_ = false, inFunction_ = false, hasSource_ = false, hasLanguage_ = false;
  uint32_t line_ = 0;
  std::vector<Token> tokens_;
  size_t next_ = 0;
  uint32_t nextLocal_ = 0, namedParameters_ = 0;
  int64_t recordFirst_ = 0;
  bool recordNamed_ = false;
};

}  // namespace

std::string AssemblyError::text() const { return std::to_string(line) + ":" + std::to_string(column) + ": " + message; }

bool assemble(std::string_view text, const std::string& source, Module& module, std::vector<AssemblyError>& errors) {
  return Assembler(text, source, module, errors).run();
}

}  // namespace devvm::bytecode
