//===- TextStream.cpp - An answer's tokens as text ------------------------===//

#include "runtime/lib/TextStream.h"

using namespace llmrt;

/// Room for the text of a token without allocating; longer ones are rare.
static constexpr size_t kPieceBytes = 1024;

TextStream::TextStream(const Tokenizer &tokenizer,
                       std::vector<std::string> stopStrings)
    : detokenizer(tokenizer), matcher(std::move(stopStrings), kPieceBytes) {
  piece.reserve(kPieceBytes);
  certain.reserve(2 * kPieceBytes);
}

void TextStream::push(int32_t token) {
  piece.clear();
  detokenizer.push(token, piece);
  certain += matcher.push(piece);
}

void TextStream::finish() {
  piece.clear();
  detokenizer.flush(piece);
  certain += matcher.push(piece);
  certain += matcher.flush();
}
