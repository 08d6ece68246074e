//===- MicrosoftFunctions.h - com.microsoft in ONNX's words ----*- C++ -*-===//
//
// Ops of com.microsoft that are a few ops of ONNX: quantized ones that make
// their inputs real and the result small again, those that ONNX got later, and
// fused activations. Nothing lowers them; the importer expands them.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_DIALECTS_ONNX_MICROSOFTFUNCTIONS_H
#define LLM_DIALECTS_ONNX_MICROSOFTFUNCTIONS_H

namespace onnx {
class OpSchema;
}

namespace llm::onnx {

/// Gives a schema of com.microsoft its function, if it is one of these.
void addMicrosoftFunction(::onnx::OpSchema &schema);

} // namespace llm::onnx

#endif // LLM_DIALECTS_ONNX_MICROSOFTFUNCTIONS_H
