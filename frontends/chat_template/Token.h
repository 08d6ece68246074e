//===- Token.h - The pieces of a chat template's source -------------------===//

#ifndef LLM_FRONTENDS_CHAT_TEMPLATE_TOKEN_H
#define LLM_FRONTENDS_CHAT_TEMPLATE_TOKEN_H

#include <cstdint>
#include <string>

namespace llm::chat_template {

/// Where something stands; both count from 1, columns in bytes.
struct Position {
  uint32_t line = 1, column = 1;
};

enum class TokenKind : uint8_t {
  Data, ///< text between the tags, white space already stripped
  VariableBegin,
  VariableEnd,
  BlockBegin,
  BlockEnd,
  Name,
  Integer,
  Float,
  String,
  Operator,
  End,
};

struct Token {
  TokenKind kind = TokenKind::End;
  Position at;
  std::string text; ///< of a string: its value
  int64_t integer = 0;
  double real = 0;
};

} // namespace llm::chat_template

#endif // LLM_FRONTENDS_CHAT_TEMPLATE_TOKEN_H
