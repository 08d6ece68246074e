//===- CodePointSet.h - Sets of Unicode code points -----------------------===//

#ifndef LLM_FRONTENDS_TOKENIZER_CODEPOINTSET_H
#define LLM_FRONTENDS_TOKENIZER_CODEPOINTSET_H

#include <cstdint>
#include <utility>
#include <vector>

namespace llm {

constexpr uint32_t kCodePointEnd = 0x110000;

/// A set as ascending, disjoint, not adjacent ranges [begin, end).
class CodePointSet {
public:
  using Range = std::pair<uint32_t, uint32_t>;

  CodePointSet() = default;
  static CodePointSet of(uint32_t c) { return range(c, c + 1); }
  static CodePointSet range(uint32_t begin, uint32_t end);
  static CodePointSet all() { return range(0, kCodePointEnd); }
  /// From any ranges, in any order.
  static CodePointSet fromRanges(std::vector<Range> ranges);

  const std::vector<Range> &ranges() const { return list; }
  bool empty() const { return list.empty(); }
  bool contains(uint32_t c) const;

  void add(const CodePointSet &other);
  CodePointSet complement() const;
  CodePointSet intersect(const CodePointSet &other) const;
  CodePointSet without(const CodePointSet &other) const {
    return intersect(other.complement());
  }
  bool operator==(const CodePointSet &other) const {
    return list == other.list;
  }
  /// Any order.
  bool operator<(const CodePointSet &other) const {
    return list.size() != other.list.size() ? list.size() < other.list.size()
                                            : list < other.list;
  }

private:
  std::vector<Range> list;
};

} // namespace llm

#endif // LLM_FRONTENDS_TOKENIZER_CODEPOINTSET_H
