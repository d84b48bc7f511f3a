// Constant folding, under the reference's rules.
#pragma once

#include "languages/lua/compiler/ast.h"

namespace devvm::lua {

/// The literal that `op` gives on literal numbers, or null where the language folds nothing: operands that are
/// no numbers, results that are NaN or a float zero (whose sign must survive), and operations that may raise.
Expr* foldBinary(Arena& arena, BinaryOp op, Expr* left, Expr* right);
/// The same for unary operators; `not` folds on every literal.
Expr* foldUnary(Arena& arena, UnaryOp op, Expr* operand);

}  // namespace devvm::lua
