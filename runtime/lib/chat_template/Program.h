//===- Program.h - A compiled chat template, read and checked -------------===//

#ifndef LLMRT_LIB_CHAT_TEMPLATE_PROGRAM_H
#define LLMRT_LIB_CHAT_TEMPLATE_PROGRAM_H

#include "runtime/lib/chat_template/Format.h"
#include "runtime/lib/chat_template/Value.h"

#include <string>
#include <string_view>
#include <vector>

namespace llmrt::chat {

/// Once `read` has succeeded, every number in it that names a string, constant,
/// list, function, filter, test, operation or instruction is in range. Slots,
/// levels and the stack depend on the way taken and are checked by the machine.
struct Program {
  bool read(const uint8_t *blob, size_t size, std::string &error);

  std::string_view string(uint32_t number) const { return texts[number].bytes; }

  std::vector<Text> texts;
  std::vector<Value> constants; ///< strings point into texts
  std::vector<std::vector<uint32_t>> lists;
  std::vector<Function> functions;
  std::vector<Instruction> code;
  uint32_t bosToken = kNone, eosToken = kNone;
};

} // namespace llmrt::chat

#endif // LLMRT_LIB_CHAT_TEMPLATE_PROGRAM_H
