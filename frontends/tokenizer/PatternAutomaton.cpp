//===- PatternAutomaton.cpp - Patterns as deterministic automata ----------===//

#include "frontends/tokenizer/PatternAutomaton.h"
#include "frontends/tokenizer/PatternProgram.h"
#include "runtime/lib/TokenizerFormat.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

using namespace llm;
using Step = PatternProgram::Step;

static constexpr size_t kMaxStates = 8192;
static constexpr size_t kMaxCells = 1 << 20;

namespace {

/// Places in the program, most wanted first.
using Places = std::vector<uint32_t>;

class Determinizer {
public:
  Determinizer(const PatternProgram &program, const ClassTable &classes,
               size_t lookaheads, uint64_t &work)
      : program(program), classes(classes), lookaheads(lookaheads), work(work) {
    visited.assign(program.steps.size(), 0);
    movedTo.assign(program.steps.size(), 0);
    groupClasses();
  }

  bool build(PatternAutomaton &result);
  bool buildLookahead(std::vector<uint16_t> &next);

private:
  /// The places in front of a character and what is known of the one before.
  struct State {
    uint32_t before; ///< number of its class's signature
    Places places;
  };

  void groupClasses();
  uint16_t number(State state);
  uint16_t transition(const State &state, uint32_t column, uint32_t holds);

  const PatternProgram &program;
  const ClassTable &classes;
  size_t lookaheads;

  /// Numbers of states by a hash of what they hold.
  std::unordered_multimap<uint64_t, uint32_t> numbers;
  std::vector<State> states;
  /// A class's signature is what it answers, as that of the character before,
  /// to the conditions.
  std::vector<uint32_t> signatureOf;      ///< its number, for each class
  std::vector<uint32_t> signatureClass;   ///< a class of each signature
  std::vector<uint32_t> visited, movedTo; ///< in which visit
  uint32_t visit = 0;
  uint64_t &work; ///< steps left
  bool tooLarge = false;
  bool anywhere = false; ///< begun at every position; order means nothing
};

void Determinizer::groupClasses() {
  std::vector<const Step *> conditions;
  for (const Step &step : program.steps)
    if (step.kind == Step::Condition && step.asksBehind)
      conditions.push_back(&step);
  std::map<std::vector<bool>, uint32_t> signatures;
  for (uint32_t before = 0; before <= classes.classes(); ++before) {
    std::vector<bool> answers;
    for (const Step *step : conditions)
      answers.push_back(step->behind[before]);
    auto [found, isNew] =
        signatures.try_emplace(std::move(answers), uint32_t(signatures.size()));
    if (isNew)
      signatureClass.push_back(before);
    signatureOf.push_back(found->second);
  }
}

uint16_t Determinizer::number(State state) {
  if (anywhere)
    std::sort(state.places.begin(), state.places.end());
  else if (state.places.empty())
    return 0;
  uint64_t hash = state.before;
  for (uint32_t place : state.places)
    hash = (hash ^ place) * 0x9e3779b97f4a7c15ULL, hash ^= hash >> 32;
  auto [begin, end] = numbers.equal_range(hash);
  for (auto known = begin; known != end; ++known)
    if (states[known->second].before == state.before &&
        states[known->second].places == state.places)
      return uint16_t(known->second);
  if (states.size() >= kMaxStates) {
    tooLarge = true;
    return 0;
  }
  numbers.emplace(hash, uint32_t(states.size()));
  states.push_back(std::move(state));
  return uint16_t(states.size() - 1);
}

/// Follows all that needs no character, then takes the next one.
uint16_t Determinizer::transition(const State &state, uint32_t column,
                                  uint32_t holds) {
  const uint32_t classBefore = signatureClass[state.before];
  ++visit;
  std::vector<uint32_t> open(state.places.rbegin(), state.places.rend());
  if (anywhere)
    open.push_back(program.start);
  Places moved;
  bool match = false;
  while (!open.empty()) {
    uint32_t place = open.back();
    open.pop_back();
    if (work == 0) {
      tooLarge = true;
      return 0;
    }
    --work;
    if (visited[place] == visit)
      continue;
    visited[place] = visit;
    const Step &step = program.steps[place];
    switch (step.kind) {
    case Step::Match:
      match = true;
      // Places after this one are never preferred to this match.
      if (!anywhere)
        open.clear();
      break;
    case Step::Choice:
      open.push_back(step.other);
      open.push_back(step.next);
      break;
    case Step::Condition:
      if (step.mask[column] && (!step.asksBehind || step.behind[classBefore]))
        open.push_back(step.next);
      break;
    case Step::Lookahead:
      if ((holds >> step.lookahead & 1) != step.negated)
        open.push_back(step.next);
      break;
    case Step::Set:
      if (column < classes.classes() && step.mask[column] &&
          movedTo[step.next] != visit) {
        movedTo[step.next] = visit;
        moved.push_back(step.next);
      }
      break;
    }
  }
  uint16_t target = 0;
  if (column < classes.classes())
    target = number({signatureOf[column], std::move(moved)});
  return target | (match ? llmrt::kMatchBit : 0);
}

bool Determinizer::build(PatternAutomaton &result) {
  states.push_back({0, {}}); // the dead state
  uint32_t columns = classes.classes() + 1;
  for (uint32_t before = 0; before < columns; ++before)
    result.start.push_back(number({signatureOf[before], {program.start}}));
  for (size_t state = 0; state < states.size() && !tooLarge; ++state) {
    const State from = states[state]; // `states` may grow
    for (uint32_t holds = 0; holds < 1u << lookaheads; ++holds)
      for (uint32_t column = 0; column < columns && !tooLarge; ++column)
        result.next.push_back(state == 0 ? 0 : transition(from, column, holds));
    tooLarge |= result.next.size() > kMaxCells;
  }
  result.states = uint32_t(states.size());
  result.classes = classes.classes();
  return !tooLarge;
}

bool Determinizer::buildLookahead(std::vector<uint16_t> &next) {
  anywhere = true;
  number({signatureOf[classes.classes()], {}});
  for (size_t state = 0; state < states.size() && !tooLarge; ++state) {
    const State from = states[state];
    for (uint32_t column = 0; column <= classes.classes() && !tooLarge;
         ++column)
      next.push_back(transition(from, column, 0));
    tooLarge |= next.size() > kMaxCells;
  }
  return !tooLarge;
}

/// Merges states that no text tells apart (Moore's algorithm). An automaton
/// that takes too many rounds stays as it is.
/// Takes at most half of `work`: another pattern may need it.
void minimize(PatternAutomaton &automaton, uint64_t &work) {
  size_t states = automaton.states;
  size_t columns = automaton.next.size() / states;
  std::vector<uint32_t> block(states, 0);
  size_t blocks = 0;
  std::u32string cells;
  for (const uint64_t most = work / 2, before = work;;) {
    if (before - work + automaton.next.size() > most)
      return;
    work -= automaton.next.size();
    cells.clear();
    for (size_t state = 0; state < states; ++state) {
      cells += char32_t(block[state]);
      for (size_t column = 0; column < columns; ++column) {
        uint16_t cell = automaton.next[state * columns + column];
        cells += char32_t(block[cell & ~llmrt::kMatchBit] << 1 |
                          (cell & llmrt::kMatchBit ? 1 : 0));
      }
    }
    std::unordered_map<std::u32string_view, uint32_t> rows;
    std::vector<uint32_t> refined(states);
    for (size_t state = 0; state < states; ++state) {
      std::u32string_view row(cells.data() + state * (columns + 1),
                              columns + 1);
      // State 0 comes first and keeps its number.
      refined[state] =
          rows.try_emplace(row, uint32_t(rows.size())).first->second;
    }
    block = std::move(refined);
    if (rows.size() == blocks)
      break;
    blocks = rows.size();
  }
  std::vector<uint16_t> next(blocks * columns);
  for (size_t state = 0; state < states; ++state)
    for (size_t column = 0; column < columns; ++column) {
      uint16_t cell = automaton.next[state * columns + column];
      next[block[state] * columns + column] =
          uint16_t(block[cell & ~llmrt::kMatchBit] | (cell & llmrt::kMatchBit));
    }
  for (uint16_t &state : automaton.start)
    state = uint16_t(block[state]);
  automaton.states = uint32_t(blocks);
  automaton.next = std::move(next);
}

} // namespace

std::optional<PatternAutomaton>
llm::buildAutomaton(const RegexNode &tree, uint64_t &work, std::string &error) {
  ClassTable classes;
  classes.collect(tree);
  if (!classes.build()) {
    error = "not supported yet: a pattern that tells more than 255 kinds of "
            "characters apart";
    return std::nullopt;
  }
  PatternProgram program;
  std::vector<const RegexNode *> lookaheads;
  if (!buildProgram(tree, classes, /*backwards=*/false, program, lookaheads,
                    error))
    return std::nullopt;
  PatternAutomaton automaton;
  if (!Determinizer(program, classes, lookaheads.size(), work)
           .build(automaton)) {
    error = "not supported yet: a pattern whose automaton has more than 8192 "
            "states or takes long to build";
    return std::nullopt;
  }
  minimize(automaton, work);
  automaton.classOf = classes.ranges();
  for (const RegexNode *lookahead : lookaheads) {
    // The body backwards, begun at every position: it holds where the walk is
    // at the body's beginning.
    PatternProgram body;
    std::vector<const RegexNode *> none;
    if (!buildProgram(*lookahead->children[0], classes, /*backwards=*/true,
                      body, none, error))
      return std::nullopt;
    Determinizer walk(body, classes, 0, work);
    automaton.lookaheads.emplace_back();
    if (!walk.buildLookahead(automaton.lookaheads.back())) {
      error = "not supported yet: a lookahead whose automaton is large";
      return std::nullopt;
    }
  }
  return automaton;
}
