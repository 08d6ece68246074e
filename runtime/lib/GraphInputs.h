//===- GraphInputs.h - From a caller's values to a graph's ------*- C++ -*-===//
//
// Everything that generated code takes for granted of an input is checked here:
// kind, type, rank, dimensions, that dimensions of one name are equal, and the
// values of elements that use a part of their byte. The caller's memory is used
// in place unless it is misaligned or nothing readable follows it.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_GRAPHINPUTS_H
#define LLMRT_LIB_GRAPHINPUTS_H

#include "runtime/lib/CallMemory.h"
#include "runtime/lib/ObjectFormat.h"

#include <string_view>
#include <utility>
#include <vector>

namespace llmrt {

class GraphInputs {
public:
  /// `descriptor` must outlive it.
  explicit GraphInputs(const ObjectDescriptor &descriptor);

  size_t size() const { return arguments.size(); }
  const GraphValue *values() const { return bound.data(); }

  /// Makes values() the inputs of a call. What has to be copied is copied into
  /// `memory`. Fails with INVALID_ARGUMENT or OUT_OF_MEMORY.
  Status bind(const llmrt_input *inputs, size_t count, CallMemory &memory);

private:
  struct Argument {
    const GraphArgument *declared;
    std::vector<uint32_t> symbols; ///< of its dimensions; kNoSymbol: no name
  };
  /// A dimension's name, and in a call the extent that it has.
  struct Symbol {
    std::string_view name;
    int64_t extent = -1;
    const char *input; ///< the first that has it
    uint32_t dimension;
  };
  static constexpr uint32_t kNoSymbol = 0xffffffff;

  Status place(const llmrt_input &input, size_t position, size_t &index) const;
  Status bindValue(const Argument &argument, const llmrt_value &value,
                   GraphValue &to, CallMemory &memory);
  Status bindTensor(const GraphArgument &declared, const llmrt_value &value,
                    int64_t item, GraphValue &to, CallMemory &memory);
  Status unite(const Argument &argument, const llmrt_value &value);

  std::vector<Argument> arguments;
  std::vector<std::pair<std::string_view, size_t>> byName; ///< sorted
  std::vector<Symbol> symbols;
  std::vector<GraphValue> bound;
  std::vector<bool> given;
};

} // namespace llmrt

#endif // LLMRT_LIB_GRAPHINPUTS_H
