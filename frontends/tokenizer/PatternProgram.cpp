//===- PatternProgram.cpp - A pattern as a nondeterministic automaton -----===//

#include "frontends/tokenizer/PatternProgram.h"

#include <algorithm>
#include <map>

using namespace llm;

static constexpr size_t kMaxSteps = 20000;

void ClassTable::collect(const RegexNode &tree) {
  auto note = [&](const CodePointSet &set) {
    sets.try_emplace(set, SetEntry{uint32_t(sets.size()), {}});
  };
  if (tree.kind == RegexNode::Set)
    note(tree.set);
  if (tree.kind == RegexNode::Condition) {
    note(tree.behind.set);
    note(tree.ahead.set);
  }
  for (const RegexTree &child : tree.children)
    collect(*child);
}

bool ClassTable::build() {
  // Each boundary flips membership in some sets.
  std::map<uint32_t, std::vector<uint32_t>> flips{{0, {}}, {kCodePointEnd, {}}};
  for (const auto &[set, entry] : sets)
    for (const CodePointSet::Range &range : set.ranges()) {
      flips[range.first].push_back(entry.number);
      flips[range.second].push_back(entry.number);
    }
  using Members = std::vector<uint64_t>; // a bit for each set
  Members member(sets.size() / 64 + 1);
  std::map<Members, uint32_t> numbers;
  for (auto flip = flips.begin(); flip->first < kCodePointEnd; ++flip) {
    for (uint32_t set : flip->second)
      member[set / 64] ^= uint64_t(1) << set % 64;
    uint32_t number =
        numbers.try_emplace(member, uint32_t(numbers.size())).first->second;
    if (number >= 255)
      return false;
    uint32_t end = std::next(flip)->first;
    if (!list.empty() && list.back().second == number)
      list.back().first.second = end;
    else
      list.push_back({{flip->first, end}, uint8_t(number)});
  }
  count = uint32_t(numbers.size());
  for (auto &[set, entry] : sets)
    for (const auto &[members, number] : numbers)
      entry.mask[number] = members[entry.number / 64] >> entry.number % 64 & 1;
  return true;
}

ClassTable::Mask ClassTable::mask(const CodePointSet &set) const {
  return sets.at(set).mask;
}

ClassTable::Mask ClassTable::mask(const Neighbor &neighbor) const {
  Mask mask = this->mask(neighbor.set);
  mask.set(count, neighbor.edge);
  return mask;
}

namespace {

bool canBeEmpty(const RegexNode &node) {
  auto empty = [](const RegexTree &child) { return canBeEmpty(*child); };
  switch (node.kind) {
  case RegexNode::Set:
    return false;
  case RegexNode::Sequence:
    return std::all_of(node.children.begin(), node.children.end(), empty);
  case RegexNode::Alternation:
    return std::any_of(node.children.begin(), node.children.end(), empty);
  case RegexNode::Repeat:
    return node.least == 0 || canBeEmpty(*node.children[0]);
  default:
    return true;
  }
}

class ProgramBuilder {
public:
  ProgramBuilder(const ClassTable &classes, bool backwards,
                 PatternProgram &program,
                 std::vector<const RegexNode *> &lookaheads, std::string &error)
      : classes(classes), backwards(backwards), program(program),
        lookaheads(lookaheads), error(error) {}

  bool build(const RegexNode &tree) {
    uint32_t match = add({PatternProgram::Step::Match});
    program.start = emit(tree, match);
    return good;
  }

private:
  using Step = PatternProgram::Step;

  bool fail(const char *what) {
    if (good)
      error = what;
    good = false;
    return false;
  }

  uint32_t add(Step step) {
    if (program.steps.size() >= kMaxSteps)
      fail("not supported yet: a pattern with more than 20000 places");
    if (good)
      program.steps.push_back(step);
    return uint32_t(program.steps.size() - 1);
  }

  uint32_t choice(uint32_t first, uint32_t second) {
    Step step{Step::Choice};
    step.next = first;
    step.other = second;
    return add(step);
  }

  /// Steps that match `node` and go on at `next`.
  uint32_t emit(const RegexNode &node, uint32_t next);
  uint32_t emitRepeat(const RegexNode &node, uint32_t next);

  const ClassTable &classes;
  bool backwards;
  PatternProgram &program;
  std::vector<const RegexNode *> &lookaheads;
  std::string &error;
  bool good = true;
};

uint32_t ProgramBuilder::emit(const RegexNode &node, uint32_t next) {
  if (!good)
    return next;
  switch (node.kind) {
  case RegexNode::Empty:
    return next;
  case RegexNode::Set: {
    Step step{Step::Set};
    step.next = next;
    step.mask = classes.mask(node.set);
    return add(step);
  }
  case RegexNode::Sequence:
    if (backwards)
      for (const RegexTree &child : node.children)
        next = emit(*child, next);
    else
      for (auto child = node.children.rbegin(); child != node.children.rend();
           ++child)
        next = emit(**child, next);
    return next;
  case RegexNode::Alternation: {
    uint32_t entry = emit(*node.children.back(), next);
    for (auto child = node.children.rbegin() + 1; child != node.children.rend();
         ++child)
      entry = choice(emit(**child, next), entry);
    return entry;
  }
  case RegexNode::Repeat:
    return emitRepeat(node, next);
  case RegexNode::Condition: {
    Step step{Step::Condition};
    step.next = next;
    // A walk meets first what is behind it, whichever way it goes.
    const Neighbor &met = backwards ? node.ahead : node.behind;
    step.mask = classes.mask(backwards ? node.behind : node.ahead);
    step.behind = classes.mask(met);
    step.asksBehind = !(met.set == CodePointSet::all()) || !met.edge;
    return add(step);
  }
  case RegexNode::Lookahead: {
    if (backwards) {
      fail("not supported yet: a lookahead inside a lookahead");
      return next;
    }
    Step step{Step::Lookahead};
    step.next = next;
    step.negated = node.negated;
    // Expanded repetitions meet the same lookahead several times.
    auto known = std::find(lookaheads.begin(), lookaheads.end(), &node);
    step.lookahead = uint32_t(known - lookaheads.begin());
    if (known == lookaheads.end())
      lookaheads.push_back(&node);
    if (lookaheads.size() > 4)
      fail("not supported yet: more than 4 lookaheads of several characters");
    return add(step);
  }
  }
  return next;
}

uint32_t ProgramBuilder::emitRepeat(const RegexNode &node, uint32_t next) {
  const RegexNode &child = *node.children[0];
  auto order = [&](uint32_t more, uint32_t done) {
    return node.lazy ? choice(done, more) : choice(more, done);
  };
  uint32_t entry = next;
  if (node.most < 0) {
    if (canBeEmpty(child)) {
      fail("not supported yet: an unbounded repetition of what can be empty");
      return next;
    }
    // The loop's choice is made before its body, which comes back to it.
    uint32_t loop = choice(0, 0);
    uint32_t body = emit(child, loop);
    if (!good)
      return next;
    Step &step = program.steps[loop];
    step.next = node.lazy ? next : body;
    step.other = node.lazy ? body : next;
    entry = loop;
  } else {
    for (int extra = node.most - node.least; extra > 0 && good; --extra)
      entry = order(emit(child, entry), next);
  }
  for (int copy = 0; copy < node.least && good; ++copy)
    entry = emit(child, entry);
  return entry;
}

} // namespace

bool llm::buildProgram(const RegexNode &tree, const ClassTable &classes,
                       bool backwards, PatternProgram &program,
                       std::vector<const RegexNode *> &lookaheads,
                       std::string &error) {
  return ProgramBuilder(classes, backwards, program, lookaheads, error)
      .build(tree);
}
