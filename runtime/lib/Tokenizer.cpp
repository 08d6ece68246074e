//===- Tokenizer.cpp - Text to token ids ----------------------------------===//

#include "runtime/lib/Tokenizer.h"
#include "runtime/lib/TokenizerAddedTokens.h"
#include "runtime/lib/TokenizerNormalizer.h"
#include "runtime/lib/TokenizerPreTokenizer.h"
#include "runtime/lib/TokenizerTables.h"
#include "runtime/lib/TokenizerText.h"

using namespace llmrt;

Tokenizer::Tokenizer() : views(new TokenizerTables) {}
Tokenizer::~Tokenizer() = default;

std::unique_ptr<Tokenizer> Tokenizer::open(const uint8_t *data, size_t size,
                                           std::string &error) {
  std::unique_ptr<Tokenizer> tokenizer(new Tokenizer);
  if (!tokenizer->views->open(data, size, error))
    return nullptr;
  return tokenizer;
}

namespace {

class Encoding {
public:
  Encoding(const TokenizerTables &tables, bool parseSpecial,
           std::vector<int32_t> &ids)
      : tables(tables), parseSpecial(parseSpecial), ids(ids),
        work(tables, ids) {}

  bool encode(std::string_view text) {
    findAddedTokens(tables, tables.addedBefore, text, parseSpecial, before);
    for (const TextPart &part : before) {
      if (part.id >= 0)
        ids.push_back(part.id);
      else if (!encodePart(text.substr(part.begin, part.end - part.begin),
                           part.begin))
        return false;
    }
    return true;
  }

private:
  bool encodePart(std::string_view text, size_t origin) {
    Piece piece{text, nullptr, origin};
    if (!tables.normalizer.empty()) {
      normalized.assign(text, tables.has(kTrackOrigin));
      if (!normalizeText(tables, normalized))
        return false;
      piece.text = normalized.text;
      if (normalized.tracked)
        piece.origins = normalized.origins.data();
    }
    work.rewritten = 0;
    work.rewriteLimit = (piece.text.size() * 64 + 4096) * 8;
    if (tables.addedAfter.empty())
      return preTokenize(tables, 0, piece, work);
    findAddedTokens(tables, tables.addedAfter, piece.text, parseSpecial, after);
    for (const TextPart &part : after) {
      if (part.id >= 0)
        ids.push_back(part.id);
      else if (!preTokenize(tables, 0, piece.part(part.begin, part.end), work))
        return false;
    }
    return true;
  }

  const TokenizerTables &tables;
  bool parseSpecial;
  std::vector<int32_t> &ids;
  EncodeWork work;
  std::vector<TextPart> before, after;
  NormalizedText normalized;
};

} // namespace

bool Tokenizer::encode(std::string_view text, bool addSpecial,
                       bool parseSpecial, std::vector<int32_t> &ids) const {
  if (text.size() > kMaxText)
    return false;
  std::string replaced;
  if (!isUtf8(text)) {
    appendReplaced(text, replaced);
    text = replaced;
    if (text.size() > kMaxText)
      return false;
  }
  size_t before = ids.size();
  for (int32_t id : views->templateIds) {
    if (id >= 0) {
      if (addSpecial)
        ids.push_back(id);
    } else if (!Encoding(*views, parseSpecial, ids).encode(text)) {
      ids.resize(before);
      return false;
    }
  }
  return true;
}

bool Tokenizer::exists(int32_t id) const {
  return id >= 0 && uint32_t(id) < views->header.vocabSize &&
         (views->tokenFlags[size_t(id)] & kTokenExists);
}

std::string_view Tokenizer::idToBytes(int32_t id) const {
  return exists(id) ? views->decodeString(uint32_t(id)) : std::string_view();
}

bool Tokenizer::isSpecial(int32_t id) const {
  return exists(id) && (views->tokenFlags[size_t(id)] & kTokenSpecial);
}

uint32_t Tokenizer::vocabSize() const { return views->header.vocabSize; }

bool Tokenizer::normalize(std::string_view text, std::string &out) const {
  NormalizedText normalized;
  normalized.assign(text, false);
  if (!normalizeText(*views, normalized))
    return false;
  out = std::move(normalized.text);
  return true;
}

bool Tokenizer::mergesInto(std::string_view piece, int32_t id) const {
  std::vector<int32_t> ids;
  return EncodeWork(*views, ids).mergePiece(piece) && ids.size() == 1 &&
         ids[0] == id;
}
