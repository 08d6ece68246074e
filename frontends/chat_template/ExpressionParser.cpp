//===- ExpressionParser.cpp - Reads a chat template's expressions ---------===//

#include "frontends/chat_template/Parser.h"

#include "runtime/lib/chat_template/Format.h"

#include <algorithm>

namespace llm::chat_template {
namespace {

/// A tree is walked and freed by recursion; chains like a + b + c lean left.
constexpr uint32_t kMaxDepth = 500;

} // namespace

ExpressionPtr Parser::make(ExpressionKind kind, const Position &at) {
  auto made = std::make_unique<Expression>();
  made->kind = kind;
  made->at = at;
  return made;
}

/// Appends a child that may be null for lack of one, not for an error.
bool Parser::adopt(Expression &parent, std::vector<ExpressionPtr> &list,
                   ExpressionPtr child) {
  if (child)
    parent.depth = std::max(parent.depth, child->depth + 1);
  list.push_back(std::move(child));
  if (parent.depth > kMaxDepth)
    return fail(parent.at, "an expression of more than " +
                               std::to_string(kMaxDepth) + " nested parts");
  return true;
}

ExpressionPtr Parser::expression(bool withConditional) {
  Descent descent(*this);
  if (descent.tooDeep())
    return nullptr;
  return withConditional ? conditionalExpression() : disjunction();
}

ExpressionPtr Parser::conditionalExpression() {
  Position at = current().at;
  ExpressionPtr value = disjunction();
  while (value && skipName("if")) {
    ExpressionPtr made = make(ExpressionKind::Conditional, at);
    ExpressionPtr test = disjunction(), otherwise;
    if (!test)
      return nullptr;
    if (skipName("else")) {
      Descent descent(*this);
      if (descent.tooDeep() || !(otherwise = conditionalExpression()))
        return nullptr;
    }
    if (!adopt(*made, made->operands, std::move(value)) ||
        !adopt(*made, made->operands, std::move(test)) ||
        !adopt(*made, made->operands, std::move(otherwise)))
      return nullptr;
    value = std::move(made);
    at = current().at;
  }
  return value;
}

ExpressionPtr Parser::disjunction() {
  ExpressionPtr left = conjunction();
  while (left && isName("or")) {
    ExpressionPtr made = make(ExpressionKind::Or, current().at);
    advance();
    ExpressionPtr right = conjunction();
    if (!right || !adopt(*made, made->operands, std::move(left)) ||
        !adopt(*made, made->operands, std::move(right)))
      return nullptr;
    left = std::move(made);
  }
  return left;
}

ExpressionPtr Parser::conjunction() {
  ExpressionPtr left = negation();
  while (left && isName("and")) {
    ExpressionPtr made = make(ExpressionKind::And, current().at);
    advance();
    ExpressionPtr right = negation();
    if (!right || !adopt(*made, made->operands, std::move(left)) ||
        !adopt(*made, made->operands, std::move(right)))
      return nullptr;
    left = std::move(made);
  }
  return left;
}

ExpressionPtr Parser::negation() {
  if (!isName("not"))
    return comparison();
  Descent descent(*this);
  if (descent.tooDeep())
    return nullptr;
  ExpressionPtr made = make(ExpressionKind::Unary, current().at);
  made->text = "not";
  advance();
  ExpressionPtr value = negation();
  if (!value || !adopt(*made, made->operands, std::move(value)))
    return nullptr;
  return made;
}

ExpressionPtr Parser::comparison() {
  Position at = current().at;
  ExpressionPtr left = sum();
  ExpressionPtr made;
  while (left || made) {
    std::string op;
    if (current().kind == TokenKind::Operator)
      for (std::string_view known : {"==", "!=", "<", "<=", ">", ">="})
        if (current().text == known)
          op = known;
    if (isName("in")) {
      op = "in";
    } else if (isName("not") && look().kind == TokenKind::Name &&
               look().text == "in") {
      op = "not in";
      advance();
    }
    if (op.empty())
      break;
    advance();
    if (!made) {
      made = make(ExpressionKind::Compare, at);
      if (!adopt(*made, made->operands, std::move(left)))
        return nullptr;
    }
    ExpressionPtr right = sum();
    if (!right || !adopt(*made, made->operands, std::move(right)))
      return nullptr;
    made->operators.push_back(op);
  }
  return made ? std::move(made) : std::move(left);
}

ExpressionPtr Parser::sum() {
  ExpressionPtr left = concatenation();
  while (left && (isOperator("+") || isOperator("-"))) {
    ExpressionPtr made = make(ExpressionKind::Binary, current().at);
    made->text = current().text;
    advance();
    ExpressionPtr right = concatenation();
    if (!right || !adopt(*made, made->operands, std::move(left)) ||
        !adopt(*made, made->operands, std::move(right)))
      return nullptr;
    left = std::move(made);
  }
  return left;
}

ExpressionPtr Parser::concatenation() {
  Position at = current().at;
  ExpressionPtr first = product();
  if (!first || !isOperator("~"))
    return first;
  ExpressionPtr made = make(ExpressionKind::Concat, at);
  if (!adopt(*made, made->operands, std::move(first)))
    return nullptr;
  while (skipOperator("~")) {
    ExpressionPtr part = product();
    if (!part || !adopt(*made, made->operands, std::move(part)))
      return nullptr;
  }
  return made;
}

ExpressionPtr Parser::product() {
  ExpressionPtr left = power();
  while (left && (isOperator("*") || isOperator("/") || isOperator("//") ||
                  isOperator("%"))) {
    ExpressionPtr made = make(ExpressionKind::Binary, current().at);
    made->text = current().text;
    advance();
    ExpressionPtr right = power();
    if (!right || !adopt(*made, made->operands, std::move(left)) ||
        !adopt(*made, made->operands, std::move(right)))
      return nullptr;
    left = std::move(made);
  }
  return left;
}

ExpressionPtr Parser::power() {
  ExpressionPtr left = unary(true);
  while (left && isOperator("**")) {
    ExpressionPtr made = make(ExpressionKind::Binary, current().at);
    made->text = "**";
    advance();
    ExpressionPtr right = unary(true);
    if (!right || !adopt(*made, made->operands, std::move(left)) ||
        !adopt(*made, made->operands, std::move(right)))
      return nullptr;
    left = std::move(made);
  }
  return left;
}

ExpressionPtr Parser::unary(bool withFilters) {
  Descent descent(*this);
  if (descent.tooDeep())
    return nullptr;
  ExpressionPtr value;
  if (isOperator("-") || isOperator("+")) {
    value = make(ExpressionKind::Unary, current().at);
    value->text = current().text;
    advance();
    ExpressionPtr operand = unary(false);
    if (!operand || !adopt(*value, value->operands, std::move(operand)))
      return nullptr;
  } else {
    value = primary();
  }
  if (value)
    value = postfix(std::move(value));
  if (value && withFilters)
    value = filtersAndTests(std::move(value));
  return value;
}

ExpressionPtr Parser::primary(bool allowMember) {
  const Token &token = current();
  ExpressionPtr made = make(ExpressionKind::Name, token.at);
  switch (token.kind) {
  case TokenKind::Name:
    advance();
    if (token.text == "true" || token.text == "True" || token.text == "false" ||
        token.text == "False") {
      made->kind = ExpressionKind::Boolean;
      made->integer = token.text == "true" || token.text == "True";
    } else if (token.text == "none" || token.text == "None") {
      made->kind = ExpressionKind::None;
    } else {
      made->text = token.text;
      if (allowMember && skipOperator(".")) {
        made->kind = ExpressionKind::Member;
        if (!expectName(made->member))
          return nullptr;
      }
    }
    return made;
  case TokenKind::String:
    made->kind = ExpressionKind::String;
    // Strings side by side are one.
    for (; current().kind == TokenKind::String; advance())
      made->text += current().text;
    return made;
  case TokenKind::Integer:
    made->kind = ExpressionKind::Integer;
    made->integer = token.integer;
    advance();
    return made;
  case TokenKind::Float:
    made->kind = ExpressionKind::Float;
    made->real = token.real;
    advance();
    return made;
  default:
    break;
  }
  if (isOperator("["))
    return list();
  if (isOperator("{"))
    return dict();
  if (skipOperator("(")) {
    TupleRules rules;
    rules.parenthesized = true;
    made = tuple(rules);
    return made && expectOperator(")") ? std::move(made) : nullptr;
  }
  fail(token.at, "expected an expression, found " + describe(token));
  return nullptr;
}

ExpressionPtr Parser::postfix(ExpressionPtr value) {
  while (value) {
    if (isOperator(".") || isOperator("["))
      value = subscript(std::move(value));
    else if (isOperator("("))
      value = call(std::move(value));
    else
      break;
  }
  return value;
}

ExpressionPtr Parser::filtersAndTests(ExpressionPtr value) {
  while (value) {
    if (isOperator("|"))
      value = filters(std::move(value), false);
    else if (isName("is"))
      value = test(std::move(value));
    else if (isOperator("("))
      value = call(std::move(value));
    else
      break;
  }
  return value;
}

ExpressionPtr Parser::filters(ExpressionPtr value, bool firstIsNamed) {
  while (firstIsNamed || skipOperator("|")) {
    firstIsNamed = false;
    ExpressionPtr made = make(ExpressionKind::Filter, current().at);
    if (!expectName(made->text))
      return nullptr;
    while (skipOperator(".")) {
      std::string part;
      if (!expectName(part))
        return nullptr;
      made->text += "." + part;
    }
    if (!adopt(*made, made->operands, std::move(value)) ||
        (isOperator("(") && !arguments(*made)))
      return nullptr;
    value = std::move(made);
  }
  return value;
}

ExpressionPtr Parser::test(ExpressionPtr value) {
  Position at = current().at;
  advance(); // is
  bool negated = skipName("not");
  ExpressionPtr made = make(ExpressionKind::Test, current().at);
  if (!expectName(made->text))
    return nullptr;
  if (!adopt(*made, made->operands, std::move(value)))
    return nullptr;
  const Token &token = current();
  bool takesName = token.kind == TokenKind::Name && token.text != "else" &&
                   token.text != "or" && token.text != "and";
  if (isOperator("(")) {
    if (!arguments(*made))
      return nullptr;
  } else if (takesName || token.kind == TokenKind::String ||
             token.kind == TokenKind::Integer ||
             token.kind == TokenKind::Float || isOperator("[") ||
             isOperator("{")) {
    if (isName("is")) {
      fail(token.at, "tests with 'is' cannot be chained");
      return nullptr;
    }
    ExpressionPtr argument = primary();
    if (argument)
      argument = postfix(std::move(argument));
    if (!argument || !adopt(*made, made->arguments, std::move(argument)))
      return nullptr;
  }
  if (!negated)
    return made;
  ExpressionPtr inverse = make(ExpressionKind::Unary, at);
  inverse->text = "not";
  if (!adopt(*inverse, inverse->operands, std::move(made)))
    return nullptr;
  return inverse;
}

ExpressionPtr Parser::subscript(ExpressionPtr value) {
  Position at = current().at;
  if (!skipOperator(".")) {
    advance(); // [
    return subscripted(std::move(value), at);
  }
  ExpressionPtr made = make(ExpressionKind::Attribute, at);
  if (!adopt(*made, made->operands, std::move(value)))
    return nullptr;
  if (current().kind == TokenKind::Integer) {
    made->kind = ExpressionKind::Item;
    ExpressionPtr index = make(ExpressionKind::Integer, current().at);
    index->integer = current().integer;
    advance();
    return adopt(*made, made->operands, std::move(index)) ? std::move(made)
                                                          : nullptr;
  }
  if (current().kind != TokenKind::Name) {
    fail(current().at,
         "expected a name or number, found " + describe(current()));
    return nullptr;
  }
  made->text = current().text;
  advance();
  return made;
}

/// What stands in brackets: an index, several (a tuple), or a slice.
ExpressionPtr Parser::subscripted(ExpressionPtr value, const Position &at) {
  ExpressionPtr first;
  if (isOperator("]")) {
    fail(current().at, "expected an index, found ']'");
    return nullptr;
  }
  if (!isOperator(":") && !(first = expression()))
    return nullptr;
  ExpressionPtr made = make(ExpressionKind::Item, at);
  if (!adopt(*made, made->operands, std::move(value)))
    return nullptr;
  if (!isOperator(":")) {
    if (isOperator(",")) {
      ExpressionPtr tuple = make(ExpressionKind::Tuple, at);
      if (!adopt(*tuple, tuple->operands, std::move(first)))
        return nullptr;
      while (skipOperator(",") && !isOperator("]")) {
        ExpressionPtr part = expression();
        if (!part || !adopt(*tuple, tuple->operands, std::move(part)))
          return nullptr;
      }
      first = std::move(tuple);
    }
    return adopt(*made, made->operands, std::move(first)) && expectOperator("]")
               ? std::move(made)
               : nullptr;
  }
  made->kind = ExpressionKind::Slice;
  if (!adopt(*made, made->operands, std::move(first)))
    return nullptr;
  for (int part = 0; part < 2; ++part) {
    ExpressionPtr bound;
    if (skipOperator(":") && !isOperator(":") && !isOperator("]") &&
        !(bound = expression()))
      return nullptr;
    if (!adopt(*made, made->operands, std::move(bound)))
      return nullptr;
  }
  if (isOperator(",")) {
    fail(current().at, "not supported yet: several slices in one index");
    return nullptr;
  }
  return expectOperator("]") ? std::move(made) : nullptr;
}

ExpressionPtr Parser::call(ExpressionPtr callee) {
  ExpressionPtr made = make(ExpressionKind::Call, current().at);
  if (!adopt(*made, made->operands, std::move(callee)) || !arguments(*made))
    return nullptr;
  return made;
}

bool Parser::arguments(Expression &into) {
  advance(); // (
  bool first = true;
  while (!isOperator(")")) {
    if (!first && !expectOperator(","))
      return false;
    if (!first && isOperator(")"))
      break;
    first = false;
    if (isOperator("*") || isOperator("**")) {
      bool keywords = isOperator("**");
      ExpressionPtr &more = keywords ? into.moreKeywords : into.morePositional;
      if (into.moreKeywords || more)
        return fail(current().at,
                    "'" + current().text + "' does not belong here in a call");
      advance();
      more = expression();
      if (!more)
        return false;
      into.depth = std::max(into.depth, more->depth + 1);
      continue;
    }
    if (current().kind == TokenKind::Name &&
        look().kind == TokenKind::Operator && look().text == "=") {
      Keyword keyword;
      keyword.name = current().text;
      if (into.moreKeywords)
        return fail(current().at, "an argument follows '**'");
      // Each name is compared with those before.
      if (into.keywords.size() >= llmrt::chat::kMaxArguments)
        return fail(current().at,
                    "more than " + std::to_string(llmrt::chat::kMaxArguments) +
                        " arguments");
      for (const Keyword &other : into.keywords)
        if (other.name == keyword.name)
          return fail(current().at, "the argument '" +
                                        keyword.name.substr(0, 60) +
                                        "' is given twice");
      advance();
      advance();
      keyword.value = expression();
      if (!keyword.value)
        return false;
      into.depth = std::max(into.depth, keyword.value->depth + 1);
      into.keywords.push_back(std::move(keyword));
      continue;
    }
    if (!into.keywords.empty() || into.morePositional || into.moreKeywords)
      return fail(current().at, "an argument without name follows one with, "
                                "or '*'");
    ExpressionPtr value = expression();
    if (!value || !adopt(into, into.arguments, std::move(value)))
      return false;
  }
  advance();
  return true;
}

ExpressionPtr Parser::list() {
  ExpressionPtr made = make(ExpressionKind::List, current().at);
  advance();
  while (!isOperator("]")) {
    if (!made->operands.empty() && !expectOperator(","))
      return nullptr;
    if (isOperator("]"))
      break;
    ExpressionPtr item = expression();
    if (!item || !adopt(*made, made->operands, std::move(item)))
      return nullptr;
  }
  advance();
  return made;
}

ExpressionPtr Parser::dict() {
  ExpressionPtr made = make(ExpressionKind::Dict, current().at);
  advance();
  while (!isOperator("}")) {
    if (!made->operands.empty() && !expectOperator(","))
      return nullptr;
    if (isOperator("}"))
      break;
    ExpressionPtr key = expression();
    if (!key || !expectOperator(":"))
      return nullptr;
    ExpressionPtr value = expression();
    if (!value || !adopt(*made, made->operands, std::move(key)) ||
        !adopt(*made, made->operands, std::move(value)))
      return nullptr;
  }
  advance();
  return made;
}

bool Parser::tupleEnds(const TupleRules &rules) const {
  return current().kind == TokenKind::VariableEnd ||
         current().kind == TokenKind::BlockEnd || isOperator(")") ||
         (!rules.endName.empty() && isName(rules.endName));
}

ExpressionPtr Parser::tuple(const TupleRules &rules) {
  Descent descent(*this);
  if (descent.tooDeep())
    return nullptr;
  ExpressionPtr made = make(ExpressionKind::Tuple, current().at);
  bool isTuple = false;
  while (true) {
    if (!made->operands.empty() && !expectOperator(","))
      return nullptr;
    if (tupleEnds(rules))
      break;
    ExpressionPtr item = rules.onlyTargets ? primary(rules.allowMember)
                                           : expression(rules.withConditional);
    if (!item || !adopt(*made, made->operands, std::move(item)))
      return nullptr;
    if (!isOperator(","))
      break;
    isTuple = true;
  }
  if (isTuple || (made->operands.empty() && rules.parenthesized))
    return made;
  if (!made->operands.empty())
    return std::move(made->operands.front());
  fail(current().at, "expected an expression, found " + describe(current()));
  return nullptr;
}

ExpressionPtr Parser::target(bool allowMember, std::string_view endName) {
  TupleRules rules;
  rules.onlyTargets = true;
  rules.allowMember = allowMember;
  rules.endName = endName;
  ExpressionPtr made = tuple(rules);
  return made && checkTarget(*made) ? std::move(made) : nullptr;
}

bool Parser::checkTarget(const Expression &target) {
  switch (target.kind) {
  case ExpressionKind::Name:
  case ExpressionKind::Member:
    return true;
  case ExpressionKind::Tuple:
    for (const ExpressionPtr &part : target.operands)
      if (!checkTarget(*part))
        return false;
    return true;
  default:
    return fail(target.at,
                "cannot assign to this; accepted: a name, names with commas "
                "between, or a member of a namespace");
  }
}

} // namespace llm::chat_template
