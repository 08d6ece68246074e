//===- StepBatch.cpp - The arguments of one step --------------------------===//

#include "runtime/lib/StepBatch.h"

#include "runtime/lib/ObjectCheck.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <string_view>

using namespace llmrt;

StepBatch::StepBatch(const ObjectDescriptor &descriptor,
                     const EngineLimits &limits)
    : descriptor(descriptor), limits(limits),
      tableArguments(descriptor.groupCount) {
  for (uint64_t group = 0; group < descriptor.groupCount; ++group)
    columns = std::max(
        columns,
        PagePool(descriptor.groups[group], 0).pagesFor(limits.context));
}

void StepBatch::place(BlockCarver &carver) {
  tokens = carver.take<int32_t>(limits.rows);
  positions = carver.take<int32_t>(limits.rows);
  slots = carver.take<int32_t>(limits.rows);
  sequenceIds = carver.take<int32_t>(limits.rows);
  sequenceStarts = carver.take<int32_t>(uint64_t(limits.batch) + 1);
  contextLengths = carver.take<int32_t>(limits.batch);
  promptLengths = carver.take<int32_t>(limits.batch);
  outputRows = carver.take<int32_t>(limits.rows);
  sequenceSlots = carver.take<uint32_t>(limits.batch);
  stateTables = carver.take<int32_t>(descriptor.groupCount * limits.batch *
                                     columns); // capped: no overflow
  arguments = carver.take<void *>(descriptor.argumentCount);
}

//===----------------------------------------------------------------------===//
// Binding by name
//===----------------------------------------------------------------------===//

namespace {

/// The shape of a known argument: a constant extent has symbol -1.
struct Shape {
  ElementType type;
  bool isOutput;
  uint32_t rank;
  ArgumentDim dims[2];
};

} // namespace

static ArgumentDim of(DimSymbol symbol, int64_t more = 0) {
  return {int32_t(symbol), 0, more};
}

static ArgumentDim of(int64_t size) { return {-1, 0, size}; }

static Status checkShape(const StepArgument &argument, const Shape &shape) {
  bool fits = argument.type == shape.type && argument.rank == shape.rank &&
              (argument.isOutput != 0) == shape.isOutput;
  for (uint32_t index = 0; fits && index < shape.rank; ++index)
    fits = argument.dims[index].symbol == shape.dims[index].symbol &&
           argument.dims[index].size == shape.dims[index].size;
  if (fits)
    return LLMRT_OK;
  return fail(LLMRT_BAD_FILE,
              "the step's argument '%s' has another type or shape than the "
              "runtime knows it with",
              argument.name);
}

Status StepBatch::bindOne(const StepArgument &argument, void **value) {
  std::string_view name = argument.name;
  using Dim = DimSymbol;
  const struct {
    std::string_view name;
    void *array;
    ArgumentDim dim;
  } vectors[] = {
      {"tokens", tokens, of(Dim::Rows)},
      {"positions", positions, of(Dim::Rows)},
      {"slots", slots, of(Dim::Rows)},
      {"sequence_ids", sequenceIds, of(Dim::Rows)},
      {"sequence_starts", sequenceStarts, of(Dim::Sequences, 1)},
      {"context_lengths", contextLengths, of(Dim::Sequences)},
      {"prompt_lengths", promptLengths, of(Dim::Sequences)},
      {"output_rows", outputRows, of(Dim::Outputs)},
  };
  for (const auto &vector : vectors)
    if (vector.name == name) {
      *value = vector.array;
      return checkShape(argument,
                        {ElementType::I32, false, 1, {vector.dim, {}}});
    }

  constexpr std::string_view table = "state_table.";
  for (uint64_t group = 0; group < descriptor.groupCount; ++group)
    if (name.substr(0, table.size()) == table &&
        name.substr(table.size()) == descriptor.groups[group].name) {
      tableArguments[group] = value;
      return checkShape(
          argument,
          {ElementType::I32, false, 2, {of(Dim::Sequences), of(Dim::Pages)}});
    }

  if (name == "logits") {
    logitsArgument = value;
    return checkShape(argument, {ElementType::F32,
                                 true,
                                 2,
                                 {of(Dim::Outputs),
                                  of(int64_t(descriptor.facts.vocabSize))}});
  }
  if (!argument.required)
    return LLMRT_OK; // stays null
  return fail(LLMRT_UNSUPPORTED,
              "the model's step needs the argument '%s', which this runtime "
              "does not know. A newer libllmrt may",
              argument.name);
}

Status StepBatch::bind() {
  for (uint64_t index = 0; index < descriptor.argumentCount; ++index)
    if (Status status = bindOne(descriptor.arguments[index], arguments + index))
      return status;
  if (!logitsArgument)
    return fail(LLMRT_UNSUPPORTED, "the model's step has no output 'logits'; "
                                   "it is no language model");
  return LLMRT_OK;
}

//===----------------------------------------------------------------------===//
// Filling
//===----------------------------------------------------------------------===//

void StepBatch::clear() { rows = sequences = outputCount = 0; }

void StepBatch::add(const KVPages &pages, uint32_t slot, const int32_t *ids,
                    uint32_t count, uint32_t wanted) {
  int32_t held = int32_t(pages.length(slot));
  sequenceStarts[sequences] = int32_t(rows);
  contextLengths[sequences] = held + int32_t(count);
  promptLengths[sequences] = int32_t(pages.promptLength(slot));
  sequenceSlots[sequences] = slot;
  memcpy(tokens + rows, ids, count * sizeof(int32_t));
  for (uint32_t index = 0; index < count; ++index) {
    positions[rows + index] = slots[rows + index] = held + int32_t(index);
    sequenceIds[rows + index] = int32_t(sequences);
    if (index + wanted >= count)
      outputRows[outputCount++] = int32_t(rows + index);
  }
  rows += count;
  sequenceStarts[++sequences] = int32_t(rows);
}

void StepBatch::finish(const KVPages &pages, float *logits,
                       StepContext &context) {
  uint32_t longest = 0;
  for (uint32_t index = 0; index < sequences; ++index)
    longest = std::max(longest, uint32_t(contextLengths[index]));
  uint32_t stride = 0;
  for (uint32_t group = 0; group < pages.groupCount(); ++group)
    stride = std::max(stride, pages.pool(group).pagesFor(longest));

  // Short tables lie close together, whatever the longest context may be.
  int32_t *table = stateTables;
  for (uint32_t group = 0; group < pages.groupCount(); ++group) {
    if (tableArguments[group])
      *tableArguments[group] = table;
    for (uint32_t index = 0; index < sequences; ++index, table += stride) {
      uint32_t used = pages.pool(group).pagesFor(contextLengths[index]);
      memcpy(table, pages.blockTable(sequenceSlots[index], group),
             used * sizeof(int32_t));
      std::fill(table + used, table + stride, 0);
    }
  }

  *logitsArgument = logits;
  dims[size_t(DimSymbol::Rows)] = rows;
  dims[size_t(DimSymbol::Sequences)] = sequences;
  dims[size_t(DimSymbol::Outputs)] = outputCount;
  dims[size_t(DimSymbol::Pages)] = stride;
  dims[size_t(DimSymbol::MaxContext)] = longest;
  context.arguments = arguments;
  context.dims = dims;
}

void StepBatch::commit(KVPages &pages) const {
  for (uint32_t index = 0; index < sequences; ++index)
    pages.commit(sequenceSlots[index], tokens + sequenceStarts[index],
                 uint32_t(sequenceStarts[index + 1] - sequenceStarts[index]));
}
