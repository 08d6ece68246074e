//===- Text.h - Python's string operations on UTF-8 -----------------------===//
//
// Indices and lengths count code points. No function here allocates more than
// a small multiple of its inputs, except where a bound is passed in.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_CHAT_TEMPLATE_TEXT_H
#define LLMRT_LIB_CHAT_TEMPLATE_TEXT_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmrt::chat {

int64_t codePoints(std::string_view text);

/// Byte offset of code point `index` (0 .. codePoints(text)).
size_t byteOffset(std::string_view text, int64_t index);

/// Code points [start, stop) of text; the bounds are in range.
std::string_view codePointRange(std::string_view text, int64_t start,
                                int64_t stop);

/// Where `wanted` begins at or behind `from`; npos. In linear time, whatever
/// the texts: a template chooses both.
size_t findText(std::string_view text, std::string_view wanted,
                size_t from = 0);
/// Where the last `wanted` begins; npos.
size_t findTextFromRight(std::string_view text, std::string_view wanted);

enum Sides : unsigned { kLeft = 1, kRight = 2 };

/// str.strip(), lstrip(), rstrip(); `characters` null: white space.
std::string_view stripped(std::string_view text, unsigned sides,
                          const std::string_view *characters);

/// str.split() without a separator: at runs of white space.
std::vector<std::string_view> splitAtSpace(std::string_view text, int64_t limit,
                                           bool fromRight);
/// str.split(separator); the separator is not empty.
std::vector<std::string_view> splitAt(std::string_view text,
                                      std::string_view separator, int64_t limit,
                                      bool fromRight);
/// str.splitlines()
std::vector<std::string_view> splitLines(std::string_view text, bool keepEnds);

/// How often str.replace would replace: `limit` < 0 means every time.
int64_t replacements(std::string_view text, std::string_view from,
                     int64_t limit);
/// str.replace(from, to, limit)
std::string replaced(std::string_view text, std::string_view from,
                     std::string_view to, int64_t limit);

/// html.escape as markupsafe does it.
std::string htmlEscaped(std::string_view text);

/// repr() of a string.
std::string quotedText(std::string_view text);

/// repr() of a float.
std::string floatText(double value);

/// float(text): white space around, digits with single underscores, inf, nan.
bool parseFloat(std::string_view text, double &value);

enum class ParsedInt { Ok, Invalid, TooLarge };
/// int(text, base); base 0 reads the prefix.
ParsedInt parseInt(std::string_view text, int base, int64_t &value);

} // namespace llmrt::chat

#endif // LLMRT_LIB_CHAT_TEMPLATE_TEXT_H
