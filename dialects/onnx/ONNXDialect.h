//===- ONNXDialect.h - The onnx dialect ------------------------*- C++ -*-===//
//
// Types, ops and schema ops of the dialect that ONNXDialect.td describes. Code
// that reads or makes schema ops goes through dialects/onnx/OnnxOp.h.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_DIALECTS_ONNX_ONNXDIALECT_H
#define LLM_DIALECTS_ONNX_ONNXDIALECT_H

#include "dialects/onnx/OnnxLibrary.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/onnx/ONNXDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/onnx/ONNXTypes.h.inc"

#define GET_OP_CLASSES
#include "dialects/onnx/ONNXOps.h.inc"

#endif // LLM_DIALECTS_ONNX_ONNXDIALECT_H
