//===- ChatTemplateCompiler.h - Compiles a model's chat template ----------===//
//
// A chat template is Jinja, written for jinja2 as transformers sets it up. It
// is read here, once, and becomes a bounded list of instructions that the
// object carries and runtime/lib/ChatTemplate.h runs: no template language is
// interpreted at run time.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_CHAT_TEMPLATE_CHATTEMPLATECOMPILER_H
#define LLM_FRONTENDS_CHAT_TEMPLATE_CHATTEMPLATECOMPILER_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// Compiles `source`. An empty token text leaves that variable undefined, as
/// transformers does for a token the tokenizer lacks. False: `error` is
/// "line:column: what was found, what would be accepted". Never throws.
bool compileChatTemplate(std::string_view source, std::string_view bosToken,
                         std::string_view eosToken, std::vector<uint8_t> &blob,
                         std::string &error);

} // namespace llm

#endif // LLM_FRONTENDS_CHAT_TEMPLATE_CHATTEMPLATECOMPILER_H
