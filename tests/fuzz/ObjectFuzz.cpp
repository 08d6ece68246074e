//===- ObjectFuzz.cpp - Damaged compiled objects --------------------------===//
//
// The bytes are checked as llmrt_open checks a file. What passes, and what
// would pass with the right digest, is laid out in memory as the dynamic loader
// would do it, and its descriptor's values are checked as well. Nothing is run.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/CodeDigest.h"
#include "runtime/lib/EngineLimits.h"
#include "runtime/lib/GraphInputs.h"
#include "runtime/lib/ObjectCheck.h"
#include "runtime/lib/ObjectFile.h"
#include "runtime/lib/StepMemory.h"

#include <cstring>
#include <memory>

using namespace llmrt;

/// No toy object is larger; keeps the imagined image small.
static constexpr uint64_t kMaxImage = 1 << 22;

/// Checks the descriptor as the loader would leave it at `image` + its address.
static void checkLoaded(const uint8_t *file, const ElfImage &image) {
  const ElfImage::Segment &last = image.segments().back();
  uint64_t size = last.address + last.memoryBytes;
  if (size > kMaxImage)
    return;
  std::unique_ptr<uint8_t[]> room(new uint8_t[size + 64]());
  uint8_t *base =
      room.get() + (64 - reinterpret_cast<uintptr_t>(room.get()) % 64) % 64;
  for (const ElfImage::Segment &load : image.segments())
    memcpy(base + load.address, file + load.offset, load.fileBytes);
  for (const auto &[address, value] : image.relocations()) {
    uint64_t pointer = reinterpret_cast<uintptr_t>(base) + value;
    memcpy(base + address, &pointer, sizeof(pointer));
  }
  const auto &descriptor =
      *reinterpret_cast<const ObjectDescriptor *>(base + image.symbolAddress());
  if (checkDescriptor(descriptor))
    return;
  if (descriptor.graphArgumentCount != 0) {
    // Without inputs a graph says which is missing, or has none.
    GraphInputs inputs(descriptor);
    CallMemory memory(1 << 20);
    inputs.bind(nullptr, 0, memory);
    return;
  }
  // The memory contract of any such decoder can be told.
  EngineLimits limits;
  llmrt_engine_options options = {1, 1, 0, 0};
  llmrt_memory memory;
  if (resolveLimits(descriptor.facts, options, limits) == LLMRT_OK)
    measureMemory(descriptor, descriptor.levels[0], limits, memory);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  checkObjectBytes(bytes, size);
  ElfImage image;
  CodeDigest digest;
  if (image.parse(bytes, size) == LLMRT_OK &&
      checkDescriptorImage(image) == LLMRT_OK &&
      computeCodeDigest(bytes, image, digest) == LLMRT_OK)
    checkLoaded(bytes, image);
  return 0;
}
