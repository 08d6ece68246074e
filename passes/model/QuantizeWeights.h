//===- QuantizeWeights.h - Schemes of weight quantization ------*- C++ -*-===//
//
// What --quantize= and the option `scheme` of llm-quantize-weights accept.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_MODEL_QUANTIZEWEIGHTS_H
#define LLM_PASSES_MODEL_QUANTIZEWEIGHTS_H

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>

namespace llm {

struct QuantizationScheme {
  static constexpr llvm::StringLiteral kAccepted =
      "int8 or int4, then -g32, -g64 or -g128 (default: -g32), then -asym or "
      "nothing, as in int4-g64-asym";

  int64_t bits, group;
  bool asymmetric; ///< a minimum beside the scale

  static std::optional<QuantizationScheme> parse(llvm::StringRef text);
};

} // namespace llm

#endif // LLM_PASSES_MODEL_QUANTIZEWEIGHTS_H
