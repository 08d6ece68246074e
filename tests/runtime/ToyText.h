//===- ToyText.h - A tokenizer and a template for the toy -------*- C++ -*-===//

#ifndef LLM_TESTS_RUNTIME_TOYTEXT_H
#define LLM_TESTS_RUNTIME_TOYTEXT_H

#include <cstdint>
#include <string>
#include <vector>

namespace llmrt {

/// Tokens 0 to 94 are the printable characters of ASCII from the space on, 95
/// is "<end>" and 96 "<turn>", both special. Each id from 97 on, up to `vocab`,
/// is a byte of UTF-8: 97 stands for the byte 0x80.
std::vector<uint8_t> compileToyTokenizer(uint32_t vocab = 97);

/// Renders "<turn>role:content" for each message, then "<turn>" for the answer.
/// Refuses an empty conversation.
std::vector<uint8_t> compileToyTemplate();

} // namespace llmrt

#endif // LLM_TESTS_RUNTIME_TOYTEXT_H
