//===- RotaryTables.h - Tables of cosines and sines as constants -*- C++
//-*-===//

#ifndef LLM_FRONTENDS_ONNX_IMPORTER_ROTARYTABLES_H
#define LLM_FRONTENDS_ONNX_IMPORTER_ROTARYTABLES_H

#include "frontends/onnx/importer/Importer.h"

namespace llm::onnx {

/// Turns weights that ops read as cos_cache or sin_cache into constants: what
/// they rotate by is a matter of numbers, not of bytes that stream past.
void makeRotaryTablesConstant(mlir::ModuleOp module, const OnnxModel &model);

} // namespace llm::onnx

#endif // LLM_FRONTENDS_ONNX_IMPORTER_ROTARYTABLES_H
