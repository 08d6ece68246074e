//===- GraphResults.cpp - From a graph's values to the caller's -----------===//

#include "runtime/lib/GraphResults.h"

#include "runtime/lib/BlockCarver.h"
#include "runtime/lib/ElementTypes.h"
#include "runtime/lib/GraphCheck.h"

#include <cstring>
#include <new>

using namespace llmrt;

namespace {

/// Converts values into what a carver gives; with one that only measures, finds
/// out how much that is.
class Converter {
public:
  Converter(CallMemory &memory, uint8_t *block)
      : memory(memory), carver(block), filling(block != nullptr) {}

  bool convert(const GraphValue &from, llmrt_value *to, unsigned depth = 0);

  template <typename T> T *take(uint64_t count) {
    return carver.take<T>(count, alignof(T));
  }
  uint64_t size() { return carver.size(); }

private:
  bool convertTensor(const GraphValue &from, llmrt_value *to);
  void convertStrings(const GraphValue &from, uint64_t count, llmrt_value *to);

  CallMemory &memory;
  BlockCarver carver;
  const bool filling;
};

} // namespace

bool Converter::convert(const GraphValue &from, llmrt_value *to,
                        unsigned depth) {
  if (filling) {
    *to = {};
    to->kind = llmrt_value_kind(from.kind);
  }
  switch (from.kind) {
  case GraphValueKind::Absent:
    return true;
  case GraphValueKind::Tensor:
    return convertTensor(from, to);
  case GraphValueKind::Sequence:
    break;
  default:
    return false;
  }
  if (depth == 8 || from.count > kMaxExtent / sizeof(llmrt_value))
    return false;
  llmrt_value *items = take<llmrt_value>(from.count);
  for (uint64_t i = 0; i < from.count; ++i)
    if (!convert(from.items[i], filling ? items + i : nullptr, depth + 1))
      return false;
  if (filling) {
    to->items = items;
    to->count = from.count;
  }
  return true;
}

bool Converter::convertTensor(const GraphValue &from, llmrt_value *to) {
  uint64_t size = elementBytes(from.type), count = 1;
  if (size == 0 || from.rank > kMaxGraphRank || (from.rank != 0 && !from.dims))
    return false;
  for (uint32_t dim = 0; dim < from.rank; ++dim)
    if (from.dims[dim] < 0 ||
        __builtin_mul_overflow(count, uint64_t(from.dims[dim]), &count))
      return false;
  if (count > uint64_t(kMaxExtent) || (count != 0 && !from.data))
    return false;
  int64_t *dims = take<int64_t>(from.rank);
  if (filling) {
    memcpy(dims, from.dims, from.rank * sizeof(int64_t));
    to->type = llmrt_element_type(from.type);
    to->dims = dims;
    to->rank = from.rank;
  }
  if (from.type == ElementType::String) {
    convertStrings(from, count, to);
    return true;
  }
  if (CallMemory::Block *block = memory.find(from.data, count * size)) {
    block->kept = true;
    if (filling)
      to->data = from.data;
    return true;
  }
  // An input, a weight or a constant.
  uint8_t *copy = carver.take<uint8_t>(count * size);
  if (filling) {
    if (count != 0)
      memcpy(copy, from.data, count * size);
    to->data = copy;
  }
  return true;
}

void Converter::convertStrings(const GraphValue &from, uint64_t count,
                               llmrt_value *to) {
  const auto *strings = reinterpret_cast<StringValue *const *>(from.data);
  llmrt_string *copies = take<llmrt_string>(count);
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t bytes = strings[i]->bytes;
    char *text = take<char>(bytes + 1);
    if (!filling)
      continue;
    memcpy(text, strings[i]->text, bytes);
    text[bytes] = 0;
    copies[i] = {text, bytes};
  }
  if (filling)
    to->data = copies;
}

/// Converts all outputs; how many were proper values.
static size_t convertAll(Converter &converter, const GraphValue *outputs,
                         size_t count, llmrt_results *&results,
                         llmrt_value *&values) {
  results = converter.take<llmrt_results>(1);
  values = converter.take<llmrt_value>(count);
  for (size_t i = 0; i < count; ++i)
    if (!converter.convert(outputs[i], values ? values + i : nullptr))
      return i;
  return count;
}

Status llmrt::takeResults(const GraphValue *outputs, size_t count,
                          std::shared_ptr<const Model> model,
                          std::shared_ptr<CallMemory> memory,
                          llmrt_results *&results) {
  memory->index();
  llmrt_results *made;
  llmrt_value *values;
  Converter measuring(*memory, nullptr);
  if (size_t proper = convertAll(measuring, outputs, count, made, values);
      proper != count)
    return fail(LLMRT_MODEL_FAILED,
                "the model's code leaves no proper value for output %zu",
                proper);
  void *room = memory->allocate(measuring.size());
  if (!room)
    return LLMRT_OUT_OF_MEMORY;
  (static_cast<CallMemory::Block *>(room) - 1)->kept = true;
  Converter filling(*memory, static_cast<uint8_t *>(room));
  convertAll(filling, outputs, count, made, values);
  CallMemory &pool = *memory;
  new (made) llmrt_results{std::move(memory), std::move(model), count, values,
                           nullptr};
  made->blocks = pool.endCall();
  results = made;
  return LLMRT_OK;
}

void llmrt::releaseResults(llmrt_results *results) {
  // The results lie in one of the blocks.
  std::shared_ptr<CallMemory> memory = std::move(results->memory);
  CallMemory::Blocks blocks = results->blocks;
  results->~llmrt_results();
  memory->recycle(blocks);
}
