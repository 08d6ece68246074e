//===- TokenizerPreTokenizer.cpp - Cut text into pieces -------------------===//

#include "runtime/lib/TokenizerPreTokenizer.h"
#include "runtime/lib/TokenizerNormalizer.h"
#include "runtime/lib/TokenizerPattern.h"
#include "runtime/lib/TokenizerText.h"

#include <vector>

using namespace llmrt;

namespace {

/// A stretch of the text: a match of the pattern or what lies between.
struct Stretch {
  size_t begin, end;
  bool match;
};

class Splitter {
public:
  Splitter(const TokenizerTables &tables, size_t step, const Piece &piece,
           EncodeWork &work)
      : tables(tables), step(step), piece(piece), work(work) {}

  bool run();

private:
  bool emit(size_t begin, size_t end) {
    if (begin == end)
      return true;
    return preTokenize(tables, step + 1, piece.part(begin, end), work);
  }
  bool add(size_t begin, size_t end, bool match);
  bool finish();

  const TokenizerTables &tables;
  size_t step;
  const Piece &piece;
  EncodeWork &work;

  // The stretch that may still grow.
  bool open = false;
  bool lastMatch = false;
  size_t openBegin = 0, openEnd = 0;
  std::vector<Stretch> stretches; ///< MergedWithNext goes from the end
};

bool Splitter::add(size_t begin, size_t end, bool match) {
  match ^= tables.preTokenizer[step].invert;
  switch (tables.preTokenizer[step].behavior) {
  case SplitBehavior::Isolated:
    return emit(begin, end);
  case SplitBehavior::Removed:
    return match || emit(begin, end);
  case SplitBehavior::MergedWithNext:
    stretches.push_back({begin, end, match});
    return true;
  case SplitBehavior::Contiguous:
  case SplitBehavior::MergedWithPrevious: {
    bool contiguous =
        tables.preTokenizer[step].behavior == SplitBehavior::Contiguous;
    bool grows = contiguous ? match == lastMatch : match && !lastMatch;
    lastMatch = match;
    if (grows && open) {
      openEnd = end;
      return true;
    }
    bool good = !open || emit(openBegin, openEnd);
    open = true;
    openBegin = begin;
    openEnd = end;
    return good;
  }
  }
  return false;
}

bool Splitter::finish() {
  if (open)
    return emit(openBegin, openEnd);
  // From the end, a match takes the stretch after it along, unless that is a
  // match too.
  std::vector<Stretch> merged;
  bool last = false;
  for (size_t index = stretches.size(); index-- > 0;) {
    const Stretch &stretch = stretches[index];
    if (stretch.match && !last && !merged.empty())
      merged.back().begin = stretch.begin;
    else
      merged.push_back(stretch);
    last = stretch.match;
  }
  for (size_t index = merged.size(); index-- > 0;)
    if (!emit(merged[index].begin, merged[index].end))
      return false;
  return true;
}

bool Splitter::run() {
  PatternSearch search(tables.patterns[tables.preTokenizer[step].first],
                       piece.text);
  size_t begin, end, done = 0;
  while (search.next(begin, end)) {
    if (done != begin && !add(done, begin, false))
      return false;
    if (!add(begin, end, true))
      return false;
    done = end;
  }
  if (done != piece.text.size() && !add(done, piece.text.size(), false))
    return false;
  return finish();
}

/// Hands on a rewritten text; `origins` empty: not tracked.
bool handOn(const TokenizerTables &tables, size_t step, const Piece &piece,
            const std::string &text, const std::vector<uint32_t> &origins,
            EncodeWork &work) {
  work.rewritten += text.size();
  if (work.rewritten > work.rewriteLimit)
    return false;
  Piece next{text, nullptr, piece.base};
  if (!origins.empty())
    next.origins = origins.data();
  else
    next.base = piece.origin();
  return preTokenize(tables, step + 1, next, work);
}

uint32_t originAt(const Piece &piece, size_t at) {
  return piece.origins ? piece.origins[at] : uint32_t(at);
}

bool prependSpace(const TokenizerTables &tables, size_t step,
                  const Piece &piece, EncodeWork &work) {
  if (piece.text[0] == ' ')
    return preTokenize(tables, step + 1, piece, work);
  std::string text = " ";
  text += piece.text;
  std::vector<uint32_t> origins;
  if (tables.has(kTrackOrigin)) {
    origins.push_back(originAt(piece, 0));
    for (size_t at = 0; at < piece.text.size(); ++at)
      origins.push_back(originAt(piece, at));
  }
  return handOn(tables, step, piece, text, origins, work);
}

bool metaspace(const TokenizerTables &tables, size_t step, const Piece &piece,
               EncodeWork &work) {
  const PreTokenizer &settings = tables.preTokenizer[step];
  std::string_view meta = settings.text;
  bool track = tables.has(kTrackOrigin);
  std::string text;
  std::vector<uint32_t> origins;
  auto put = [&](std::string_view added, size_t from) {
    text += added;
    if (track)
      origins.insert(origins.end(), added.size(), originAt(piece, from));
  };
  text.reserve(piece.text.size() + piece.text.size() / 2 + meta.size());
  bool starts =
      piece.text[0] == ' ' || piece.text.substr(0, meta.size()) == meta;
  MetaspacePrepend when = MetaspacePrepend(settings.first);
  if (!starts && (when == MetaspacePrepend::Always ||
                  (when == MetaspacePrepend::First && piece.origin() == 0)))
    put(meta, 0);
  for (size_t at = 0; at < piece.text.size();) {
    if (piece.text[at] == ' ') {
      put(meta, at++);
      continue;
    }
    size_t end = std::min(piece.text.find(' ', at), piece.text.size());
    text += piece.text.substr(at, end - at);
    if (track)
      for (size_t byte = at; byte < end; ++byte)
        origins.push_back(originAt(piece, byte));
    at = end;
  }
  return handOn(tables, step, piece, text, origins, work);
}

} // namespace

bool llmrt::preTokenize(const TokenizerTables &tables, size_t step,
                        const Piece &piece, EncodeWork &work) {
  if (piece.text.empty())
    return true;
  if (step == tables.preTokenizer.size())
    return work.encodePiece(piece.text);
  switch (tables.preTokenizer[step].kind) {
  case PreTokenizerKind::Split:
    return Splitter(tables, step, piece, work).run();
  case PreTokenizerKind::PrependSpace:
    return prependSpace(tables, step, piece, work);
  case PreTokenizerKind::Metaspace:
    return metaspace(tables, step, piece, work);
  case PreTokenizerKind::BytesToCharacters: {
    std::string text;
    appendByteCharacters(piece.text, text);
    std::vector<uint32_t> origins;
    if (tables.has(kTrackOrigin))
      for (size_t at = 0; at < piece.text.size(); ++at)
        origins.insert(origins.end(),
                       byteCharacter(uint8_t(piece.text[at])) < 0x80 ? 1 : 2,
                       originAt(piece, at));
    return handOn(tables, step, piece, text, origins, work);
  }
  case PreTokenizerKind::CharactersToBytes: {
    std::string text;
    const char *cursor = piece.text.data();
    const char *end = cursor + piece.text.size();
    while (cursor != end) {
      int byte = characterByte(readCharacter(cursor));
      if (byte >= 0)
        text += char(byte);
    }
    return handOn(tables, step, piece, text, {}, work);
  }
  }
  return false;
}
