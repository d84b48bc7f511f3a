// Format strings: their types.
#include "languages/caml/compiler/checker.h"

namespace devvm::caml {

/// Types the literal as a format if one is expected. The value at run time is the string.
bool Checker::formatLiteral(Expr* e, Type* expected) {
  Type* t = types_.expand(expected);
  if (t->kind != Type::Kind::kApplied || t->constructor != builtins_.format->constructor) return false;
  Type* input = types_.variable();
  Type* output = types_.variable();
  Type* result = types_.variable();
  std::vector<Type*> arguments;
  std::string_view s = e->constant.text;
  auto simple = [&](TypeInfo* info) { arguments.push_back(types_.applied(info->constructor)); };
  for (size_t i = 0; i < s.size(); i++) {
    if (s[i] == '@' && i + 1 < s.size()) {
      // Breaks and boxes of Format: no arguments.
      if (s[i + 1] == '%' || s[i + 1] == '@') i++;
      continue;
    }
    if (s[i] != '%') continue;
    size_t begin = i++;
    auto bad = [&](const std::string& why) {
      fail(e->span,
           "invalid format \"" + std::string(s) + "\": at character number " + std::to_string(begin) + ", " + why);
      return true;
    };
    while (i < s.size() && std::string_view("-0+ #").find(s[i]) != std::string_view::npos) i++;
    auto width = [&] {
      if (i < s.size() && s[i] == '*') {
        simple(builtins_.int_);
        i++;
      } else {
        while (i < s.size() && s[i] >= '0' && s[i] <= '9') i++;
      }
    };
    width();
    if (i < s.size() && s[i] == '.') {
      i++;
      width();
    }
    if (i >= s.size()) return bad("unexpected end of format");
    switch (s[i]) {
      case 'd':
      case 'i':
      case 'u':
      case 'x':
      case 'X':
      case 'o': simple(builtins_.int_); break;
      case 'l':
      case 'L':
      case 'n': {
        TypeInfo* type = s[i] == 'l' ? builtins_.int32 : s[i] == 'L' ? builtins_.int64 : builtins_.nativeint;
        if (i + 1 < s.size() && std::string_view("diuxXo").find(s[i + 1]) != std::string_view::npos) {
          simple(type);
          i++;
        } else {
          simple(builtins_.int_);
        }
        break;
      }
      case 's':
      case 'S': simple(builtins_.string); break;
      case 'c':
      case 'C': simple(builtins_.char_); break;
      case 'f':
      case 'F':
      case 'e':
      case 'E':
      case 'g':
      case 'G':
      case 'h':
      case 'H': simple(builtins_.float_); break;
      case 'b':
      case 'B': simple(builtins_.bool_); break;
      case 'a': {
        Type* value = types_.variable();
        arguments.push_back(types_.arrow(input, types_.arrow(value, output)));
        arguments.push_back(value);
        break;
      }
      case 't': arguments.push_back(types_.arrow(input, output)); break;
      case '%':
      case '@':
      case '!':
      case ',': break;
      default: return bad(std::string("invalid conversion \"%") + s[i] + "\"");
    }
  }
  Type* function = result;
  for (size_t i = arguments.size(); i-- > 0;) function = types_.arrow(arguments[i], function);
  // format6: function, input, output, and three that agree where nothing is read.
  Type* fourth = types_.variable();
  Type* made = types_.applied(builtins_.format->constructor, {function, input, output, fourth, fourth, result});
  unifyExpr(e->span, made, expected);
  return true;
}

}  // namespace devvm::caml
