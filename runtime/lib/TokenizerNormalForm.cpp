//===- TokenizerNormalForm.cpp - NFC, NFD, NFKC and NFKD ------------------===//

#include "runtime/lib/TokenizerNormalForm.h"
#include "runtime/lib/TokenizerText.h"

#include <algorithm>

using namespace llmrt;

void llmrt::transformText(const std::vector<ChangedCharacter> &characters,
                          NormalizedText &text) {
  std::string result;
  std::vector<uint32_t> origins;
  result.reserve(text.text.size() + text.text.size() / 8);
  size_t offset = 0, size = text.text.size();
  if (characters.size() > text.limit) {
    text.overflowed = true;
    return;
  }
  auto skip = [&] {
    if (offset < size)
      offset += characterLength(text.text[offset]);
  };
  for (const ChangedCharacter &character : characters) {
    size_t before = result.size();
    appendCharacter(character.c, result);
    if (!text.tracked)
      continue;
    uint32_t origin = 0;
    if (character.change > 0) {
      if (offset > 0)
        origin = text.origins[offset - 1];
    } else {
      if (size != 0)
        origin = text.origins[std::min(offset, size - 1)];
      for (int32_t taken = 0; taken <= -character.change; ++taken)
        skip();
    }
    origins.insert(origins.end(), result.size() - before, origin);
  }
  text.text.swap(result);
  text.origins.swap(origins);
}

namespace {

// Hangul syllables are composed by arithmetic (Unicode Standard, 3.12).
constexpr uint32_t kSyllables = 0xac00, kLeads = 0x1100, kVowels = 0x1161,
                   kTails = 0x11a7;
constexpr uint32_t kLeadCount = 19, kVowelCount = 21, kTailCount = 28;
constexpr uint32_t kSyllableCount = kLeadCount * kVowelCount * kTailCount;

struct Mark {
  ChangedCharacter character;
  uint8_t combiningClass;
};

class Normalizing {
public:
  Normalizing(const TokenizerTables &tables, const Normalizer &step)
      : tables(tables), step(step) {}

  const FormEntry &entry(uint32_t c) const {
    return tables.forms[step.wide[c]];
  }

  void decompose(uint32_t c) {
    if (c - kSyllables < kSyllableCount) {
      uint32_t index = c - kSyllables;
      add(kLeads + index / (kVowelCount * kTailCount), 0);
      add(kVowels + index / kTailCount % kVowelCount, 1);
      if (index % kTailCount != 0)
        add(kTails + index % kTailCount, 1);
      return;
    }
    const FormEntry &form = entry(c);
    if (form.count == 0)
      add(c, 0);
    for (uint32_t index = 0; index < form.count; ++index)
      add(tables.formCodePoints[form.first + index], index == 0 ? 0 : 1);
  }

  /// Marks wait until the next starter, to be put in order.
  void add(uint32_t c, int32_t change) {
    uint8_t combiningClass = entry(c).combiningClass;
    if (combiningClass == 0)
      order();
    marks.push_back({{c, change}, combiningClass});
  }

  void order() {
    size_t first = ordered;
    if (marks.size() > first + 1)
      std::stable_sort(marks.begin() + ptrdiff_t(first), marks.end(),
                       [](const Mark &a, const Mark &b) {
                         return a.combiningClass < b.combiningClass;
                       });
    ordered = marks.size();
  }

  uint32_t composed(uint32_t first, uint32_t second) const {
    if (first - kLeads < kLeadCount && second - kVowels < kVowelCount)
      return kSyllables +
             ((first - kLeads) * kVowelCount + second - kVowels) * kTailCount;
    if (first - kSyllables < kSyllableCount &&
        (first - kSyllables) % kTailCount == 0 && second > kTails &&
        second < kTails + kTailCount)
      return first + (second - kTails);
    const Composition *found = std::lower_bound(
        tables.compositions.begin(), tables.compositions.end(),
        std::pair(first, second), [](const Composition &a, auto key) {
          return std::pair(a.first, a.second) < key;
        });
    if (found != tables.compositions.end() && found->first == first &&
        found->second == second)
      return found->composite;
    return 0;
  }

  void compose(std::vector<ChangedCharacter> &out) const {
    size_t starter = SIZE_MAX;
    int last = -1; // class of the last mark kept after the starter
    for (const Mark &mark : marks) {
      if (starter != SIZE_MAX && last < int(mark.combiningClass)) {
        if (uint32_t c = composed(out[starter].c, mark.character.c)) {
          out[starter].c = c;
          out[starter].change += mark.character.change - 1;
          continue;
        }
      }
      if (mark.combiningClass == 0) {
        starter = out.size();
        last = -1;
      } else {
        last = mark.combiningClass;
      }
      out.push_back(mark.character);
    }
  }

  std::vector<Mark> marks;
  size_t ordered = 0;

private:
  const TokenizerTables &tables;
  const Normalizer &step;
};

} // namespace

void llmrt::applyNormalForm(const TokenizerTables &tables,
                            const Normalizer &step, NormalizedText &text) {
  Normalizing work(tables, step);
  const char *cursor = text.text.data();
  const char *end = cursor + text.text.size();
  // Most texts are in the form already.
  bool sure = true;
  while (sure && cursor != end) {
    uint32_t c = readCharacter(cursor);
    if (c < 0x80)
      continue;
    bool splits = !step.first && c - kSyllables < kSyllableCount;
    sure = !work.entry(c).unsure && !splits;
  }
  if (sure)
    return;
  cursor = text.text.data();
  while (cursor != end)
    work.decompose(readCharacter(cursor));
  work.order();
  std::vector<ChangedCharacter> characters;
  characters.reserve(work.marks.size());
  if (step.first)
    work.compose(characters);
  else
    for (const Mark &mark : work.marks)
      characters.push_back(mark.character);
  transformText(characters, text);
}
