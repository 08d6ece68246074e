//===- PatternProgram.h - A pattern as a nondeterministic automaton -------===//

#ifndef LLM_FRONTENDS_TOKENIZER_PATTERNPROGRAM_H
#define LLM_FRONTENDS_TOKENIZER_PATTERNPROGRAM_H

#include "frontends/tokenizer/Regex.h"

#include <bitset>
#include <map>
#include <string>
#include <vector>

namespace llm {

/// Code points in classes that no set of the pattern tells apart.
class ClassTable {
public:
  using Mask = std::bitset<257>; ///< bit `classes`: no character at all

  /// Collects the sets of a tree.
  void collect(const RegexNode &tree);
  /// False when there are more than 255 classes.
  bool build();

  uint32_t classes() const { return count; }
  const std::vector<std::pair<CodePointSet::Range, uint8_t>> &ranges() const {
    return list;
  }
  /// Of a set of the tree.
  Mask mask(const CodePointSet &set) const;
  Mask mask(const Neighbor &neighbor) const;

private:
  struct SetEntry {
    uint32_t number;
    Mask mask;
  };
  std::map<CodePointSet, SetEntry> sets;
  std::vector<std::pair<CodePointSet::Range, uint8_t>> list;
  uint32_t count = 0;
};

/// Thompson's construction, choices in order.
struct PatternProgram {
  struct Step {
    enum Kind : uint8_t { Set, Choice, Condition, Lookahead, Match } kind;
    bool negated = false;   ///< Lookahead
    uint32_t lookahead = 0; ///< Lookahead: its number
    uint32_t next = 0;
    uint32_t other = 0;           ///< Choice: tried after `next`
    ClassTable::Mask mask = {};   ///< Set; Condition: what comes after
    ClassTable::Mask behind = {}; ///< Condition: what came before
    bool asksBehind = false;      ///< Condition: `behind` is not everything
  };
  std::vector<Step> steps;
  uint32_t start = 0;
};

/// Appends the lookaheads it meets to `lookaheads`. `backwards`: for a walk
/// from the end of the text to its beginning. False with the reason.
bool buildProgram(const RegexNode &tree, const ClassTable &classes,
                  bool backwards, PatternProgram &program,
                  std::vector<const RegexNode *> &lookaheads,
                  std::string &error);

} // namespace llm

#endif // LLM_FRONTENDS_TOKENIZER_PATTERNPROGRAM_H
