//===- MicrosoftSchemas.h - Schemas of com.microsoft -----------*- C++ -*-===//

#ifndef LLM_DIALECTS_ONNX_MICROSOFTSCHEMAS_H
#define LLM_DIALECTS_ONNX_MICROSOFTSCHEMAS_H

namespace llm::onnx {

/// Makes libonnx know the ops of ONNX Runtime that exporters emit. To be called
/// once, before schemas are listed.
void registerMicrosoftSchemas();

} // namespace llm::onnx

#endif // LLM_DIALECTS_ONNX_MICROSOFTSCHEMAS_H
