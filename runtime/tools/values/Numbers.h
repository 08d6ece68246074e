//===- Numbers.h - Elements of every type as numbers ------------*- C++ -*-===//

#ifndef LLMRT_TOOLS_VALUES_NUMBERS_H
#define LLMRT_TOOLS_VALUES_NUMBERS_H

#include "runtime/include/llmrt.h"

#include <complex>
#include <cstdint>

namespace llmrt::tools {

/// Of a type that is neither string nor integer (bool is one): a float whose
/// bits are sign, exponent, mantissa from the highest down.
struct FloatFormat {
  int exponentBits, mantissaBits, bias;
  enum Specials {
    Ieee,     ///< the highest exponent: infinities and NaN
    OneNaN,   ///< all ones but the sign
    MinusNaN, ///< negative zero
    None,
  } specials;
};

bool isComplex(llmrt_element_type type);
bool isInteger(llmrt_element_type type);
/// Bits of an element, below 8 for the packed types; 0 for strings.
int bitsOf(llmrt_element_type type);
/// Of a float type of at most 16 bits; f8e8m0, which has no sign, is none.
bool formatOf(llmrt_element_type type, FloatFormat &format);

/// The value of `bits` in a format.
double decodeFloat(uint32_t bits, const FloatFormat &format);

/// An element of a tensor of floats or complex numbers, exactly.
std::complex<double> numberAt(const llmrt_value &tensor, uint64_t index);

/// An element of a tensor of integers or booleans; u64 as its bits.
int64_t integerAt(const llmrt_value &tensor, uint64_t index);

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_VALUES_NUMBERS_H
