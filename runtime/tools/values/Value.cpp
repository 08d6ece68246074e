//===- Value.cpp - A tensor or sequence that a program holds --------------===//

#include "runtime/tools/values/Value.h"

#include "runtime/tools/values/Numbers.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

using namespace llmrt;
using namespace llmrt::tools;

llmrt_value Value::view() {
  llmrt_value value = {};
  value.kind = kind;
  value.type = type;
  value.dims = dims.data();
  value.rank = dims.size();
  if (kind == LLMRT_SEQUENCE) {
    itemViews.clear();
    for (Value &item : items)
      itemViews.push_back(item.view());
    value.items = itemViews.data();
    value.count = itemViews.size();
  } else if (kind == LLMRT_TENSOR && type == LLMRT_STRING) {
    stringViews.clear();
    for (const std::string &string : strings)
      stringViews.push_back({string.data(), string.size()});
    value.data = stringViews.data();
  } else {
    value.data = bytes.data();
  }
  return value;
}

bool tools::countElements(const std::vector<int64_t> &dims,
                          uint64_t elementBytes, uint64_t &count) {
  constexpr uint64_t most = uint64_t(1) << 44;
  count = 1;
  bool empty = false, large = false;
  for (int64_t dim : dims) {
    if (dim < 0)
      return false;
    empty |= dim == 0;
    large |= __builtin_mul_overflow(count, uint64_t(dim), &count) ||
             count > most / elementBytes;
  }
  if (empty)
    count = 0;
  return empty || !large;
}

uint64_t tools::elementCount(const llmrt_value &tensor) {
  uint64_t count = 1;
  for (size_t i = 0; i < tensor.rank; ++i)
    count *= uint64_t(tensor.dims[i]);
  return count;
}

std::string tools::describe(const llmrt_value &value) {
  if (value.kind == LLMRT_ABSENT)
    return "absent";
  if (value.kind == LLMRT_SEQUENCE)
    return fmt::format("a sequence of {}", value.count);
  return fmt::format("{}[{}]", llmrt_element_name(value.type),
                     fmt::join(value.dims, value.dims + value.rank, ", "));
}

std::string tools::formatElement(const llmrt_value &tensor, uint64_t index) {
  if (tensor.type == LLMRT_STRING) {
    const auto &string = static_cast<const llmrt_string *>(tensor.data)[index];
    return fmt::format("\"{}\"", std::string(string.text, string.bytes));
  }
  if (isInteger(tensor.type)) {
    if (tensor.type == LLMRT_U64)
      return fmt::to_string(static_cast<const uint64_t *>(tensor.data)[index]);
    return fmt::to_string(integerAt(tensor, index));
  }
  std::complex<double> number = numberAt(tensor, index);
  if (isComplex(tensor.type))
    return fmt::format("{}{:+}i", number.real(), number.imag());
  if (tensor.type == LLMRT_F64)
    return fmt::to_string(number.real());
  return fmt::to_string(float(number.real())); // no digits that mean nothing
}
