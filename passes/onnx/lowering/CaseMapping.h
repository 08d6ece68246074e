//===- CaseMapping.h - Lower and upper case of texts -----------*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_LOWERING_CASEMAPPING_H
#define LLM_PASSES_ONNX_LOWERING_CASEMAPPING_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace llm::onnx {

/// What each code point that changes becomes: rows of four u32, the code point
/// and up to three, ascending. What text.replace reads (TextFunctions.cpp).
std::string caseTable(bool upper);

/// The same for a text that is known.
std::string changeCase(llvm::StringRef text, bool upper);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_CASEMAPPING_H
