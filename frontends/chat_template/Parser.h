//===- Parser.h - Reads a chat template's tokens into a tree --------------===//
//
// jinja2's grammar (jinja2/parser.py), construct by construct, so that a
// template means here what it means there. What transformers offers beside is
// read too: break, continue and {% generation %}. Depth is bounded: a tree can
// be walked and freed by recursion.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_CHAT_TEMPLATE_PARSER_H
#define LLM_FRONTENDS_CHAT_TEMPLATE_PARSER_H

#include "frontends/chat_template/Syntax.h"

#include <initializer_list>
#include <string_view>

namespace llm::chat_template {

class Parser {
public:
  Parser(const std::vector<Token> &tokens, std::string &error)
      : tokens(tokens), error(error) {}

  /// False: `error` says what is wrong where.
  bool run(Body &body);

private:
  using Words = std::initializer_list<std::string_view>;

  // Tokens. The stream always ends in a token of kind End.
  const Token &current() const { return tokens[next]; }
  const Token &look() const;
  void advance();
  bool isOperator(std::string_view text) const;
  bool isName(std::string_view text) const;
  bool skipOperator(std::string_view text);
  bool skipName(std::string_view text);
  bool expectOperator(std::string_view text);
  bool expectName(std::string &name);
  bool fail(const Position &at, const std::string &what);
  static std::string describe(const Token &token);

  // Statements, StatementParser.cpp. Each returns false once it has failed.
  bool statements(Body &body, Words ends, std::string_view of);
  bool blockBody(Body &body, Words ends, std::string_view of);
  bool blockEnd();
  bool statement(StatementPtr &out);
  bool forLoop(Statement &loop);
  bool conditional(Statement &choice);
  bool assignment(Statement &set);
  bool macro(Statement &macro);
  bool callBlock(Statement &call);
  bool filterBlock(Statement &block);
  bool with(Statement &with);
  bool print(Body &body);
  bool parameters(std::vector<Parameter> &list);
  bool refuse(const Token &name);

  // Expressions, ExpressionParser.cpp. Each returns null once it has failed.
  ExpressionPtr make(ExpressionKind kind, const Position &at);
  bool adopt(Expression &parent, std::vector<ExpressionPtr> &list,
             ExpressionPtr child);
  ExpressionPtr expression(bool withConditional = true);
  ExpressionPtr conditionalExpression();
  ExpressionPtr disjunction();
  ExpressionPtr conjunction();
  ExpressionPtr negation();
  ExpressionPtr comparison();
  ExpressionPtr sum();
  ExpressionPtr concatenation();
  ExpressionPtr product();
  ExpressionPtr power();
  ExpressionPtr unary(bool withFilters);
  ExpressionPtr primary(bool allowMember = false);
  ExpressionPtr postfix(ExpressionPtr value);
  ExpressionPtr filtersAndTests(ExpressionPtr value);
  ExpressionPtr filters(ExpressionPtr value, bool firstIsNamed);
  ExpressionPtr test(ExpressionPtr value);
  ExpressionPtr subscript(ExpressionPtr value);
  ExpressionPtr subscripted(ExpressionPtr value, const Position &at);
  ExpressionPtr call(ExpressionPtr callee);
  bool arguments(Expression &into);
  ExpressionPtr list();
  ExpressionPtr dict();

  struct TupleRules {
    bool onlyTargets = false; ///< names and literals, no operators
    bool withConditional = true;
    bool parenthesized = false;
    bool allowMember = false;
    std::string_view endName; ///< a name that ends the tuple
  };
  ExpressionPtr tuple(const TupleRules &rules);
  bool tupleEnds(const TupleRules &rules) const;
  ExpressionPtr target(bool allowMember, std::string_view endName);
  bool checkTarget(const Expression &target);

  /// Counts how deep the recursion is.
  class Descent {
  public:
    explicit Descent(Parser &parser) : parser(parser) { ++parser.level; }
    ~Descent() { --parser.level; }
    bool tooDeep();

  private:
    Parser &parser;
  };

  const std::vector<Token> &tokens;
  std::string &error;
  size_t next = 0;
  uint32_t level = 0;
  uint32_t loops = 0; ///< that a break here would find
};

} // namespace llm::chat_template

#endif // LLM_FRONTENDS_CHAT_TEMPLATE_PARSER_H
