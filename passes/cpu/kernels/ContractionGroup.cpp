//===- ContractionGroup.cpp - What runs on the tiles of a contraction -----===//
//
// Ops join where running them tile by tile gives what running them one after
// another gives: whatever one of them writes, the others touch at the same
// element only.
//
//===----------------------------------------------------------------------===//

#include "passes/cpu/kernels/Commute.h"
#include "passes/cpu/kernels/ContractionKernel.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace llm;

static bool isIdentity(linalg::GenericOp op, OpOperand &operand) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  return map.isIdentity();
}

/// Whether an op does the same to each element of a result of the contraction's
/// shape.
static bool isElementwise(linalg::GenericOp op, const Contraction &c) {
  unsigned rank = c.outer.size() + c.rows.size() + c.columns.size();
  if (op.getNumLoops() != rank || op.getNumParallelLoops() != rank ||
      op.getNumDpsInits() != 1 || !isIdentity(op, *op.getDpsInitOperand(0)))
    return false;
  bool severalColumns = c.columns.size() > 1;
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type || !severalColumns)
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    bool runsAlong = llvm::any_of(
        c.columns, [&](unsigned loop) { return map.isFunctionOfDim(loop); });
    if (runsAlong && !(map.isIdentity() && hasUnitStride(type, rank - 1) &&
                       areContiguous(operand.get(), c.columns[0], rank - 1)))
      return false;
  }
  bool simple = true;
  op.getRegion().walk([&](Operation *inner) {
    if (auto iv = dyn_cast<linalg::IndexOp>(inner))
      simple &= !severalColumns || iv.getDim() < c.columns[0];
    simple &= llvm::none_of(inner->getOperandTypes(),
                            [](Type type) { return isa<MemRefType>(type); });
  });
  return simple;
}

/// Whether each buffer that one op writes is touched by the others element by
/// element.
static bool agree(ArrayRef<linalg::GenericOp> ops) {
  for (linalg::GenericOp writer : ops) {
    Value written = writer.getDpsInits()[0];
    if (!isFresh(written, writer->getBlock()))
      return false;
    for (linalg::GenericOp op : ops)
      for (OpOperand &operand : op->getOpOperands()) {
        if (!isa<MemRefType>(operand.get().getType()) ||
            rootOf(operand.get()) != rootOf(written))
          continue;
        bool isResult = op.isDpsInit(&operand);
        if (operand.get() != written || !(isIdentity(op, operand) || isResult))
          return false;
      }
  }
  return true;
}

SmallVector<linalg::GenericOp> ContractionGroup::ops() const {
  SmallVector<linalg::GenericOp> result(before);
  result.push_back(contraction.op);
  llvm::append_range(result, after);
  return result;
}

std::optional<ContractionGroup> ContractionGroup::around(linalg::GenericOp op) {
  auto contraction = Contraction::match(op);
  if (!contraction)
    return std::nullopt;
  ContractionGroup group{*contraction, {}, {}};
  if (group.scratchBytes() == 0 && !contraction->hasPanels &&
      !contraction->areWindows())
    return std::nullopt;
  auto joins = [&](linalg::GenericOp next,
                   SmallVectorImpl<linalg::GenericOp> &list) {
    if (!isElementwise(next, *contraction))
      return false;
    list.push_back(next);
    if (agree(group.ops()))
      return true;
    list.pop_back();
    return false;
  };
  SmallVector<linalg::GenericOp> between;
  SmallVector<Operation *> released, passed;
  for (Operation *at = op->getPrevNode(); at; at = at->getPrevNode()) {
    if (auto previous = dyn_cast<linalg::GenericOp>(at)) {
      bool begins = previous.getNumDpsInits() == 1 &&
                    previous.getDpsInits()[0] == contraction->out->get();
      if (!begins) {
        between.push_back(previous);
        continue;
      }
      if (llvm::all_of(between,
                       [&](linalg::GenericOp other) {
                         return commute(previous, other);
                       }) &&
          joins(previous, group.before))
        released = passed;
      break;
    }
    if (!isPassed(at))
      break;
    if (isa<memref::DeallocOp>(at))
      passed.push_back(at);
  }
  passed.clear();
  linalg::GenericOp last = op;
  for (Operation *at = op->getNextNode(); at; at = at->getNextNode()) {
    if (auto next = dyn_cast<linalg::GenericOp>(at)) {
      bool reads = llvm::any_of(next.getDpsInputs(), [&](Value input) {
        return llvm::any_of(group.ops(), [&](linalg::GenericOp member) {
          return member.getDpsInits()[0] == input;
        });
      });
      bool rewrites = next.getNumDpsInits() == 1 &&
                      llvm::any_of(group.ops(), [&](linalg::GenericOp member) {
                        return member.getDpsInits()[0] == next.getDpsInits()[0];
                      });
      if (!(reads || rewrites) || !joins(next, group.after))
        break;
      last = next;
      released.append(passed);
      passed.clear();
      continue;
    }
    if (!isPassed(at))
      break;
    if (isa<memref::DeallocOp>(at))
      passed.push_back(at);
  }
  // What was released between the ops is needed until the last one has run.
  for (Operation *op : llvm::reverse(released))
    op->moveAfter(last);
  return group;
}
