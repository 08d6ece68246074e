//===- GraphInputs.cpp - From a caller's values to a graph's --------------===//

#include "runtime/lib/GraphInputs.h"

#include "runtime/lib/ElementTypes.h"
#include "runtime/lib/GraphCheck.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <map>

using namespace llmrt;

GraphInputs::GraphInputs(const ObjectDescriptor &descriptor) {
  std::map<std::string_view, uint32_t> known;
  for (uint64_t i = 0; i < descriptor.graphArgumentCount; ++i) {
    const GraphArgument &declared = descriptor.graphArguments[i];
    if (declared.isOutput)
      break;
    byName.push_back({declared.name, arguments.size()});
    arguments.push_back({&declared, {}});
    if (!declared.dimNames || declared.rank == kAnyRank)
      continue;
    for (uint32_t dim = 0; dim < declared.rank; ++dim) {
      uint32_t symbol = kNoSymbol;
      if (const char *name = declared.dimNames[dim]) {
        auto [found, isNew] = known.try_emplace(name, symbols.size());
        if (isNew)
          symbols.push_back({name, -1, nullptr, 0});
        symbol = found->second;
      }
      arguments.back().symbols.push_back(symbol);
    }
  }
  std::sort(byName.begin(), byName.end());
  bound.resize(arguments.size());
  given.resize(arguments.size());
}

//===----------------------------------------------------------------------===//
// Which input is which
//===----------------------------------------------------------------------===//

/// "'x', 'y', ..." as far as a sentence has room for them.
static std::string
namesOf(const std::vector<std::pair<std::string_view, size_t>> &inputs) {
  std::string names;
  for (const auto &input : inputs) {
    if (names.size() > 200)
      return names + ", ...";
    names += std::string(names.empty() ? "'" : ", '") +
             std::string(input.first.substr(0, 80)) + "'";
  }
  return names.empty() ? "it has none" : "its inputs are " + names;
}

Status GraphInputs::place(const llmrt_input &input, size_t position,
                          size_t &index) const {
  if (!input.name) {
    index = position;
    if (position < arguments.size())
      return LLMRT_OK;
    return fail(LLMRT_INVALID_ARGUMENT,
                "input %zu is given; the graph has %zu inputs", position,
                arguments.size());
  }
  std::string_view name = input.name;
  auto found = std::lower_bound(byName.begin(), byName.end(), name,
                                [](const auto &entry, std::string_view name) {
                                  return entry.first < name;
                                });
  if (found == byName.end() || found->first != name)
    return fail(LLMRT_INVALID_ARGUMENT, "the graph has no input '%.128s'; %s",
                input.name, namesOf(byName).c_str());
  index = found->second;
  return LLMRT_OK;
}

Status GraphInputs::bind(const llmrt_input *inputs, size_t count,
                         CallMemory &memory) {
  std::fill(given.begin(), given.end(), false);
  for (Symbol &symbol : symbols)
    symbol.extent = -1;
  for (size_t position = 0; position < count; ++position) {
    size_t index;
    if (Status status = place(inputs[position], position, index))
      return status;
    if (given[index])
      return fail(LLMRT_INVALID_ARGUMENT, "the input '%.128s' is given twice",
                  arguments[index].declared->name);
    given[index] = true;
    if (Status status = bindValue(arguments[index], inputs[position].value,
                                  bound[index], memory))
      return status;
  }
  for (size_t index = 0; index < arguments.size(); ++index) {
    if (given[index])
      continue;
    if (!arguments[index].declared->optional)
      return fail(LLMRT_INVALID_ARGUMENT, "the input '%.128s' is missing",
                  arguments[index].declared->name);
    bound[index] = {};
    bound[index].kind = GraphValueKind::Absent;
  }
  return LLMRT_OK;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static const char *kindName(uint32_t kind) {
  switch (kind) {
  case LLMRT_TENSOR:
    return "a tensor";
  case LLMRT_SEQUENCE:
    return "a sequence";
  case LLMRT_ABSENT:
    return "absent";
  }
  return "of no known kind";
}

Status GraphInputs::bindValue(const Argument &argument,
                              const llmrt_value &value, GraphValue &to,
                              CallMemory &memory) {
  const GraphArgument &declared = *argument.declared;
  to = {};
  to.kind = GraphValueKind(value.kind);
  if (to.kind == GraphValueKind::Absent && declared.optional)
    return LLMRT_OK;
  if (to.kind != declared.kind)
    return fail(LLMRT_INVALID_ARGUMENT,
                "the input '%.128s' is %s; %s%s is accepted", declared.name,
                kindName(value.kind), kindName(uint32_t(declared.kind)),
                declared.optional ? " or nothing" : "");
  if (to.kind == GraphValueKind::Tensor) {
    if (Status status = bindTensor(declared, value, -1, to, memory))
      return status;
    return unite(argument, value);
  }
  if (value.count != 0 && !value.items)
    return fail(LLMRT_INVALID_ARGUMENT,
                "the input '%.128s' is a sequence of %zu values at a null "
                "pointer",
                declared.name, value.count);
  if (value.count > kMaxExtent / sizeof(GraphValue))
    return fail(LLMRT_INVALID_ARGUMENT,
                "the input '%.128s' is a sequence of %zu values", declared.name,
                value.count);
  to.count = value.count;
  to.items = static_cast<GraphValue *>(
      memory.allocate(value.count * sizeof(GraphValue)));
  if (!to.items)
    return LLMRT_OUT_OF_MEMORY;
  for (size_t item = 0; item < value.count; ++item) {
    const llmrt_value &from = value.items[item];
    if (from.kind != LLMRT_TENSOR)
      return fail(LLMRT_INVALID_ARGUMENT,
                  "item %zu of the input '%.128s' is %s; a tensor is accepted",
                  item, declared.name, kindName(from.kind));
    to.items[item] = {};
    if (Status status =
            bindTensor(declared, from, int64_t(item), to.items[item], memory))
      return status;
  }
  return LLMRT_OK;
}

/// Equal names mean equal extents.
Status GraphInputs::unite(const Argument &argument, const llmrt_value &value) {
  for (uint32_t dim = 0; dim < argument.symbols.size(); ++dim) {
    if (argument.symbols[dim] == kNoSymbol)
      continue;
    Symbol &symbol = symbols[argument.symbols[dim]];
    if (symbol.extent < 0) {
      symbol.extent = value.dims[dim];
      symbol.input = argument.declared->name;
      symbol.dimension = dim;
    } else if (symbol.extent != value.dims[dim]) {
      return fail(LLMRT_INVALID_ARGUMENT,
                  "dimension %u of the input '%.128s' is %" PRId64
                  ", and dimension %u of '%.128s' is %" PRId64
                  "; both are '%.64s' and must be equal",
                  dim, argument.declared->name, value.dims[dim],
                  symbol.dimension, symbol.input, symbol.extent,
                  symbol.name.data());
    }
  }
  return LLMRT_OK;
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

namespace {

/// "the input 'x'" or "item 3 of the input 'x'".
class Place {
public:
  Place(const GraphArgument &declared, int64_t item) {
    if (item < 0)
      snprintf(text, sizeof(text), "the input '%.128s'", declared.name);
    else
      snprintf(text, sizeof(text), "item %" PRId64 " of the input '%.128s'",
               item, declared.name);
  }
  const char *c_str() const { return text; }

private:
  char text[192];
};

} // namespace

/// The values that a byte of a type may have.
static bool rangeOf(ElementType type, int &least, int &most) {
  switch (type) {
  case ElementType::Bool:
    least = 0, most = 1;
    return true;
  case ElementType::F4E2M1:
  case ElementType::U4:
    least = 0, most = 15;
    return true;
  case ElementType::I4:
    least = -8, most = 7;
    return true;
  case ElementType::U2:
    least = 0, most = 3;
    return true;
  case ElementType::I2:
    least = -2, most = 1;
    return true;
  default:
    return false;
  }
}

static Status checkElements(const Place &place, ElementType type,
                            const void *data, uint64_t count) {
  int least, most;
  if (!rangeOf(type, least, most))
    return LLMRT_OK;
  const int8_t *bytes = static_cast<const int8_t *>(data);
  unsigned outside = 0;
  for (uint64_t i = 0; i < count; ++i)
    outside |= bytes[i] < least || bytes[i] > most;
  if (!outside)
    return LLMRT_OK;
  uint64_t i = 0;
  while (bytes[i] >= least && bytes[i] <= most)
    ++i;
  return fail(LLMRT_INVALID_ARGUMENT,
              "element %" PRIu64 " of %s is %d; %d to %d are accepted for %s",
              i, place.c_str(), bytes[i], least, most, elementName(type));
}

/// Strings as generated code has them: addresses, and what lies there.
static Status copyStrings(const Place &place, const llmrt_string *strings,
                          uint64_t count, GraphValue &to, CallMemory &memory) {
  uint64_t bytes = count * sizeof(uint64_t);
  auto room = [](const llmrt_string &string) {
    return sizeof(StringValue) + (string.bytes + 7) / 8 * 8;
  };
  for (uint64_t i = 0; i < count; ++i) {
    if ((!strings[i].text && strings[i].bytes != 0) ||
        strings[i].bytes > uint64_t(kMaxExtent))
      return fail(LLMRT_INVALID_ARGUMENT,
                  "element %" PRIu64 " of %s is a string of %zu bytes at %s", i,
                  place.c_str(), strings[i].bytes,
                  strings[i].text ? "some address" : "a null pointer");
    bytes += room(strings[i]);
    if (bytes > uint64_t(kMaxExtent))
      return fail(LLMRT_INVALID_ARGUMENT, "the strings of %s are too long",
                  place.c_str());
  }
  uint8_t *block = static_cast<uint8_t *>(memory.allocate(bytes));
  if (!block)
    return LLMRT_OUT_OF_MEMORY;
  to.data = block;
  uint64_t *addresses = reinterpret_cast<uint64_t *>(block);
  block += count * sizeof(uint64_t);
  for (uint64_t i = 0; i < count; ++i) {
    StringValue *string = reinterpret_cast<StringValue *>(block);
    string->bytes = strings[i].bytes;
    if (strings[i].bytes != 0)
      memcpy(string->text, strings[i].text, strings[i].bytes);
    addresses[i] = reinterpret_cast<uintptr_t>(string);
    block += room(strings[i]);
  }
  return LLMRT_OK;
}

/// Whether generated code may read an element's worth of rows behind the data:
/// what lies on the page of the last byte can be read.
static bool isReadableBehind(const void *data, uint64_t bytes) {
  constexpr uint64_t page = 4096;
  uintptr_t last = reinterpret_cast<uintptr_t>(data) + bytes - 1;
  return last % page + CallMemory::kTail < page;
}

Status GraphInputs::bindTensor(const GraphArgument &declared,
                               const llmrt_value &value, int64_t item,
                               GraphValue &to, CallMemory &memory) {
  Place place(declared, item);
  to.kind = GraphValueKind::Tensor;
  to.type = ElementType(value.type);
  uint64_t size = elementBytes(to.type);
  if (to.type != declared.type)
    return fail(LLMRT_INVALID_ARGUMENT, "%s has elements of %s; %s is accepted",
                place.c_str(), size ? elementName(to.type) : "no known type",
                elementName(declared.type));
  if (value.rank > kMaxGraphRank || (value.rank != 0 && !value.dims))
    return fail(LLMRT_INVALID_ARGUMENT,
                "%s has rank %zu, %s; at most %u dimensions are accepted",
                place.c_str(), value.rank,
                value.dims ? "with dimensions" : "and no dimensions",
                kMaxGraphRank);
  if (declared.rank != kAnyRank && value.rank != declared.rank)
    return fail(LLMRT_INVALID_ARGUMENT, "%s has rank %zu; %u is accepted",
                place.c_str(), value.rank, declared.rank);
  bool empty = false, large = false;
  uint64_t count = 1;
  for (size_t dim = 0; dim < value.rank; ++dim) {
    int64_t extent = value.dims[dim];
    int64_t wanted = declared.rank == kAnyRank ? -1 : declared.dims[dim];
    if (wanted >= 0 && extent != wanted)
      return fail(LLMRT_INVALID_ARGUMENT,
                  "dimension %zu of %s is %" PRId64 "; %" PRId64 " is accepted",
                  dim, place.c_str(), extent, wanted);
    if (extent < 0 || extent > kMaxExtent)
      return fail(LLMRT_INVALID_ARGUMENT, "dimension %zu of %s is %" PRId64,
                  dim, place.c_str(), extent);
    empty |= extent == 0;
    large |= __builtin_mul_overflow(count, uint64_t(extent), &count) ||
             count > uint64_t(kMaxExtent);
  }
  if (empty)
    count = 0;
  else if (large)
    return fail(LLMRT_INVALID_ARGUMENT,
                "%s has more elements than memory can hold", place.c_str());
  if (count != 0 && !value.data)
    return fail(LLMRT_INVALID_ARGUMENT,
                "%s has %" PRIu64 " elements at a null pointer", place.c_str(),
                count);
  to.rank = uint32_t(value.rank);
  to.dims = const_cast<int64_t *>(value.dims); // generated code only reads it
  if (to.type == ElementType::String)
    return copyStrings(place, static_cast<const llmrt_string *>(value.data),
                       count, to, memory);
  if (Status status = checkElements(place, to.type, value.data, count))
    return status;
  uint64_t bytes = count * size;
  if (count != 0 && reinterpret_cast<uintptr_t>(value.data) % size == 0 &&
      isReadableBehind(value.data, bytes)) {
    to.data = const_cast<uint8_t *>(static_cast<const uint8_t *>(value.data));
    return LLMRT_OK;
  }
  to.data = static_cast<uint8_t *>(memory.allocate(bytes));
  if (!to.data)
    return LLMRT_OUT_OF_MEMORY;
  if (count != 0)
    memcpy(to.data, value.data, bytes);
  return LLMRT_OK;
}
