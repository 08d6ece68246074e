//===- BitCast.cpp - The bits of elements under another type --------------===//

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace llm::onnx;

/// On the stored form, so that no bit of what is no number changes.
static LogicalResult lowerBitCast(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("input"));
  Type to = g.elementOf(op.output("output"));
  Type from = x.type().getElementType(), stored = storageType(to);
  auto bits = [](Type type) { return type.getIntOrFloatBitWidth(); };
  // A bool is one byte.
  auto bitsOf = [&](Type element) {
    return element.isInteger(1) ? 8 : bits(element);
  };
  if (isa<ComplexType>(x.element) || isa<ComplexType>(to))
    return notSupported(op, "complex numbers");
  if (bitsOf(x.element) != bitsOf(to))
    return op.operation()->emitError()
           << "BitCast: from " << bitsOf(x.element) << " to " << bitsOf(to)
           << " bits; accepted: types of one width";
  Dims dims = g.dims(x.value);
  Value out = g.empty(dims, stored);
  SmallVector<AffineMap> maps(2, g.b.getMultiDimIdentityMap(dims.size()));
  SmallVector<utils::IteratorType> loops(dims.size(),
                                         utils::IteratorType::parallel);
  unsigned width = bits(to);
  bool isSigned = isInteger(to) && !isUnsigned(to);
  auto op2 = linalg::GenericOp::create(
      g.b, out.getType(), x.value, out, maps, loops,
      [&](OpBuilder &inside, Location, ValueRange arguments) {
        OpBuilder::InsertionGuard guard(g.b);
        g.b.restoreInsertionPoint(inside.saveInsertionPoint());
        Value value = arguments[0];
        if (from.isInteger(1) && !stored.isInteger(1))
          value = arith::ExtUIOp::create(g.b, stored, value);
        else if (stored.isInteger(1) && !from.isInteger(1))
          value = g.e.cast(value, from, stored);
        else if (from != stored)
          value = arith::BitcastOp::create(g.b, stored, value);
        if (width < 8 && width > 1 && isInteger(to)) {
          // Narrow integers are kept extended by their sign.
          Value by = g.e.integer(8 - width, stored);
          value = arith::ShLIOp::create(g.b, value, by);
          value = isSigned ? arith::ShRSIOp::create(g.b, value, by).getResult()
                           : arith::ShRUIOp::create(g.b, value, by).getResult();
        }
        linalg::YieldOp::create(g.b, value);
      });
  g.set(op.output("output"), Tensor{op2.getResult(0), to});
  return success();
}

void llm::onnx::addBitCast(LoweringTable &table) {
  table.add("BitCast", lowerBitCast);
}
