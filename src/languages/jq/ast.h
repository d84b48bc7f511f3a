// The syntax tree of jq filters. Nodes live as long as the Program that owns them.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace devvm::jq {

enum class NodeKind : uint8_t {
  kIdentity,
  kRecurseDefault,  ///< ..
  kNull,
  kTrue,
  kFalse,
  kNumber,         ///< text: the literal
  kString,         ///< text
  kFormat,         ///< @name as a filter; text: the name
  kInterpolation,  ///< children: parts; text: name of the format, or empty
  kArray,          ///< children: nothing or the body
  kObject,         ///< children: key, value, key, value ...
  kIndex,          ///< children: term, key
  kSlice,          ///< children: term, from, to (null where left out)
  kIterate,        ///< children: term
  kNegate,
  kPipe,
  kComma,
  kBinary,  ///< op: Operator
  kAnd,
  kOr,
  kAlternative,        ///< //
  kAssign,             ///< =
  kUpdate,             ///< |=
  kArithmeticUpdate,   ///< op=
  kAlternativeUpdate,  ///< //=
  kIf,                 ///< children: condition, then, otherwise (null: identity)
  kTry,                ///< children: body, handler (null: errors end it)
  kReduce,             ///< children: source, start, update
  kForeach,            ///< children: source, start, update, extract (or null)
  kFunction,           ///< definition, children: rest
  kCall,               ///< text: name; children: arguments
  kVariable,           ///< text: name without $
  kBind,               ///< children: source, body; patterns
  kLabel,              ///< text: name; children: body
  kBreak,              ///< text: name
  kLocation,           ///< $__loc__
};

enum class Operator : uint8_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kEqual,
  kUnequal,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual
};

struct Node;

/// A destructuring pattern: $x, [..], {..}.
struct Pattern {
  enum class Kind : uint8_t { kVariable, kArray, kObject } kind = Kind::kVariable;
  std::string name;  ///< kVariable
  struct Entry {
    Node* key = nullptr;   ///< objects: an expression for the key
    std::string variable;  ///< objects: `$name` binds the value too
    Pattern* value = nullptr;
  };
  std::vector<Entry> entries;
  uint32_t begin = 0;
};

struct Definition {
  struct Parameter {
    std::string name;
    bool isValue = false;  ///< $name
  };
  std::string name;
  std::vector<Parameter> parameters;
  Node* body = nullptr;
};

struct Node {
  NodeKind kind = NodeKind::kIdentity;
  Operator op = Operator::kAdd;
  uint32_t begin = 0, end = 0;  ///< bytes of the source
  std::string text;
  std::vector<Node*> children;
  std::vector<Pattern*> patterns;    ///< kBind, kReduce, kForeach: alternatives of ?//
  Definition* definition = nullptr;  ///< kFunction
};

/// import and include at the beginning of a file.
struct Import {
  std::string path;
  std::string name;     ///< of the prefix or variable; empty: include
  bool isData = false;  ///< as $name
  Node* metadata = nullptr;
};

/// A parsed file: a program or a module.
struct Program {
  std::deque<Node> nodes;
  std::deque<Pattern> patterns;
  std::deque<Definition> definitions;
  std::vector<Import> imports;
  Node* moduleMetadata = nullptr;
  std::vector<Definition*> top;  ///< definitions of a module
  Node* body = nullptr;          ///< null: a module, or an empty program (identity)
};

/// Number of distinct nodes below, up to a limit.
uint32_t sizeOf(const Node* node, uint32_t limit);

}  // namespace devvm::jq
