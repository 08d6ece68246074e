//===- Shapes.cpp - Inputs of a graph to measure it with ------------------===//

#include "runtime/tools/values/Shapes.h"

#include "runtime/tools/values/Numbers.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cstring>
#include <random>

using namespace llmrt;
using namespace llmrt::tools;

bool tools::parseShape(const std::string &text, std::string &name, Shape &shape,
                       std::string &error) {
  size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) {
    error = fmt::format("'{}' is no NAME=1,3,224,224", text);
    return false;
  }
  name = text.substr(0, equals);
  shape.clear();
  const char *at = text.data() + equals + 1, *end = text.data() + text.size();
  while (at != end) {
    int64_t dim;
    auto [rest, failure] = std::from_chars(at, end, dim);
    if (failure != std::errc() || dim < 0 || (rest != end && *rest != ',') ||
        (rest != end && rest + 1 == end)) {
      error = fmt::format("'{}': '{}' is no list of dimensions", text,
                          text.substr(equals + 1));
      return false;
    }
    shape.push_back(dim);
    at = rest == end ? end : rest + 1;
  }
  return true;
}

bool tools::resolveShapes(const llmrt_model *model,
                          const std::map<std::string, Shape> &given,
                          std::vector<Shape> &shapes, std::string &error) {
  std::map<std::string, int64_t> named;
  std::vector<llmrt_argument> arguments(llmrt_model_input_count(model));
  size_t found = 0;
  for (size_t i = 0; i < arguments.size(); ++i) {
    llmrt_model_get_input(model, i, &arguments[i]);
    auto shape = given.find(arguments[i].name);
    if (shape == given.end())
      continue;
    ++found;
    if (arguments[i].kind != LLMRT_TENSOR) {
      error = fmt::format("the input '{}' is a sequence, which has no shape",
                          arguments[i].name);
      return false;
    }
    if (!arguments[i].dim_names ||
        shape->second.size() != size_t(arguments[i].rank))
      continue; // the runtime says what is wrong
    for (size_t dim = 0; dim < shape->second.size(); ++dim)
      if (const char *name = arguments[i].dim_names[dim])
        named.try_emplace(name, shape->second[dim]);
  }
  if (found != given.size()) {
    std::vector<std::string> names;
    for (const llmrt_argument &argument : arguments)
      names.push_back(argument.name);
    error = fmt::format("a shape is given for an input that the graph has not; "
                        "its inputs are {}",
                        fmt::join(names, ", "));
    return false;
  }
  shapes.clear();
  for (const llmrt_argument &argument : arguments) {
    if (auto shape = given.find(argument.name); shape != given.end()) {
      shapes.push_back(shape->second);
      continue;
    }
    shapes.emplace_back();
    for (int32_t dim = 0; dim < argument.rank; ++dim) {
      int64_t extent = argument.dims[dim];
      const char *name = argument.dim_names ? argument.dim_names[dim] : nullptr;
      if (extent < 0 && name && named.count(name))
        extent = named[name];
      shapes.back().push_back(extent < 0 ? 1 : extent);
    }
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

template <typename T>
static void store(std::vector<uint8_t> &bytes, uint64_t index, T value) {
  memcpy(bytes.data() + index * sizeof(T), &value, sizeof(T));
}

bool tools::randomTensor(llmrt_element_type type, const Shape &shape,
                         uint64_t seed, Value &value, std::string &error) {
  uint64_t size = llmrt_element_bytes(type), count;
  if (!countElements(shape, size, count)) {
    error = fmt::format("a tensor of [{}] is larger than memory",
                        fmt::join(shape, ", "));
    return false;
  }
  value = {};
  value.type = type;
  value.dims = shape;
  if (type == LLMRT_STRING) {
    value.strings.resize(count);
    return true;
  }
  value.bytes.resize(count * size);
  std::mt19937_64 random(seed);
  FloatFormat format;
  bool narrow = formatOf(type, format);
  auto fraction = [&] { return double(int64_t(random()) >> 11) * 0x1p-52; };
  for (uint64_t i = 0; i < count; ++i) {
    if (narrow) { // below 1: the exponent before that of 1
      uint32_t sign = uint32_t(random()) & 1;
      uint32_t mantissa =
          uint32_t(random()) & ((1u << format.mantissaBits) - 1);
      uint32_t bits = sign << (format.exponentBits + format.mantissaBits) |
                      uint32_t(format.bias - 1) << format.mantissaBits |
                      mantissa;
      if (size == 2)
        store(value.bytes, i, uint16_t(bits));
      else
        store(value.bytes, i, uint8_t(bits));
      continue;
    }
    switch (type) {
    case LLMRT_F32:
      store(value.bytes, i, float(fraction()));
      break;
    case LLMRT_F64:
      store(value.bytes, i, fraction());
      break;
    case LLMRT_C64:
      store(value.bytes, 2 * i, float(fraction()));
      store(value.bytes, 2 * i + 1, float(fraction()));
      break;
    case LLMRT_C128:
      store(value.bytes, 2 * i, fraction());
      store(value.bytes, 2 * i + 1, fraction());
      break;
    case LLMRT_F8E8M0:
      value.bytes[i] = 126; // a half
      break;
    case LLMRT_I4:
    case LLMRT_I2:
      value.bytes[i] = 0;
      break;
    default: // integers: a valid index into almost anything
      value.bytes[i * size] = uint8_t(random() & 1);
    }
  }
  return true;
}
