//===- ElementCode.h - Arithmetic on elements of ONNX's types --*- C++ -*-===//
//
// An element has three forms:
//   - ONNX's type, which knows signs: ui8, i4, f8E4M3FN, bf16, !onnx.string;
//   - how it is stored in a buffer: sizes below 8 bits and the 8- and 4-bit
//     floats as i8 (the floats' bits), unsigned integers signless, strings as
//     the i64 address of {u64 bytes; text};
//   - what it is computed in: floats below 32 bits in f32, 4- and 2-bit
//     integers in i8, all else as stored.
// Results are rounded once, when they are stored.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ONNX_LOWERING_ELEMENTCODE_H
#define LLM_PASSES_ONNX_LOWERING_ELEMENTCODE_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace llm::onnx {

mlir::Type storageType(mlir::Type element);
mlir::Type computeType(mlir::Type element);
bool isFloat(mlir::Type element);
bool isUnsigned(mlir::Type element); ///< ui8 ... and bool
bool isInteger(mlir::Type element);  ///< any, bool included
bool isString(mlir::Type element);

/// Writes arithmetic at the builder's place. All values are in compute form;
/// `type` is ONNX's element type, which decides on signs. Floats may be f32 or
/// f64; comparisons return i1.
class ElementCode {
public:
  explicit ElementCode(mlir::ImplicitLocOpBuilder &b) : b(b) {}

  mlir::Value fromStorage(mlir::Value stored, mlir::Type type);
  mlir::Value toStorage(mlir::Value computed, mlir::Type type);
  /// ONNX's Cast: to integers by truncation, to bool by != 0, to 8-bit floats
  /// saturating or not (`saturate`). `roundMode` is up, down or nearest, for
  /// powers of two (f8E8M0).
  mlir::Value cast(mlir::Value value, mlir::Type from, mlir::Type to,
                   bool saturate = true, llvm::StringRef roundMode = "up");

  mlir::Value constant(double value, mlir::Type type);
  mlir::Value integer(int64_t value, mlir::Type type);
  mlir::Value smallest(mlir::Type type); ///< -inf for floats
  mlir::Value largest(mlir::Type type);  ///< +inf for floats

  mlir::Value add(mlir::Value x, mlir::Value y, mlir::Type type);
  mlir::Value sub(mlir::Value x, mlir::Value y, mlir::Type type);
  mlir::Value mul(mlir::Value x, mlir::Value y, mlir::Type type);
  /// Integers truncate; a divisor of 0 gives 0, not a trap.
  mlir::Value div(mlir::Value x, mlir::Value y, mlir::Type type);
  /// C's remainder (sign of x); a divisor of 0 gives 0.
  mlir::Value rem(mlir::Value x, mlir::Value y, mlir::Type type);
  mlir::Value neg(mlir::Value x, mlir::Type type);
  mlir::Value abs(mlir::Value x, mlir::Type type);
  /// NaN if one is.
  mlir::Value min(mlir::Value x, mlir::Value y, mlir::Type type);
  mlir::Value max(mlir::Value x, mlir::Value y, mlir::Type type);
  mlir::Value less(mlir::Value x, mlir::Value y, mlir::Type type);
  mlir::Value lessOrEqual(mlir::Value x, mlir::Value y, mlir::Type type);
  mlir::Value equal(mlir::Value x, mlir::Value y, mlir::Type type);
  mlir::Value select(mlir::Value condition, mlir::Value x, mlir::Value y);

  /// Between elements and indices.
  mlir::Value toIndex(mlir::Value integer, mlir::Type type);
  mlir::Value fromIndex(mlir::Value index, mlir::Type type);

private:
  mlir::Value floatFromBits(mlir::Value bits, mlir::FloatType type);
  /// Beyond the largest number: infinity, else NaN, else the largest.
  mlir::Value floatToBits(mlir::Value value, mlir::FloatType type);
  mlir::Value powerToBits(mlir::Value value, bool saturate,
                          llvm::StringRef roundMode);
  mlir::Value clampTo(mlir::Value value, mlir::FloatType type);
  mlir::Value wrap(mlir::Value value, mlir::Type type);

  mlir::ImplicitLocOpBuilder &b;
};

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_ELEMENTCODE_H
