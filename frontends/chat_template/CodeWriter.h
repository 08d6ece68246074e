//===- CodeWriter.h - Collects a compiled chat template -------------------===//

#ifndef LLM_FRONTENDS_CHAT_TEMPLATE_CODEWRITER_H
#define LLM_FRONTENDS_CHAT_TEMPLATE_CODEWRITER_H

#include "runtime/lib/chat_template/Format.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace llm::chat_template {

using llmrt::chat::kNone;
using llmrt::chat::Opcode;

class CodeWriter {
public:
  uint32_t string(std::string_view text);
  uint32_t list(const std::vector<std::string> &names);
  uint32_t constant(llmrt::chat::ConstantKind kind, uint64_t bits = 0);

  /// Appends an instruction, returns its number.
  uint32_t emit(Opcode opcode, uint32_t a = 0, uint32_t b = 0, uint32_t c = 0);
  uint32_t here() const { return static_cast<uint32_t>(code.size()); }
  /// Makes the jump at `number` go to the next instruction.
  void land(uint32_t number) { code[number].a = here(); }
  void landB(uint32_t number) { code[number].b = here(); }

  /// Reserves the number of a function.
  uint32_t function();
  llmrt::chat::Function &functionAt(uint32_t number) {
    return functions[number];
  }

  void setLine(uint32_t number) { line = number; }
  uint32_t currentLine() const { return line; }

  std::vector<uint8_t> finish(uint32_t bosToken, uint32_t eosToken) const;

private:
  std::map<std::string, uint32_t, std::less<>> stringNumbers;
  std::vector<std::string> strings;
  std::map<std::vector<uint32_t>, uint32_t> listNumbers;
  std::vector<std::vector<uint32_t>> lists;
  std::map<std::pair<uint32_t, uint64_t>, uint32_t> constantNumbers;
  std::vector<llmrt::chat::Constant> constants;
  std::vector<llmrt::chat::Function> functions;
  std::vector<llmrt::chat::Instruction> code;
  uint32_t line = 1;
};

} // namespace llm::chat_template

#endif // LLM_FRONTENDS_CHAT_TEMPLATE_CODEWRITER_H
