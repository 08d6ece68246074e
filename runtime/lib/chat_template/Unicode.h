//===- Unicode.h - Letter case and printability as in Python --------------===//
//
// What str.upper, lower, title, capitalize and repr need to know of a code
// point. The tables are generated (scripts/make-case-tables).
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_CHAT_TEMPLATE_UNICODE_H
#define LLMRT_LIB_CHAT_TEMPLATE_UNICODE_H

#include <cstdint>
#include <string>
#include <string_view>

namespace llmrt::chat {

/// Whether repr() writes the character as itself.
bool isPrintable(uint32_t code);

std::string upperCase(std::string_view text);
std::string lowerCase(std::string_view text);
std::string capitalized(std::string_view text); ///< str.capitalize()
std::string titleCase(std::string_view text);   ///< str.title()

} // namespace llmrt::chat

#endif // LLMRT_LIB_CHAT_TEMPLATE_UNICODE_H
