//===- ByteDot.cpp - Sums of products of four bytes -----------------------===//

#include "passes/cpu/kernels/ByteDot.h"

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace llm;

/// An instruction of vectors as wide as the result is, or of half that.
static Value callWide(ImplicitLocOpBuilder &b, StringRef name, bool halves,
                      VectorType type, ArrayRef<Value> operands) {
  auto call = [&](VectorType type, ArrayRef<Value> operands) -> Value {
    return LLVM::CallIntrinsicOp::create(b, type, b.getStringAttr(name),
                                         operands)
        .getResult(0);
  };
  if (!halves)
    return call(type, operands);
  Value result = arith::ConstantOp::create(b, type, b.getZeroAttr(type));
  for (int64_t half = 0; half < 2; ++half) {
    auto part = [&](Value v) -> Value {
      int64_t count = cast<VectorType>(v.getType()).getDimSize(0) / 2;
      return vector::ExtractStridedSliceOp::create(b, v, half * count, count,
                                                   1);
    };
    int64_t count = type.getDimSize(0) / 2;
    Value computed = call(VectorType::get({count}, type.getElementType()),
                          llvm::map_to_vector(operands, part));
    result = vector::InsertStridedSliceOp::create(b, computed, result,
                                                  half * count, 1);
  }
  return result;
}

ByteQuads::ByteQuads(ImplicitLocOpBuilder &b, Value bytes, bool isUnsigned,
                     const IntegerDots &dots)
    : isUnsigned(isUnsigned), dots(dots) {
  if (dots.byteBits) {
    parts = {bytes};
    return;
  }
  auto words = VectorType::get({2 * kPanel}, b.getI16Type());
  auto number = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(words, b.getI16IntegerAttr(value)));
  };
  Value pairs = vector::BitCastOp::create(b, words, bytes), eight = number(8);
  if (isUnsigned)
    parts = {arith::AndIOp::create(b, pairs, number(255)),
             arith::ShRUIOp::create(b, pairs, eight)};
  else
    parts = {arith::ShRSIOp::create(b, arith::ShLIOp::create(b, pairs, eight),
                                    eight),
             arith::ShRSIOp::create(b, pairs, eight)};
}

Value ByteQuads::dot(ImplicitLocOpBuilder &b, const ByteQuads &other,
                     Value sum) const {
  auto type = cast<VectorType>(sum.getType());
  if (dots.byteBits) {
    bool halves = dots.byteBits == 256;
    const ByteQuads &x = isUnsigned ? *this : other,
                    &y = isUnsigned ? other : *this;
    return callWide(b,
                    halves ? "llvm.x86.avx512.vpdpbusd.256"
                           : "llvm.x86.avx512.vpdpbusd.512",
                    halves, type, {sum, x.parts[0], y.parts[0]});
  }
  bool halves = !dots.wordVectors;
  for (auto [x, y] : llvm::zip_equal(parts, other.parts))
    sum =
        arith::AddIOp::create(b, sum,
                              callWide(b,
                                       halves ? "llvm.x86.avx2.pmadd.wd"
                                              : "llvm.x86.avx512.pmaddw.d.512",
                                       halves, type, {x, y}));
  return sum;
}
