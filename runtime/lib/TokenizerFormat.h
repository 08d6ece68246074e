//===- TokenizerFormat.h - Tables of a compiled tokenizer -----------------===//
//
// What llm-compile writes into ObjectDescriptor::tokenizer: a header and, at
// offsets from the blob's start, typed tables. There is no JSON, no regular
// expression and no pointer in it; the runtime interprets short lists of steps
// over automata, maps from code points and hash tables. Little-endian, every
// table 8-byte aligned. A change raises kTokenizerVersion.
//
// The reference for what steps do is Hugging Face tokenizers 0.23 (Rust).
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_TOKENIZERFORMAT_H
#define LLMRT_LIB_TOKENIZERFORMAT_H

#include <cstddef>
#include <cstdint>

namespace llmrt {

constexpr uint64_t kTokenizerMagic = 0x31304b4f544d4c4cULL; // "LLMTOK01"
constexpr uint32_t kTokenizerVersion = 1;

/// Bytes [offset, offset + bytes) of the blob.
struct TableSpan {
  uint32_t offset;
  uint32_t bytes;
};

/// Code points to small numbers, in pages of 128: index[c >> 7] names a page,
/// values[page * 128 + (c & 127)] is the number. index has 8704 entries of
/// uint16_t; values are uint8_t or uint16_t as the user says. No bytes: all 0.
struct CodePointMap {
  TableSpan index;
  TableSpan values;
};
constexpr uint32_t kMapPageShift = 7;
constexpr uint32_t kMapPages = 0x110000 >> kMapPageShift;

/// A prefix tree in breadth-first order: the children of node n are nodes
/// firstChild[n] .. firstChild[n + 1] - 1, by ascending label. Node 0 is the
/// root.
struct TrieTable {
  TableSpan labels;     ///< uint8_t[nodes]; labels[0] is unused
  TableSpan firstChild; ///< uint32_t[nodes + 1]
  TableSpan values;     ///< int32_t[nodes]; -1: no string ends here
};

/// A lookahead of more than one character. It runs over the text from its end
/// to its beginning.
struct LookaheadTable {
  /// uint16_t[states][classes + 1], begun in state 0 at the end of the text.
  /// The column is the class of the character before a position, `classes` at
  /// the text's beginning; bit 15 tells that the lookahead holds there.
  TableSpan next;
};

/// A pattern as an automaton over classes of code points that finds the match
/// a backtracking matcher would find first. A transition is taken on the class
/// of the next character, or kEnd's column at the end of the text; bit 15 tells
/// that a match ends before that character. State 0 is dead.
/// Column = class + (classes + 1) * (bits of the lookaheads that hold here).
struct PatternTable {
  uint32_t classes; ///< 1 .. 255; column `classes` is the end of the text
  uint32_t states;
  uint32_t lookaheads;     ///< 0 .. 4
  uint32_t firstLookahead; ///< index into the table of lookaheads
  CodePointMap classOf;    ///< uint8_t
  TableSpan next;          ///< uint16_t[states][(classes + 1) << lookaheads]
  TableSpan start;         ///< uint16_t[classes + 1]: by the class of the
                           ///< character before; column `classes`: none
};
constexpr uint16_t kMatchBit = 0x8000;

enum class NormalizerKind : uint32_t {
  MapCharacters, ///< map (uint16_t): 0 stays, n becomes strings[n - 1]
  Surround,      ///< map (uint8_t): `text` before and after such a character
  NormalForm,    ///< map (uint16_t) into `forms`; `first` 1: compose after
  Replace,       ///< matches of pattern `first` become `text`
  Prepend,       ///< `text` before a text that is not empty
  Strip,         ///< `first`: left, `second`: right; map (uint8_t): whitespace
  Charsmap,      ///< SentencePiece: strings is its trie, text its strings,
                 ///< map (uint8_t) the grapheme class
  BytesToCharacters, ///< each byte becomes GPT-2's character for it
};

struct NormalizerStep {
  NormalizerKind kind;
  uint32_t first;
  uint32_t second;
  TableSpan text;
  TableSpan strings; ///< uint32_t[n + 1]: offsets into text
  CodePointMap map;
};

/// What canonical or compatibility decomposition does to a code point. Entry 0
/// is every code point that the step cannot change.
struct FormEntry {
  uint32_t first; ///< index of the decomposition in `formCodePoints`
  uint16_t count; ///< 0: decomposes to itself
  uint8_t combiningClass;
  uint8_t unsure; ///< 1: a text with it may not be normalized
};
struct Composition {
  uint32_t first, second, composite;
};

enum class SplitBehavior : uint32_t {
  Removed = 0,
  Isolated = 1,
  MergedWithPrevious = 2,
  MergedWithNext = 3,
  Contiguous = 4,
};

enum class PreTokenizerKind : uint32_t {
  Split,             ///< at matches of pattern `first`; `third` 1: inverted
  PrependSpace,      ///< where there is none yet
  Metaspace,         ///< spaces become `text`; `first`: MetaspacePrepend
  BytesToCharacters, ///< as in the normalizer
  CharactersToBytes, ///< undoes it, for a model over bytes
};
enum class MetaspacePrepend : uint32_t { Never, First, Always };

struct PreTokenizerStep {
  PreTokenizerKind kind;
  uint32_t first;
  SplitBehavior second;
  uint32_t third;
  TableSpan text;
};

enum class TokenModel : uint32_t { BytePair, Unigram, WordPiece, WordLevel };

/// One slot of the merge table; left is kNoToken in an empty slot. Slots are
/// searched linearly from mergeSlot(left, right) on.
struct MergeSlot {
  uint32_t left, right;
  uint32_t rank;
  uint32_t merged;
};
constexpr uint32_t kNoToken = 0xffffffffu;

enum TokenFlags : uint8_t {
  kTokenSpecial = 1,    ///< left out of text on request
  kTokenExists = 2,     ///< the id stands for something
  kTokenByte = 4,       ///< "<0xNN>": its bytes are that one byte
  kTokenEncodesSelf = 8 ///< the model makes exactly this token of its string
};

enum AddedTokenFlags : uint32_t {
  kAddedSpecial = 1,
  kAddedSingleWord = 2,
  kAddedStripLeft = 4,
  kAddedStripRight = 8,
};
struct AddedToken {
  uint32_t id;
  uint32_t flags;
};
enum CharacterTraits : uint8_t { kTraitWord = 1, kTraitSpace = 2 };

enum class DecoderKind : uint32_t {
  JoinSpace,    ///< a space between tokens
  Metaspace,    ///< `text` becomes a space; `first` 1: nothing in token 0
  WordPiece,    ///< prefix `text` goes, else a space; `first` 1: clean up
  Suffix,       ///< `text` becomes a space, nothing in the last token
  ByteFallback, ///< runs of byte tokens become characters
  Fuse,         ///< one text from here on
  Utf8,         ///< one text; bytes that are no UTF-8 become U+FFFD
  Strip,        ///< after Fuse: up to `first` times `text` at the beginning,
                ///< `second` times at the end
  Replace,      ///< after Fuse: `text` becomes `content`
};
/// How many times longer all Replace steps together may make a text.
constexpr uint64_t kMaxDecoderGrowth = 1024;
struct DecoderStep {
  DecoderKind kind;
  uint32_t first;
  uint32_t second;
  TableSpan text;
  TableSpan content;
};

enum TokenizerFlags : uint32_t {
  kFuseUnknown = 1,
  kByteFallback = 2,
  kIgnoreMerges = 4,  ///< a piece that is a token is that token
  kByteInput = 8,     ///< the model's symbols are bytes, not characters
  kTrackOrigin = 16,  ///< a step asks where in the text a piece began
  kSplitAtMeta = 32,  ///< no merge joins x and U+2581 for x not U+2581
  kUnknownFails = 64, ///< BytePair: the unknown token has no id
};

struct TokenizerHeader {
  uint64_t magic;
  uint32_t version;
  uint32_t blobBytes;
  uint32_t flags; ///< TokenizerFlags
  TokenModel model;
  uint32_t vocabSize;      ///< every id is below
  int32_t unknown;         ///< -1: none
  uint32_t maxWordChars;   ///< WordPiece
  uint32_t continuingNode; ///< WordPiece: trie node of the prefix; 0: none
  double unknownScore;     ///< Unigram

  TableSpan patterns;       ///< PatternTable[]
  TableSpan lookaheads;     ///< LookaheadTable[]
  TableSpan normalizer;     ///< NormalizerStep[]
  TableSpan forms;          ///< FormEntry[]
  TableSpan formCodePoints; ///< uint32_t[]
  TableSpan compositions;   ///< Composition[], ascending
  TableSpan preTokenizer;   ///< PreTokenizerStep[]

  TableSpan addedTokens; ///< AddedToken[]; values of the tries index it
  TrieTable addedBefore; ///< matched in the text as it comes
  TrieTable addedAfter;  ///< matched in normalized text
  CodePointMap traits;   ///< uint8_t CharacterTraits

  TableSpan modelText;    ///< the strings that the model looks up
  TableSpan modelOffsets; ///< uint32_t[vocabSize + 1]
  TableSpan vocabSlots;   ///< uint64_t: (hash >> 32) << 32 | id + 1; 0: empty
  TableSpan tokenFlags;   ///< uint8_t[vocabSize]
  TableSpan merges;       ///< MergeSlot[]
  TableSpan byteTokens;   ///< int32_t[256]: "<0xNN>", or -1
  TableSpan byteSymbols;  ///< int32_t[256]: token of one byte, or -1
  TableSpan continuingPrefix; ///< before all symbols of a piece but the first
  TableSpan endSuffix;        ///< after the last symbol
  TrieTable pieces;           ///< Unigram, WordPiece: the strings, to ids
  TableSpan scores;           ///< Unigram: double[vocabSize]

  TableSpan templateIds; ///< int32_t[]: what surrounds a text; -1 is the text

  TableSpan decodeText;    ///< what each token adds to a text
  TableSpan decodeOffsets; ///< uint32_t[vocabSize + 1]
  TableSpan decoder;       ///< DecoderStep[]
};

/// Where the search for a pair begins in a table of `slots` slots.
inline uint32_t mergeSlot(uint32_t left, uint32_t right, uint32_t slots) {
  uint64_t key = (uint64_t(left) << 32 | right) * 0x9e3779b97f4a7c15ULL;
  key ^= key >> 29;
  key *= 0xbf58476d1ce4e5b9ULL;
  return uint32_t((key >> 32) * slots >> 32);
}

/// The hash that vocabSlots is built by; the upper half picks the slot and is
/// kept in it.
inline uint64_t hashText(const char *text, size_t size) {
  uint64_t hash = 0x2545f4914f6cdd1dULL ^ size;
  while (size != 0) {
    uint64_t word = 0;
    size_t part = size < 8 ? size : 8;
    __builtin_memcpy(&word, text, part);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 32;
    text += part;
    size -= part;
  }
  hash *= 0xbf58476d1ce4e5b9ULL;
  return hash ^ hash >> 29;
}

inline uint32_t vocabSlot(uint64_t hash, uint32_t slots) {
  return uint32_t((hash >> 32) * slots >> 32);
}

/// GPT-2's spelling of bytes as visible characters (openai/gpt-2,
/// src/encoder.py): bytes that print stand for themselves, the others for
/// U+0100 on, in order.
inline uint32_t byteCharacter(uint8_t byte) {
  if ((byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) ||
      byte >= 0xae)
    return byte;
  if (byte <= 0x20)
    return 0x100 + byte;
  if (byte <= 0xa0)
    return 0x100 + 33 + (byte - 0x7f);
  return 0x143;
}

/// The byte a character stands for, or -1.
inline int characterByte(uint32_t c) {
  if (c < 0x100)
    return byteCharacter(uint8_t(c)) == c ? int(c) : -1;
  if (c <= 0x120)
    return int(c - 0x100);
  if (c <= 0x142)
    return int(c - 0x121 + 0x7f);
  return c == 0x143 ? 0xad : -1;
}

} // namespace llmrt

#endif // LLMRT_LIB_TOKENIZERFORMAT_H
