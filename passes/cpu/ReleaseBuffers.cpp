//===- ReleaseBuffers.cpp - Buffers of a graph end with their last reader -===//
//
// Most buffers are read and written by ops of their block and named by nothing
// else, so that their ends need no analysis of the whole function. The others
// are left to MLIR's.
//
//===----------------------------------------------------------------------===//

#include "passes/cpu/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_RELEASEBUFFERS
#include "passes/cpu/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

struct ReleaseBuffers : llm::impl::ReleaseBuffersBase<ReleaseBuffers> {
  using ReleaseBuffersBase::ReleaseBuffersBase;

  /// Finds the last op of `block` that uses the buffer or a view of it; false
  /// if one of them may pass it on.
  static bool findLast(Value buffer, Block *block, Operation *&last) {
    for (Operation *user : buffer.getUsers()) {
      if (isa<ViewLikeOpInterface>(user) && user->getNumResults() == 1) {
        if (!findLast(user->getResult(0), block, last))
          return false;
      } else if (!isa<linalg::LinalgOp, memref::LoadOp, memref::StoreOp,
                      memref::CopyOp, memref::DimOp>(user)) {
        return false;
      }
      Operation *outer = block->findAncestorOpInBlock(*user);
      if (last->isBeforeInBlock(outer))
        last = outer;
    }
    return true;
  }

  static void release(memref::AllocOp alloc, Operation *last) {
    OpBuilder b(alloc.getContext());
    b.setInsertionPointAfter(last);
    auto dealloc = memref::DeallocOp::create(b, alloc.getLoc(), alloc);
    for (Operation *op : {alloc.getOperation(), dealloc.getOperation()})
      op->setAttr(bufferization::BufferizationDialect::kManualDeallocation,
                  b.getUnitAttr());
  }

  void runOnOperation() override {
    SmallVector<std::pair<memref::AllocOp, Operation *>> ends;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr("llm.graph"))
        function.walk([&](memref::AllocOp alloc) {
          Operation *last = alloc;
          if (findLast(alloc, alloc->getBlock(), last))
            ends.emplace_back(alloc, last);
        });
    for (auto [alloc, last] : ends)
      release(alloc, last);
  }
};

} // namespace
