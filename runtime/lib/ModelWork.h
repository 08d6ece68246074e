//===- ModelWork.h - The least work a step can be done with -----*- C++ -*-===//
//
// The denominators of a share of the machine's ceiling: what the model as given
// asks for, not what our code does. llm-bench divides by them, and llm-compile
// predicts times with them.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_MODELWORK_H
#define LLMRT_LIB_MODELWORK_H

#include "runtime/lib/ObjectFormat.h"

namespace llmrt {

/// Bytes that one decode step of `batch` sequences reads, each of which attends
/// to `context` tokens.
uint64_t decodeBytes(const ObjectDescriptor &descriptor, uint32_t batch,
                     uint32_t context);

/// Operations of a prompt of `tokens` tokens whose last row's logits are
/// wanted.
uint64_t prefillFlops(const ObjectDescriptor &descriptor, uint32_t tokens);

} // namespace llmrt

#endif // LLMRT_LIB_MODELWORK_H
