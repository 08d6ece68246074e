//===- Numbers.cpp - Elements of every type as numbers --------------------===//

#include "runtime/tools/values/Numbers.h"

#include <cmath>
#include <limits>

using namespace llmrt;
using namespace llmrt::tools;

bool tools::isComplex(llmrt_element_type type) {
  return type == LLMRT_C64 || type == LLMRT_C128;
}

int tools::bitsOf(llmrt_element_type type) {
  switch (type) {
  case LLMRT_I2:
  case LLMRT_U2:
    return 2;
  case LLMRT_I4:
  case LLMRT_U4:
  case LLMRT_F4E2M1:
    return 4;
  case LLMRT_STRING:
    return 0;
  default:
    return int(llmrt_element_bytes(type)) * 8;
  }
}

bool tools::isInteger(llmrt_element_type type) {
  switch (type) {
  case LLMRT_I8:
  case LLMRT_I16:
  case LLMRT_I32:
  case LLMRT_I64:
  case LLMRT_U8:
  case LLMRT_U16:
  case LLMRT_U32:
  case LLMRT_U64:
  case LLMRT_I2:
  case LLMRT_I4:
  case LLMRT_U2:
  case LLMRT_U4:
  case LLMRT_BOOL:
    return true;
  default:
    return false;
  }
}

bool tools::formatOf(llmrt_element_type type, FloatFormat &format) {
  switch (type) {
  case LLMRT_BF16:
    format = {8, 7, 127, FloatFormat::Ieee};
    return true;
  case LLMRT_F16:
    format = {5, 10, 15, FloatFormat::Ieee};
    return true;
  case LLMRT_F8E4M3FN:
    format = {4, 3, 7, FloatFormat::OneNaN};
    return true;
  case LLMRT_F8E4M3FNUZ:
    format = {4, 3, 8, FloatFormat::MinusNaN};
    return true;
  case LLMRT_F8E5M2:
    format = {5, 2, 15, FloatFormat::Ieee};
    return true;
  case LLMRT_F8E5M2FNUZ:
    format = {5, 2, 16, FloatFormat::MinusNaN};
    return true;
  case LLMRT_F4E2M1:
    format = {2, 1, 1, FloatFormat::None};
    return true;
  default:
    return false;
  }
}

double tools::decodeFloat(uint32_t bits, const FloatFormat &format) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  uint32_t mantissas = (1u << format.mantissaBits) - 1;
  uint32_t exponents = (1u << format.exponentBits) - 1;
  uint32_t mantissa = bits & mantissas;
  uint32_t exponent = bits >> format.mantissaBits & exponents;
  bool negative = bits >> (format.mantissaBits + format.exponentBits) & 1;
  bool highest = exponent == exponents;
  if (format.specials == FloatFormat::Ieee && highest) {
    if (mantissa != 0)
      return nan;
    double infinity = std::numeric_limits<double>::infinity();
    return negative ? -infinity : infinity;
  }
  if (format.specials == FloatFormat::OneNaN && highest &&
      mantissa == mantissas)
    return nan;
  if (format.specials == FloatFormat::MinusNaN && negative && exponent == 0 &&
      mantissa == 0)
    return nan;
  uint32_t significand =
      exponent == 0 ? mantissa : mantissa | 1u << format.mantissaBits;
  double value = std::ldexp(significand, int(exponent == 0 ? 1 : exponent) -
                                             format.bias - format.mantissaBits);
  return negative ? -value : value;
}

std::complex<double> tools::numberAt(const llmrt_value &tensor,
                                     uint64_t index) {
  FloatFormat format;
  if (formatOf(tensor.type, format)) {
    uint32_t bits = llmrt_element_bytes(tensor.type) == 2
                        ? static_cast<const uint16_t *>(tensor.data)[index]
                        : static_cast<const uint8_t *>(tensor.data)[index];
    return decodeFloat(bits, format);
  }
  switch (tensor.type) {
  case LLMRT_F64:
    return static_cast<const double *>(tensor.data)[index];
  case LLMRT_C64:
    return std::complex<double>(
        static_cast<const std::complex<float> *>(tensor.data)[index]);
  case LLMRT_C128:
    return static_cast<const std::complex<double> *>(tensor.data)[index];
  case LLMRT_F8E8M0: {
    uint8_t exponent = static_cast<const uint8_t *>(tensor.data)[index];
    return exponent == 255 ? std::numeric_limits<double>::quiet_NaN()
                           : std::ldexp(1.0, exponent - 127);
  }
  default:
    return static_cast<const float *>(tensor.data)[index];
  }
}

int64_t tools::integerAt(const llmrt_value &tensor, uint64_t index) {
  switch (tensor.type) {
  case LLMRT_I16:
    return static_cast<const int16_t *>(tensor.data)[index];
  case LLMRT_I32:
    return static_cast<const int32_t *>(tensor.data)[index];
  case LLMRT_I64:
  case LLMRT_U64:
    return static_cast<const int64_t *>(tensor.data)[index];
  case LLMRT_U16:
    return static_cast<const uint16_t *>(tensor.data)[index];
  case LLMRT_U32:
    return static_cast<const uint32_t *>(tensor.data)[index];
  case LLMRT_I8:
  case LLMRT_I4:
  case LLMRT_I2:
    return static_cast<const int8_t *>(tensor.data)[index];
  default:
    return static_cast<const uint8_t *>(tensor.data)[index];
  }
}
