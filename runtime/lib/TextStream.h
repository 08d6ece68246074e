//===- TextStream.h - An answer's tokens as text ----------------*- C++ -*-===//

#ifndef LLMRT_LIB_TEXTSTREAM_H
#define LLMRT_LIB_TEXTSTREAM_H

#include "runtime/lib/StopMatcher.h"
#include "runtime/lib/Tokenizer.h"

#include <string>
#include <string_view>
#include <vector>

namespace llmrt {

class TextStream {
public:
  TextStream(const Tokenizer &tokenizer, std::vector<std::string> stopStrings);

  /// Text that has become certain since the last clear(): whole characters,
  /// nothing that may be part of a stop string.
  std::string_view text() const { return certain; }
  void clear() { certain.clear(); }

  void push(int32_t token);
  /// The answer ends here: what was held back is certain, too.
  void finish();
  /// A stop string has been found; no text comes after it.
  bool stopped() const { return matcher.stopped(); }

private:
  Detokenizer detokenizer;
  StopMatcher matcher;
  std::string piece;
  std::string certain;
};

} // namespace llmrt

#endif // LLMRT_LIB_TEXTSTREAM_H
