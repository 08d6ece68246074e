//===- TokenizerPlan.h - A tokenizer, whichever file it came from ---------===//
//
// tokenizer.json and GGUF metadata both become this: components in the order
// they run, nested sequences flattened, patterns parsed. The lowering turns it
// into the tables of runtime/lib/TokenizerFormat.h.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_TOKENIZER_TOKENIZERPLAN_H
#define LLM_FRONTENDS_TOKENIZER_TOKENIZERPLAN_H

#include "frontends/tokenizer/Regex.h"
#include "runtime/lib/TokenizerFormat.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace llm {

struct NormalizerPlan {
  enum Kind {
    Lowercase,
    StripAccents, ///< combining marks
    BertClean,    ///< control characters go, white space becomes ' '
    BertChinese,  ///< spaces around ideographs
    BertAccents,  ///< nonspacing marks (after Nfd)
    Nmt,
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
    Replace, ///< matches of `pattern` by `text`
    Prepend, ///< `text`
    Strip,
    Charsmap, ///< `text` is the map's bytes
    ByteLevel,
  } kind;
  RegexTree pattern;
  std::string text;
  bool left = false, right = false; ///< Strip
};

struct PreTokenizerPlan {
  enum Kind {
    Split,        ///< at matches of `pattern`
    PrependSpace, ///< ByteLevel with add_prefix_space
    Metaspace,    ///< spaces become `text`
    ByteLevel,    ///< bytes become characters
  } kind;
  RegexTree pattern;
  llmrt::SplitBehavior behavior = llmrt::SplitBehavior::Isolated;
  bool invert = false;
  llmrt::MetaspacePrepend prepend = llmrt::MetaspacePrepend::Never;
  std::string text;
};

struct DecoderPlan {
  enum Kind {
    ByteLevel,
    Metaspace,
    WordPiece,
    Suffix,
    ByteFallback,
    Fuse,
    Strip,
    Replace,
  } kind;
  std::string text, content;
  bool flag = false; ///< Metaspace: no space in token 0; WordPiece: tidy
  uint32_t start = 0, stop = 0; ///< Strip
  RegexTree pattern;            ///< Replace by a regex; null: by `text`
};

struct ModelPlan {
  llmrt::TokenModel kind = llmrt::TokenModel::BytePair;
  /// Strings and ids, in the file's order.
  std::vector<std::pair<std::string, uint32_t>> vocab;
  std::vector<double> scores;                              ///< Unigram: by id
  std::vector<std::pair<std::string, std::string>> merges; ///< by rank
  std::optional<std::string> unknown; ///< BytePair, WordPiece, WordLevel
  std::optional<uint32_t> unknownId;  ///< Unigram
  std::string continuingPrefix, endSuffix;
  bool fuseUnknown = false, byteFallback = false, ignoreMerges = false;
  uint32_t maxWordChars = 100;
};

struct AddedTokenPlan {
  std::string content;
  bool singleWord = false, stripLeft = false, stripRight = false;
  bool normalized = true, special = false;
  bool operator==(const AddedTokenPlan &other) const {
    return content == other.content && singleWord == other.singleWord &&
           stripLeft == other.stripLeft && stripRight == other.stripRight &&
           normalized == other.normalized && special == other.special;
  }
};

struct TokenizerPlan {
  std::vector<NormalizerPlan> normalizer;
  std::vector<PreTokenizerPlan> preTokenizer;
  ModelPlan model;
  std::vector<AddedTokenPlan> addedTokens;
  /// Ids around a text; -1 is the text.
  std::vector<int32_t> surround = {-1};
  bool hasDecoder = false;
  std::vector<DecoderPlan> decoder;
};

/// Largest id a vocabulary may use, and how many strings, merges, components.
constexpr uint32_t kMaxTokenId = (1u << 23) - 1;
constexpr size_t kMaxTokens = 1 << 23;
constexpr size_t kMaxComponents = 48;
/// Bytes of a string that is searched for at each place of a text.
constexpr size_t kMaxPiece = 4096;
/// Strings of one file, together.
constexpr size_t kMaxVocabBytes = size_t(1) << 29;

} // namespace llm

#endif // LLM_FRONTENDS_TOKENIZER_TOKENIZERPLAN_H
