//===- Compiler.h - From a chat template's tree to instructions -----------===//

#ifndef LLM_FRONTENDS_CHAT_TEMPLATE_COMPILER_H
#define LLM_FRONTENDS_CHAT_TEMPLATE_COMPILER_H

#include "frontends/chat_template/CodeWriter.h"
#include "frontends/chat_template/Scope.h"

#include <deque>

namespace llm::chat_template {

class Compiler {
public:
  explicit Compiler(std::string &error) : error(error) {}

  /// False: `error` says what is not supported where.
  bool run(const Body &body);

  CodeWriter writer;

private:
  bool fail(const Position &at, const std::string &what);

  // Statements, StatementCompiler.cpp.
  void body(const Body &statements, Scope &scope);
  void statement(const Statement &made, Scope &scope);
  void forLoop(const Statement &loop, Scope &scope);
  void conditional(const Statement &choice, Scope &scope);
  void assignment(const Statement &set, Scope &scope);
  void setBlock(const Statement &set, Scope &scope);
  void macro(const Statement &made, Scope &scope);
  void callBlock(const Statement &made, Scope &scope);
  void filterBlock(const Statement &made, Scope &scope);
  void with(const Statement &made, Scope &scope);
  /// Compiles a function of parameters and a body; returns its number.
  uint32_t function(const std::string *name,
                    const std::vector<Parameter> &parameters,
                    const Body &statements, const Position &at, Scope &scope);
  void enter(const Scope &scope);
  void leave(const Scope &scope);
  void store(const Expression &target, Scope &scope);
  void checkNamespaces(const Expression &target, Scope &scope);
  void leaveLoop(bool toNextTurn);

  // Expressions, ExpressionCompiler.cpp. Each leaves one value on the stack.
  void expression(const Expression &made, Scope &scope);
  void name(const Position &at, const std::string &name, Scope &scope);
  void binary(const Expression &made, Scope &scope);
  void compare(const Expression &made, Scope &scope);
  void call(const Expression &made, Scope &scope, uint32_t caller = kNone);
  void checkCall(const Expression &made);
  void filter(const Expression &made, Scope &scope);
  void test(const Expression &made, Scope &scope);
  /// Pushes the arguments; returns the list of their names, or kNone.
  uint32_t arguments(const Expression &made, Scope &scope, uint32_t &count,
                     uint32_t caller = kNone);
  void failLater(const std::string &message);
  void countOf(const Position &at, size_t count, const char *what);

  struct OpenLoop {
    uint32_t start;               ///< where the next turn begins
    std::vector<uint32_t> breaks; ///< jumps to its end
    uint32_t texts;               ///< open when it began
  };

  std::string &error;
  std::deque<FunctionSlots> functions;
  std::set<std::string> assigned; ///< names that the template assigns anywhere
  std::vector<OpenLoop> loops;    ///< of the function being compiled
  uint32_t texts = 0;             ///< that are being collected in it
  bool inBranch = false;          ///< of an if, in the innermost scope
};

} // namespace llm::chat_template

#endif // LLM_FRONTENDS_CHAT_TEMPLATE_COMPILER_H
