//===- CheckedMath.h - Arithmetic on numbers a file wrote -----------------===//
//
// Every count, stride, padding and offset that comes from a model file goes
// through these functions before it is used, so that no sum or product wraps.
// A value that does not fit is "nothing", never a smaller number. There is one
// such helper on purpose: the loaders that keep several each had a hole in one.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_CHECKEDMATH_H
#define LLM_FRONTENDS_CHECKEDMATH_H

#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <vector>

namespace llm {

template <typename T> std::optional<T> checkedAdd(T a, T b) {
  static_assert(std::is_integral<T>::value, "integers only");
  T sum;
  if (__builtin_add_overflow(a, b, &sum))
    return std::nullopt;
  return sum;
}

template <typename T> std::optional<T> checkedMul(T a, T b) {
  static_assert(std::is_integral<T>::value, "integers only");
  T product;
  if (__builtin_mul_overflow(a, b, &product))
    return std::nullopt;
  return product;
}

/// The value as another integer type, if that type can hold it.
template <typename To, typename From>
std::optional<To> checkedCast(From value) {
  To cast;
  if (__builtin_add_overflow(value, From(0), &cast))
    return std::nullopt;
  return cast;
}

inline bool isPowerOfTwo(uint64_t value) {
  return value != 0 && (value & (value - 1)) == 0;
}

/// The next multiple of `alignment`, a power of two.
inline std::optional<uint64_t> checkedAlignUp(uint64_t value,
                                              uint64_t alignment) {
  if (!isPowerOfTwo(alignment))
    return std::nullopt;
  std::optional<uint64_t> raised = checkedAdd(value, alignment - 1);
  if (!raised)
    return std::nullopt;
  return *raised & ~(alignment - 1);
}

/// Whether [offset, offset + bytes) lies inside [0, size).
inline bool isRangeWithin(uint64_t offset, uint64_t bytes, uint64_t size) {
  return offset <= size && bytes <= size - offset;
}

/// Product of the extents; nothing when one is negative or the product does
/// not fit in 63 bits.
inline std::optional<uint64_t>
checkedElementCount(const std::vector<int64_t> &shape) {
  int64_t count = 1;
  for (int64_t extent : shape) {
    if (extent < 0)
      return std::nullopt;
    std::optional<int64_t> product = checkedMul(count, extent);
    if (!product)
      return std::nullopt;
    count = *product;
  }
  return static_cast<uint64_t>(count);
}

} // namespace llm

#endif // LLM_FRONTENDS_CHECKEDMATH_H
