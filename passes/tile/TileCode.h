//===- TileCode.h - The vocabulary that tiles are written in ---*- C++ -*-===//
//
// Short names for the index arithmetic, loops and vectors of 16 numbers that
// the bodies of phases consist of.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_TILE_TILECODE_H
#define LLM_PASSES_TILE_TILECODE_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace llm {

struct TileCode : mlir::ImplicitLocOpBuilder {
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;
  using Value = mlir::Value;

  static constexpr int64_t kLanes = 16;
  mlir::VectorType vectorType() {
    return mlir::VectorType::get(kLanes, getF32Type());
  }

  // Indices.
  Value index(int64_t value);
  Value add(Value a, Value b);
  Value add(Value a, int64_t b);
  Value sub(Value a, Value b);
  Value mul(Value a, int64_t b);
  Value div(Value a, int64_t b);
  Value rem(Value a, int64_t b);
  Value minimum(Value a, Value b);
  Value maximum(Value a, Value b);
  /// Entry of a buffer of i32, as an index.
  Value loadIndex(Value buffer, mlir::ValueRange indices);
  /// Rows that a buffer holds.
  Value rowsOf(Value buffer);

  // Numbers: f32, or vectors of it.
  Value number(double value);
  Value splat(double value);
  Value splat(Value number);
  /// 16 numbers of a buffer of f32, bf16, f16 or i8, as f32; and back to
  /// floats.
  Value load(Value buffer, mlir::ValueRange indices);
  void store(Value vector, Value buffer, mlir::ValueRange indices);
  /// Stores the first `count` of 16 numbers.
  void storeFirst(Value vector, int64_t count, Value buffer,
                  mlir::ValueRange indices);
  void storeFirst(Value vector, Value count, Value buffer,
                  mlir::ValueRange indices);
  Value loadNumber(Value buffer, mlir::ValueRange indices);
  void storeNumber(Value number, Value buffer, mlir::ValueRange indices);
  Value addf(Value a, Value b);
  Value subf(Value a, Value b);
  Value mulf(Value a, Value b);
  Value divf(Value a, Value b);
  Value fma(Value a, Value b, Value c);
  Value exp(Value a);
  /// One of kActivations of 16 numbers.
  Value activation(llvm::StringRef name, Value a);
  /// a where a > b, else b: one instruction. Of a NaN and a number, b comes
  /// out.
  Value larger(Value a, Value b);
  /// Combines the 16 lanes of a vector, halves with halves: the order is the
  /// same on every level.
  Value reduce(Value vector, llvm::function_ref<Value(Value, Value)> combine);
  Value sumOf(Value vector);

  // Control.
  void loop(Value from, Value to, int64_t step,
            llvm::function_ref<void(Value)> body);
  llvm::SmallVector<Value>
  loop(Value from, Value to, int64_t step, mlir::ValueRange init,
       llvm::function_ref<llvm::SmallVector<Value>(Value, mlir::ValueRange)>
           body);
  void ifTrue(Value condition, llvm::function_ref<void()> body);
  void ifElse(Value condition, llvm::function_ref<void()> whenTrue,
              llvm::function_ref<void()> whenFalse);
  Value less(Value a, Value b);
};

} // namespace llm

#endif // LLM_PASSES_TILE_TILECODE_H
