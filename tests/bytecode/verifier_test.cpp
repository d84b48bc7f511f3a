#include "helpers.h"

namespace devvm::bytecode {
namespace {

struct Case {
  const char* attributes;
  const char* code;
  const char* message;  ///< empty: accepted
};

void expectVerdicts(std::initializer_list<Case> cases) {
  for (const Case& c : cases) {
    std::string message = rejection(assembled(body(c.attributes, c.code)));
    if (*c.message == '\0') {
      EXPECT_EQ(message, "") << c.code;
    } else {
      EXPECT_NE(message.find(c.message), std::string::npos)
          << c.code << "\nfound: " << message << "\nexpected: " << c.message;
    }
  }
}

TEST(Verifier, Accepts) {
  expectVerdicts({
      {"", "return0", ""},
      {"", "nil\nreturn1", ""},
      {"params=2", "get_local 0\nget_local 1\nadd\nreturn1", ""},
      {"", "i64_small 1\ni64_small 2\ni64_add\nbox_i64\nreturn1", ""},
      {"", ".local x i64\ni64_small 1\nset_local x\nget_local x\npop\nreturn0", ""},
      {"", "return0\nadd\nadd\nreturn0", ""},  // unreachable code need not make sense on the stack
      {"params=1", "L: get_local 0\njump_if_false E\nloop L\nE: return0", ""},
      {"vararg", "vararg_open\nreturn_var 0", ""},
      {"", "nil\nis: jump is2\nis2: return1", ""},
  });
}

TEST(Verifier, Operands) {
  expectVerdicts({
      {"locals=2", "get_local 2\nreturn1", "get_local: local 2 does not exist (there are 2)"},
      {"locals=2", "nil\nset_local 5\nreturn0", "local 5 does not exist"},
      {"locals=2", "get_local_w 300\nreturn1", "local 300 does not exist"},
      {"locals=3", "local_nil 2 2\nreturn0", "locals 2 to 3 do not all exist"},
      {"locals=3", "nil\nset_local 0\nfor_prep 0 E\nE: return0", "locals 0 to 3 do not all exist"},
      {"locals=5", "for_in_call 0 2\nfor_in_test 0 2 E\nE: return0", "locals 0 to 5 do not all exist"},
      {"", "get_upvalue 0\nreturn1", "upvalue 0 does not exist"},
      {"", "const #0\nreturn1", "constant 0 does not exist"},
      {"", "const_w #70000\nreturn1", "constant 70000 does not exist"},
      {"", ".const 1\nnil\nget_field #0\nreturn1", "constant 0 must be a string"},
      {"", ".const 1\nnil\nself #0\nreturn 2", "constant 0 must be a string"},
      {"", ".const 1.5\ni64_const #0\npop\nreturn0", "constant 0 must be an integer"},
      {"", ".const 1\nf64_const #0\npop\nreturn0", "constant 0 must be a float"},
      {"", ".const nil\nnil\nassert #0\nreturn0", "constant 0 must be a string"},
      {"", ".const \"a\"\n.const 2\nnil\nnil\nnew_record 2 #0\nreturn1", "constant 1 must be a string"},
      {"", ".const \"a\"\nnil\nnil\nnew_record 2 #0\nreturn1", "constants 0 to 1 do not all exist"},
      {"", "closure 0\nreturn1", "child function 0 does not exist"},
      {"", "nil\nconcat 1\nreturn1", "needs at least two values"},
      {"", "nil\ncall 0 255\nreturn0", "more than 254 results"},
      {"", "co_yield 0 255\nreturn0", "more than 254 results"},
      {"locals=8", "for_in_call 0 0\nreturn0", "needs at least one result"},
      {"", "vararg 1\nreturn1", "no variable arguments"},
      {"", "vararg_open\nreturn_var 0", "no variable arguments"},
      {"", "vararg_count\nreturn1", "no variable arguments"},
      {"feedback=1", "nil\nlen !1\nreturn1", "feedback slot 1 does not exist"},
      {"feedback=3", "nil\nlen !1\nlen !1\nreturn1", "feedback slot 1 belongs to another instruction"},
      {"feedback=3", "nil\nlen !0\nlen !0\nreturn1", ""},
      {"", "nil\nnil\nadd ?3\nreturn1", "type feedback operand must be 0"},
      {"feedback=2 locals=0", "nil\nget_index_li 0 1 !1\nreturn 2", "local 0 does not exist"},
  });
}

TEST(Verifier, Code) {
  expectVerdicts({
      {"", "", "there is no code"},
      {"", "nop", "control runs off the end"},
      {"", "nil\njump_if_nil E\nE: nop", "control runs off the end"},
      {"", ".bytes 254\nreturn0", "no such opcode"},
      {"", "return0\n.bytes 255 250", "no such opcode"},
      {"", "return0\n.bytes 255", "the last instruction is incomplete"},
      {"", "jump @1000", "jumps out of the code, to byte 1000"},
      {"", "jump @-1", "jumps out of the code, to byte -1"},
      {"", "jump @2\nint16 5\nreturn1", "jumps into the middle of an instruction"},
      {"", "E2: nil\njump_if_nil E\nE:", "jumps out of the code"},
      {"", "i64_small 1\nswitch L else @999\nL: return0", "jumps out of the code"},
      {"locals=2", "add_ll_set 0 1\nreturn0", "must be set_local, the tail of the fused instruction"},
      {"locals=2", "nop\nadd_ll_set 0 1", "the tail of the fused instruction, set_local, is missing"},
      {"locals=2", "add_ll_set 0 1\nset_local 0\nreturn0", ""},
      {"locals=2", "false_l_jump 0\njump_if_false E\nE: return0", ""},
      {"locals=2", "false_l_jump 0\njump_if_true E\nE: return0", "must be jump_if_false"},
      // The tail is an instruction of its own, and may be jumped to.
      {"locals=2", "nil\njump T\nadd_ll_set 0 1\nT: set_local 0\nreturn0", ""},
  });
}

TEST(Verifier, Depth) {
  expectVerdicts({
      {"stack=4", "add\nreturn1", "underflows"},
      {"stack=4", "pop\nreturn0", "underflows"},
      {"stack=4", "nil\nswap\nreturn0", "underflows"},
      {"stack=4", "nil\npick 1\nreturn0", "underflows"},
      {"stack=4", "nil\nreturn 2", "underflows"},
      {"stack=1", "nil\nnil\nreturn0", "exceeds its declared maximum of 1"},
      {"stack=1", "nil\ndup\nreturn0", "exceeds its declared maximum"},
      {"stack=1 locals=2", "add_ll 0 1\nreturn1", "exceeds its declared maximum"},
      {"stack=4 params=1", "get_local 0\njump_if_nil E\nnil\nE: return0", "depths disagree where control joins"},
      {"stack=4 params=1", "loop_head\nL: nil\nloop L", "depths disagree"},
      {"stack=4 params=1", "get_local 0\njump_if_false_keep E\nE: return0", "depths disagree"},
      {"stack=4 params=1", "get_local 0\njump_if_false_keep E\nnil\nE: return1", ""},
  });
}

TEST(Verifier, Kinds) {
  expectVerdicts({
      {"", "i64_small 1\nreturn1", "needs a value but finds a raw i64"},
      {"", "f64_const 1.0\nprint\nreturn0", "needs a value but finds a raw f64"},
      {"", "nil\ni64_neg\npop\nreturn0", "needs a raw i64 but finds a value"},
      {"", "i64_small 1\nf64_const 1.0\nf64_add\npop\nreturn0", "needs a raw f64 but finds a raw i64"},
      {"", "i64_small 1\njump_if_false E\nE: return0", "needs a value but finds a raw i64"},
      {"", "nil\nswitch E else E\nE: return0", "needs a raw i64"},
      {"", ".local x i64\nnil\nset_local x\nreturn0", "local 0 is declared for a raw i64, not for a value"},
      {"", ".local x\ni64_small 1\nset_local x\nreturn0", "local 0 is declared for a value, not for a raw i64"},
      {"", ".local x f64\nf64_const 1.0\nset_local x\nget_local x\nreturn1", "needs a value but finds a raw f64"},
      {"", ".local x i64\nlocal_nil x 1\nreturn0", "declared for a raw i64"},
      {"", ".local x i64\nnew_cell x\nreturn0", "local 0 is read before it is set"},
      {"", ".local x i64\ni64_small 1\nset_local x\nnew_cell x\nreturn0", "local 0 holds a raw i64"},
      {"", ".local x i64\ni64_small 1\nset_local x\nnil\nset_field_l x \"f\"\nreturn0", "local 0 holds a raw i64"},
      {"", ".local x i64\ni64_small 1\nset_local x\nmark_close x\nreturn0", "local 0 holds a raw i64"},
      {"", ".local x i64\ni64_small 1\nset_local x\nadd_ll x x\nreturn1", "needs a value but finds a raw i64"},
      {"params=1", "get_local 0\njump_if_nil A\ni64_small 1\njump B\nA: nil\nB: pop\nreturn0", "operand slot 0 holds"},
      {"locals=4", ".local 1 i64\nfor_prep 0 E\nE: return0", "local 1 is read before it is set"},
      {"locals=4", ".local 3 i64\nfor_prep 0 E\nE: return0", "declared for a raw i64"},
      {"", "i64_small 1\ndup\ni64_add\nbox_i64\nreturn1", ""},
      {"", "f64_const 2.0\nnil\nswap\npop\nreturn1", ""},
      {"", "i64_small 1\nnil\nf64_const 1.0\nrot\nbox_i64\nprint\nbox_f64\nprint\nprint\nreturn0", ""},
      {"", "i64_small 1\nnil\nf64_const 1.0\nrot\nprint\nreturn0", "needs a value but finds a raw i64"},
      {"", "i64_small 1\nnil\npick 1\ni64_neg\npop_n 3\nreturn0", ""},
      {"params=1", ".local 0 i64\nreturn0", "parameter 0 must be of kind value"},
  });
}

TEST(Verifier, RawLocalsAreSetBeforeTheyAreRead) {
  expectVerdicts({
      {"", ".local x i64\nget_local x\npop\nreturn0", "local 0 is read before it is set"},
      {"params=1", ".local x i64\nget_local 0\njump_if_nil E\ni64_small 1\nset_local x\nE: get_local x\npop\nreturn0",
       "different things on different paths"},
      {"params=1",
       ".local x i64\nget_local 0\njump_if_nil E\ni64_small 1\nset_local x\nE: i64_small 2\nset_local x\nget_local "
       "x\npop\nreturn0",
       ""},
      {"", ".local x f64\nloop_head\nL: f64_const 1.0\nset_local x\nloop L", ""},
      {"", ".local x f64\nloop_head\nL: get_local x\npop\nf64_const 1.0\nset_local x\nloop L",
       "local 0 is read before it is set"},
      {"", ".local x i64\na: i64_small 1\nset_local x\nb: return0\nh: pop\nget_local x\npop\nreturn0\n.catch a b h 0",
       "different things on different paths"},
      {"",
       ".local x i64\ni64_small 0\nset_local x\na: i64_small 1\nset_local x\nb: return0\nh: pop\nget_local "
       "x\npop\nreturn0\n.catch a b h 0",
       ""},
  });
}

TEST(Verifier, OpenLists) {
  expectVerdicts({
      {"vararg", "nil\nvararg_open\ncall_var 0 1\nreturn1", ""},
      {"vararg", "nil\nvararg_open\ncall_var_open 0\nreturn_var 0", ""},
      {"vararg", "vararg_open\npop\nreturn0", "must be consumed"},
      {"vararg", "vararg_open\nnop\nreturn_var 0", "must be consumed"},
      {"vararg", "vararg_open\nreturn0", "must be consumed"},
      {"vararg", "nil\nreturn_var 1", "there is no open list"},
      {"vararg", "nil\ncall_var 0 0\nreturn0", "there is no open list"},
      {"vararg", "vararg_open\njump E\nE: return_var 0", "must be consumed"},
      {"vararg params=1", "get_local 0\njump_if_nil A\nvararg_open\nA: return_var 0", "an open list on one path only"},
      {"vararg params=1", "get_local 0\njump_if_nil A\nvararg_open\njump B\nA: vararg_open\nB: return_var 0",
       "must be consumed"},
      {"vararg", "new_table 0 0\nvararg_open\nset_list_var 0 0\nreturn1", ""},
  });
}

TEST(Verifier, Lists) {
  expectVerdicts({
      {"vararg", "vararg_open\npack_list 0\nunpack_list\nreturn_var 0", ""},
      {"vararg", ".local x\nvararg_open\npack_list 0\nset_local x\nget_local x\nunpack_list\nreturn_var 0", ""},
      {"vararg", "vararg_open\npack_list 0\nreturn1", "needs a value but finds a list"},
      {"vararg", "vararg_open\npack_list 0\nprint\nreturn0", "needs a value but finds a list"},
      {"vararg", "nil\nunpack_list\nreturn_var 0", "needs a list but finds a value"},
      {"vararg", ".local x\nvararg_open\npack_list 0\nset_local x\nget_local x\nreturn1",
       "needs a value but finds a list"},
      {"vararg", ".local x\nvararg_open\npack_list 0\nset_local x\nnew_cell x\nreturn0", "local 0 holds a list"},
      {"vararg", ".local x\nvararg_open\npack_list 0\nset_local x\nadd_ll x x\nreturn1",
       "needs a value but finds a list"},
      {"vararg", ".local x\nvararg_open\npack_list 0\nset_local x\nnil\nset_local x\nget_local x\nreturn1", ""},
      {"vararg locals=300", "vararg_open\npack_list 0\nset_local_w 299\nreturn0",
       "local 299 is declared for a value, not for a list"},
  });
}

TEST(Verifier, TablesUnderConstruction) {
  expectVerdicts({
      {"", "new_table 0 0\nint8 1\ninit_field \"x\"\nint8 1\nint8 2\ninit_index\nnil\nset_list 1 0\nreturn1", ""},
      {"", "nil\nint8 1\ninit_field \"x\"\nreturn1", "needs a new table but finds a value"},
      {"", "nil\nint8 1\nint8 1\ninit_index\nreturn1", "needs a new table but finds a value"},
      {"", "nil\nint8 1\nset_list 1 0\nreturn1", "needs a new table but finds a value"},
      {"vararg", "nil\nvararg_open\nset_list_var 0 0\nreturn1", "needs a new table but finds a value"},
      {"", "new_table 0 0\ni64_small 1\ninit_field \"x\"\nreturn1", "needs a value but finds a raw i64"},
      {"", "new_table 0 0\nnew_table 0 0\ninit_field \"x\"\nreturn1", ""},
      // What went through a local is a value like any other.
      {"", ".local t\nnew_table 0 0\nset_local t\nget_local t\nnil\ninit_field \"x\"\nreturn1", "needs a new table"},
      // On one path a new table, on the other not.
      {"params=1", "get_local 0\njump_if_nil A\nnew_table 0 0\njump B\nA: nil\nB: nil\ninit_field \"x\"\nreturn1",
       "needs a new table"},
      {"params=1", "get_local 0\njump_if_nil A\nnew_table 0 0\njump B\nA: nil\nB: return1", ""},
      {"params=1", "new_table 0 0\nget_local 0\njump_if_true_keep A\nnil\nA: init_field \"x\"\nreturn1", ""},
  });
}

TEST(Verifier, Cells) {
  expectVerdicts({
      {"", ".local x\nnew_cell x\nget_cell x\nset_cell x\nreturn0", ""},
      {"", ".local x\nget_cell x\nreturn1", "local 0 holds a value, not a cell"},
      {"", ".local x\nnil\nset_cell x\nreturn0", "local 0 holds a value, not a cell"},
      {"", ".local x\nnew_cell x\nget_local x\nreturn1", "local 0 holds a cell"},
      {"", ".local x\nnew_cell x\nnew_cell x\nreturn0", "local 0 holds a cell"},
      {"", ".local x\nnew_cell x\nadd_ll x x\nreturn1", "local 0 holds a cell"},
      {"", ".local x\nnew_cell x\nnil\nset_field_l x \"f\"\nreturn0", "local 0 holds a cell"},
      {"", ".local x\nnew_cell x\nnil\nset_local x\nget_cell x\nreturn1", "local 0 holds a value, not a cell"},
      {"", ".local x\nnew_cell x\nlocal_nil x 1\nget_local x\nreturn1", ""},
      {"", ".local x\nnew_cell x\nmark_close x\nclose x\nnil\nclose_error x\nreturn1", ""},
      // A cell on one path only: neither a cell nor a value afterwards, until written again.
      {"params=1", ".local x\nget_local 0\njump_if_nil A\nnew_cell x\nA: get_cell x\nreturn1",
       "different things on different paths"},
      {"params=1", ".local x\nget_local 0\njump_if_nil A\nnew_cell x\nA: get_local x\nreturn1",
       "different things on different paths"},
      {"params=1", ".local x\nget_local 0\njump_if_nil A\nnew_cell x\nA: new_cell x\nreturn0",
       "different things on different paths"},
      {"params=1", ".local x\nget_local 0\njump_if_nil A\nnew_cell x\nA: close x\nreturn0",
       "different things on different paths"},
      {"params=1", ".local x\nget_local 0\njump_if_nil A\nnew_cell x\nA: local_nil x 1\nget_local x\nreturn1", ""},
      // A loop that makes a cell meets its own entry.
      {"params=1", ".local x\nloop_head\nL: get_local x\npop\nnew_cell x\nloop L",
       "different things on different paths"},
      {"params=1", ".local x\nloop_head\nL: local_nil x 1\nnew_cell x\nloop L", ""},
      // for_loop writes its variable only when it goes on.
      {"locals=4", "for_prep 0 E\nL: new_cell 3\nget_cell 3\npop\nfor_loop 0 L\nE: return0", ""},
      {"locals=4", "for_prep 0 E\nL: new_cell 3\nfor_loop 0 L\nE: get_local 3\nreturn1",
       "different things on different paths"},
      {"locals=4", "new_cell 0\nfor_prep 0 E\nE: return0", "local 0 holds a cell"},
      {"locals=6", "jump T\nL: new_cell 4\nT: for_in_call 0 2\nfor_in_test 0 2 L\nget_local 4\nreturn1",
       "different things on different paths"},
      {"locals=6", "jump T\nL: new_cell 4\nT: for_in_call 0 2\nfor_in_test 0 2 L\nget_local 3\nreturn1", ""},
  });
}

TEST(Verifier, Upvalues) {
  auto module = [](const char* parent, const char* upvalue, const char* child) {
    return std::string(".function main params=1\n.upvalue env local 0\n") + parent +
           "\n.end\n.function child\n.upvalue u " + upvalue + "\n" + child + "\n.end\n";
  };
  struct Row {
    const char *parent, *upvalue, *child, *message;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"new_cell 0\nclosure child\nreturn1", "local 0", "get_upvalue 0\nreturn1", ""},
           {"new_cell 0\nclosure child\nreturn1", "local 0", "get_capture 0\nreturn1",
            "upvalue 0 is a cell, not a captured value"},
           {"closure child\nreturn1", "local 0", "return0", "local 0 holds a value, not a cell"},
           {"closure child\nreturn1", "value 0", "get_capture 0\nreturn1", ""},
           {"closure child\nreturn1", "value 0", "get_upvalue 0\nreturn1", "upvalue 0 is a captured value, not a cell"},
           {"closure child\nreturn1", "value 0", "get_global 0 \"x\"\nreturn1",
            "upvalue 0 is a captured value, not a cell"},
           {"closure child\nreturn1", "value 0", "nil\nset_global 0 \"x\"\nreturn0",
            "upvalue 0 is a captured value, not a cell"},
           {"closure child\nreturn1", "value 0", "get_field_u 0 \"x\"\nreturn1",
            "upvalue 0 is a captured value, not a cell"},
           {"new_cell 0\nclosure child\nreturn1", "value 0", "return0", "local 0 holds a cell"},
           {"closure child\nreturn1", "upvalue 0", "get_upvalue 0\nreturn1", ""},
           {"closure child\nreturn1", "upvalue 0", "get_capture 0\nreturn1", "is a cell"},
           {"closure child\nreturn1", "upvalue 3", "return0", "slot of the parent that does not exist"},
           {"closure child\nreturn1", "local 9", "return0", "slot of the parent that does not exist"},
           {"return0", "upvalue 0", "return0", "no parent"},
       }) {
    std::string message = rejection(assembled(module(row.parent, row.upvalue, row.child)));
    if (*row.message == '\0') {
      EXPECT_EQ(message, "") << row.parent << row.child;
    } else {
      EXPECT_NE(message.find(row.message), std::string::npos)
          << row.child << "\nfound: " << message << "\nexpected: " << row.message;
    }
  }
}

TEST(Verifier, FunctionTree) {
  EXPECT_NE(rejection(assembled(".function main\nclosure main\nreturn1\n.end")).find("main function cannot be a child"),
            std::string::npos);
  EXPECT_NE(rejection(assembled(".function main\nreturn0\n.end\n.function a\nclosure b\nreturn1\n.end\n.function "
                                "b\nclosure a\nreturn1\n.end"))
                .find("own descendant"),
            std::string::npos);
  EXPECT_NE(
      rejection(assembled(".function main\nclosure a\nclosure b\nreturn1\n.end\n.function a\nclosure c\nreturn1\n.end\n"
                          ".function b\nclosure c\nreturn1\n.end\n.function c\nreturn0\n.end"))
          .find("child of two functions"),
      std::string::npos);
  EXPECT_EQ(rejection(assembled(".function main\nclosure a\nclosure a\nreturn1\n.end\n.function a\nreturn0\n.end")),
            "");
  Module module = assembled(".function main\n.child 7\nreturn0\n.end");
  EXPECT_NE(rejection(module).find("child function 7 does not exist"), std::string::npos);
  module.functions[0].children.clear();
  module.mainFunction = 3;
  EXPECT_NE(rejection(module).find("main function does not exist"), std::string::npos);
}

TEST(Verifier, Regions) {
  expectVerdicts({
      {"", "a: nop\nb: return0\nh: return1\n.catch a b h 0", ""},
      {"", "nil\na: nop\nb: return0\nh: return 2\n.catch a b h 1", ""},
      {"stack=8", "nil\na: pop\nnop\nb: return0\nh: return 2\n.catch a b h 1",
       "lower (0) than the exception region keeps (1)"},
      {"stack=8", "a: nop\nb: return0\nh: return 2\n.catch a b h 0", "underflows"},
      {"stack=1", "nil\na: pop\nb: return0\nh: return 2\n.catch a b h 1", "depth exceeds the operand stack"},
      {"", "a: nop\nb: return0\nh: pop\nreturn0\n.catch b a h 0", "does not lie in the code"},
      {"", "a: nop\nb: return0\nh: pop\nreturn0\n.catch a a h 0", "does not lie in the code"},
      {"", "a: nop\nb: return0\nh: pop\nreturn0\n.catch a @100 h 0", "does not lie in the code"},
      {"", "a: nop\nb: return0\n.catch a b @100 0", "does not lie in the code"},
      {"", "a: int16 3\npop\nb: return0\nh: pop\nreturn0\n.catch @1 b h 0", "does not begin and end at instructions"},
      {"locals=2", "add_ll_set 0 1\na: set_local 0\nb: return0\nh: return1\n.catch a b h 0",
       "splits a fused instruction"},
      {"locals=2", "a: nop\nadd_ll_set 0 1\nb: set_local 0\nreturn0\nh: return1\n.catch a b h 0",
       "splits a fused instruction"},
      {"", "a: nop\nb: nop\nc: nop\nd: return0\nh: pop\nreturn0\n.catch a c h 0\n.catch b d h 0",
       "overlap without nesting"},
      {"", "a: nop\nb: nop\nc: nop\nd: return0\nh: pop\nreturn0\n.catch a d h 0\n.catch b c h 0",
       "must be listed before"},
      {"", "a: nop\nb: nop\nc: nop\nd: return0\nh: pop\nreturn0\n.catch b c h 0\n.catch a d h 0", ""},
      {"stack=4",
       "nil\na: nop\nb: nop\nc: nop\nd: return0\nh: pop\nreturn0\ng: return0\n.catch b c h 0\n.catch a d g 1",
       "keeps less of the stack"},
      // The kinds of the kept slots must agree all through the region.
      {"stack=4", "nil\na: unbox_i64\nnop\nb: return0\nh: return0\n.catch a b h 1", "where control joins"},
      {"stack=4", "i64_small 1\na: nop\nb: return0\nh: pop\ni64_neg\npop\nreturn0\n.catch a b h 1", ""},
      // A handler sees what locals may hold anywhere in the region.
      {"", ".local x\na: new_cell x\nnop\nb: return0\nh: get_cell x\nreturn1\n.catch a b h 0",
       "different things on different paths"},
      {"", ".local x\nnew_cell x\na: nop\nb: return0\nh: get_cell x\nreturn1\n.catch a b h 0", ""},
      {"", ".local x\na: new_cell x\nb: return0\nh: get_cell x\nreturn1\n.catch a b h 0",
       "different things on different paths"},
      // Open lists are dropped on the way to a handler.
      {"vararg", "a: vararg_open\nreturn_var 0\nh: return1\n.catch a h h 0", ""},
  });
}

TEST(Verifier, CyclesCostFuel) {
  expectVerdicts({
      {"", "L: jump L", "a cycle without a loop instruction"},
      {"params=1", "L: get_local 0\njump_if_nil L\nreturn0", "a cycle without a loop instruction"},
      {"params=1", "jump M\nL: return0\nM: jump L", ""},  // backward, but no cycle
      {"params=1", "L: i64_small 0\nswitch L else L", "a cycle without a loop instruction"},
      {"", "L: loop L", ""},
      {"", "loop L\nL: return0", "a back-edge must lead backward"},
      {"locals=4", "for_loop 0 L\nL: return0", "a back-edge must lead backward"},
      // A handler that jumps back into its own region.
      {"", "a: nil\nthrow\nh: pop\njump a\n.catch a h h 0", "a cycle without a loop instruction"},
      {"", "a: nil\nthrow\nh: pop\nloop a\n.catch a h h 0", ""},
      {"", "a: nil\nthrow\nb: return0\n.catch a b a 0", "a cycle without a loop instruction"},
      {"stack=2", "nil\na: throw\n.catch a @2 a 0", "a cycle without a loop instruction"},
      // A cycle with a loop instruction on one of two ways round.
      {"params=1", "L: get_local 0\njump_if_nil M\nloop L\nM: jump L", "a cycle without a loop instruction"},
  });
}

TEST(Verifier, Tables) {
  Module good = assembled(body("locals=2", "nop\nnop\nreturn0"));
  auto message = [&](auto change) {
    Module module = good;
    change(module.functions[0]);
    return rejection(module);
  };
  EXPECT_NE(message([](Function& f) { f.lines = {{1, 1, 0}, {1, 2, 0}}; }).find("line table"), std::string::npos);
  EXPECT_NE(message([](Function& f) { f.lines = {{99, 1, 0}}; }).find("line table"), std::string::npos);
  EXPECT_NE(message([](Function& f) { f.variables = {{"x", 2, 1, 0, false}}; }).find("variable table"),
            std::string::npos);
  EXPECT_NE(message([](Function& f) { f.variables = {{"x", 0, 99, 0, false}}; }).find("variable table"),
            std::string::npos);
  EXPECT_NE(message([](Function& f) { f.variables = {{"x", 0, 1, 2, false}}; }).find("variable table"),
            std::string::npos);
  EXPECT_NE(message([](Function& f) { f.parameters = 3; }).find("fewer locals"), std::string::npos);
  EXPECT_NE(message([](Function& f) { f.localKinds = {SlotKind::kValue}; }).find("kinds of locals"), std::string::npos);
  EXPECT_NE(
      message([](Function& f) { f.localKinds = {SlotKind::kValue, static_cast<SlotKind>(9)}; }).find("no such kind"),
      std::string::npos);
  EXPECT_NE(message([](Function& f) { f.upvalues.resize(257); }).find("256 upvalues"), std::string::npos);
}

TEST(Verifier, MessagesNameFunctionAndOffset) {
  Module module =
      assembled(".function main\nclosure inner\nreturn1\n.end\n.function inner stack=1\nnop\nadd\nreturn0\n.end");
  EXPECT_EQ(rejection(module), "function 1 (inner), byte 1: add: the operand stack underflows");
}

TEST(Verifier, HostileSizesAreRefusedQuickly) {
  // Many wide switches over a deep stack: every edge copies a state.
  std::string code;
  for (int i = 0; i < 60'000; ++i) code += "nil\n";
  for (int i = 0; i < 60; ++i) {
    code += "i64_small 0\nswitch";
    for (int k = 0; k < 1000; ++k) code += " L" + std::to_string(i);
    code += " else L" + std::to_string(i) + "\nL" + std::to_string(i) + ": nop\n";
  }
  std::string message = rejection(assembled(body("", code + "return0")));
  EXPECT_NE(message.find("too complex"), std::string::npos) << message;
}

std::string kindsText(const Module& module, uint32_t offset) {
  OperandKinds kinds(module.functions[0]);
  std::vector<OperandKind> found;
  if (!kinds.at(offset, found)) return "none";
  std::string text;
  for (OperandKind kind : found) text += "vidl"[static_cast<int>(kind)];
  return text;
}

TEST(OperandKinds, AtEachInstruction) {
  Module module = assembled(body("params=1 vararg", R"(
    i64_small 1
    f64_const 2.0
    get_local 0
    jump_if_nil E
    vararg_open
    pack_list 0
    pop
E:  pop_n 2
    return0
    nop)"));
  std::vector<std::string> expected{"", "i", "id", "idv", "id", "id", "idl", "id", "", "none"};
  size_t i = 0;
  for (const Instruction& in : Instructions(module.functions[0].code)) {
    if (i < expected.size()) {
      EXPECT_EQ(kindsText(module, in.offset), expected[i]) << i;
    }
    ++i;
  }
  EXPECT_EQ(kindsText(module, 1), "none");
  EXPECT_EQ(kindsText(module, 9999), "none");
  EXPECT_TRUE(usesRawKinds(module.functions[0]));
  EXPECT_FALSE(usesRawKinds(assembled(body("params=1", "get_local 0\nint8 1\nadd\nreturn1")).functions[0]));
  EXPECT_TRUE(usesRawKinds(assembled(body("", ".local x f64\nreturn0")).functions[0]));
}

}  // namespace
}  // namespace devvm::bytecode
