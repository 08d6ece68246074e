//===- TileCode.cpp - The vocabulary that tiles are written in ------------===//

#include "passes/tile/TileCode.h"

#include "passes/tile/Passes.h"

#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;
using namespace llm;

Value TileCode::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}
Value TileCode::add(Value a, Value b) {
  return arith::AddIOp::create(*this, a, b);
}
Value TileCode::add(Value a, int64_t b) { return b ? add(a, index(b)) : a; }
Value TileCode::sub(Value a, Value b) {
  return arith::SubIOp::create(*this, a, b);
}
Value TileCode::mul(Value a, int64_t b) {
  return b == 1 ? a : arith::MulIOp::create(*this, a, index(b)).getResult();
}
Value TileCode::div(Value a, int64_t b) {
  return b == 1 ? a : arith::DivUIOp::create(*this, a, index(b)).getResult();
}
Value TileCode::rem(Value a, int64_t b) {
  return arith::RemUIOp::create(*this, a, index(b));
}
Value TileCode::minimum(Value a, Value b) {
  return arith::MinSIOp::create(*this, a, b);
}
Value TileCode::maximum(Value a, Value b) {
  return arith::MaxSIOp::create(*this, a, b);
}
Value TileCode::loadIndex(Value buffer, ValueRange indices) {
  return arith::IndexCastOp::create(
      *this, getIndexType(), memref::LoadOp::create(*this, buffer, indices));
}
Value TileCode::rowsOf(Value buffer) {
  return memref::DimOp::create(*this, buffer, 0);
}

Value TileCode::number(double value) {
  return arith::ConstantOp::create(*this, getF32FloatAttr(value));
}
Value TileCode::splat(double value) {
  return arith::ConstantOp::create(
      *this, DenseElementsAttr::get(vectorType(), static_cast<float>(value)));
}
Value TileCode::splat(Value number) {
  return vector::BroadcastOp::create(*this, vectorType(), number);
}

static Type bufferElement(Value buffer) {
  return cast<MemRefType>(buffer.getType()).getElementType();
}

Value TileCode::load(Value buffer, ValueRange indices) {
  Type element = bufferElement(buffer);
  Value vector = vector::LoadOp::create(*this, VectorType::get(kLanes, element),
                                        buffer, indices);
  if (element.isInteger())
    return arith::SIToFPOp::create(*this, vectorType(), vector);
  return element.isF32()
             ? vector
             : arith::ExtFOp::create(*this, vectorType(), vector).getResult();
}

/// Narrows to the buffer's element type where that is not f32.
static Value narrow(TileCode &c, Value value, Value buffer) {
  Type element = bufferElement(buffer);
  if (element.isF32())
    return value;
  Type type = element;
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    type = VectorType::get(vector.getShape(), element);
  return arith::TruncFOp::create(c, type, value);
}

void TileCode::store(Value vector, Value buffer, ValueRange indices) {
  vector::StoreOp::create(*this, narrow(*this, vector, buffer), buffer,
                          indices);
}

void TileCode::storeFirst(Value vector, int64_t count, Value buffer,
                          ValueRange indices) {
  if (count >= kLanes)
    return store(vector, buffer, indices);
  storeFirst(vector, index(count), buffer, indices);
}

void TileCode::storeFirst(Value vector, Value count, Value buffer,
                          ValueRange indices) {
  Value mask = vector::CreateMaskOp::create(
      *this, VectorType::get(kLanes, getI1Type()), count);
  vector::MaskedStoreOp::create(*this, buffer, indices, mask,
                                narrow(*this, vector, buffer));
}

Value TileCode::loadNumber(Value buffer, ValueRange indices) {
  Value value = memref::LoadOp::create(*this, buffer, indices);
  return bufferElement(buffer).isF32()
             ? value
             : arith::ExtFOp::create(*this, getF32Type(), value).getResult();
}

void TileCode::storeNumber(Value number, Value buffer, ValueRange indices) {
  memref::StoreOp::create(*this, narrow(*this, number, buffer), buffer,
                          indices);
}

Value TileCode::addf(Value a, Value b) {
  return arith::AddFOp::create(*this, a, b);
}
Value TileCode::subf(Value a, Value b) {
  return arith::SubFOp::create(*this, a, b);
}
Value TileCode::mulf(Value a, Value b) {
  return arith::MulFOp::create(*this, a, b);
}
Value TileCode::divf(Value a, Value b) {
  return arith::DivFOp::create(*this, a, b);
}
Value TileCode::fma(Value a, Value b, Value c) {
  if (isa<VectorType>(a.getType()))
    return vector::FMAOp::create(*this, a, b, c);
  return math::FmaOp::create(*this, a, b, c);
}
Value TileCode::exp(Value a) { return math::ExpOp::create(*this, a); }

Value TileCode::activation(StringRef name, Value a) {
  if (name == "relu")
    return larger(splat(0.0), a);
  if (name == "gelu_erf") {
    Value share = math::ErfOp::create(*this, mulf(a, splat(std::sqrt(0.5))));
    return mulf(mulf(a, splat(0.5)), addf(share, splat(1.0)));
  }
  // What is divided by 1 + exp(-z): 0.5 (1 + tanh(y)) = 1 / (1 + exp(-2 y)).
  Value z = a;
  if (name == "gelu_tanh") {
    double factor = 2 * std::sqrt(2 / M_PI);
    Value square = mulf(a, a);
    z = mulf(a, fma(square, splat(0.044715 * factor), splat(factor)));
  }
  Value negated = arith::NegFOp::create(*this, z);
  return divf(a, addf(splat(1.0), exp(negated)));
}

Value TileCode::larger(Value a, Value b) {
  Value greater = arith::CmpFOp::create(*this, arith::CmpFPredicate::OGT, a, b);
  return arith::SelectOp::create(*this, greater, a, b);
}

Value TileCode::reduce(Value vector,
                       llvm::function_ref<Value(Value, Value)> combine) {
  for (int64_t half = kLanes / 2; half > 0; half /= 2) {
    auto part = [&](int64_t from) -> Value {
      return vector::ExtractStridedSliceOp::create(
          *this, vector, ArrayRef<int64_t>(from), ArrayRef<int64_t>(half),
          ArrayRef<int64_t>(1));
    };
    vector = combine(part(0), part(half));
  }
  return vector::ExtractOp::create(*this, vector, 0);
}

Value TileCode::sumOf(Value vector) {
  return reduce(vector, [&](Value a, Value b) { return addf(a, b); });
}

void TileCode::loop(Value from, Value to, int64_t step,
                    llvm::function_ref<void(Value)> body) {
  scf::ForOp::create(*this, from, to, index(step), ValueRange(),
                     [&](OpBuilder &builder, Location, Value i, ValueRange) {
                       OpBuilder::InsertionGuard guard(*this);
                       restoreInsertionPoint(builder.saveInsertionPoint());
                       body(i);
                       scf::YieldOp::create(*this);
                     });
}

SmallVector<Value>
TileCode::loop(Value from, Value to, int64_t step, ValueRange init,
               llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  auto loop = scf::ForOp::create(
      *this, from, to, index(step), init,
      [&](OpBuilder &builder, Location, Value i, ValueRange carried) {
        OpBuilder::InsertionGuard guard(*this);
        restoreInsertionPoint(builder.saveInsertionPoint());
        scf::YieldOp::create(*this, body(i, carried));
      });
  return SmallVector<Value>(loop.getResults());
}

void TileCode::ifTrue(Value condition, llvm::function_ref<void()> body) {
  scf::IfOp::create(*this, condition, [&](OpBuilder &builder, Location) {
    OpBuilder::InsertionGuard guard(*this);
    restoreInsertionPoint(builder.saveInsertionPoint());
    body();
    scf::YieldOp::create(*this);
  });
}

void TileCode::ifElse(Value condition, llvm::function_ref<void()> whenTrue,
                      llvm::function_ref<void()> whenFalse) {
  auto write = [&](llvm::function_ref<void()> body) {
    return [this, body](OpBuilder &builder, Location) {
      OpBuilder::InsertionGuard guard(*this);
      restoreInsertionPoint(builder.saveInsertionPoint());
      body();
      scf::YieldOp::create(*this);
    };
  };
  scf::IfOp::create(*this, condition, write(whenTrue), write(whenFalse));
}

Value TileCode::less(Value a, Value b) {
  return arith::CmpIOp::create(*this, arith::CmpIPredicate::slt, a, b);
}
