//===- MemoryContract.h - What running an object takes ---------*- C++ -*-===//
//
// The private memory that llmrt_memory_contract promises, asked of the finished
// object by the runtime's own code, for each of its CPU levels, whether or not
// this machine can run it.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_MEMORYCONTRACT_H
#define LLM_COMPILER_MEMORYCONTRACT_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <string>

namespace llm {

struct MemoryContract {
  std::string level;
  uint32_t sequences;                 ///< with the model's whole context each
  uint64_t privateBytes, threadBytes; ///< with one thread; for each more
};

/// For one sequence and for as many as a step takes.
llvm::Expected<llvm::SmallVector<MemoryContract>>
memoryContracts(const std::string &object);

} // namespace llm

#endif // LLM_COMPILER_MEMORYCONTRACT_H
