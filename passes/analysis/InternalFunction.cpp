//===- InternalFunction.cpp - Functions that only their object sees -------===//

#include "passes/analysis/InternalFunction.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

void llm::makeInternal(func::FuncOp function) {
  function.setPrivate();
  function->setAttr(
      "llvm.linkage",
      LLVM::LinkageAttr::get(function.getContext(), LLVM::Linkage::Internal));
}

void llm::makeInternalAndWhole(func::FuncOp function) {
  makeInternal(function);
  function->setAttr("passthrough",
                    Builder(function).getStrArrayAttr({"noinline"}));
}
