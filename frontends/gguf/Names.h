//===- Names.h - Names in a GGUF file
//--------------------------------------===//
//
// A model family that needs no code of its own is a row in these tables.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_GGUF_NAMES_H
#define LLM_FRONTENDS_GGUF_NAMES_H

#include "frontends/DecoderTensors.h"

namespace llm::gguf {

struct ArchitectureRow {
  const char *name;         ///< general.architecture, and prefix of its keys
  const char *architecture; ///< the name Hugging Face has for it
  DecoderParts parts;
};

/// Null when the architecture is not among the rows.
const ArchitectureRow *findArchitecture(std::string_view name);
std::string acceptedArchitectures();

extern const TensorNaming kTensorNaming;

/// The tensor of factors that frequencies of rotary embedding are divided by.
constexpr const char *kRopeFactors = "rope_freqs.weight";

} // namespace llm::gguf

#endif // LLM_FRONTENDS_GGUF_NAMES_H
