//===- Compare.cpp - Is a value the one that was expected? ----------------===//

#include "runtime/tools/values/Compare.h"

#include "runtime/tools/values/Numbers.h"
#include "runtime/tools/values/Value.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace llmrt;
using namespace llmrt::tools;

static bool isNear(double found, double expected, const Tolerance &tolerance) {
  if (std::isnan(found) || std::isnan(expected))
    return std::isnan(found) && std::isnan(expected);
  if (std::isinf(found) || std::isinf(expected))
    return found == expected;
  return std::abs(found - expected) <=
         tolerance.absolute + tolerance.relative * std::abs(expected);
}

static bool isNear(std::complex<double> found, std::complex<double> expected,
                   const Tolerance &tolerance) {
  bool finite = std::isfinite(found.real()) && std::isfinite(found.imag()) &&
                std::isfinite(expected.real()) &&
                std::isfinite(expected.imag());
  if (!finite)
    return isNear(found.real(), expected.real(), tolerance) &&
           isNear(found.imag(), expected.imag(), tolerance);
  return std::abs(found - expected) <=
         tolerance.absolute + tolerance.relative * std::abs(expected);
}

static bool isEqual(const llmrt_value &found, const llmrt_value &expected,
                    uint64_t index, const Tolerance &tolerance) {
  if (found.type == LLMRT_STRING) {
    const auto &a = static_cast<const llmrt_string *>(found.data)[index];
    const auto &b = static_cast<const llmrt_string *>(expected.data)[index];
    return std::string_view(a.text, a.bytes) ==
           std::string_view(b.text, b.bytes);
  }
  if (isInteger(found.type))
    return integerAt(found, index) == integerAt(expected, index);
  std::complex<double> a = numberAt(found, index),
                       b = numberAt(expected, index);
  if (isComplex(found.type))
    return isNear(a, b, tolerance);
  return isNear(a.real(), b.real(), tolerance);
}

/// "[0, 2]" of a flat index.
static std::string formatPlace(const llmrt_value &tensor, uint64_t index) {
  std::vector<uint64_t> place(tensor.rank);
  for (size_t dim = tensor.rank; dim-- > 0;) {
    place[dim] = index % uint64_t(tensor.dims[dim]);
    index /= uint64_t(tensor.dims[dim]);
  }
  return fmt::format("[{}]", fmt::join(place, ", "));
}

static std::string tensorDifference(const llmrt_value &found,
                                    const llmrt_value &expected,
                                    const Tolerance &tolerance) {
  if (found.type != expected.type || found.rank != expected.rank ||
      !std::equal(found.dims, found.dims + found.rank, expected.dims))
    return fmt::format("is {}, expected {}", describe(found),
                       describe(expected));
  constexpr uint64_t shown = 5;
  uint64_t count = elementCount(found), different = 0;
  std::string places;
  for (uint64_t index = 0; index < count; ++index) {
    if (isEqual(found, expected, index, tolerance))
      continue;
    if (++different <= shown)
      places += fmt::format(
          "; {} is {}, expected {}", formatPlace(found, index),
          formatElement(found, index), formatElement(expected, index));
  }
  if (different == 0)
    return "";
  return fmt::format("{} of {} elements of {} differ{}{}", different, count,
                     describe(found), places, different > shown ? "; ..." : "");
}

std::string tools::difference(const llmrt_value &found,
                              const llmrt_value &expected,
                              const Tolerance &tolerance) {
  if (found.kind != expected.kind ||
      (found.kind == LLMRT_SEQUENCE && found.count != expected.count))
    return fmt::format("is {}, expected {}", describe(found),
                       describe(expected));
  if (found.kind == LLMRT_TENSOR)
    return tensorDifference(found, expected, tolerance);
  for (size_t i = 0; i < found.count; ++i) {
    std::string inside =
        difference(found.items[i], expected.items[i], tolerance);
    if (!inside.empty())
      return fmt::format("item {}: {}", i, inside);
  }
  return "";
}
