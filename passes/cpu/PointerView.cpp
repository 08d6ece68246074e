//===- PointerView.cpp - Memory that a pointer leads to, as a memref ------===//

#include "passes/cpu/PointerView.h"

#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

Value llm::viewPointer(ImplicitLocOpBuilder &b, MemRefType type, Value pointer,
                       ValueRange sizes) {
  int64_t rank = type.getRank();
  Type i64 = b.getI64Type();
  auto constant = [&](int64_t value) -> Value {
    return LLVM::ConstantOp::create(b, i64, b.getI64IntegerAttr(value));
  };
  Value descriptor = LLVM::UndefOp::create(
      b, LLVMTypeConverter(b.getContext()).convertType(type));
  auto insert = [&](Value element, ArrayRef<int64_t> position) {
    descriptor = LLVM::InsertValueOp::create(b, descriptor, element, position);
  };
  insert(pointer, {0});
  insert(pointer, {1});
  insert(constant(0), {2});
  Value stride = constant(1);
  for (int64_t i = rank; i-- > 0;) {
    Value size =
        type.isDynamicDim(i)
            ? arith::IndexCastOp::create(b, i64,
                                         sizes[type.getDynamicDimIndex(i)])
                  .getResult()
            : constant(type.getDimSize(i));
    insert(size, {3, i});
    insert(stride, {4, i});
    if (i > 0)
      stride = LLVM::MulOp::create(b, stride, size);
  }
  return UnrealizedConversionCastOp::create(b, type, descriptor).getResult(0);
}

Value llm::castToLLVM(ImplicitLocOpBuilder &b, Value value) {
  Type type = LLVMTypeConverter(b.getContext()).convertType(value.getType());
  if (type == value.getType())
    return value;
  return UnrealizedConversionCastOp::create(b, type, value).getResult(0);
}
