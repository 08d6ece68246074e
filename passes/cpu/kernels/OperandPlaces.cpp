//===- OperandPlaces.cpp - Where a contraction reads ----------------------===//

#include "passes/cpu/kernels/OperandPlaces.h"

using namespace mlir;
using namespace llm;

Value OperandPlaces::start() const {
  Value place = flat.offset;
  AffineMap map = linalg::GenericOp(c.op).getMatchingIndexingMap(&operand);
  SmallVector<AffineExpr> zeros(map.getNumDims(), k.b.getAffineConstantExpr(0));
  for (auto [expr, stride] : llvm::zip_equal(map.getResults(), flat.strides))
    if (auto number = dyn_cast<AffineConstantExpr>(
            simplifyAffineExpr(expr.replaceDims(zeros), 0, 0));
        number && number.getValue() != 0)
      place = k.add(place, k.mul(stride, k.index(number.getValue())));
  return place;
}

Value OperandPlaces::distance(unsigned loop) const {
  Value result;
  for (auto [i, stride] : llvm::enumerate(flat.strides))
    if (int64_t factor = c.coefficient(operand, i, loop)) {
      Value part = k.mul(stride, k.index(factor));
      result = result ? k.add(result, part) : part;
    }
  return result;
}

Value OperandPlaces::move(Value place, ArrayRef<unsigned> loops,
                          ArrayRef<Value> ivs) const {
  for (auto [loop, iv] : llvm::zip_equal(loops, ivs))
    if (Value step = distance(loop))
      place = k.add(place, k.mul(iv, step));
  return place;
}
