//===- MicrosoftSchemas.cpp - Schemas of com.microsoft --------------------===//
//
// The ops of ONNX Runtime that exporters emit, as its ContribOperators.md
// documents them.
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftSchemas.h"

#include "onnx/defs/schema.h"

void llm::onnx::registerMicrosoftSchemas() {
  ::onnx::OpSchemaRegistry::DomainToVersionRange::Instance().AddDomainToVersion(
      "com.microsoft", 1, 1);
}
