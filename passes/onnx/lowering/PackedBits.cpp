//===- PackedBits.cpp - Numbers of few bits in bytes ----------------------===//

#include "passes/onnx/lowering/PackedBits.h"

using namespace mlir;
using namespace llm::onnx;

Value llm::onnx::unpackBits(GraphLowering &g, Tensor bytes,
                            SmallVector<Value> row, Dim number, int64_t bits) {
  Type wide = g.b.getI32Type();
  Dim bit = g.mul(number, g.fixed(bits));
  Dim byte = g.floorDiv(bit, g.fixed(8));
  auto load = [&](Dim at) {
    SmallVector<Value> place = row;
    place.push_back(g.index(at));
    return g.e.cast(g.at(bytes, place), bytes.element, wide);
  };
  Value value = load(byte);
  if (8 % bits != 0) {
    Dim last = g.sub(g.dims(bytes.value).back(), g.fixed(1));
    Value high = load(g.min(g.add(byte, g.fixed(1)), last));
    value = arith::OrIOp::create(
        g.b, value, arith::ShLIOp::create(g.b, high, g.e.integer(8, wide)));
  }
  Dim shift = g.sub(bit, g.mul(byte, g.fixed(8)));
  value =
      arith::ShRUIOp::create(g.b, value, g.e.fromIndex(g.index(shift), wide));
  return arith::AndIOp::create(g.b, value, g.e.integer((1 << bits) - 1, wide));
}
