//===- Passes.h - From phases to loops and LLVM ----------------*- C++ -*-===//

#ifndef LLM_PASSES_CPU_PASSES_H
#define LLM_PASSES_CPU_PASSES_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace llm {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/cpu/Passes.h.inc"
} // namespace llm

#endif // LLM_PASSES_CPU_PASSES_H
