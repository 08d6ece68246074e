//===- Scope.h - Which variable a name means where ------------------------===//
//
// jinja2 decides before it runs anything what each name in a block refers to
// (jinja2/idtracking.py): a name that a block assigns is the block's own from
// its start and begins as a copy of the outer one, a name it only reads is the
// outer one. Templates show the difference, e.g. a `set` inside a loop is
// forgotten by the next turn, so the same decisions are made here.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_CHAT_TEMPLATE_SCOPE_H
#define LLM_FRONTENDS_CHAT_TEMPLATE_SCOPE_H

#include "frontends/chat_template/Syntax.h"

#include <functional>
#include <map>
#include <set>

namespace llm::chat_template {

/// The slots of the template, a macro or the body of a call block.
struct FunctionSlots {
  uint32_t number; ///< of the function in the compiled form
  uint32_t level;  ///< 0 for the template
  std::vector<std::string> names;
  std::map<std::string, uint32_t> numbers; ///< by scope level and name

  uint32_t slotOf(const std::string &key, const std::string &name);
};

struct Variable {
  FunctionSlots *function = nullptr;
  uint32_t slot = 0;
};

/// What a variable holds when its block begins.
struct Load {
  enum Kind { Parameter, Resolve, Alias, Undefined } kind;
  std::string name; ///< Resolve: of the input or global
  Variable source;  ///< Alias
};

class Scope {
public:
  /// `aside`: a scope of the same level as another one that must not share its
  /// slots (the test of a loop beside its body).
  Scope(FunctionSlots &function, const Scope *parent, bool aside = false);

  const Variable *find(const std::string &name) const;
  void declareParameter(const std::string &name);

  // What a block's own nodes make of its names.
  void readBody(const Body &body);
  void readExpression(const Expression *expression);
  void readTarget(const Expression &target, bool asParameter);

  FunctionSlots &function;
  std::map<uint32_t, Load> loads; ///< by slot

private:
  /// One way through an if, on top of what stands before it.
  explicit Scope(const Scope *before);

  void readStatement(const Statement &statement);
  void readBranch(const Branch &branch, const Branch *elifs, size_t elifCount,
                  const Body &otherwise);
  void store(const std::string &name);
  void load(const std::string &name);
  uint32_t define(const std::string &name, Load load);
  void mergeBranches(const std::vector<Scope> &branches);
  const Variable *findHere(const std::string &name) const;
  bool hasStored(const std::string &name) const;

  const Scope *parent;
  const Scope *before = nullptr; ///< this one only adds to it
  uint32_t level;
  bool aside;
  std::map<std::string, Variable> variables;
  std::set<std::string> stores;
};

/// Calls `visit` on each use of a name in the order jinja2 comes to them;
/// `isLoad`: it is read, not assigned.
using NameVisitor = std::function<void(const std::string &name, bool isLoad)>;
void visitNames(const Body &body, const NameVisitor &visit);

/// Which of `wanted` the body reads without assigning them first.
std::set<std::string> undeclared(const Body &body,
                                 std::set<std::string> wanted);

/// Whether the body asks a `for` what comes after the current item.
bool looksAhead(const Body &body);

} // namespace llm::chat_template

#endif // LLM_FRONTENDS_CHAT_TEMPLATE_SCOPE_H
