//===- StopMatcher.h - Hold back what may become a stop string --*- C++ -*-===//
//
// Text arrives in pieces; a stop string may span several. What could still be
// the start of one is held back, everything before it is let go, so that no
// part of a stop string is ever shown. Pieces are whole UTF-8 characters, and
// so are stop strings, hence every cut falls between characters.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_STOPMATCHER_H
#define LLMRT_LIB_STOPMATCHER_H

#include <string>
#include <string_view>
#include <vector>

namespace llmrt {

class StopMatcher {
public:
  /// None of the strings is empty. Does not allocate later, as long as pieces
  /// do not exceed `pieceBytes`.
  StopMatcher(std::vector<std::string> strings, size_t pieceBytes);

  /// Takes a piece of text and returns what has become certain, valid until
  /// the next call. After a stop string has been found nothing more comes.
  std::string_view push(std::string_view piece);

  /// The text ends here: what was held back is certain now.
  std::string_view flush();

  bool stopped() const { return found; }

private:
  std::vector<std::string> strings;
  std::string text; ///< not yet let go, behind `released` bytes that were
  size_t released = 0;
  bool found = false;
};

} // namespace llmrt

#endif // LLMRT_LIB_STOPMATCHER_H
