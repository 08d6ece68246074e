//===- Value.h - A tensor or sequence that a program holds ------*- C++ -*-===//
//
// What the programs read from files and hand to a graph.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_VALUES_VALUE_H
#define LLMRT_TOOLS_VALUES_VALUE_H

#include "runtime/include/llmrt.h"

#include <cstdint>
#include <string>
#include <vector>

namespace llmrt::tools {

struct Value {
  llmrt_value_kind kind = LLMRT_TENSOR;
  llmrt_element_type type = LLMRT_F32;
  std::vector<int64_t> dims;
  std::vector<uint8_t> bytes;       ///< of a tensor of anything but strings
  std::vector<std::string> strings; ///< of a tensor of strings
  std::vector<Value> items;         ///< of a sequence

  /// As the C API takes it; valid until the value is changed or moved.
  llmrt_value view();

private:
  std::vector<llmrt_string> stringViews;
  std::vector<llmrt_value> itemViews;
};

/// The product of the dimensions; false if one is negative or the elements of
/// `elementBytes` are more than memory can hold.
bool countElements(const std::vector<int64_t> &dims, uint64_t elementBytes,
                   uint64_t &count);

/// "f32[2, 3]", "sequence of 2", "absent".
std::string describe(const llmrt_value &value);

/// Element `index` of a tensor as a user reads it.
std::string formatElement(const llmrt_value &tensor, uint64_t index);

/// Elements of a tensor.
uint64_t elementCount(const llmrt_value &tensor);

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_VALUES_VALUE_H
