//===- UnicodeTables.h - Unicode as the reference tokenizers know it ------===//
//
// The reference is built of parts with different Unicode versions; each table
// names the part it was asked of (scripts/make-unicode-tables).
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_TOKENIZER_UNICODETABLES_H
#define LLM_FRONTENDS_TOKENIZER_UNICODETABLES_H

#include "frontends/tokenizer/CodePointSet.h"

#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace llm::unicode {

/// Sets that Oniguruma's patterns name.
enum class PatternSet {
  Word,     ///< \w inside brackets, [:word:], \p{Word}
  BareWord, ///< \w outside of brackets, which Oniguruma takes a bit wider
  Alphabetic,
  Uppercase,
  Lowercase,
  PosixPunctuation,
  Graph,
  Print,
  Alphanumeric,
  Space,
  Blank,
  Digit,
  HexDigit,
};
const CodePointSet &patternSet(PatternSet name);

/// A property as \p{...} names it: a general category, a script or a binary
/// property. Case, spaces, '-' and '_' do not count.
std::optional<CodePointSet> property(std::string_view name);

/// Code points that match c under (?i), c among them.
CodePointSet foldGroup(uint32_t c);
CodePointSet foldGroups(const CodePointSet &set);
/// Strings that stand for one code point under (?i), as folded code points.
struct MultiFold {
  uint32_t c;
  std::vector<uint32_t> folded;
};
const std::vector<MultiFold> &multiFolds();

/// Sets that Rust's standard library and crates know.
enum class RustSet {
  Word,          ///< regex: \w
  Whitespace,    ///< char::is_whitespace, regex: \s
  Numeric,       ///< char::is_numeric
  Punctuation,   ///< ASCII or unicode_categories: is_punctuation
  BertControl,   ///< what BertNormalizer removes
  BertAccent,    ///< unicode_categories: is_mark_nonspacing
  CombiningMark, ///< unicode_normalization: is_combining_mark
};
const CodePointSet &rustSet(RustSet name);

using Mapping = std::map<uint32_t, std::vector<uint32_t>>;
const Mapping &lowercase();
/// Full decompositions, Hangul syllables left out.
const Mapping &canonicalDecomposition();
const Mapping &compatibilityDecomposition();
const std::map<uint32_t, uint8_t> &combiningClasses();
struct Composition {
  uint32_t first, second, composite;
};
/// By ascending (first, second), Hangul left out.
const std::vector<Composition> &compositions();
/// Classes of runtime/lib/TokenizerCharsmap.cpp, those that are not 0.
const std::vector<std::pair<CodePointSet::Range, uint8_t>> &graphemeClasses();

} // namespace llm::unicode

#endif // LLM_FRONTENDS_TOKENIZER_UNICODETABLES_H
