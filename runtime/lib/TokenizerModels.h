//===- TokenizerModels.h - From a piece of text to token ids --------------===//
//
// The four token models. One EncodeWork serves one call of encode: it keeps
// the buffers, so that a piece costs no allocation.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_TOKENIZERMODELS_H
#define LLMRT_LIB_TOKENIZERMODELS_H

#include "runtime/lib/TokenizerTables.h"

#include <string>
#include <string_view>
#include <vector>

namespace llmrt {

class EncodeWork {
public:
  EncodeWork(const TokenizerTables &tables, std::vector<int32_t> &ids)
      : tables(tables), ids(ids) {}

  /// Appends the tokens of a piece. False when a character has no token and
  /// the model no unknown one.
  bool encodePiece(std::string_view piece);

  /// BPE by merges alone, without the tables' shortcuts.
  bool mergePiece(std::string_view piece);

  /// Bytes that pre-tokenizer steps have written for one text, and how many
  /// they may: each of many ByteLevel steps can double a text.
  size_t rewritten = 0, rewriteLimit = 0;

private:
  struct Symbol {
    uint32_t id;
    uint32_t previous, next; ///< kNone at the ends
    bool merged;             ///< into the one before
  };
  struct Candidate {
    uint32_t rank, position, result;
    /// A heap's front is the least: the lowest rank, then the leftmost.
    bool operator<(const Candidate &other) const {
      return rank != other.rank ? rank > other.rank : position > other.position;
    }
  };
  struct PathNode {
    double score;
    uint32_t start; ///< kNone: not reached
    int32_t id;
  };

  bool encodeBytePair(std::string_view piece);
  bool splitSymbols(std::string_view piece);
  bool addByteTokens(std::string_view text);
  int32_t findSymbol(std::string_view symbol, bool first, bool last);
  void mergeFew();
  void mergeMany();
  void pushCandidate(uint32_t position);

  bool encodeUnigram(std::string_view piece);
  bool addUnigramToken(std::string_view text);
  bool encodeWordPiece(std::string_view piece);
  bool encodeWordLevel(std::string_view piece);
  bool addUnknown();

  const TokenizerTables &tables;
  std::vector<int32_t> &ids;

  std::vector<uint32_t> symbols;
  std::vector<uint32_t> ranks, results;
  std::vector<Symbol> linked;
  std::vector<Candidate> heap;
  std::vector<PathNode> path;
  std::vector<uint32_t> cuts;
  std::string spelled;
};

} // namespace llmrt

#endif // LLMRT_LIB_TOKENIZERMODELS_H
