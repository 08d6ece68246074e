//===- Lexer.h - Splits a chat template into tokens -----------------------===//
//
// Follows jinja2's lexer with trim_blocks and lstrip_blocks, as transformers
// sets them: which white space around a tag is dropped is part of a model's
// prompt.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_CHAT_TEMPLATE_LEXER_H
#define LLM_FRONTENDS_CHAT_TEMPLATE_LEXER_H

#include "frontends/chat_template/Token.h"

#include <string_view>
#include <vector>

namespace llm::chat_template {

class Lexer {
public:
  explicit Lexer(std::string_view source);

  /// All tokens, the last of kind End. False: `error` says what is wrong where.
  bool run(std::vector<Token> &tokens, std::string &error);

private:
  bool fail(size_t offset, const std::string &what);
  Position positionOf(size_t offset);
  void add(TokenKind kind, size_t offset, std::string text = {});
  bool startsWith(size_t offset, std::string_view wanted) const;
  size_t skipSpace(size_t offset) const;

  bool root();
  bool comment(size_t open);
  bool raw(size_t open, size_t body);
  bool tag(size_t open, bool isBlock);
  bool tagToken(bool isBlock, bool &ended);
  bool number();
  bool string();
  bool escape(std::string &text);
  bool brackets(char c);

  /// Where the raw tag that opens at `offset` ends, or npos.
  size_t rawBodyAt(size_t offset) const;
  /// The end of "%}" and its like at `offset` with the white space it takes
  /// along, or npos. `close` is the tag's last two characters.
  size_t closeAt(size_t offset, std::string_view close, bool isVariable) const;
  /// Emits text before a tag; `sign` is the character after its opening.
  void data(size_t start, size_t end, char sign, bool isVariable);

  std::string source;
  size_t at = 0;
  bool lineStarting = true; ///< the last token ended with a line break
  std::string open;         ///< brackets to be closed, innermost last
  std::vector<Token> *tokens = nullptr;
  std::string *error = nullptr;
  size_t countedTo = 0; ///< positionOf has come to here
  Position counted;
};

} // namespace llm::chat_template

#endif // LLM_FRONTENDS_CHAT_TEMPLATE_LEXER_H
