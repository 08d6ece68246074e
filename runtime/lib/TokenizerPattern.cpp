//===- TokenizerPattern.cpp - Find matches of a compiled pattern ----------===//

#include "runtime/lib/TokenizerPattern.h"
#include "runtime/lib/TokenizerText.h"

using namespace llmrt;

/// States are remembered at the first character of each block of this size,
/// after this many characters without an end.
static constexpr size_t kBlock = 32;

PatternSearch::PatternSearch(const Pattern &pattern, std::string_view text)
    : pattern(pattern), text(text.data()), size(text.size()),
      classBefore(pattern.classes) {
  if (!pattern.lookaheads.empty())
    runLookaheads();
}

uint32_t PatternSearch::classAt(size_t at) const {
  const char *cursor = text + at;
  return pattern.classOf[readCharacter(cursor)];
}

void PatternSearch::runLookaheads() {
  holds.assign(size + 1, 0);
  for (size_t index = 0; index < pattern.lookaheads.size(); ++index) {
    const TableView<uint16_t> &next = pattern.lookaheads[index];
    uint32_t state = 0;
    for (size_t at = size;;) {
      size_t before = at;
      uint32_t column = pattern.classes;
      if (at != 0) {
        do
          --before;
        while (isContinuation(text[before]));
        column = classAt(before);
      }
      uint16_t transition = next[state * (pattern.classes + 1) + column];
      holds[at] |= uint8_t((transition & kMatchBit ? 1 : 0) << index);
      if (at == 0)
        break;
      state = transition & uint16_t(~kMatchBit);
      at = before;
    }
  }
}

bool PatternSearch::matchAt(size_t begin, size_t &end) {
  uint32_t state = pattern.start[classBefore];
  const uint16_t *next = pattern.next.data;
  const uint32_t columns = pattern.columns;
  size_t found = SIZE_MAX;
  size_t lastProgress = begin, block = begin / kBlock;
  const char *cursor = text + begin;
  const char *stop = text + size;
  passed.clear();
  while (state != 0) {
    size_t at = size_t(cursor - text);
    if (at / kBlock != block) {
      block = at / kBlock;
      if (at - lastProgress > kBlock) {
        uint64_t key = uint64_t(block) << 16 | state;
        if (hopeless.count(key))
          break;
        passed.push_back(key);
      }
    }
    uint32_t column = pattern.classes;
    if (cursor != stop)
      column = pattern.classOf[readCharacter(cursor)];
    else
      cursor = nullptr;
    if (!holds.empty())
      column += (pattern.classes + 1) * holds[at];
    uint16_t transition = next[state * columns + column];
    if (transition & kMatchBit) {
      found = at;
      lastProgress = at;
      passed.clear();
    }
    if (!cursor)
      break;
    state = transition & uint16_t(~kMatchBit);
  }
  hopeless.insert(passed.begin(), passed.end());
  end = found;
  return found != SIZE_MAX;
}

bool PatternSearch::next(size_t &begin, size_t &end) {
  while (position <= size) {
    if (matchAt(position, end) && !(end == position && end == lastEnd)) {
      begin = position;
      lastEnd = end;
      if (end != position) {
        size_t last = end;
        do
          --last;
        while (isContinuation(text[last]));
        classBefore = classAt(last);
        position = end;
      }
      return true;
    }
    if (position == size)
      break;
    classBefore = classAt(position);
    position += characterLength(text[position]);
  }
  position = size + 1;
  return false;
}
