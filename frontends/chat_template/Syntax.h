//===- Syntax.h - A chat template as a tree -------------------------------===//

#ifndef LLM_FRONTENDS_CHAT_TEMPLATE_SYNTAX_H
#define LLM_FRONTENDS_CHAT_TEMPLATE_SYNTAX_H

#include "frontends/chat_template/Token.h"

#include <memory>
#include <string>
#include <vector>

namespace llm::chat_template {

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;
struct Statement;
using StatementPtr = std::unique_ptr<Statement>;
using Body = std::vector<StatementPtr>;

enum class ExpressionKind : uint8_t {
  None,
  Boolean, ///< integer
  Integer,
  Float,
  String, ///< text
  Name,   ///< text; also what is assigned to
  Member, ///< text.member: a target, `ns.x` of `{% set ns.x = 1 %}`
  List,   ///< operands
  Tuple,
  Dict,      ///< key, value, key, value ...
  Attribute, ///< operands[0].text
  Item,      ///< operands[0][operands[1]]
  Slice,     ///< operands[0][operands[1]:operands[2]:operands[3]], may be null
  Call,      ///< operands[0](arguments)
  Filter,    ///< operands[0] | text(arguments); null: the block's text
  Test,      ///< operands[0] is text(arguments)
  Unary,     ///< text is "-", "+" or "not"
  Binary,    ///< text is the operator
  And,
  Or,
  Concat,      ///< operands joined by ~
  Compare,     ///< operands compared in a chain by `operators`
  Conditional, ///< operands: then, test, else (may be null)
};

struct Keyword {
  std::string name;
  ExpressionPtr value;
};

struct Expression {
  ExpressionKind kind;
  Position at;
  uint32_t depth = 1;
  std::string text, member;
  int64_t integer = 0;
  double real = 0;
  std::vector<ExpressionPtr> operands;
  std::vector<std::string> operators;
  std::vector<ExpressionPtr> arguments;
  std::vector<Keyword> keywords;
  ExpressionPtr morePositional, moreKeywords; ///< *these, **these; may be null
};

enum class StatementKind : uint8_t {
  Text,        ///< text
  Print,       ///< value
  For,         ///< target, value (what is iterated), test, body, otherwise
  If,          ///< branches, otherwise
  Set,         ///< target, value
  SetBlock,    ///< target, value (filters of the body, may be null), body
  Macro,       ///< text (its name), parameters, body
  CallBlock,   ///< value (the call), parameters, body
  FilterBlock, ///< value, body
  With,        ///< assignments, body
  Generation,  ///< body
  Break,
  Continue,
};

struct Parameter {
  std::string name;
  Position at;
  ExpressionPtr standard; ///< its default, may be null
};

struct Branch {
  ExpressionPtr test;
  Body body;
};

struct Assignment {
  ExpressionPtr target, value;
};

struct Statement {
  StatementKind kind;
  Position at;
  std::string text;
  ExpressionPtr target, value, test;
  std::vector<Parameter> parameters;
  std::vector<Branch> branches;
  std::vector<Assignment> assignments;
  Body body, otherwise;
};

} // namespace llm::chat_template

#endif // LLM_FRONTENDS_CHAT_TEMPLATE_SYNTAX_H
