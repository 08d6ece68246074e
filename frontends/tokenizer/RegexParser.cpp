//===- RegexParser.cpp - Read Oniguruma's Ruby syntax ---------------------===//

#include "frontends/tokenizer/RegexParser.h"
#include "frontends/tokenizer/UnicodeTables.h"
#include "runtime/lib/TokenizerText.h"

using namespace llm;
using unicode::PatternSet;
using unicode::patternSet;

/// Bounds on a pattern from a file.
static constexpr size_t kMaxPattern = 1 << 16;
static constexpr unsigned kMaxDepth = 100;
static constexpr int kMaxRepeat = 1000;
static constexpr unsigned kMaxRepeatsOfOne = 8; ///< a{2}{3}: each nests

RegexTree llm::setRegex(CodePointSet set) {
  RegexTree node = std::make_shared<RegexNode>();
  node->kind = RegexNode::Set;
  node->set = std::move(set);
  return node;
}

RegexTree llm::listRegex(RegexNode::Kind kind,
                         std::vector<RegexTree> children) {
  if (children.size() == 1)
    return std::move(children[0]);
  RegexTree node = std::make_shared<RegexNode>();
  node->kind = children.empty() ? RegexNode::Empty : kind;
  node->children = std::move(children);
  return node;
}

RegexTree llm::repeatRegex(RegexTree child, int least, int most, bool lazy) {
  RegexTree node = std::make_shared<RegexNode>();
  node->kind = RegexNode::Repeat;
  node->children.push_back(std::move(child));
  node->least = least;
  node->most = most;
  node->lazy = lazy;
  return node;
}

RegexTree llm::literalRegex(std::string_view text) {
  std::vector<RegexTree> characters;
  const char *cursor = text.data();
  while (cursor != text.data() + text.size())
    characters.push_back(
        setRegex(CodePointSet::of(llmrt::readCharacter(cursor))));
  return listRegex(RegexNode::Sequence, std::move(characters));
}

static RegexTree condition(Neighbor behind, Neighbor ahead) {
  RegexTree node = std::make_shared<RegexNode>();
  node->kind = RegexNode::Condition;
  node->behind = std::move(behind);
  node->ahead = std::move(ahead);
  return node;
}

static RegexTree either(RegexTree first, RegexTree second) {
  std::vector<RegexTree> children;
  children.push_back(std::move(first));
  children.push_back(std::move(second));
  return listRegex(RegexNode::Alternation, std::move(children));
}

RegexTree llm::parseRegex(std::string_view pattern, std::string &error) {
  return RegexParser(pattern, error).parse();
}

std::nullptr_t RegexParser::fail(const std::string &what, size_t where) {
  if (!failed)
    error = what + ", at byte " + std::to_string(where) + " of the pattern";
  failed = true;
  return nullptr;
}

bool RegexParser::take(std::string_view text) {
  if (!next(text))
    return false;
  position += text.size();
  return true;
}

uint32_t RegexParser::takeCharacter() {
  const char *cursor = pattern.data() + position;
  uint32_t c = llmrt::readCharacter(cursor);
  position = size_t(cursor - pattern.data());
  return c;
}

RegexTree RegexParser::parse() {
  if (pattern.size() > kMaxPattern)
    return fail("the pattern is longer than 65536 bytes", kMaxPattern);
  if (!llmrt::isUtf8(pattern))
    return fail("the pattern is no UTF-8", 0);
  RegexTree tree = alternation();
  if (tree && !atEnd())
    return fail("')' without '('", position);
  return tree;
}

RegexTree RegexParser::alternation() {
  if (++depth > kMaxDepth)
    return fail("groups are nested deeper than 100", position);
  std::vector<RegexTree> children;
  do {
    run.clear();
    RegexTree child = sequence();
    if (!child)
      return nullptr;
    children.push_back(std::move(child));
  } while (take("|"));
  run.clear();
  --depth;
  return listRegex(RegexNode::Alternation, std::move(children));
}

RegexTree RegexParser::sequence() {
  std::vector<RegexTree> children;
  while (!atEnd() && !next("|") && !next(")")) {
    size_t where = position;
    RegexTree child = atom();
    if (child)
      child = quantified(std::move(child), where);
    if (!child)
      return nullptr;
    if (child->kind != RegexNode::Empty)
      children.push_back(std::move(child));
  }
  return listRegex(RegexNode::Sequence, std::move(children));
}

/// {n}, {n,}, {n,m} or {,m}; anything else is an ordinary '{'.
bool RegexParser::interval(int &least, int &most) {
  size_t start = position;
  if (!take("{"))
    return false;
  auto count = [&](int &value) {
    size_t digits = 0;
    for (value = 0; !atEnd() && pattern[position] >= '0' &&
                    pattern[position] <= '9' && digits < 6;
         ++digits)
      value = value * 10 + (pattern[position++] - '0');
    return digits != 0;
  };
  bool hasLeast = count(least);
  bool comma = take(",");
  bool hasMost = comma && count(most);
  if (!comma)
    most = least;
  else if (!hasMost)
    most = -1;
  if (!take("}") || (!hasLeast && !hasMost)) {
    position = start;
    return false;
  }
  return true;
}

RegexTree RegexParser::quantified(RegexTree atom, size_t where) {
  for (unsigned repeats = 0;; ++repeats) {
    int least = 0, most = -1;
    size_t at = position;
    bool isInterval = false;
    if (take("*"))
      ;
    else if (take("+"))
      least = 1;
    else if (take("?"))
      most = 1;
    else if (interval(least, most))
      isInterval = true;
    else
      return atom;
    run.clear();
    if (repeats == kMaxRepeatsOfOne)
      return fail("more than 8 repetitions of each other", at);
    if (least > kMaxRepeat || most > kMaxRepeat)
      return fail("more than 1000 repetitions", at);
    if (most >= 0 && most < least)
      return fail("a repetition whose least is above its most", at);
    if (atom->kind == RegexNode::Condition ||
        atom->kind == RegexNode::Lookahead)
      return unsupported("a repeated assertion", where);
    bool lazy = false, possessive = false;
    // In Ruby's syntax {n}? is optional and {n,m}+ is repeated once more.
    bool fixed = isInterval && least == most;
    if (!fixed)
      lazy = take("?");
    if (!isInterval && !lazy)
      possessive = take("+");
    if (atom->kind == RegexNode::Empty)
      continue; // nothing, however often
    if (!possessive) {
      atom = repeatRegex(std::move(atom), least, most, lazy);
      continue;
    }
    // All it can take and nothing less: afterwards comes no such character.
    if (atom->kind != RegexNode::Set)
      return unsupported("a possessive repetition of more than a character",
                         where);
    Neighbor ended{atom->set.complement(), true};
    if (most == 1) {
      atom = either(std::move(atom), condition(Neighbor::any(), ended));
    } else {
      std::vector<RegexTree> parts;
      parts.push_back(repeatRegex(std::move(atom), least, most));
      parts.push_back(condition(Neighbor::any(), ended));
      atom = listRegex(RegexNode::Sequence, std::move(parts));
    }
  }
}

RegexTree RegexParser::atom() {
  size_t where = position;
  if (take("("))
    return group();
  if (take("["))
    return characterClass();
  if (take("\\"))
    return escape();
  if (take(".")) {
    run.clear();
    return setRegex(options.dotAll ? CodePointSet::all()
                                   : CodePointSet::of('\n').complement());
  }
  if (take("^"))
    return either(condition({CodePointSet(), true}, Neighbor::any()),
                  condition({CodePointSet::of('\n'), false},
                            {CodePointSet::all(), false}));
  if (take("$"))
    return condition(Neighbor::any(), {CodePointSet::of('\n'), true});
  if (next("*") || next("+") || next("?"))
    return fail("a repetition of nothing", where);
  return literal(takeCharacter(), where);
}

RegexTree RegexParser::group() {
  size_t where = position - 1;
  Options outer = options;
  bool closed = false;
  RegexTree inner;
  if (!next("?")) {
    inner = alternation();
  } else {
    take("?");
    if (take(":")) {
      inner = alternation();
    } else if (take("=") || take("!")) {
      inner = look(false, pattern[position - 1] == '!', where);
    } else if (take("<=") || take("<!")) {
      inner = look(true, pattern[position - 1] == '!', where);
    } else if (take("<") || take("'")) {
      char close = pattern[position - 1] == '<' ? '>' : '\'';
      size_t end = pattern.find(close, position);
      if (end == std::string_view::npos)
        return fail("a group's name does not end", where);
      position = end + 1;
      inner = alternation();
    } else if (take("#")) {
      size_t end = pattern.find(')', position);
      if (end == std::string_view::npos)
        return fail("a comment does not end", where);
      position = end;
      inner = std::make_shared<RegexNode>();
    } else if (take(">")) {
      return unsupported("an atomic group", where);
    } else {
      inner = optionGroup(where, closed);
    }
  }
  if (!inner)
    return nullptr;
  if (!closed && !take(")"))
    return fail("'(' without ')'", where);
  options = outer;
  run.clear();
  return inner;
}

/// (?i:...), or (?i), which is `closed` and holds for the rest of the group
/// around it, alternatives included.
RegexTree RegexParser::optionGroup(size_t where, bool &closed) {
  bool value = true;
  for (; !atEnd() && !next(":") && !next(")"); ++position) {
    switch (pattern[position]) {
    case '-':
      value = false;
      break;
    case 'i':
      options.ignoreCase = value;
      break;
    case 'm':
      options.dotAll = value;
      break;
    default:
      return unsupported("group (?" + std::string(1, pattern[position]), where);
    }
  }
  closed = !take(":");
  if (closed && !take(")"))
    return fail("'(' without ')'", where);
  return alternation();
}

/// A tree's characters as one neighbour, if it is about no more than one.
static std::optional<Neighbor> oneNeighbor(const RegexNode &node, bool behind) {
  switch (node.kind) {
  case RegexNode::Set:
    return Neighbor{node.set, false};
  case RegexNode::Condition: {
    const Neighbor &asked = behind ? node.behind : node.ahead;
    const Neighbor &other = behind ? node.ahead : node.behind;
    if (!(other.set == CodePointSet::all()) || !other.edge)
      return std::nullopt;
    return asked;
  }
  case RegexNode::Alternation: {
    Neighbor all;
    for (const RegexTree &child : node.children) {
      std::optional<Neighbor> one = oneNeighbor(*child, behind);
      if (!one)
        return std::nullopt;
      all.set.add(one->set);
      all.edge |= one->edge;
    }
    return all;
  }
  default:
    return std::nullopt;
  }
}

RegexTree RegexParser::look(bool behind, bool negated, size_t where) {
  RegexTree body = alternation();
  if (!body)
    return nullptr;
  if (std::optional<Neighbor> one = oneNeighbor(*body, behind)) {
    if (negated)
      one = one->negated();
    return behind ? condition(*one, Neighbor::any())
                  : condition(Neighbor::any(), *one);
  }
  if (behind)
    return unsupported("a lookbehind of more than one character", where);
  RegexTree node = std::make_shared<RegexNode>();
  node->kind = RegexNode::Lookahead;
  node->negated = negated;
  node->children.push_back(std::move(body));
  return node;
}

RegexTree RegexParser::escape() {
  size_t where = position - 1;
  if (atEnd())
    return fail("the pattern ends after a backslash", where);
  char letter = pattern[position];
  if (std::optional<CodePointSet> set = setEscape(letter, /*bare=*/true)) {
    ++position;
    run.clear();
    return setRegex(std::move(*set));
  }
  if (take("p") || take("P")) {
    run.clear();
    std::optional<CodePointSet> set = propertyEscape(where);
    return set ? setRegex(std::move(*set)) : nullptr;
  }
  const CodePointSet &word = patternSet(PatternSet::BareWord);
  Neighbor isWord{word, false}, isNone{word.complement(), true};
  Neighbor edge{CodePointSet(), true};
  ++position;
  switch (letter) {
  case 'b':
    return either(condition(isWord, isNone), condition(isNone, isWord));
  case 'B':
    return either(condition(isWord, isWord), condition(isNone, isNone));
  case 'A':
    return condition(edge, Neighbor::any());
  case 'z':
    return condition(Neighbor::any(), edge);
  case 'R': {
    run.clear();
    CodePointSet breaks = CodePointSet::fromRanges(
        {{0x0a, 0x0e}, {0x85, 0x86}, {0x2028, 0x202a}});
    // "\r\n" is taken whole and never given back.
    std::vector<RegexTree> parts;
    parts.push_back(setRegex(breaks.without(CodePointSet::of('\r'))));
    parts.push_back(literalRegex("\r\n"));
    std::vector<RegexTree> alone;
    alone.push_back(setRegex(CodePointSet::of('\r')));
    alone.push_back(condition(
        Neighbor::any(), Neighbor{CodePointSet::of('\n'), false}.negated()));
    parts.push_back(listRegex(RegexNode::Sequence, std::move(alone)));
    return listRegex(RegexNode::Alternation, std::move(parts));
  }
  default:
    break;
  }
  --position;
  std::optional<uint32_t> value = codePointEscape(where);
  return value ? literal(*value, where) : nullptr;
}
