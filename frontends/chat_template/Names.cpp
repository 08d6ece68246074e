//===- Names.cpp - Which names a part of a template uses ------------------===//
//
// jinja2 asks this to see whether a loop needs the variable `loop` and a macro
// `caller`, `kwargs` or `varargs`. The order of the walk is jinja2's, as an
// assignment hides what is read after it.
//
//===----------------------------------------------------------------------===//

#include "frontends/chat_template/Scope.h"

#include <array>

namespace llm::chat_template {
namespace {

/// Calls a function on every expression below, parents first.
class Walk {
public:
  using Visitor = std::function<void(const Expression &, bool isTarget)>;
  explicit Walk(const Visitor &visitor) : visitor(visitor) {}

  std::function<void(const std::string &)> onParameter;

  void body(const Body &statements) {
    for (const StatementPtr &made : statements)
      statement(*made);
  }

private:
  void expression(const Expression *made, bool isTarget = false) {
    if (!made)
      return;
    visitor(*made, isTarget);
    const std::vector<ExpressionPtr> &operands = made->operands;
    if (made->kind == ExpressionKind::Conditional) {
      expression(operands[1].get());
      expression(operands[0].get());
      expression(operands[2].get());
    } else {
      for (const ExpressionPtr &operand : operands)
        expression(operand.get(), isTarget);
    }
    for (const ExpressionPtr &argument : made->arguments)
      expression(argument.get());
    for (const Keyword &keyword : made->keywords)
      expression(keyword.value.get());
    expression(made->morePositional.get());
    expression(made->moreKeywords.get());
  }

  void parameters(const std::vector<Parameter> &list) {
    if (onParameter)
      for (const Parameter &parameter : list)
        onParameter(parameter.name);
    for (const Parameter &parameter : list)
      expression(parameter.standard.get());
  }

  void statement(const Statement &made) {
    switch (made.kind) {
    case StatementKind::Text:
    case StatementKind::Break:
    case StatementKind::Continue:
      return;
    case StatementKind::Print:
      return expression(made.value.get());
    case StatementKind::For:
      expression(made.target.get(), true);
      expression(made.value.get());
      body(made.body);
      body(made.otherwise);
      return expression(made.test.get());
    case StatementKind::If:
      for (const Branch &branch : made.branches) {
        expression(branch.test.get());
        body(branch.body);
      }
      return body(made.otherwise);
    case StatementKind::Set:
      expression(made.target.get(), true);
      return expression(made.value.get());
    case StatementKind::SetBlock:
      expression(made.target.get(), true);
      expression(made.value.get());
      return body(made.body);
    case StatementKind::Macro:
      parameters(made.parameters);
      return body(made.body);
    case StatementKind::CallBlock:
      expression(made.value.get());
      parameters(made.parameters);
      return body(made.body);
    case StatementKind::FilterBlock:
      body(made.body);
      return expression(made.value.get());
    case StatementKind::With:
      for (const Assignment &assignment : made.assignments)
        expression(assignment.target.get(), true);
      for (const Assignment &assignment : made.assignments)
        expression(assignment.value.get());
      return body(made.body);
    case StatementKind::Generation:
      return body(made.body);
    }
  }

  const Visitor &visitor;
};

} // namespace

void visitNames(const Body &body, const NameVisitor &visit) {
  Walk::Visitor visitor = [&](const Expression &made, bool isTarget) {
    if (made.kind == ExpressionKind::Name)
      visit(made.text, !isTarget);
  };
  Walk walk(visitor);
  walk.onParameter = [&](const std::string &name) { visit(name, false); };
  walk.body(body);
}

std::set<std::string> undeclared(const Body &body,
                                 std::set<std::string> wanted) {
  std::set<std::string> found;
  visitNames(body, [&](const std::string &name, bool isLoad) {
    if (isLoad && wanted.count(name))
      found.insert(name);
    else
      wanted.erase(name);
  });
  return found;
}

bool looksAhead(const Body &body) {
  static constexpr std::array<std::string_view, 8> backward = {
      "index", "index0", "first", "previtem",
      "depth", "depth0", "cycle", "changed"};
  size_t uses = 0, harmless = 0;
  Walk::Visitor visitor = [&](const Expression &made, bool) {
    if (made.kind == ExpressionKind::Name && made.text == "loop")
      ++uses;
    if (made.kind != ExpressionKind::Attribute ||
        made.operands[0]->kind != ExpressionKind::Name ||
        made.operands[0]->text != "loop")
      return;
    for (std::string_view name : backward)
      harmless += made.text == name;
  };
  Walk(visitor).body(body);
  return uses != harmless;
}

} // namespace llm::chat_template
