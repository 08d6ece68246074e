//===- Regex.h - Patterns of pre-tokenizers, parsed -----------------------===//
//
// The part of Oniguruma's Ruby syntax that tokenizers use, as a tree. What a
// finite automaton cannot do (back references) or no tokenizer needs is an
// error with its position.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_TOKENIZER_REGEX_H
#define LLM_FRONTENDS_TOKENIZER_REGEX_H

#include "frontends/tokenizer/CodePointSet.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// What a neighbouring character must be; `edge`: there may be none.
struct Neighbor {
  CodePointSet set;
  bool edge = false;

  static Neighbor any() { return {CodePointSet::all(), true}; }
  Neighbor negated() const { return {set.complement(), !edge}; }
};

struct RegexNode;
using RegexTree = std::shared_ptr<RegexNode>;

struct RegexNode {
  enum Kind {
    Empty,
    Set,         ///< one character of `set`
    Sequence,    ///< children in order
    Alternation, ///< children, the first that leads to a match
    Repeat,      ///< child, least .. most times (most < 0: any number)
    Condition,   ///< both neighbours are as told; no character
    Lookahead,   ///< child matches here; no character
  } kind = Empty;
  CodePointSet set;
  std::vector<RegexTree> children;
  int least = 0, most = 0;
  bool lazy = false;
  Neighbor behind = Neighbor::any(), ahead = Neighbor::any();
  bool negated = false; ///< Lookahead
};

/// Null, with what is wrong and at which byte of `pattern`, on failure.
RegexTree parseRegex(std::string_view pattern, std::string &error);

/// A pattern that matches `text` itself.
RegexTree literalRegex(std::string_view text);
RegexTree setRegex(CodePointSet set);
RegexTree repeatRegex(RegexTree child, int least, int most, bool lazy = false);
RegexTree listRegex(RegexNode::Kind kind, std::vector<RegexTree> children);

} // namespace llm

#endif // LLM_FRONTENDS_TOKENIZER_REGEX_H
