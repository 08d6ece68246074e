//===- Tokenizer.h - Text to token ids and back ---------------------------===//
//
// Interprets the tables that llm-compile made of a tokenizer. Ids and texts
// are those of Hugging Face's tokenizers for the same tokenizer.json.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_TOKENIZER_H
#define LLMRT_LIB_TOKENIZER_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llmrt {

struct TokenizerTables;

/// A compiled tokenizer. Immutable: any thread may use it at any time.
class Tokenizer {
public:
  /// Checks a blob, which must outlive the tokenizer and lie at a multiple of
  /// 8. Null, with what is wrong in `error`, if it is damaged.
  static std::unique_ptr<Tokenizer> open(const uint8_t *data, size_t size,
                                         std::string &error);
  ~Tokenizer();

  /// Appends the ids of `text`; what is no UTF-8 in it is read as U+FFFD.
  /// `addSpecial`: with what the post-processor puts around a text, as BOS.
  /// `parseSpecial`: special tokens spelled out in the text become that token.
  /// False, with `ids` as before, when the text has a character that the model
  /// has no token for and no unknown token either, or is longer than 1 GiB.
  bool encode(std::string_view text, bool addSpecial, bool parseSpecial,
              std::vector<int32_t> &ids) const;

  /// What an id adds to a text, before steps that look at its neighbours;
  /// perhaps part of a character. Empty for ids that do not exist.
  std::string_view idToBytes(int32_t id) const;
  bool exists(int32_t id) const;
  bool isSpecial(int32_t id) const;
  /// Every id is below.
  uint32_t vocabSize() const;

  // For the compiler, which asks while it builds the tables.

  /// `text` after all normalizer steps. False if they make it far longer.
  bool normalize(std::string_view text, std::string &out) const;
  /// Whether BPE merges the whole of `piece` into this token.
  bool mergesInto(std::string_view piece, int32_t id) const;

  const TokenizerTables &tables() const { return *views; }

private:
  Tokenizer();

  std::unique_ptr<TokenizerTables> views;
};

/// Turns ids into text one by one. The texts of all pushes and of flush, put
/// together, are what the reference decodes the ids to at once; so text that
/// later ids could change is held back (part of a character, a run of byte
/// tokens). Only whole characters come out.
class Detokenizer {
public:
  explicit Detokenizer(const Tokenizer &tokenizer, bool skipSpecial = true);
  ~Detokenizer();
  Detokenizer(Detokenizer &&) noexcept;

  /// Appends the text that `id` makes certain. Ids that do not exist add none.
  void push(int32_t id, std::string &text);
  /// Appends what was held back and starts anew.
  void flush(std::string &text);

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace llmrt

#endif // LLMRT_LIB_TOKENIZER_H
