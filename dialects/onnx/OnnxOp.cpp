//===- OnnxOp.cpp - Read and make ops by their schema ---------------------===//

#include "dialects/onnx/OnnxOp.h"

#include "dialects/onnx/ONNXDialect.h"
#include "dialects/onnx/SchemaOps.h"

using namespace mlir;

namespace llm::onnx {

std::optional<OnnxOp> OnnxOp::from(Operation *op) {
  auto *dialect = dyn_cast_or_null<ONNXDialect>(op->getDialect());
  const Schema *schema = dialect ? dialect->schemaOf(op->getName()) : nullptr;
  return schema ? std::make_optional(OnnxOp(op, schema)) : std::nullopt;
}

namespace {
struct Segment {
  unsigned begin, size;
};
} // namespace

static Segment segment(Operation *op, StringRef sizes,
                       ArrayRef<SchemaParameter> parameters, StringRef name) {
  ArrayRef<int32_t> counts = op->getAttrOfType<DenseI32ArrayAttr>(sizes);
  unsigned begin = 0;
  for (auto [parameter, count] : llvm::zip_equal(parameters, counts)) {
    if (name == StringRef(parameter.name))
      return {begin, unsigned(count)};
    begin += count;
  }
  llvm::report_fatal_error(op->getName().getStringRef() +
                           " has no input or output '" + name + "'");
}

OperandRange OnnxOp::inputs(StringRef name) const {
  auto [begin, size] = segment(op, kOperandSegments, definition->inputs, name);
  return op->getOperands().slice(begin, size);
}

ResultRange OnnxOp::outputs(StringRef name) const {
  auto [begin, size] = segment(op, kResultSegments, definition->outputs, name);
  return op->getResults().slice(begin, size);
}

Value OnnxOp::input(StringRef name) const {
  OperandRange range = inputs(name);
  return range.empty() ? Value() : range.front();
}

Value OnnxOp::output(StringRef name) const {
  ResultRange range = outputs(name);
  return range.empty() ? Value() : Value(range.front());
}

static Attribute defaultOf(const SchemaAttribute &attribute,
                           MLIRContext *context) {
  Builder builder(context);
  if (!attribute.hasDefault)
    return Attribute();
  SmallVector<StringRef> strings(attribute.strings.begin(),
                                 attribute.strings.end());
  switch (attribute.kind) {
  case AttributeKind::Integer:
    return builder.getI64IntegerAttr(attribute.integers.front());
  case AttributeKind::Real:
    return builder.getF32FloatAttr(attribute.reals.front());
  case AttributeKind::String:
    return builder.getStringAttr(strings.front());
  case AttributeKind::Integers:
    return builder.getDenseI64ArrayAttr(attribute.integers);
  case AttributeKind::Reals:
    return builder.getDenseF32ArrayAttr(attribute.reals);
  case AttributeKind::Strings:
    return builder.getStrArrayAttr(strings);
  default:
    return Attribute();
  }
}

Attribute OnnxOp::attribute(StringRef name) const {
  if (Attribute given = op->getDiscardableAttr(name))
    return given;
  const SchemaAttribute *attribute = definition->attribute(name);
  return attribute ? defaultOf(*attribute, op->getContext()) : Attribute();
}

bool OnnxOp::has(StringRef name) const { return bool(attribute(name)); }

int64_t OnnxOp::integer(StringRef name, int64_t otherwise) const {
  auto value = dyn_cast_or_null<IntegerAttr>(attribute(name));
  return value ? value.getInt() : otherwise;
}

double OnnxOp::real(StringRef name, double otherwise) const {
  auto value = dyn_cast_or_null<FloatAttr>(attribute(name));
  return value ? value.getValueAsDouble() : otherwise;
}

StringRef OnnxOp::string(StringRef name, StringRef otherwise) const {
  auto value = dyn_cast_or_null<StringAttr>(attribute(name));
  return value ? value.getValue() : otherwise;
}

SmallVector<int64_t> OnnxOp::integers(StringRef name) const {
  auto values = dyn_cast_or_null<DenseI64ArrayAttr>(attribute(name));
  return values ? SmallVector<int64_t>(values.asArrayRef())
                : SmallVector<int64_t>();
}

SmallVector<double> OnnxOp::reals(StringRef name) const {
  auto values = dyn_cast_or_null<DenseF32ArrayAttr>(attribute(name));
  ArrayRef<float> list = values ? values.asArrayRef() : ArrayRef<float>();
  return SmallVector<double>(list.begin(), list.end());
}

SmallVector<StringRef> OnnxOp::strings(StringRef name) const {
  SmallVector<StringRef> result;
  if (auto values = dyn_cast_or_null<ArrayAttr>(attribute(name)))
    for (StringAttr value : values.getAsRange<StringAttr>())
      result.push_back(value.getValue());
  return result;
}

Region *OnnxOp::region(StringRef name) const {
  unsigned index = 0;
  for (const SchemaAttribute &attribute : definition->attributes) {
    if (attribute.kind != AttributeKind::Graph)
      continue;
    if (name == StringRef(attribute.name)) {
      Region &region = op->getRegion(index);
      return region.empty() ? nullptr : &region;
    }
    ++index;
  }
  return nullptr;
}

Operation *createOnnxOp(OpBuilder &builder, Location loc, StringRef name,
                        ArrayRef<SmallVector<Value>> inputs,
                        ArrayRef<SmallVector<Type>> outputs,
                        ArrayRef<NamedAttribute> attributes, unsigned regions) {
  MLIRContext *context = builder.getContext();
  auto *dialect = context->getOrLoadDialect<ONNXDialect>();
  OperationState state(loc, name);
  const Schema *schema = dialect->schemaOf(state.name);
  if (!schema)
    llvm::report_fatal_error(name + " is none of ONNX's schemas");
  SmallVector<int32_t> operandSizes(schema->inputs.size());
  SmallVector<int32_t> resultSizes(schema->outputs.size());
  for (auto [values, size] : llvm::zip_first(inputs, operandSizes)) {
    state.addOperands(values);
    size = values.size();
  }
  for (auto [types, size] : llvm::zip_first(outputs, resultSizes)) {
    state.addTypes(types);
    size = types.size();
  }
  state.addAttributes(attributes);
  state.addAttribute(kOperandSegments,
                     builder.getDenseI32ArrayAttr(operandSizes));
  state.addAttribute(kResultSegments,
                     builder.getDenseI32ArrayAttr(resultSizes));
  for (unsigned index = 0; index < regions; ++index)
    state.addRegion();
  return builder.create(state);
}

} // namespace llm::onnx
