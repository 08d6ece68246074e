//===- PatternAutomaton.h - Patterns as deterministic automata ------------===//
//
// A backtracking matcher tries alternatives in order; the automaton's states
// are the lists, in that order, of the places in the pattern it could be in
// (Pike's threads, determinized as in RE2). What a place asks of its neighbours
// is settled when the next character is known, so transitions are taken one
// character after the fact. Longer lookaheads become automata of their own that
// run over the text backwards (see PatternTable).
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_TOKENIZER_PATTERNAUTOMATON_H
#define LLM_FRONTENDS_TOKENIZER_PATTERNAUTOMATON_H

#include "frontends/tokenizer/Regex.h"

#include <optional>

namespace llm {

struct PatternAutomaton {
  uint32_t classes = 0;
  /// Class of each range of code points; together they cover all.
  std::vector<std::pair<CodePointSet::Range, uint8_t>> classOf;
  uint32_t states = 0;
  std::vector<uint16_t> next;
  std::vector<uint16_t> start;
  /// Transitions of each lookahead, [states][classes + 1].
  std::vector<std::vector<uint16_t>> lookaheads;
};

/// Steps that building all automata of a tokenizer may take; those of published
/// models take about 10^4.
constexpr uint64_t kPatternWork = 2'000'000;

/// Takes the steps from `work`. Nothing, with the reason, when the pattern is
/// beyond what is supported or its automaton too large.
std::optional<PatternAutomaton>
buildAutomaton(const RegexNode &tree, uint64_t &work, std::string &error);

} // namespace llm

#endif // LLM_FRONTENDS_TOKENIZER_PATTERNAUTOMATON_H
