//===- ExpressionCompiler.cpp - Expressions to instructions ---------------===//

#include "frontends/chat_template/Compiler.h"

#include "frontends/ErrorText.h"
#include "runtime/lib/chat_template/Builtins.h"
#include "runtime/lib/chat_template/Operators.h"

#include <cstring>

namespace llm::chat_template {

using namespace llmrt::chat;

/// "a, b, c" of a table's names.
template <typename Id, size_t N>
static std::string namesOf(const Named<Id> (&table)[N]) {
  std::string names;
  for (const Named<Id> &entry : table)
    names += (names.empty() ? "" : ", ") + std::string(entry.name);
  return names;
}

void Compiler::countOf(const Position &at, size_t count, const char *what) {
  if (count > kMaxArguments)
    fail(at, "more than " + std::to_string(kMaxArguments) + " " + what);
}

void Compiler::name(const Position &at, const std::string &name, Scope &scope) {
  const Variable *variable = scope.find(name);
  if (!variable) {
    fail(at, "the name " + quoteName(name) + " cannot be used here");
    return;
  }
  writer.emit(Opcode::Load, variable->slot,
              scope.function.level - variable->function->level);
}

void Compiler::expression(const Expression &made, Scope &scope) {
  if (!error.empty())
    return;
  // Errors at run time name the line where the failing part stands.
  uint32_t outerLine = writer.currentLine();
  writer.setLine(made.at.line);
  switch (made.kind) {
  case ExpressionKind::None:
    writer.emit(Opcode::Constant, writer.constant(ConstantKind::None));
    break;
  case ExpressionKind::Boolean:
    writer.emit(Opcode::Constant,
                writer.constant(made.integer ? ConstantKind::True
                                             : ConstantKind::False));
    break;
  case ExpressionKind::Integer:
    writer.emit(Opcode::Constant,
                writer.constant(ConstantKind::Integer,
                                static_cast<uint64_t>(made.integer)));
    break;
  case ExpressionKind::Float: {
    uint64_t bits;
    std::memcpy(&bits, &made.real, sizeof bits);
    writer.emit(Opcode::Constant, writer.constant(ConstantKind::Float, bits));
    break;
  }
  case ExpressionKind::String:
    writer.emit(Opcode::Constant, writer.constant(ConstantKind::String,
                                                  writer.string(made.text)));
    break;
  case ExpressionKind::Name:
  case ExpressionKind::Member:
    name(made.at, made.text, scope);
    break;
  case ExpressionKind::List:
  case ExpressionKind::Tuple:
  case ExpressionKind::Dict:
  case ExpressionKind::Concat: {
    countOf(made.at, made.operands.size(), "parts");
    for (const ExpressionPtr &operand : made.operands)
      expression(*operand, scope);
    uint32_t count = static_cast<uint32_t>(made.operands.size());
    if (made.kind == ExpressionKind::Dict)
      writer.emit(Opcode::MakeDict, count / 2);
    else
      writer.emit(made.kind == ExpressionKind::List    ? Opcode::MakeList
                  : made.kind == ExpressionKind::Tuple ? Opcode::MakeTuple
                                                       : Opcode::Concatenate,
                  count);
    break;
  }
  case ExpressionKind::Attribute:
    expression(*made.operands[0], scope);
    writer.emit(Opcode::Attribute, writer.string(made.text));
    break;
  case ExpressionKind::Item:
    expression(*made.operands[0], scope);
    expression(*made.operands[1], scope);
    writer.emit(Opcode::Item);
    break;
  case ExpressionKind::Slice:
    expression(*made.operands[0], scope);
    for (int i = 1; i < 4; ++i)
      if (made.operands[i])
        expression(*made.operands[i], scope);
      else
        writer.emit(Opcode::Constant, writer.constant(ConstantKind::None));
    writer.emit(Opcode::Slice);
    break;
  case ExpressionKind::Call:
    call(made, scope);
    break;
  case ExpressionKind::Filter:
    filter(made, scope);
    break;
  case ExpressionKind::Test:
    test(made, scope);
    break;
  case ExpressionKind::Unary:
    expression(*made.operands[0], scope);
    writer.emit(made.text == "not" ? Opcode::Not
                : made.text == "-" ? Opcode::Negative
                                   : Opcode::Positive);
    break;
  case ExpressionKind::Binary:
    binary(made, scope);
    break;
  case ExpressionKind::And:
  case ExpressionKind::Or: {
    expression(*made.operands[0], scope);
    uint32_t end = writer.emit(made.kind == ExpressionKind::And
                                   ? Opcode::JumpIfFalseElsePop
                                   : Opcode::JumpIfTrueElsePop);
    expression(*made.operands[1], scope);
    writer.land(end);
    break;
  }
  case ExpressionKind::Compare:
    compare(made, scope);
    break;
  case ExpressionKind::Conditional: {
    bool outerBranch = inBranch;
    inBranch = true;
    expression(*made.operands[1], scope);
    uint32_t otherwise = writer.emit(Opcode::JumpIfFalse);
    expression(*made.operands[0], scope);
    uint32_t end = writer.emit(Opcode::Jump);
    writer.land(otherwise);
    if (made.operands[2])
      expression(*made.operands[2], scope);
    else
      writer.emit(Opcode::NoElse);
    writer.land(end);
    inBranch = outerBranch;
    break;
  }
  }
  writer.setLine(outerLine);
}

void Compiler::binary(const Expression &made, Scope &scope) {
  static constexpr std::pair<const char *, Arithmetic> operations[] = {
      {"+", Arithmetic::Add},          {"-", Arithmetic::Subtract},
      {"*", Arithmetic::Multiply},     {"/", Arithmetic::Divide},
      {"//", Arithmetic::FloorDivide}, {"%", Arithmetic::Modulo},
      {"**", Arithmetic::Power},
  };
  expression(*made.operands[0], scope);
  expression(*made.operands[1], scope);
  for (const auto &[sign, operation] : operations)
    if (made.text == sign)
      writer.emit(Opcode::Arithmetic, static_cast<uint32_t>(operation));
}

void Compiler::compare(const Expression &made, Scope &scope) {
  static constexpr std::pair<const char *, Comparison> operations[] = {
      {"==", Comparison::Equal},  {"!=", Comparison::NotEqual},
      {"<", Comparison::Less},    {"<=", Comparison::LessEqual},
      {">", Comparison::Greater}, {">=", Comparison::GreaterEqual},
      {"in", Comparison::In},     {"not in", Comparison::NotIn},
  };
  expression(*made.operands[0], scope);
  std::vector<uint32_t> exits;
  for (size_t i = 0; i < made.operators.size(); ++i) {
    expression(*made.operands[i + 1], scope);
    uint32_t operation = 0;
    for (const auto &[sign, known] : operations)
      if (made.operators[i] == sign)
        operation = static_cast<uint32_t>(known);
    if (i + 1 < made.operators.size())
      exits.push_back(writer.emit(Opcode::CompareChain, operation));
    else
      writer.emit(Opcode::Compare, operation);
  }
  for (uint32_t exit : exits)
    writer.landB(exit);
}

uint32_t Compiler::arguments(const Expression &made, Scope &scope,
                             uint32_t &count, uint32_t caller) {
  for (const ExpressionPtr &argument : made.arguments)
    expression(*argument, scope);
  std::vector<std::string> names;
  for (const Keyword &keyword : made.keywords) {
    expression(*keyword.value, scope);
    names.push_back(keyword.name);
  }
  if (caller != kNone) {
    for (const std::string &given : names)
      if (given == "caller")
        fail(made.at, "a call block gives 'caller' itself");
    writer.emit(Opcode::MakeMacro, caller);
    names.push_back("caller");
  }
  size_t total = made.arguments.size() + names.size();
  uint32_t flags = 0;
  if (made.morePositional) {
    expression(*made.morePositional, scope);
    flags |= kSpreadPositional;
    ++total;
  }
  if (made.moreKeywords) {
    expression(*made.moreKeywords, scope);
    flags |= kSpreadKeywords;
    ++total;
  }
  countOf(made.at, total, "arguments");
  count = static_cast<uint32_t>(total & kCountMask) | flags;
  return names.empty() ? kNone : writer.list(names);
}

/// Refuses calls that would only fail once a conversation gets there.
void Compiler::checkCall(const Expression &made) {
  const Expression &callee = *made.operands[0];
  if (callee.kind == ExpressionKind::Attribute) {
    const Named<MethodId> *ofString = findNamed(kStringMethods, callee.text);
    const Named<MethodId> *ofDict = findNamed(kDictMethods, callee.text);
    if ((ofString && ofString->id == MethodId::Unsupported) ||
        (ofDict && ofDict->id == MethodId::Unsupported))
      fail(callee.at, "not supported yet: method " + quoteName(callee.text) +
                          "; accepted: strip, split, replace and the other "
                          "methods of strings that chat templates use, get, "
                          "items, keys, values");
  }
  if (callee.kind == ExpressionKind::Name &&
      isListed(kUnsupportedFunctions, callee.text) &&
      !assigned.count(callee.text))
    fail(callee.at, "not supported yet: function " + quoteName(callee.text) +
                        "; accepted: " + namesOf(kFunctions));
}

void Compiler::call(const Expression &made, Scope &scope, uint32_t caller) {
  checkCall(made);
  expression(*made.operands[0], scope);
  uint32_t count = 0;
  uint32_t names = arguments(made, scope, count, caller);
  writer.emit(Opcode::Call, 0, names, count);
}

/// jinja2 accepts unknown names in branches, for templates that ask first what
/// there is. The error comes when the branch is taken.
void Compiler::failLater(const std::string &message) {
  writer.emit(Opcode::Fail, writer.string(message));
}

void Compiler::filter(const Expression &made, Scope &scope) {
  const Named<FilterId> *known = findNamed(kFilters, made.text);
  if (!known) {
    bool isGap = isListed(kUnsupportedFilters, made.text);
    if (!isGap && inBranch)
      return failLater("No filter named " + quoteName(made.text) + " found.");
    fail(made.at, (isGap ? "not supported yet: filter " : "no filter named ") +
                      quoteName(made.text) +
                      "; accepted: " + namesOf(kFilters));
    return;
  }
  // Without an operand it filters a block's text, which is on the stack.
  if (made.operands[0])
    expression(*made.operands[0], scope);
  uint32_t count = 0;
  uint32_t names = arguments(made, scope, count);
  writer.emit(Opcode::Filter, static_cast<uint32_t>(known->id), names, count);
}

void Compiler::test(const Expression &made, Scope &scope) {
  const Named<TestId> *known = findNamed(kTests, made.text);
  if (!known) {
    if (inBranch)
      return failLater("No test named " + quoteName(made.text) + " found.");
    fail(made.at, "no test named " + quoteName(made.text) +
                      "; accepted: " + namesOf(kTests));
    return;
  }
  expression(*made.operands[0], scope);
  uint32_t count = 0;
  uint32_t names = arguments(made, scope, count);
  writer.emit(Opcode::Test, static_cast<uint32_t>(known->id), names, count);
}

} // namespace llm::chat_template
