//===- StatementParser.cpp - Reads a chat template's statements -----------===//

#include "frontends/chat_template/Parser.h"

#include "runtime/lib/chat_template/Format.h"

#include <algorithm>

namespace llm::chat_template {
namespace {

constexpr uint32_t kMaxDescent = 100;

constexpr std::string_view kStatements =
    "accepted: for, if, set, macro, call, filter, with, print, break, "
    "continue, generation, raw";

} // namespace

bool Parser::Descent::tooDeep() {
  if (parser.level <= kMaxDescent)
    return false;
  parser.fail(parser.current().at, "the template nests deeper than " +
                                       std::to_string(kMaxDescent) + " levels");
  return true;
}

bool Parser::fail(const Position &at, const std::string &what) {
  if (error.empty())
    error =
        std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + what;
  return false;
}

const Token &Parser::look() const {
  return tokens[std::min(next + 1, tokens.size() - 1)];
}

void Parser::advance() { next = std::min(next + 1, tokens.size() - 1); }

bool Parser::isOperator(std::string_view text) const {
  return current().kind == TokenKind::Operator && current().text == text;
}

bool Parser::isName(std::string_view text) const {
  return current().kind == TokenKind::Name && current().text == text;
}

bool Parser::skipOperator(std::string_view text) {
  if (!isOperator(text))
    return false;
  advance();
  return true;
}

bool Parser::skipName(std::string_view text) {
  if (!isName(text))
    return false;
  advance();
  return true;
}

std::string Parser::describe(const Token &token) {
  switch (token.kind) {
  case TokenKind::Data:
    return "text";
  case TokenKind::VariableBegin:
    return "'{{'";
  case TokenKind::VariableEnd:
    return "'}}'";
  case TokenKind::BlockBegin:
    return "'{%'";
  case TokenKind::BlockEnd:
    return "'%}'";
  case TokenKind::Name:
  case TokenKind::Operator:
    return "'" + token.text.substr(0, 60) + "'";
  case TokenKind::Integer:
  case TokenKind::Float:
    return "a number";
  case TokenKind::String:
    return "a string";
  case TokenKind::End:
    return "the end of the template";
  }
  return "something";
}

bool Parser::expectOperator(std::string_view text) {
  if (skipOperator(text))
    return true;
  return fail(current().at, "expected '" + std::string(text) + "', found " +
                                describe(current()));
}

bool Parser::expectName(std::string &name) {
  if (current().kind != TokenKind::Name)
    return fail(current().at, "expected a name, found " + describe(current()));
  name = current().text;
  advance();
  return true;
}

bool Parser::blockEnd() {
  if (current().kind != TokenKind::BlockEnd)
    return fail(current().at, "expected '%}', found " + describe(current()));
  advance();
  return true;
}

bool Parser::run(Body &body) { return statements(body, {}, {}); }

/// Statements up to one of the tags in `ends`, which stays the current token;
/// without any, up to the template's end.
bool Parser::statements(Body &body, Words ends, std::string_view of) {
  Descent descent(*this);
  if (descent.tooDeep())
    return false;
  while (current().kind != TokenKind::End) {
    Position at = current().at;
    if (current().kind == TokenKind::Data) {
      auto text = std::make_unique<Statement>();
      text->kind = StatementKind::Text;
      text->at = at;
      text->text = current().text;
      body.push_back(std::move(text));
      advance();
      continue;
    }
    if (current().kind == TokenKind::VariableBegin) {
      advance();
      auto print = std::make_unique<Statement>();
      print->kind = StatementKind::Print;
      print->at = at;
      print->value = tuple({});
      if (!print->value)
        return false;
      if (current().kind != TokenKind::VariableEnd)
        return fail(current().at,
                    "expected '}}', found " + describe(current()));
      advance();
      body.push_back(std::move(print));
      continue;
    }
    advance(); // the lexer gives nothing but BlockBegin here
    for (std::string_view end : ends)
      if (isName(end))
        return true;
    if (isName("print")) {
      advance();
      if (!print(body))
        return false;
    } else {
      StatementPtr made;
      if (!statement(made))
        return false;
      body.push_back(std::move(made));
    }
    if (!blockEnd())
      return false;
  }
  if (ends.size() == 0)
    return true;
  return fail(current().at, "'{% " + std::string(of) +
                                " %}' is not closed: expected '{% " +
                                std::string(*(ends.end() - 1)) + " %}'");
}

/// "%}", statements, and the tag that ends them up to its own name.
bool Parser::blockBody(Body &body, Words ends, std::string_view of) {
  skipOperator(":");
  return blockEnd() && statements(body, ends, of);
}

bool Parser::refuse(const Token &name) {
  for (std::string_view gap :
       {"block", "extends", "include", "import", "from", "autoescape"})
    if (name.text == gap)
      return fail(name.at, "not supported yet: '{% " + name.text + " %}'; " +
                               std::string(kStatements));
  if (name.text.rfind("end", 0) == 0 || name.text == "else" ||
      name.text == "elif")
    return fail(name.at, "'{% " + name.text.substr(0, 60) +
                             " %}' closes nothing that is open here");
  return fail(name.at, "unknown tag '" + name.text.substr(0, 60) + "'; " +
                           std::string(kStatements));
}

bool Parser::statement(StatementPtr &out) {
  const Token &name = current();
  if (name.kind != TokenKind::Name)
    return fail(name.at, "expected the name of a tag, found " + describe(name) +
                             "; " + std::string(kStatements));
  out = std::make_unique<Statement>();
  Statement &made = *out;
  made.at = name.at;
  advance();
  if (name.text == "for")
    return forLoop(made);
  if (name.text == "if")
    return conditional(made);
  if (name.text == "set")
    return assignment(made);
  if (name.text == "macro")
    return macro(made);
  if (name.text == "call")
    return callBlock(made);
  if (name.text == "filter")
    return filterBlock(made);
  if (name.text == "with")
    return with(made);
  if (name.text == "break" || name.text == "continue") {
    if (loops == 0)
      return fail(name.at, "'" + name.text + "' stands in no loop");
    made.kind =
        name.text == "break" ? StatementKind::Break : StatementKind::Continue;
    return true;
  }
  if (name.text == "generation") {
    made.kind = StatementKind::Generation;
    uint32_t outer = loops;
    loops = 0; // jinja2 makes a function of it
    bool done = blockBody(made.body, {"endgeneration"}, "generation");
    loops = outer;
    advance();
    return done;
  }
  return refuse(name);
}

bool Parser::forLoop(Statement &loop) {
  loop.kind = StatementKind::For;
  loop.target = target(false, "in");
  if (!loop.target)
    return false;
  if (!skipName("in"))
    return fail(current().at, "expected 'in', found " + describe(current()));
  TupleRules rules;
  rules.withConditional = false;
  rules.endName = "recursive";
  loop.value = tuple(rules);
  if (!loop.value)
    return false;
  if (skipName("if") && !(loop.test = expression()))
    return false;
  if (isName("recursive"))
    return fail(current().at,
                "not supported yet: recursive loops; use a macro that calls "
                "itself");
  ++loops;
  bool done = blockBody(loop.body, {"else", "endfor"}, "for");
  --loops;
  if (!done)
    return false;
  bool hasElse = isName("else");
  advance();
  if (!hasElse)
    return true;
  done = blockBody(loop.otherwise, {"endfor"}, "for");
  advance();
  return done;
}

bool Parser::conditional(Statement &choice) {
  choice.kind = StatementKind::If;
  while (true) {
    Branch branch;
    TupleRules rules;
    rules.withConditional = false;
    branch.test = tuple(rules);
    if (!branch.test ||
        !blockBody(branch.body, {"elif", "else", "endif"}, "if"))
      return false;
    choice.branches.push_back(std::move(branch));
    if (skipName("elif"))
      continue;
    bool hasElse = isName("else");
    advance();
    if (!hasElse)
      return true;
    bool done = blockBody(choice.otherwise, {"endif"}, "if");
    advance();
    return done;
  }
}

bool Parser::assignment(Statement &set) {
  set.kind = StatementKind::Set;
  set.target = target(true, {});
  if (!set.target)
    return false;
  if (skipOperator("=")) {
    set.value = tuple({});
    return set.value != nullptr;
  }
  set.kind = StatementKind::SetBlock;
  if (isOperator("|") && !(set.value = filters(nullptr, false)))
    return false;
  bool done = blockBody(set.body, {"endset"}, "set");
  advance();
  return done;
}

bool Parser::parameters(std::vector<Parameter> &list) {
  if (!expectOperator("("))
    return false;
  bool hasDefaults = false;
  while (!isOperator(")")) {
    if (!list.empty() && !expectOperator(","))
      return false;
    Parameter parameter;
    parameter.at = current().at;
    if (!expectName(parameter.name))
      return false;
    if (list.size() >= llmrt::chat::kMaxArguments)
      return fail(parameter.at, "more than " +
                                    std::to_string(llmrt::chat::kMaxArguments) +
                                    " parameters");
    for (const Parameter &other : list)
      if (other.name == parameter.name)
        return fail(parameter.at, "the parameter '" +
                                      parameter.name.substr(0, 60) +
                                      "' stands there twice");
    if (skipOperator("=")) {
      hasDefaults = true;
      if (!(parameter.standard = expression()))
        return false;
    } else if (hasDefaults) {
      return fail(parameter.at, "a parameter without default follows one "
                                "with");
    }
    list.push_back(std::move(parameter));
  }
  advance();
  return true;
}

bool Parser::macro(Statement &made) {
  made.kind = StatementKind::Macro;
  if (!expectName(made.text) || !parameters(made.parameters))
    return false;
  uint32_t outer = loops;
  loops = 0;
  bool done = blockBody(made.body, {"endmacro"}, "macro");
  loops = outer;
  advance();
  return done;
}

bool Parser::callBlock(Statement &made) {
  made.kind = StatementKind::CallBlock;
  if (isOperator("(") && !parameters(made.parameters))
    return false;
  Position at = current().at;
  made.value = expression();
  if (!made.value)
    return false;
  if (made.value->kind != ExpressionKind::Call)
    return fail(at, "expected the call of a macro");
  uint32_t outer = loops;
  loops = 0;
  bool done = blockBody(made.body, {"endcall"}, "call");
  loops = outer;
  advance();
  return done;
}

bool Parser::filterBlock(Statement &made) {
  made.kind = StatementKind::FilterBlock;
  made.value = filters(nullptr, true);
  bool done = made.value && blockBody(made.body, {"endfilter"}, "filter");
  advance();
  return done;
}

bool Parser::with(Statement &made) {
  made.kind = StatementKind::With;
  while (current().kind != TokenKind::BlockEnd) {
    if (!made.assignments.empty() && !expectOperator(","))
      return false;
    Assignment assignment;
    if (!(assignment.target = target(false, {})) || !expectOperator("=") ||
        !(assignment.value = expression()))
      return false;
    made.assignments.push_back(std::move(assignment));
  }
  bool done = blockBody(made.body, {"endwith"}, "with");
  advance();
  return done;
}

bool Parser::print(Body &body) {
  bool first = true;
  while (current().kind != TokenKind::BlockEnd) {
    if (!first && !expectOperator(","))
      return false;
    first = false;
    auto made = std::make_unique<Statement>();
    made->kind = StatementKind::Print;
    made->at = current().at;
    if (!(made->value = expression()))
      return false;
    body.push_back(std::move(made));
  }
  return true;
}

} // namespace llm::chat_template
