//===- CodePointSet.cpp - Sets of Unicode code points ---------------------===//

#include "frontends/tokenizer/CodePointSet.h"

#include <algorithm>

using namespace llm;

CodePointSet CodePointSet::range(uint32_t begin, uint32_t end) {
  CodePointSet set;
  if (begin < end)
    set.list.push_back({begin, end});
  return set;
}

CodePointSet CodePointSet::fromRanges(std::vector<Range> ranges) {
  std::sort(ranges.begin(), ranges.end());
  CodePointSet set;
  for (const Range &range : ranges) {
    if (range.first >= range.second)
      continue;
    if (!set.list.empty() && range.first <= set.list.back().second)
      set.list.back().second = std::max(set.list.back().second, range.second);
    else
      set.list.push_back(range);
  }
  return set;
}

bool CodePointSet::contains(uint32_t c) const {
  auto after = std::upper_bound(
      list.begin(), list.end(), c,
      [](uint32_t value, const Range &range) { return value < range.first; });
  return after != list.begin() && c < std::prev(after)->second;
}

void CodePointSet::add(const CodePointSet &other) {
  if (other.list.empty())
    return;
  std::vector<Range> both = std::move(list);
  both.insert(both.end(), other.list.begin(), other.list.end());
  *this = fromRanges(std::move(both));
}

CodePointSet CodePointSet::complement() const {
  CodePointSet set;
  uint32_t at = 0;
  for (const Range &range : list) {
    if (at < range.first)
      set.list.push_back({at, range.first});
    at = range.second;
  }
  if (at < kCodePointEnd)
    set.list.push_back({at, kCodePointEnd});
  return set;
}

CodePointSet CodePointSet::intersect(const CodePointSet &other) const {
  CodePointSet set;
  auto a = list.begin(), b = other.list.begin();
  while (a != list.end() && b != other.list.end()) {
    uint32_t begin = std::max(a->first, b->first);
    uint32_t end = std::min(a->second, b->second);
    if (begin < end)
      set.list.push_back({begin, end});
    if (a->second < b->second)
      ++a;
    else
      ++b;
  }
  return set;
}
