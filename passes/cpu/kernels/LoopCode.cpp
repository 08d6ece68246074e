//===- LoopCode.cpp - The loops of an op inside of a kernel ---------------===//

#include "passes/cpu/kernels/LoopCode.h"

#include "passes/cpu/kernels/VectorLoops.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace llm;

SmallVector<Value> llm::loopSizes(linalg::GenericOp op, ImplicitLocOpBuilder &b,
                                  llvm::function_ref<Value(Value)> find) {
  SmallVector<Value> result(op.getNumLoops());
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [i, expr] : llvm::enumerate(map.getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr))
        if (Value &size = result[dim.getPosition()]; !size)
          size = sizeOf(b, find(operand.get()), i);
  }
  return result;
}

void LoopCode::loop(unsigned number, Value begin, Value end,
                    llvm::function_ref<void()> body) {
  k.loop(begin, end, 1, [&](Value iv) {
    ivs[number] = iv;
    body();
  });
}

void LoopCode::nest(ArrayRef<unsigned> loops, llvm::function_ref<void()> body) {
  if (loops.empty())
    return body();
  loop(loops.front(), k.index(0), sizes[loops.front()],
       [&] { nest(loops.drop_front(), body); });
}

void LoopCode::sums(ArrayRef<unsigned> loops) {
  if (loops.empty())
    return body();
  if (canSumRows(op, loops))
    return sumRows(*this, loops);
  SmallVector<Value> start;
  for (OpOperand &init : op.getDpsInitsMutable())
    start.push_back(load(init));
  for (auto [init, value] :
       llvm::zip_equal(op.getDpsInitsMutable(), sum(loops, start)))
    store(init, value);
}

SmallVector<Value> LoopCode::sum(ArrayRef<unsigned> loops, ValueRange sums) {
  if (loops.empty())
    return compute(sums);
  auto nest = scf::ForOp::create(k.b, k.index(0), sizes[loops.front()],
                                 k.index(1), sums);
  OpBuilder::InsertionGuard guard(k.b);
  k.b.setInsertionPointToStart(nest.getBody());
  ivs[loops.front()] = nest.getInductionVar();
  scf::YieldOp::create(k.b, sum(loops.drop_front(), nest.getRegionIterArgs()));
  return llvm::to_vector_of<Value>(nest.getResults());
}

void LoopCode::body() {
  SmallVector<Value> before;
  for (OpOperand &init : op.getDpsInitsMutable())
    before.push_back(op.payloadUsesValueFromOperand(&init) ? load(init)
                                                           : Value());
  for (auto [init, value] :
       llvm::zip_equal(op.getDpsInitsMutable(), compute(before)))
    store(init, value);
}

SmallVector<Value> LoopCode::place(OpOperand &operand) {
  SmallVector<Value> indices;
  AffineMap map = op.getMatchingIndexingMap(&operand);
  for (AffineExpr expr : map.getResults())
    indices.push_back(
        affine::expandAffineExpr(k.b, k.b.getLoc(), expr, ivs, {}));
  return indices;
}

Value LoopCode::load(OpOperand &operand) {
  if (start && op.isDpsInit(&operand))
    return start;
  if (auto found = flat.find(&operand); found != flat.end())
    return memref::LoadOp::create(k.b, found->second.buffer,
                                  ValueRange(found->second.index));
  Value source = k.mapping.lookupOrDefault(operand.get());
  if (!isa<MemRefType>(source.getType()))
    return source; // a number, as linalg.fill has
  return memref::LoadOp::create(k.b, source, place(operand));
}

void LoopCode::store(OpOperand &operand, Value value) {
  if (auto found = flat.find(&operand); found != flat.end())
    memref::StoreOp::create(k.b, value, found->second.buffer,
                            ValueRange(found->second.index));
  else
    memref::StoreOp::create(k.b, value, k.mapping.lookup(operand.get()),
                            place(operand));
}

/// The op's region at the current place of all loops.
SmallVector<Value> LoopCode::compute(ValueRange sums) {
  IRMapping inside(k.mapping);
  Block *body = op.getBody();
  unsigned inputs = op.getNumDpsInputs();
  for (BlockArgument argument : body->getArguments()) {
    unsigned number = argument.getArgNumber();
    if (argument.use_empty())
      continue;
    inside.map(argument, number < inputs ? load(op->getOpOperand(number))
                                         : sums[number - inputs]);
  }
  for (Operation &inner : body->without_terminator())
    if (auto iv = dyn_cast<linalg::IndexOp>(inner))
      inside.map(iv.getResult(), ivs[iv.getDim()]);
    else
      k.b.clone(inner, inside)->walk([&](linalg::IndexOp nested) {
        nested.replaceAllUsesWith(ivs[nested.getDim()]);
        nested.erase();
      });
  return llvm::map_to_vector(
      body->getTerminator()->getOperands(),
      [&](Value value) { return inside.lookupOrDefault(value); });
}
