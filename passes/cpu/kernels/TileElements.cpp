//===- TileElements.cpp - What runs element by element on a tile ----------===//

#include "passes/cpu/kernels/TileElements.h"

#include "passes/cpu/kernels/LoopCode.h"

using namespace mlir;
using namespace llm;

void TileElements::run(linalg::GenericOp op) const {
  LoopCode code(op, k);
  for (auto [loop, iv] : llvm::zip_equal(c.outer, outer))
    code.ivs[loop] = iv;
  // Several dimensions of columns are one, for operands that run along them.
  llvm::MapVector<OpOperand *, FlatBuffer> along;
  if (c.columns.size() > 1)
    for (OpOperand &operand : op->getOpOperands())
      if (isa<MemRefType>(operand.get().getType()) &&
          op.getMatchingIndexingMap(&operand).isFunctionOfDim(c.columns.back()))
        along[&operand] = k.flatten(k.mapping.lookup(operand.get()));
  k.loop(firstRow, endRow, 1, [&](Value row) {
    for (auto [loop, iv] : llvm::zip_equal(c.rows, k.places(row, rowSizes)))
      code.ivs[loop] = iv;
    SmallVector<Value> starts;
    for (auto &[operand, buffer] : along)
      starts.push_back(rowPlace(buffer, row));
    k.loop(firstColumn, endColumn, 1, [&](Value column) {
      if (c.columns.size() == 1)
        code.ivs[c.columns[0]] = column;
      for (auto [entry, start] : llvm::zip_equal(along, starts))
        code.flat[entry.first] = {entry.second.buffer, k.add(start, column)};
      code.body();
    });
  });
}

Value TileElements::rowPlace(const FlatBuffer &buffer, Value row) const {
  Value place = buffer.offset;
  for (auto [iv, stride] :
       llvm::zip(outer, ArrayRef(buffer.strides).take_front(outer.size())))
    place = k.add(place, k.mul(iv, stride));
  if (!c.rows.empty())
    place = k.add(place, k.mul(row, rowStride(buffer)));
  return place;
}

Value TileElements::rowStride(const FlatBuffer &buffer) const {
  return c.rows.empty() ? k.index(0) : buffer.strides[c.rows.back()];
}
