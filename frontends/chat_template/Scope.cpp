//===- Scope.cpp - Which variable a name means where ----------------------===//

#include "frontends/chat_template/Scope.h"

namespace llm::chat_template {

uint32_t FunctionSlots::slotOf(const std::string &key,
                               const std::string &name) {
  auto [entry, isNew] =
      numbers.emplace(key + name, static_cast<uint32_t>(names.size()));
  if (isNew)
    names.push_back(name);
  return entry->second;
}

Scope::Scope(FunctionSlots &function, const Scope *parent, bool aside)
    : function(function), parent(parent), level(parent ? parent->level + 1 : 0),
      aside(aside) {}

Scope::Scope(const Scope *before)
    : function(before->function), parent(before->parent), before(before),
      level(before->level), aside(before->aside) {}

const Variable *Scope::findHere(const std::string &name) const {
  for (const Scope *scope = this; scope; scope = scope->before) {
    auto found = scope->variables.find(name);
    if (found != scope->variables.end())
      return &found->second;
  }
  return nullptr;
}

bool Scope::hasStored(const std::string &name) const {
  for (const Scope *scope = this; scope; scope = scope->before)
    if (scope->stores.count(name))
      return true;
  return false;
}

const Variable *Scope::find(const std::string &name) const {
  for (const Scope *scope = this; scope; scope = scope->parent)
    if (const Variable *found = scope->findHere(name))
      return found;
  return nullptr;
}

uint32_t Scope::define(const std::string &name, Load load) {
  std::string key = std::to_string(level) + (aside ? "'" : "") + " ";
  Variable variable{&function, function.slotOf(key, name)};
  variables[name] = variable;
  loads[variable.slot] = std::move(load);
  return variable.slot;
}

void Scope::declareParameter(const std::string &name) {
  stores.insert(name);
  define(name, {Load::Parameter, {}, {}});
}

void Scope::store(const std::string &name) {
  stores.insert(name);
  if (findHere(name))
    return;
  const Variable *outer = parent ? parent->find(name) : nullptr;
  if (outer)
    define(name, {Load::Alias, {}, *outer});
  else
    define(name, {Load::Undefined, {}, {}});
}

void Scope::load(const std::string &name) {
  if (!find(name))
    define(name, {Load::Resolve, name, {}});
}

void Scope::mergeBranches(const std::vector<Scope> &branches) {
  std::set<std::string> assigned;
  for (const Scope &branch : branches)
    for (const std::string &name : branch.stores)
      if (!hasStored(name))
        assigned.insert(name);
  for (const Scope &branch : branches) {
    for (const auto &[name, variable] : branch.variables)
      variables[name] = variable;
    for (const auto &[slot, load] : branch.loads)
      loads[slot] = load;
    stores.insert(branch.stores.begin(), branch.stores.end());
  }
  for (const std::string &name : assigned) {
    uint32_t slot = findHere(name)->slot;
    const Variable *outer = parent ? parent->find(name) : nullptr;
    if (outer)
      loads[slot] = {Load::Alias, {}, *outer};
    else
      loads[slot] = {Load::Resolve, name, {}};
  }
}

void Scope::readTarget(const Expression &target, bool asParameter) {
  switch (target.kind) {
  case ExpressionKind::Name:
    return asParameter ? declareParameter(target.text) : store(target.text);
  case ExpressionKind::Member:
    return load(target.text);
  default:
    for (const ExpressionPtr &part : target.operands)
      readTarget(*part, asParameter);
  }
}

void Scope::readExpression(const Expression *expression) {
  if (!expression)
    return;
  if (expression->kind == ExpressionKind::Name)
    load(expression->text);
  for (const ExpressionPtr &operand : expression->operands)
    readExpression(operand.get());
  for (const ExpressionPtr &argument : expression->arguments)
    readExpression(argument.get());
  for (const Keyword &keyword : expression->keywords)
    readExpression(keyword.value.get());
  readExpression(expression->morePositional.get());
  readExpression(expression->moreKeywords.get());
}

void Scope::readBody(const Body &body) {
  for (const StatementPtr &statement : body)
    readStatement(*statement);
}

/// An if; jinja2 keeps its elifs as a list of ifs without elif or else.
void Scope::readBranch(const Branch &branch, const Branch *elifs,
                       size_t elifCount, const Body &otherwise) {
  readExpression(branch.test.get());
  std::vector<Scope> ways(3, Scope(this));
  ways[0].readBody(branch.body);
  for (size_t i = 0; i < elifCount; ++i)
    ways[1].readBranch(elifs[i], nullptr, 0, {});
  ways[2].readBody(otherwise);
  mergeBranches(ways);
}

void Scope::readStatement(const Statement &statement) {
  switch (statement.kind) {
  case StatementKind::Text:
  case StatementKind::Break:
  case StatementKind::Continue:
  case StatementKind::Generation:
    return;
  case StatementKind::Print:
  case StatementKind::For: // its body is a scope of its own
  case StatementKind::CallBlock:
  case StatementKind::FilterBlock:
    return readExpression(statement.value.get());
  case StatementKind::If:
    return readBranch(statement.branches[0], statement.branches.data() + 1,
                      statement.branches.size() - 1, statement.otherwise);
  case StatementKind::Set:
    readExpression(statement.value.get());
    return readTarget(*statement.target, false);
  case StatementKind::SetBlock:
    return readTarget(*statement.target, false);
  case StatementKind::Macro:
    return store(statement.text);
  case StatementKind::With:
    for (const Assignment &assignment : statement.assignments)
      readExpression(assignment.value.get());
    return;
  }
}

} // namespace llm::chat_template
