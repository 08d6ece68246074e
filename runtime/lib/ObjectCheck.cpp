//===- ObjectCheck.cpp - Is a descriptor one that can be run? -------------===//
//
// Counts have caps far above any model, so that products of checked values fit
// 64 bits and the runtime's own arithmetic needs no further tests.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/ObjectCheck.h"

#include "runtime/lib/ElementTypes.h"
#include "runtime/lib/GraphCheck.h"
#include "runtime/lib/ImageReader.h"

#include <cinttypes>
#include <cstring>

using namespace llmrt;

static constexpr uint64_t kMaxArguments = 256;
static constexpr uint64_t kMaxGroups = 64;
static constexpr uint64_t kMaxLevels = 32;
static constexpr uint32_t kMaxEndTokens = 1024;
static constexpr uint32_t kMaxVocab = 1 << 24;
static constexpr uint32_t kMaxTokens = 1 << 26; // of a context, of a step
static constexpr uint32_t kMaxBatch = 1 << 16;
static constexpr uint64_t kMaxBytes = uint64_t(1) << 44;
static constexpr uint64_t kMaxName = 256;
static constexpr uint64_t kMaxText = 1 << 16;

static Status checkVersion(const ObjectDescriptor &descriptor) {
  if (descriptor.magic != kObjectMagic)
    return fail(LLMRT_BAD_FILE, "the descriptor does not start with the magic "
                                "number of a compiled model");
  if (descriptor.version != kObjectVersion)
    return fail(LLMRT_WRONG_VERSION,
                "the object has format version %u; this runtime loads version "
                "%u. Compile the model with the llm-compile of this release",
                descriptor.version, kObjectVersion);
  if (descriptor.descriptorBytes != sizeof(ObjectDescriptor))
    return fail(
        LLMRT_BAD_FILE, "the descriptor has %u bytes; version %u has %zu",
        descriptor.descriptorBytes, kObjectVersion, sizeof(ObjectDescriptor));
  return LLMRT_OK;
}

static Status checkCount(const char *what, uint64_t count, uint64_t least,
                         uint64_t most) {
  if (count >= least && count <= most)
    return LLMRT_OK;
  return fail(LLMRT_BAD_FILE,
              "the descriptor has %s = %" PRIu64 "; %" PRIu64 " to %" PRIu64
              " are accepted",
              what, count, least, most);
}

/// Counts of the tables' entries, which a graph has others of than a decoder.
static Status checkTables(const ObjectDescriptor &descriptor) {
  bool graph = descriptor.graphArgumentCount != 0;
  if (Status status = checkCount("argumentCount", descriptor.argumentCount,
                                 graph ? 0 : 1, graph ? 0 : kMaxArguments))
    return status;
  if (Status status = checkCount("groupCount", descriptor.groupCount, 0,
                                 graph ? 0 : kMaxGroups))
    return status;
  if (Status status =
          checkCount("graphArgumentCount", descriptor.graphArgumentCount, 0,
                     kMaxGraphArguments))
    return status;
  if (Status status =
          checkCount("levelCount", descriptor.levelCount, 1, kMaxLevels))
    return status;
  return checkCount("endCount", descriptor.facts.endCount, 0,
                    graph ? 0 : kMaxEndTokens);
}

//===----------------------------------------------------------------------===//
// Pointers, in the file
//===----------------------------------------------------------------------===//

Status llmrt::checkDescriptorImage(const ElfImage &image) {
  uint64_t base = image.symbolAddress();
  const uint8_t *bytes = image.at(base, sizeof(ObjectDescriptor));
  if (!bytes || base % alignof(ObjectDescriptor) != 0 ||
      image.symbolSize() < sizeof(ObjectDescriptor))
    return fail(LLMRT_BAD_FILE,
                "the descriptor at address 0x%" PRIx64
                " does not lie in the file",
                base);
  ObjectDescriptor descriptor; // its pointers are not relocated: not used
  memcpy(&descriptor, bytes, sizeof(descriptor));
  if (Status status = checkVersion(descriptor))
    return status;
  if (Status status = checkTables(descriptor))
    return status;
  ImageReader reader(image);
  auto field = [&](size_t offset) { return base + offset; };
  uint64_t self, arguments, groups, levels, endTokens, step;
  if (Status status =
          reader.follow("self", field(offsetof(ObjectDescriptor, self)),
                        sizeof(ObjectDescriptor), 8, self))
    return status;
  if (self != base)
    return fail(LLMRT_BAD_FILE,
                "self: the descriptor's pointer to itself leads "
                "elsewhere");
  if (Status status = reader.checkString(
          "name", field(offsetof(ObjectDescriptor, name)), kMaxName))
    return status;
  if (Status status = reader.checkString(
          "provenance", field(offsetof(ObjectDescriptor, provenance)),
          kMaxText))
    return status;
  if (Status status = reader.checkSpan(
          "tokenizer", field(offsetof(ObjectDescriptor, tokenizer))))
    return status;
  if (Status status = reader.checkSpan(
          "chatTemplate", field(offsetof(ObjectDescriptor, chatTemplate))))
    return status;
  if (descriptor.facts.endCount != 0)
    if (Status status = reader.follow(
            "endTokens",
            field(offsetof(ObjectDescriptor, facts) +
                  offsetof(ModelFacts, endTokens)),
            descriptor.facts.endCount * sizeof(int32_t), 4, endTokens))
      return status;

  if (Status status = checkGraphImage(
          reader, field(offsetof(ObjectDescriptor, graphArguments)),
          descriptor.graphArgumentCount))
    return status;
  if (descriptor.argumentCount != 0)
    if (Status status = reader.follow(
            "arguments", field(offsetof(ObjectDescriptor, arguments)),
            descriptor.argumentCount * sizeof(StepArgument), 8, arguments))
      return status;
  for (uint64_t index = 0; index < descriptor.argumentCount; ++index)
    if (Status status =
            reader.checkString("an argument's name",
                               arguments + index * sizeof(StepArgument) +
                                   offsetof(StepArgument, name),
                               kMaxName))
      return status;

  if (descriptor.groupCount != 0)
    if (Status status = reader.follow(
            "groups", field(offsetof(ObjectDescriptor, groups)),
            descriptor.groupCount * sizeof(StateGroup), 8, groups))
      return status;
  for (uint64_t index = 0; index < descriptor.groupCount; ++index)
    if (Status status = reader.checkString("a state group's name",
                                           groups + index * sizeof(StateGroup) +
                                               offsetof(StateGroup, name),
                                           kMaxName))
      return status;

  if (Status status =
          reader.follow("levels", field(offsetof(ObjectDescriptor, levels)),
                        descriptor.levelCount * sizeof(CpuLevel), 8, levels))
    return status;
  for (uint64_t index = 0; index < descriptor.levelCount; ++index) {
    uint64_t level = levels + index * sizeof(CpuLevel);
    if (Status status = reader.checkString(
            "a CPU level's name", level + offsetof(CpuLevel, name), kMaxName))
      return status;
    if (Status status =
            reader.checkString("a CPU level's features",
                               level + offsetof(CpuLevel, features), kMaxText))
      return status;
    if (Status status = reader.follow(
            "a CPU level's step", level + offsetof(CpuLevel, step), 1, 1, step))
      return status;
    if (!image.segmentOf(step, 1)->executable)
      return fail(LLMRT_BAD_FILE, "a CPU level's step is not code");
  }
  return LLMRT_OK;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static Status checkFacts(const ModelFacts &facts) {
  if (Status status = checkCount("vocabSize", facts.vocabSize, 1, kMaxVocab))
    return status;
  if (Status status = checkCount("maxContext", facts.maxContext, 1, kMaxTokens))
    return status;
  if (Status status = checkCount("maxBatch", facts.maxBatch, 1, kMaxBatch))
    return status;
  if (Status status =
          checkCount("maxRows", facts.maxRows, facts.maxBatch, kMaxTokens))
    return status;
  if (Status status = checkCount("bosCount", facts.bosCount, 0, 1))
    return status;
  auto isToken = [&](int32_t token) {
    return token >= 0 && uint32_t(token) < facts.vocabSize;
  };
  if (facts.bosCount != 0 && !isToken(facts.bos))
    return fail(LLMRT_BAD_FILE,
                "the descriptor's bos token %d is outside of "
                "the vocabulary",
                facts.bos);
  for (uint32_t index = 0; index < facts.endCount; ++index)
    if (!isToken(facts.endTokens[index]))
      return fail(LLMRT_BAD_FILE,
                  "the descriptor's end token %d is outside of "
                  "the vocabulary",
                  facts.endTokens[index]);
  return LLMRT_OK;
}

static Status checkArgument(const StepArgument &argument) {
  if (elementBytes(argument.type) == 0 || argument.rank > 4)
    return fail(LLMRT_BAD_FILE, "the argument '%s' has type %u and rank %u",
                argument.name, uint32_t(argument.type), argument.rank);
  for (uint32_t index = 0; index < argument.rank; ++index) {
    const ArgumentDim &dim = argument.dims[index];
    if (dim.symbol < -1 || dim.symbol >= int32_t(DimSymbol::Count) ||
        dim.size < 0 || uint64_t(dim.size) > kMaxBytes)
      return fail(LLMRT_BAD_FILE,
                  "dimension %u of the argument '%s' has symbol %d and size "
                  "%" PRId64,
                  index, argument.name, dim.symbol, dim.size);
  }
  return LLMRT_OK;
}

static Status checkGroup(const StateGroup &group) {
  // With these caps a pool's size, pages of all sequences times pageBytes, may
  // still exceed 64 bits: MemoryPlan tests that one product.
  if (group.layers == 0 || group.layers > (1 << 16) || group.pageTokens == 0 ||
      group.pageTokens > kMaxTokens || group.layerPageBytes == 0 ||
      group.layerPageBytes > kMaxBytes || group.layerPageBytes % 64 != 0 ||
      group.pageBytes != group.layers * group.layerPageBytes ||
      group.window > kMaxTokens)
    return fail(LLMRT_BAD_FILE,
                "the state group '%s' has %u layers, pages of %u tokens and "
                "%" PRIu64 " bytes (%" PRIu64 " a layer), a window of %u",
                group.name, group.layers, group.pageTokens, group.pageBytes,
                group.layerPageBytes, group.window);
  return LLMRT_OK;
}

Status llmrt::checkDescriptor(const ObjectDescriptor &descriptor) {
  if (Status status = checkVersion(descriptor))
    return status;
  if (Status status = checkTables(descriptor))
    return status;
  if (descriptor.graphArgumentCount == 0) {
    if (Status status = checkFacts(descriptor.facts))
      return status;
  } else if (Status status = checkGraphArguments(
                 descriptor.graphArguments, descriptor.graphArgumentCount)) {
    return status;
  }
  if (Status status = checkTables(descriptor))
    return status;
  if (Status status =
          checkCount("weightsBytes", descriptor.weightsBytes, 0, kMaxBytes))
    return status;
  for (uint64_t index = 0; index < descriptor.argumentCount; ++index) {
    const StepArgument &argument = descriptor.arguments[index];
    if (Status status = checkArgument(argument))
      return status;
    for (uint64_t before = 0; before < index; ++before)
      if (strcmp(descriptor.arguments[before].name, argument.name) == 0)
        return fail(LLMRT_BAD_FILE, "the step has two arguments named '%s'",
                    argument.name);
  }
  for (uint64_t index = 0; index < descriptor.groupCount; ++index)
    if (Status status = checkGroup(descriptor.groups[index]))
      return status;
  for (uint64_t index = 0; index < descriptor.levelCount; ++index) {
    const CpuLevel &level = descriptor.levels[index];
    if (elementBytes(level.computeType) == 0)
      return fail(LLMRT_BAD_FILE, "the CPU level '%s' computes in type %u",
                  level.name, uint32_t(level.computeType));
    if (level.arenaBytes > kMaxBytes || level.scratchBytes > kMaxBytes >> 10 ||
        level.scratchBytes % 64 != 0)
      return fail(LLMRT_BAD_FILE,
                  "the CPU level '%s' wants an arena of %" PRIu64
                  " bytes and %" PRIu64 " of scratch a thread",
                  level.name, level.arenaBytes, level.scratchBytes);
  }
  return LLMRT_OK;
}
