//===- TokenizerNormalizer.cpp - Run the normalizer's steps ---------------===//

#include "runtime/lib/TokenizerNormalizer.h"
#include "runtime/lib/TokenizerCharsmap.h"
#include "runtime/lib/TokenizerNormalForm.h"
#include "runtime/lib/TokenizerPattern.h"
#include "runtime/lib/TokenizerText.h"

#include <algorithm>

using namespace llmrt;

void NormalizedText::assign(std::string_view source, bool track) {
  text.assign(source);
  limit = std::min(source.size() * 64 + 4096, kMaxText);
  overflowed = source.size() > limit;
  tracked = track;
  origins.clear();
  if (!track)
    return;
  origins.resize(source.size());
  for (size_t at = 0; at < source.size(); ++at)
    origins[at] =
        isContinuation(source[at]) && at ? origins[at - 1] : uint32_t(at);
}

void llmrt::appendByteCharacters(std::string_view source, std::string &out) {
  for (char byte : source)
    appendCharacter(byteCharacter(uint8_t(byte)), out);
}

namespace {

/// Builds the text after a step from the text before it.
class Rewriter {
public:
  explicit Rewriter(NormalizedText &text) : target(text) {
    result.reserve(text.text.size() + text.text.size() / 8);
  }
  /// Bytes [begin, end) stay as they are.
  void keep(size_t begin, size_t end) {
    if (!hasRoom(end - begin))
      return;
    result.append(target.text, begin, end - begin);
    if (target.tracked)
      origins.insert(origins.end(), target.origins.begin() + ptrdiff_t(begin),
                     target.origins.begin() + ptrdiff_t(end));
  }
  /// New text that takes its origin from the byte `from`.
  void insert(std::string_view added, size_t from) {
    if (!hasRoom(added.size()))
      return;
    result.append(added);
    if (target.tracked)
      origins.insert(origins.end(), added.size(), target.origins[from]);
  }
  void insertAtFront(std::string_view added) {
    if (!hasRoom(added.size()))
      return;
    result.append(added);
    if (target.tracked)
      origins.insert(origins.end(), added.size(), 0);
  }
  void finish() {
    target.text.swap(result);
    target.origins.swap(origins);
  }

private:
  bool hasRoom(size_t bytes) {
    target.overflowed |= bytes > target.limit - result.size();
    return !target.overflowed;
  }

  NormalizedText &target;
  std::string result;
  std::vector<uint32_t> origins;
};

void mapCharacters(const Normalizer &step, NormalizedText &text) {
  const char *begin = text.text.data();
  const char *end = begin + text.text.size();
  const char *cursor = begin, *kept = begin;
  // Nothing is copied as long as nothing changes.
  while (cursor != end && step.wide[readCharacter(cursor)] == 0)
    kept = cursor;
  if (kept == end)
    return;
  Rewriter out(text);
  out.keep(0, size_t(kept - begin));
  cursor = kept;
  while (cursor != end) {
    const char *at = cursor;
    uint16_t value = step.wide[readCharacter(cursor)];
    if (value == 0)
      out.keep(size_t(at - begin), size_t(cursor - begin));
    else
      out.insert(
          step.text.substr(step.strings[value - 1],
                           step.strings[value] - step.strings[value - 1]),
          size_t(at - begin));
  }
  out.finish();
}

void surround(const Normalizer &step, NormalizedText &text) {
  Rewriter out(text);
  const char *begin = text.text.data();
  const char *end = begin + text.text.size();
  for (const char *cursor = begin; cursor != end;) {
    size_t at = size_t(cursor - begin);
    bool chosen = step.narrow[readCharacter(cursor)];
    if (chosen)
      out.insert(step.text, at);
    out.keep(at, size_t(cursor - begin));
    if (chosen)
      out.insert(step.text, at);
  }
  out.finish();
}

void replace(const TokenizerTables &tables, const Normalizer &step,
             NormalizedText &text) {
  PatternSearch search(tables.patterns[step.first], text.text);
  size_t begin, end, done = 0;
  if (!search.next(begin, end))
    return;
  Rewriter out(text);
  do {
    out.keep(done, begin);
    if (end == 0)
      out.insertAtFront(step.text);
    else
      out.insert(step.text, end - 1);
    done = end;
  } while (search.next(begin, end));
  out.keep(done, text.text.size());
  out.finish();
}

void prepend(const Normalizer &step, NormalizedText &text) {
  if (text.text.empty())
    return;
  Rewriter out(text);
  out.insert(step.text, 0);
  out.keep(0, text.text.size());
  out.finish();
}

void strip(const Normalizer &step, NormalizedText &text) {
  size_t begin = 0, end = text.text.size();
  auto isSpace = [&](size_t at) {
    const char *cursor = text.text.data() + at;
    return step.narrow[readCharacter(cursor)] != 0;
  };
  if (step.first)
    while (begin != end && isSpace(begin))
      begin += characterLength(text.text[begin]);
  if (step.second)
    while (end != begin) {
      size_t last = end;
      do
        --last;
      while (isContinuation(text.text[last]));
      if (!isSpace(last))
        break;
      end = last;
    }
  text.text.resize(end);
  text.text.erase(0, begin);
  if (text.tracked) {
    text.origins.resize(end);
    text.origins.erase(text.origins.begin(),
                       text.origins.begin() + ptrdiff_t(begin));
  }
}

void bytesToCharacters(NormalizedText &text) {
  if (text.tracked) {
    std::vector<uint32_t> origins;
    origins.reserve(text.origins.size() * 2);
    for (size_t at = 0; at < text.text.size(); ++at)
      origins.insert(origins.end(),
                     byteCharacter(uint8_t(text.text[at])) < 0x80 ? 1 : 2,
                     text.origins[at]);
    text.origins.swap(origins);
  }
  std::string characters;
  characters.reserve(text.text.size() * 2);
  appendByteCharacters(text.text, characters);
  text.text.swap(characters);
}

} // namespace

bool llmrt::normalizeText(const TokenizerTables &tables, NormalizedText &text) {
  for (const Normalizer &step : tables.normalizer) {
    switch (step.kind) {
    case NormalizerKind::MapCharacters:
      mapCharacters(step, text);
      break;
    case NormalizerKind::Surround:
      surround(step, text);
      break;
    case NormalizerKind::NormalForm:
      applyNormalForm(tables, step, text);
      break;
    case NormalizerKind::Replace:
      replace(tables, step, text);
      break;
    case NormalizerKind::Prepend:
      prepend(step, text);
      break;
    case NormalizerKind::Strip:
      strip(step, text);
      break;
    case NormalizerKind::Charsmap:
      applyCharsmap(step, text);
      break;
    case NormalizerKind::BytesToCharacters:
      bytesToCharacters(text);
      break;
    }
    if (text.overflowed || text.text.size() > text.limit)
      return false;
  }
  return true;
}
