//===- Numbers.h - Arithmetic that expansions use -------------*- C++ -*-===//

#ifndef LLM_PASSES_CPU_MATH_NUMBERS_H
#define LLM_PASSES_CPU_MATH_NUMBERS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace llm {

/// f32 or f64 and integers of their width, on a scalar or a vector of any
/// shape.
struct Numbers {
  mlir::ImplicitLocOpBuilder b;
  mlir::Type type;

  explicit Numbers(mlir::Operation *op)
      : b(op->getLoc(), op), type(op->getResult(0).getType()) {}

  using Value = mlir::Value;
  using Compare = mlir::arith::CmpFPredicate;

  mlir::FloatType element() {
    return llvm::cast<mlir::FloatType>(mlir::getElementTypeOrSelf(type));
  }
  mlir::Type like(mlir::Type element) {
    auto vector = llvm::dyn_cast<mlir::VectorType>(type);
    return vector ? mlir::VectorType::get(vector.getShape(), element) : element;
  }
  mlir::Type ints() { return like(b.getIntegerType(element().getWidth())); }
  Value constant(mlir::Type t, mlir::TypedAttr element) {
    if (auto vector = llvm::dyn_cast<mlir::VectorType>(t))
      element = mlir::DenseElementsAttr::get(vector, element);
    return mlir::arith::ConstantOp::create(b, element);
  }
  Value f(double value) {
    return constant(type, b.getFloatAttr(element(), value));
  }
  Value i(int64_t value) { return whole(value, element().getWidth()); }
  Value whole(uint64_t value, unsigned width) {
    mlir::Type integer = b.getIntegerType(width);
    llvm::APInt bits(64, value);
    return constant(like(integer),
                    b.getIntegerAttr(integer, bits.zextOrTrunc(width)));
  }

  Value fma(Value x, Value y, Value z) {
    return mlir::math::FmaOp::create(b, x, y, z);
  }
  Value add(Value x, Value y) { return mlir::arith::AddFOp::create(b, x, y); }
  Value sub(Value x, Value y) { return mlir::arith::SubFOp::create(b, x, y); }
  Value mul(Value x, Value y) { return mlir::arith::MulFOp::create(b, x, y); }
  Value div(Value x, Value y) { return mlir::arith::DivFOp::create(b, x, y); }
  Value neg(Value x) { return mlir::arith::NegFOp::create(b, x); }
  Value abs(Value x) { return mlir::math::AbsFOp::create(b, x); }
  Value sqrt(Value x) { return mlir::math::SqrtOp::create(b, x); }
  Value copySign(Value x, Value sign) {
    return mlir::math::CopySignOp::create(b, x, sign);
  }
  Value compare(Compare predicate, Value x, Value y) {
    return mlir::arith::CmpFOp::create(b, predicate, x, y);
  }
  Value select(Value condition, Value x, Value y) {
    return mlir::arith::SelectOp::create(b, condition, x, y);
  }
  Value infinity() {
    return constant(
        type, b.getFloatAttr(element(), llvm::APFloat::getInf(
                                            element().getFloatSemantics())));
  }
  Value nan() {
    return constant(
        type, b.getFloatAttr(element(), llvm::APFloat::getQNaN(
                                            element().getFloatSemantics())));
  }
  /// Horner's scheme, highest coefficient first.
  Value polynomial(Value x, llvm::ArrayRef<double> coefficients) {
    Value result = f(coefficients.front());
    for (double c : coefficients.drop_front())
      result = fma(result, x, f(c));
    return result;
  }
  /// Nearest integer of an f32, by adding and taking away 1.5 * 2^23, as float.
  Value round(Value x) {
    Value magic = f(12582912.0);
    return sub(add(x, magic), magic);
  }
  Value toInt(Value x) { return mlir::arith::FPToSIOp::create(b, ints(), x); }
};

/// Of f32.
mlir::Value expandExp(Numbers &m, mlir::Value x);
mlir::Value expandLog(Numbers &m, mlir::Value x);
mlir::Value expandExpM1(Numbers &m, mlir::Value x);
mlir::Value expandLog1p(Numbers &m, mlir::Value x);
mlir::Value expandTanh(Numbers &m, mlir::Value x);
mlir::Value expandErf(Numbers &m, mlir::Value x);
mlir::Value expandSinCos(Numbers &m, mlir::Value x, bool cosine);

/// Of f64, on exp, expm1, log and log1p, which LLVM libc has.
mlir::Value expandSinhWide(Numbers &m, mlir::Value x);
mlir::Value expandCoshWide(Numbers &m, mlir::Value x);
mlir::Value expandTanhWide(Numbers &m, mlir::Value x);
mlir::Value expandAsinhWide(Numbers &m, mlir::Value x);
mlir::Value expandAcoshWide(Numbers &m, mlir::Value x);
mlir::Value expandAtanhWide(Numbers &m, mlir::Value x);
mlir::Value expandErfWide(Numbers &m, mlir::Value x);

} // namespace llm

#endif // LLM_PASSES_CPU_MATH_NUMBERS_H
