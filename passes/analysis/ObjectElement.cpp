//===- ObjectElement.cpp - What objects call element types ----------------===//

#include "passes/analysis/ObjectElement.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using llmrt::ElementType;

static ElementType elementTypeOf(IntegerType type) {
  bool isUnsigned = type.isUnsigned();
  switch (type.getWidth()) {
  case 1:
    return ElementType::Bool;
  case 2:
    return isUnsigned ? ElementType::U2 : ElementType::I2;
  case 4:
    return isUnsigned ? ElementType::U4 : ElementType::I4;
  case 8:
    return isUnsigned ? ElementType::U8 : ElementType::I8;
  case 16:
    return isUnsigned ? ElementType::U16 : ElementType::I16;
  case 32:
    return isUnsigned ? ElementType::U32 : ElementType::I32;
  case 64:
    return isUnsigned ? ElementType::U64 : ElementType::I64;
  }
  llvm_unreachable("no value that an object exchanges has such integers");
}

ElementType llm::elementTypeOf(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return ::elementTypeOf(integer);
  if (auto complex = dyn_cast<ComplexType>(type))
    return complex.getElementType().isF32() ? ElementType::C64
                                            : ElementType::C128;
  return llvm::TypeSwitch<Type, ElementType>(type)
      .Case<Float32Type>([](Type) { return ElementType::F32; })
      .Case<Float64Type>([](Type) { return ElementType::F64; })
      .Case<BFloat16Type>([](Type) { return ElementType::BF16; })
      .Case<Float16Type>([](Type) { return ElementType::F16; })
      .Case<Float8E4M3FNType>([](Type) { return ElementType::F8E4M3FN; })
      .Case<Float8E4M3FNUZType>([](Type) { return ElementType::F8E4M3FNUZ; })
      .Case<Float8E5M2Type>([](Type) { return ElementType::F8E5M2; })
      .Case<Float8E5M2FNUZType>([](Type) { return ElementType::F8E5M2FNUZ; })
      .Case<Float8E8M0FNUType>([](Type) { return ElementType::F8E8M0; })
      .Case<Float4E2M1FNType>([](Type) { return ElementType::F4E2M1; })
      .Default([](Type other) {
        // The only element type that is not MLIR's own: !onnx.string.
        assert(other.getDialect().getNamespace() == "onnx" &&
               "no value that an object exchanges has such elements");
        return ElementType::String;
      });
}
