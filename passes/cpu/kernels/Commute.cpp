//===- Commute.cpp - What may run in another order ------------------------===//

#include "passes/cpu/kernels/Commute.h"

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace llm;

Value llm::rootOf(Value buffer) {
  while (auto view = buffer.getDefiningOp<ViewLikeOpInterface>())
    buffer = view.getViewSource();
  return buffer;
}

bool llm::isFresh(Value buffer, Block *block) {
  auto alloc = rootOf(buffer).getDefiningOp<memref::AllocOp>();
  return alloc && alloc->getBlock() == block;
}

bool llm::commute(linalg::GenericOp op, linalg::GenericOp next) {
  auto touch = [](Value written, linalg::GenericOp other) {
    llvm::SetVector<Value> used;
    used.insert_range(other->getOperands());
    getUsedValuesDefinedAbove(other.getRegion(), used);
    return llvm::any_of(used, [&](Value value) {
      return isa<MemRefType>(value.getType()) &&
             rootOf(value) == rootOf(written);
    });
  };
  auto separate = [&](linalg::GenericOp writer, linalg::GenericOp other) {
    return llvm::all_of(writer.getDpsInits(), [&](Value written) {
      return isFresh(written, op->getBlock()) && !touch(written, other);
    });
  };
  return separate(op, next) && separate(next, op);
}

bool llm::isPassed(Operation *op) {
  return isMemoryEffectFree(op) ||
         isa<memref::AllocOp, memref::DeallocOp, RequireOp>(op);
}
