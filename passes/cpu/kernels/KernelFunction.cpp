//===- KernelFunction.cpp - A function of tiles, being written ------------===//

#include "passes/cpu/kernels/KernelFunction.h"

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace llm;

Value llm::sizeOf(ImplicitLocOpBuilder &b, Value buffer, unsigned i) {
  auto type = cast<MemRefType>(buffer.getType());
  if (type.isDynamicDim(i))
    return memref::DimOp::create(b, buffer, i);
  return arith::ConstantIndexOp::create(b, type.getDimSize(i));
}

static Type withoutShape(Type type) {
  auto memref = dyn_cast<MemRefType>(type);
  if (!memref || !memref.getLayout().isIdentity())
    return type;
  return MemRefType::get(
      SmallVector<int64_t>(memref.getRank(), ShapedType::kDynamic),
      memref.getElementType());
}

KernelFunction::KernelFunction(ArrayRef<linalg::GenericOp> ops, bool anyShape)
    : b(linalg::GenericOp(ops.back()).getLoc(),
        linalg::GenericOp(ops.back()).getContext()) {
  llvm::SetVector<Value> used;
  for (linalg::GenericOp op : ops) {
    used.insert_range(op->getOperands());
    getUsedValuesDefinedAbove(op.getRegion(), used);
  }
  SmallVector<Value> outside;
  SmallVector<Operation *> constants;
  b.setInsertionPoint(ops.back());
  for (Value value : used) {
    if (auto constant = value.getDefiningOp<arith::ConstantOp>()) {
      constants.push_back(constant);
      continue;
    }
    outside.push_back(value);
    Type type = anyShape ? withoutShape(value.getType()) : value.getType();
    operands.push_back(
        type == value.getType()
            ? value
            : memref::CastOp::create(b, type, value).getResult());
  }
  SmallVector<Type> types = {TeamType::get(b.getContext()), b.getIndexType(),
                             b.getIndexType()};
  llvm::append_range(types, ValueRange(operands).getTypes());
  b.clearInsertionPoint();
  function = func::FuncOp::create(b, "kernel", b.getFunctionType(types, {}));
  Block *entry = function.addEntryBlock();
  b.setInsertionPointToStart(entry);
  team = entry->getArgument(0);
  first = entry->getArgument(1);
  end = entry->getArgument(2);
  mapping.map(ValueRange(outside), entry->getArguments().drop_front(3));
  for (Operation *constant : constants)
    mapping.map(constant->getResult(0), b.clone(*constant)->getResult(0));
}

Value KernelFunction::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}
Value KernelFunction::add(Value x, Value y) {
  return arith::AddIOp::create(b, x, y);
}
Value KernelFunction::mul(Value x, Value y) {
  return arith::MulIOp::create(b, x, y);
}

FlatBuffer KernelFunction::flatten(Value buffer) {
  auto metadata = memref::ExtractStridedMetadataOp::create(b, buffer);
  auto type = MemRefType::get({ShapedType::kDynamic},
                              getElementTypeOrSelf(buffer.getType()));
  // Nothing asks for the size.
  Value flat = memref::ReinterpretCastOp::create(
      b, type, metadata.getBaseBuffer(), b.getIndexAttr(0),
      ArrayRef<OpFoldResult>(index(INT64_MAX)),
      ArrayRef<OpFoldResult>(b.getIndexAttr(1)));
  return {flat, metadata.getOffset(),
          llvm::to_vector_of<Value>(metadata.getStrides())};
}

void KernelFunction::loop(Value begin, Value end, int64_t step,
                          llvm::function_ref<void(Value)> body) {
  auto op = scf::ForOp::create(b, begin, end, index(step));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(op.getBody());
  body(op.getInductionVar());
}

SmallVector<Value> KernelFunction::places(Value number, ArrayRef<Value> sizes) {
  SmallVector<Value> result(sizes.size());
  for (size_t i = sizes.size(); i-- > 1;) {
    result[i] = arith::RemUIOp::create(b, number, sizes[i]);
    number = arith::DivUIOp::create(b, number, sizes[i]);
  }
  if (!sizes.empty())
    result[0] = number;
  return result;
}

void KernelFunction::finish() {
  b.setInsertionPointToEnd(&function.getBody().front());
  func::ReturnOp::create(b);
}
