//===- Memory.cpp - Values of a graph in memory ---------------------------===//

#include "passes/onnx/lowering/Memory.h"

#include "dialects/llm/LLMDialect.h"
#include "passes/analysis/ObjectElement.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace llm;
using namespace llm::onnx;
using llmrt::GraphValue;
using llmrt::GraphValueKind;

static Type pointerType(GraphLowering &g) {
  return LLVM::LLVMPointerType::get(g.b.getContext());
}

static Value offset(GraphLowering &g, Value base, int64_t bytes) {
  return LLVM::GEPOp::create(
      g.b, pointerType(g), g.b.getI8Type(), base,
      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(bytes)});
}

static Value loadField(GraphLowering &g, Value base, int64_t bytes, Type type) {
  return LLVM::LoadOp::create(g.b, type, offset(g, base, bytes));
}

static void storeField(GraphLowering &g, Value base, int64_t bytes,
                       Value value) {
  LLVM::StoreOp::create(g.b, value, offset(g, base, bytes));
}

static Value number(GraphLowering &g, int64_t value, unsigned width) {
  return g.e.integer(value, g.b.getIntegerType(width));
}

static Value toIndex(GraphLowering &g, Value integer) {
  return arith::IndexCastOp::create(g.b, g.b.getIndexType(), integer);
}

//===----------------------------------------------------------------------===//
// Many values
//===----------------------------------------------------------------------===//

/// The bytes of `count` values, which no memory holds too many of.
static Value bytesOf(GraphLowering &g, Value count) {
  return arith::MulIOp::create(g.b, count, g.index(sizeof(GraphValue)));
}

Value llm::onnx::allocateValues(GraphLowering &g, Value count) {
  return AllocateOp::create(g.b, pointerType(g), bytesOf(g, count));
}

Value llm::onnx::valueAt(GraphLowering &g, Value values, Value place) {
  Value bytes = g.e.fromIndex(bytesOf(g, place), g.b.getI64Type());
  return LLVM::GEPOp::create(g.b, pointerType(g), g.b.getI8Type(), values,
                             ArrayRef<LLVM::GEPArg>{bytes});
}

void llm::onnx::copyValues(GraphLowering &g, Value to, Value from,
                           Value count) {
  Value bytes = g.e.fromIndex(bytesOf(g, count), g.b.getI64Type());
  LLVM::MemcpyOp::create(g.b, to, from, bytes, /*isVolatile=*/false);
}

//===----------------------------------------------------------------------===//
// Sequences and optionals
//===----------------------------------------------------------------------===//

static void storeKind(GraphLowering &g, Value value, GraphValueKind kind) {
  storeField(g, value, offsetof(GraphValue, kind),
             number(g, static_cast<int64_t>(kind), 32));
}

Value llm::onnx::makeSequence(GraphLowering &g, Value items, Value count) {
  Value result = allocateValues(g, g.index(1));
  storeKind(g, result, GraphValueKind::Sequence);
  storeField(g, result, offsetof(GraphValue, items), items);
  storeField(g, result, offsetof(GraphValue, count),
             g.e.fromIndex(count, g.b.getI64Type()));
  return result;
}

Value llm::onnx::countOf(GraphLowering &g, Value sequence) {
  return toIndex(
      g, loadField(g, sequence, offsetof(GraphValue, count), g.b.getI64Type()));
}

Value llm::onnx::itemsOf(GraphLowering &g, Value sequence) {
  return loadField(g, sequence, offsetof(GraphValue, items), pointerType(g));
}

Value llm::onnx::itemAt(GraphLowering &g, Value sequence, Value place) {
  return valueAt(g, itemsOf(g, sequence), place);
}

Value llm::onnx::makeAbsent(GraphLowering &g) {
  Value result = allocateValues(g, g.index(1));
  storeKind(g, result, GraphValueKind::Absent);
  return result;
}

Value llm::onnx::isPresent(GraphLowering &g, Value value) {
  Value kind =
      loadField(g, value, offsetof(GraphValue, kind), g.b.getI32Type());
  return arith::CmpIOp::create(
      g.b, arith::CmpIPredicate::ne, kind,
      number(g, static_cast<int64_t>(GraphValueKind::Absent), 32));
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

static void writeTensor(GraphLowering &g, Value to, Tensor tensor) {
  Dims dims = g.dims(tensor.value);
  Type storage = tensor.type().getElementType();
  int64_t size = isa<ComplexType>(storage)
                     ? cast<ComplexType>(storage)
                               .getElementType()
                               .getIntOrFloatBitWidth() /
                           4
                     : std::max(8u, storage.getIntOrFloatBitWidth()) / 8;
  Value data = AllocateOp::create(
      g.b, pointerType(g), g.index(g.mul(g.product(dims), g.fixed(size))));
  SmallVector<Value> sizes;
  for (Dim dim : dims)
    if (!getConstantIntValue(dim))
      sizes.push_back(cast<Value>(dim));
  auto type = g.typeOf(dims, storage);
  Value memory = ViewOp::create(g.b, MemRefType::get(type.getShape(), storage),
                                data, sizes);
  bufferization::MaterializeInDestinationOp::create(
      g.b, /*result=*/Type(), g.sized(tensor.value, tensor.element, dims).value,
      memory, /*restrict=*/true, /*writable=*/true);
  Value extents =
      AllocateOp::create(g.b, pointerType(g), g.index(8 * dims.size()));
  for (auto [i, dim] : llvm::enumerate(dims))
    storeField(g, extents, 8 * i,
               g.e.fromIndex(g.index(dim), g.b.getI64Type()));
  storeKind(g, to, GraphValueKind::Tensor);
  storeField(
      g, to, offsetof(GraphValue, type),
      number(g, static_cast<int64_t>(elementTypeOf(tensor.element)), 32));
  storeField(g, to, offsetof(GraphValue, rank), number(g, dims.size(), 32));
  storeField(g, to, offsetof(GraphValue, data), data);
  storeField(g, to, offsetof(GraphValue, dims), extents);
}

static Value readTensor(GraphLowering &g, Value from, RankedTensorType type) {
  Value rank = loadField(g, from, offsetof(GraphValue, rank), g.b.getI32Type());
  g.require(arith::CmpIOp::create(g.b, arith::CmpIPredicate::eq, rank,
                                  number(g, type.getRank(), 32)),
            "a tensor of a sequence has another rank than expected");
  Value extents =
      loadField(g, from, offsetof(GraphValue, dims), pointerType(g));
  SmallVector<Value> sizes;
  Dims dims;
  for (int64_t i = 0; i < type.getRank(); ++i) {
    Value size = toIndex(g, loadField(g, extents, 8 * i, g.b.getI64Type()));
    if (type.isDynamicDim(i)) {
      sizes.push_back(size);
      dims.push_back(size);
      continue;
    }
    dims.push_back(g.fixed(type.getDimSize(i)));
    g.requireSame(dims[i], size,
                  "a tensor of a sequence has another size than expected, in "
                  "dimension " +
                      Twine(i));
  }
  Type storage = storageType(type.getElementType());
  Value data = loadField(g, from, offsetof(GraphValue, data), pointerType(g));
  Value memory = ViewOp::create(g.b, MemRefType::get(type.getShape(), storage),
                                data, sizes);
  Value result = bufferization::ToTensorOp::create(
      g.b, RankedTensorType::get(type.getShape(), storage), memory,
      /*restrict=*/true);
  return g.sized(result, type.getElementType(), dims).value;
}

void llm::onnx::writeValue(GraphLowering &g, Value to, Value lowered,
                           Type onnx) {
  if (auto tensor = dyn_cast<TensorType>(onnx))
    return writeTensor(g, to, {lowered, tensor.getElementType()});
  copyValues(g, to, lowered, g.index(1));
}

Value llm::onnx::readValue(GraphLowering &g, Value from, Type onnx) {
  if (auto tensor = dyn_cast<RankedTensorType>(onnx))
    return readTensor(g, from, tensor);
  return from;
}
