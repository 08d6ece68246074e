//===- ElementTypes.cpp - ONNX's element types in MLIR --------------------===//

#include "dialects/onnx/ElementTypes.h"

#include "dialects/onnx/ONNXDialect.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace llm::onnx {

static constexpr int kDataTypes = 28;

Type elementType(int dataType, MLIRContext *context) {
  auto integer = [&](unsigned width, bool isUnsigned = false) -> Type {
    return IntegerType::get(context, width,
                            isUnsigned ? IntegerType::Unsigned
                                       : IntegerType::Signless);
  };
  switch (dataType) {
  case 1:
    return Float32Type::get(context);
  case 2:
    return integer(8, true);
  case 3:
    return integer(8);
  case 4:
    return integer(16, true);
  case 5:
    return integer(16);
  case 6:
    return integer(32);
  case 7:
    return integer(64);
  case 8:
    return StringType::get(context);
  case 9:
    return integer(1);
  case 10:
    return Float16Type::get(context);
  case 11:
    return Float64Type::get(context);
  case 12:
    return integer(32, true);
  case 13:
    return integer(64, true);
  case 14:
    return ComplexType::get(Float32Type::get(context));
  case 15:
    return ComplexType::get(Float64Type::get(context));
  case 16:
    return BFloat16Type::get(context);
  case 17:
    return Float8E4M3FNType::get(context);
  case 18:
    return Float8E4M3FNUZType::get(context);
  case 19:
    return Float8E5M2Type::get(context);
  case 20:
    return Float8E5M2FNUZType::get(context);
  case 21:
    return integer(4, true);
  case 22:
    return integer(4);
  case 23:
    return Float4E2M1FNType::get(context);
  case 24:
    return Float8E8M0FNUType::get(context);
  case 25:
    return integer(2, true);
  case 26:
    return integer(2);
  case 27:
    return Float6E2M3FNType::get(context);
  case 28:
    return Float6E3M2FNType::get(context);
  default:
    return Type();
  }
}

int dataType(Type element) {
  if (auto integer = dyn_cast<IntegerType>(element)) {
    bool isUnsigned = integer.isUnsigned();
    if (integer.isSigned())
      return 0;
    switch (integer.getWidth()) {
    case 1:
      return isUnsigned ? 0 : 9;
    case 2:
      return isUnsigned ? 25 : 26;
    case 4:
      return isUnsigned ? 21 : 22;
    case 8:
      return isUnsigned ? 2 : 3;
    case 16:
      return isUnsigned ? 4 : 5;
    case 32:
      return isUnsigned ? 12 : 6;
    case 64:
      return isUnsigned ? 13 : 7;
    default:
      return 0;
    }
  }
  return llvm::TypeSwitch<Type, int>(element)
      .Case([](Float32Type) { return 1; })
      .Case([](Float16Type) { return 10; })
      .Case([](BFloat16Type) { return 16; })
      .Case([](Float64Type) { return 11; })
      .Case([](StringType) { return 8; })
      .Case([](Float8E4M3FNType) { return 17; })
      .Case([](Float8E4M3FNUZType) { return 18; })
      .Case([](Float8E5M2Type) { return 19; })
      .Case([](Float8E5M2FNUZType) { return 20; })
      .Case([](Float4E2M1FNType) { return 23; })
      .Case([](Float8E8M0FNUType) { return 24; })
      .Case([](Float6E2M3FNType) { return 27; })
      .Case([](Float6E3M2FNType) { return 28; })
      .Case([](ComplexType complex) {
        return complex.getElementType().isF32()   ? 14
               : complex.getElementType().isF64() ? 15
                                                  : 0;
      })
      .Default([](Type) { return 0; });
}

/// "map(int64,tensor(float))": the names that libonnx gives types of maps.
static std::string schemaName(Type type) {
  static constexpr const char *names[] = {
      "",      "float",  "uint8", "int8",    "uint16", "int16",  "int32",
      "int64", "string", "bool",  "float16", "double", "uint32", "uint64"};
  if (auto map = dyn_cast<MapType>(type))
    return "map(" + schemaName(map.getKey()) + "," +
           schemaName(map.getValue()) + ")";
  if (auto sequence = dyn_cast<SequenceType>(type))
    return "seq(" + schemaName(sequence.getElement()) + ")";
  if (auto tensor = dyn_cast<TensorType>(type))
    return "tensor(" + schemaName(tensor.getElementType()) + ")";
  int code = dataType(type);
  return code < int(std::size(names)) ? names[code] : "";
}

bool contains(const TypeSet &set, Type type) {
  auto mask = [](Type type) -> uint32_t {
    auto tensor = dyn_cast<TensorType>(type);
    return tensor ? uint32_t(1) << dataType(tensor.getElementType()) : 0;
  };
  uint32_t found = 0;
  if (isa<TensorType>(type)) {
    found = set.tensors & mask(type);
  } else if (auto sequence = dyn_cast<SequenceType>(type)) {
    found = set.sequences & mask(sequence.getElement());
  } else if (auto optional = dyn_cast<OptionalType>(type)) {
    if (auto sequence = dyn_cast<SequenceType>(optional.getElement()))
      found = set.optionalSequences & mask(sequence.getElement());
    else
      found = set.optionals & mask(optional.getElement());
  }
  return found || (!set.others.empty() &&
                   llvm::is_contained(set.others, schemaName(type)));
}

std::string describe(const TypeSet &set, MLIRContext *context) {
  SmallVector<std::string> kinds;
  auto add = [&](uint32_t mask, StringRef before) {
    SmallVector<std::string> names;
    for (int code = 1; code <= kDataTypes; ++code)
      if (mask >> code & 1)
        llvm::raw_string_ostream(names.emplace_back())
            << elementType(code, context);
    if (!names.empty())
      kinds.push_back((before + "tensor of " + llvm::join(names, ", ")).str());
  };
  add(set.tensors, "");
  add(set.sequences, "sequence of ");
  add(set.optionals, "optional ");
  add(set.optionalSequences, "optional sequence of ");
  for (std::string_view other : set.others)
    kinds.emplace_back(other);
  return llvm::join(kinds, "; ");
}

} // namespace llm::onnx
