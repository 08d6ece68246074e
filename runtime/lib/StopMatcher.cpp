//===- StopMatcher.cpp - Hold back what may become a stop string ----------===//

#include "runtime/lib/StopMatcher.h"

#include <algorithm>

using namespace llmrt;

StopMatcher::StopMatcher(std::vector<std::string> wanted, size_t pieceBytes)
    : strings(std::move(wanted)) {
  size_t longest = 0;
  for (const std::string &string : strings)
    longest = std::max(longest, string.size());
  text.reserve(longest + pieceBytes);
}

std::string_view StopMatcher::push(std::string_view piece) {
  text.erase(0, released);
  released = 0;
  if (found)
    return {};
  text += piece;

  size_t first = std::string::npos;
  for (const std::string &string : strings)
    first = std::min(first, text.find(string));
  if (first != std::string::npos) {
    found = true;
    text.resize(first);
    released = first;
    return text;
  }

  // The earliest place from which the text is the start of a stop string.
  size_t certain = text.size();
  for (const std::string &string : strings) {
    size_t longest = std::min(string.size() - 1, text.size());
    for (size_t held = longest; held > text.size() - certain; --held)
      if (text.compare(text.size() - held, held, string, 0, held) == 0)
        certain = text.size() - held;
  }
  released = certain;
  return std::string_view(text).substr(0, certain);
}

std::string_view StopMatcher::flush() {
  text.erase(0, released);
  released = text.size();
  return text;
}
