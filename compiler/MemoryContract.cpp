//===- MemoryContract.cpp - What running an object takes ------------------===//

#include "compiler/MemoryContract.h"

#include "runtime/lib/ObjectFile.h"
#include "runtime/lib/StepMemory.h"

using namespace llm;
using namespace llmrt;

llvm::Expected<llvm::SmallVector<MemoryContract>>
llm::memoryContracts(const std::string &object) {
  // A path without a slash is one that the loader looks for elsewhere.
  std::string path =
      object.find('/') == std::string::npos ? "./" + object : object;
  ObjectFile file;
  if (file.open(path.c_str()))
    return llvm::createStringError(llmrt_last_error());
  const ObjectDescriptor &descriptor = *file.descriptor();
  llvm::SmallVector<MemoryContract> contracts;
  for (uint64_t i = 0; i < descriptor.levelCount; ++i)
    for (uint32_t sequences : {1u, descriptor.facts.maxBatch}) {
      uint64_t bytes[2];
      for (uint32_t threads : {1u, 2u}) {
        EngineLimits limits;
        llmrt_memory memory;
        if (resolveLimits(descriptor.facts, {threads, sequences, 0, 0},
                          limits) ||
            measureMemory(descriptor, descriptor.levels[i], limits, memory))
          return llvm::createStringError(llmrt_last_error());
        bytes[threads - 1] = memory.private_bytes + file.privateBytes();
      }
      contracts.push_back({descriptor.levels[i].name, sequences, bytes[0],
                           bytes[1] - bytes[0]});
      if (descriptor.facts.maxBatch == 1)
        break;
    }
  return contracts;
}
