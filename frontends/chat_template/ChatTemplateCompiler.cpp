//===- ChatTemplateCompiler.cpp - Compiles a model's chat template --------===//

#include "frontends/chat_template/ChatTemplateCompiler.h"

#include "frontends/chat_template/Compiler.h"
#include "frontends/chat_template/Lexer.h"
#include "frontends/chat_template/Parser.h"

namespace llm {

/// Ten times the largest template of a model; deciding what names mean in loops
/// inside loops takes time that grows faster than a template does.
constexpr size_t kMaxSourceBytes = 256 << 10;

bool compileChatTemplate(std::string_view source, std::string_view bosToken,
                         std::string_view eosToken, std::vector<uint8_t> &blob,
                         std::string &error) {
  using namespace chat_template;
  blob.clear();
  error.clear();
  if (source.size() > kMaxSourceBytes) {
    error = "1:1: the chat template has " + std::to_string(source.size()) +
            " bytes; accepted: at most " + std::to_string(kMaxSourceBytes);
    return false;
  }
  std::vector<Token> tokens;
  Body body;
  if (!Lexer(source).run(tokens, error) || !Parser(tokens, error).run(body))
    return false;
  Compiler compiler(error);
  if (!compiler.run(body))
    return false;
  auto token = [&](std::string_view text) {
    return text.empty() ? kNone : compiler.writer.string(text);
  };
  uint32_t bos = token(bosToken), eos = token(eosToken);
  blob = compiler.writer.finish(bos, eos);
  if (blob.size() > llmrt::chat::kMaxBlobBytes) {
    blob.clear();
    error = "1:1: the chat template compiles to more than " +
            std::to_string(llmrt::chat::kMaxBlobBytes) + " bytes";
    return false;
  }
  return true;
}

} // namespace llm
