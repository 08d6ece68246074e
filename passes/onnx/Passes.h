//===- Passes.h - From ONNX's ops to linalg and llm ------------*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_PASSES_H
#define LLM_PASSES_ONNX_PASSES_H

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/ONNXDialect.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

namespace llm {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/onnx/Passes.h.inc"
} // namespace llm

#endif // LLM_PASSES_ONNX_PASSES_H
