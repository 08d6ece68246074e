//===- TokenizerCharsmap.cpp - SentencePiece's precompiled charsmap -------===//

#include "runtime/lib/TokenizerCharsmap.h"
#include "runtime/lib/TokenizerNormalForm.h"
#include "runtime/lib/TokenizerText.h"

#include <cstring>

using namespace llmrt;

namespace {

/// Grapheme_Cluster_Break, as far as clusters below six bytes depend on it.
enum Grapheme : uint8_t {
  Other,
  Cr,
  Lf,
  Control,
  Extend,
  Prepend,
  LeadJamo,
  VowelJamo,
  TailJamo,
  SyllableLV,
  SyllableLVT,
  Pictographic,
  Joiner,
};

/// Whether a cluster ends between two characters (Unicode Standard Annex 29);
/// `joined`: a pictographic character, Extends and a joiner come before.
bool breaksBetween(uint8_t before, uint8_t after, bool joined) {
  if (before == Cr && after == Lf)
    return false;
  if (before == Cr || before == Lf || before == Control || after == Cr ||
      after == Lf || after == Control)
    return true;
  if (before == LeadJamo && (after == LeadJamo || after == VowelJamo ||
                             after == SyllableLV || after == SyllableLVT))
    return false;
  if ((before == SyllableLV || before == VowelJamo) &&
      (after == VowelJamo || after == TailJamo))
    return false;
  if ((before == SyllableLVT || before == TailJamo) && after == TailJamo)
    return false;
  if (after == Extend || after == Joiner || before == Prepend)
    return false;
  return !(joined && after == Pictographic);
}

// Units of a Darts-clone array.
bool hasLeaf(uint32_t unit) { return unit >> 8 & 1; }
uint32_t unitValue(uint32_t unit) { return unit & 0x7fffffff; }
uint32_t unitLabel(uint32_t unit) { return unit & 0x800000ff; }
uint32_t unitOffset(uint32_t unit) {
  return (unit >> 10) << ((unit & 0x200) >> 6);
}

/// The replacement of the shortest key that `text` begins with.
bool lookUp(const Normalizer &step, std::string_view text,
            std::string_view &replacement) {
  const TableView<uint32_t> &units = step.strings;
  if (units.empty())
    return false;
  uint32_t node = unitOffset(units[0]);
  for (char label : text) {
    if (label == 0)
      return false;
    node ^= uint8_t(label);
    if (node >= units.size || unitLabel(units[node]) != uint8_t(label))
      return false;
    uint32_t unit = units[node];
    node ^= unitOffset(unit);
    if (!hasLeaf(unit))
      continue;
    if (node >= units.size)
      return false;
    uint32_t value = unitValue(units[node]);
    if (value >= step.text.size() || isContinuation(step.text[value]))
      return false;
    replacement = step.text.substr(value);
    replacement = replacement.substr(0, replacement.find('\0'));
    return true;
  }
  return false;
}

size_t countCharacters(std::string_view text) {
  size_t count = 0;
  for (char byte : text)
    count += !isContinuation(byte);
  return count;
}

void appendReplacement(std::string_view oldPart, std::string_view newPart,
                       size_t limit, std::vector<ChangedCharacter> &out) {
  size_t oldCount = countCharacters(oldPart), newCount = 0;
  const char *cursor = newPart.data();
  const char *end = cursor + newPart.size();
  for (; cursor != end; ++newCount) {
    uint32_t c = readCharacter(cursor);
    out.push_back({c, newCount < oldCount ? 0 : 1});
    if (out.size() > limit)
      return;
  }
  // Characters that nothing stands for count to the one before.
  if (newCount < oldCount && !out.empty())
    out.back().change -= int32_t(oldCount - newCount);
}

} // namespace

void llmrt::applyCharsmap(const Normalizer &step, NormalizedText &text) {
  std::vector<ChangedCharacter> out;
  out.reserve(text.text.size());
  bool changed = false;
  std::string_view source = text.text, replacement;
  while (!source.empty() && out.size() <= text.limit) {
    const char *cursor = source.data();
    const char *end = cursor + source.size();
    uint32_t first = readCharacter(cursor);
    uint8_t before = step.narrow[first];
    bool pictured = before == Pictographic, joined = false;
    while (cursor != end) {
      const char *next = cursor;
      uint8_t after = step.narrow[readCharacter(next)];
      if (breaksBetween(before, after, joined))
        break;
      joined = pictured && after == Joiner;
      pictured = after == Pictographic ||
                 (pictured && (after == Extend || after == Joiner));
      before = after;
      cursor = next;
    }
    std::string_view cluster = source.substr(0, size_t(cursor - source.data()));
    source.remove_prefix(cluster.size());
    if (cluster.size() < 6 && lookUp(step, cluster, replacement)) {
      changed = true;
      appendReplacement(cluster, replacement, text.limit, out);
      continue;
    }
    while (!cluster.empty()) {
      std::string_view part = cluster.substr(0, characterLength(cluster[0]));
      cluster.remove_prefix(part.size());
      if (lookUp(step, part, replacement)) {
        changed = true;
        appendReplacement(part, replacement, text.limit, out);
      } else {
        const char *at = part.data();
        out.push_back({readCharacter(at), 0});
      }
    }
  }
  if (changed)
    transformText(out, text);
}
