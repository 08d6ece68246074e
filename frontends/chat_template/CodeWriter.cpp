//===- CodeWriter.cpp - Collects a compiled chat template -----------------===//

#include "frontends/chat_template/CodeWriter.h"

#include <cstring>

namespace llm::chat_template {

using namespace llmrt::chat;

uint32_t CodeWriter::string(std::string_view text) {
  auto found = stringNumbers.find(text);
  if (found != stringNumbers.end())
    return found->second;
  uint32_t number = static_cast<uint32_t>(strings.size());
  strings.emplace_back(text);
  stringNumbers.emplace(text, number);
  return number;
}

uint32_t CodeWriter::list(const std::vector<std::string> &names) {
  std::vector<uint32_t> words;
  for (const std::string &name : names)
    words.push_back(string(name));
  auto [entry, isNew] =
      listNumbers.emplace(words, static_cast<uint32_t>(lists.size()));
  if (isNew)
    lists.push_back(std::move(words));
  return entry->second;
}

uint32_t CodeWriter::constant(ConstantKind kind, uint64_t bits) {
  auto [entry, isNew] =
      constantNumbers.emplace(std::pair(static_cast<uint32_t>(kind), bits),
                              static_cast<uint32_t>(constants.size()));
  if (isNew)
    constants.push_back({static_cast<uint32_t>(kind),
                         static_cast<uint32_t>(bits),
                         static_cast<uint32_t>(bits >> 32)});
  return entry->second;
}

uint32_t CodeWriter::emit(Opcode opcode, uint32_t a, uint32_t b, uint32_t c) {
  code.push_back(
      {static_cast<uint16_t>(opcode), static_cast<uint16_t>(c), a, b, line});
  return here() - 1;
}

uint32_t CodeWriter::function() {
  functions.push_back({kNone, 0, 0, 0, kNone, kNone, kNone, 0});
  return static_cast<uint32_t>(functions.size() - 1);
}

std::vector<uint8_t> CodeWriter::finish(uint32_t bosToken,
                                        uint32_t eosToken) const {
  std::vector<uint8_t> blob(sizeof(Header));
  auto append = [&](const void *data, size_t size) {
    const uint8_t *bytes = static_cast<const uint8_t *>(data);
    blob.insert(blob.end(), bytes, bytes + size);
  };
  auto word = [&](uint32_t value) { append(&value, sizeof value); };

  Header header{};
  header.magic = kMagic;
  header.version = kVersion;
  header.stringCount = static_cast<uint32_t>(strings.size());
  header.constantCount = static_cast<uint32_t>(constants.size());
  header.listCount = static_cast<uint32_t>(lists.size());
  header.functionCount = static_cast<uint32_t>(functions.size());
  header.instructionCount = static_cast<uint32_t>(code.size());
  header.bosToken = bosToken;
  header.eosToken = eosToken;
  for (const std::string &text : strings)
    word(header.stringBytes += static_cast<uint32_t>(text.size()));
  for (const std::string &text : strings)
    append(text.data(), text.size());
  while (blob.size() % 4 != 0)
    blob.push_back(0);
  append(constants.data(), constants.size() * sizeof(Constant));
  for (const std::vector<uint32_t> &names : lists)
    word(header.listWords += static_cast<uint32_t>(names.size()));
  for (const std::vector<uint32_t> &names : lists)
    append(names.data(), names.size() * sizeof(uint32_t));
  append(functions.data(), functions.size() * sizeof(Function));
  append(code.data(), code.size() * sizeof(Instruction));
  header.totalBytes = static_cast<uint32_t>(blob.size());
  std::memcpy(blob.data(), &header, sizeof header);
  return blob;
}

} // namespace llm::chat_template
