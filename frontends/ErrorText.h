//===- ErrorText.h - Messages about untrusted files
//------------------------===//
//
// Names in a model file may hold anything: they are escaped and shortened
// before they reach a terminal. Problems are collected, so that a user sees
// every gap of a model at once instead of one per attempt.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ERRORTEXT_H
#define LLM_FRONTENDS_ERRORTEXT_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// 'name', with control characters and bytes that are no UTF-8 as \xNN, cut
/// after 160 bytes.
std::string quoteName(std::string_view name);

/// [4, 8]
std::string shapeText(const std::vector<int64_t> &shape);

/// A number as %g would write it, without depending on the locale.
std::string numberText(double value);

/// A list of things wrong with one model.
class Problems {
public:
  void add(std::string problem);
  bool empty() const { return count == 0; }
  size_t size() const { return count; }
  /// "where: problem", or "where: N problems:" and a line for each.
  std::string text(std::string_view where) const;

private:
  std::vector<std::string> lines; ///< at most limits::kMaxProblems
  size_t count = 0;
};

} // namespace llm

#endif // LLM_FRONTENDS_ERRORTEXT_H
