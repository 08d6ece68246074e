//===- SchemaVerifier.cpp - Hold an op against its schema -----------------===//

#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/ONNXDialect.h"
#include "dialects/onnx/SchemaOps.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

class SchemaVerifier {
public:
  SchemaVerifier(Operation *op, const Schema &schema)
      : op(op), schema(schema), bindings(schema.typeVariables) {}

  LogicalResult run() {
    if (failed(verifyValues("input", kOperandSegments, schema.inputs,
                            op->getOperandTypes())) ||
        failed(verifyValues("output", kResultSegments, schema.outputs,
                            op->getResultTypes())))
      return failure();
    return success(succeeded(verifyAttributes()) && succeeded(verifyRegions()));
  }

private:
  template <typename Types>
  LogicalResult verifyValues(StringRef kind, StringRef sizes,
                             ArrayRef<SchemaParameter> parameters,
                             Types types) {
    auto attribute = op->getAttrOfType<DenseI32ArrayAttr>(sizes);
    if (!attribute || attribute.size() != int64_t(parameters.size()))
      return op->emitOpError()
             << "'" << sizes << "' must hold one i32 for each of the "
             << parameters.size() << " formal " << kind << "s";
    int64_t sum = 0;
    for (auto [parameter, size] :
         llvm::zip_equal(parameters, attribute.asArrayRef())) {
      if (failed(verifyArity(kind, parameter, size)))
        return failure();
      sum += size;
    }
    if (sum != int64_t(types.size()))
      return op->emitOpError()
             << "'" << sizes << "' sums up to " << sum << " but there are "
             << types.size() << " " << kind << "s";
    auto type = types.begin();
    for (auto [parameter, size] :
         llvm::zip_equal(parameters, attribute.asArrayRef()))
      for (int32_t index = 0; index < size; ++index)
        if (failed(verifyType(kind, parameter, *type++)))
          return failure();
    return success();
  }

  LogicalResult verifyArity(StringRef kind, const SchemaParameter &parameter,
                            int32_t size) {
    using Option = SchemaParameter::Option;
    int64_t least = parameter.option == Option::Single     ? 1
                    : parameter.option == Option::Optional ? 0
                                                           : parameter.minArity;
    int64_t most = parameter.option == Option::Variadic ? INT32_MAX : 1;
    // An output that nothing reads is left out, whatever the schema says.
    if (kind == "output")
      least = 0;
    if (size >= least && size <= most)
      return success();
    InFlightDiagnostic error = op->emitOpError()
                               << kind << " '" << parameter.name << "' is "
                               << size << " values; accepted: ";
    if (most == INT32_MAX)
      return error << "at least " << least;
    return error << (least == most ? "1" : "0 or 1");
  }

  LogicalResult verifyType(StringRef kind, const SchemaParameter &parameter,
                           Type type) {
    if (!contains(*parameter.types, type))
      return op->emitOpError()
             << kind << " '" << parameter.name << "' is " << type
             << "; accepted: " << describe(*parameter.types, op->getContext());
    if (parameter.typeVariable < 0 || !parameter.homogeneous)
      return success();
    auto &[bound, first] = bindings[parameter.typeVariable];
    if (!bound) {
      bound = type;
      first = parameter.name;
    } else if (!isSame(bound, type)) {
      return op->emitOpError()
             << kind << " '" << parameter.name << "' is " << type << " but '"
             << first << "' is " << bound << "; both are "
             << StringRef(parameter.typeName);
    }
    return success();
  }

  /// Whether schemas, which see no shapes, take both for one type.
  static bool isSame(Type one, Type other) {
    if (one == other)
      return true;
    auto tensor = dyn_cast<TensorType>(one);
    if (auto same = dyn_cast<TensorType>(other))
      return tensor && tensor.getElementType() == same.getElementType();
    auto sequence = dyn_cast<SequenceType>(one);
    if (auto same = dyn_cast<SequenceType>(other))
      return sequence && isSame(sequence.getElement(), same.getElement());
    auto optional = dyn_cast<OptionalType>(one);
    if (auto same = dyn_cast<OptionalType>(other))
      return optional && isSame(optional.getElement(), same.getElement());
    return false;
  }

  LogicalResult verifyAttributes() {
    for (NamedAttribute given : op->getDiscardableAttrs()) {
      StringRef name = given.getName();
      // Those of another dialect carry its prefix.
      if (name == kOperandSegments || name == kResultSegments ||
          name.contains('.'))
        continue;
      const SchemaAttribute *attribute = schema.attribute(name);
      if (!attribute)
        return op->emitOpError() << "has no attribute '" << name << "'";
      if (StringRef kind = expected(attribute->kind, given.getValue());
          !kind.empty())
        return op->emitOpError() << "attribute '" << name << "' is "
                                 << given.getValue() << "; accepted: " << kind;
    }
    for (const SchemaAttribute &attribute : schema.attributes)
      if (attribute.required && attribute.kind != AttributeKind::Graph &&
          !op->getDiscardableAttr(attribute.name))
        return op->emitOpError()
               << "needs the attribute '" << attribute.name << "'";
    return success();
  }

  /// What the attribute must be; empty if it is.
  static StringRef expected(AttributeKind kind, Attribute value) {
    switch (kind) {
    case AttributeKind::Integer: {
      auto integer = dyn_cast<IntegerAttr>(value);
      return integer && integer.getType().isSignlessInteger(64) ? "" : "an i64";
    }
    case AttributeKind::Real: {
      auto real = dyn_cast<FloatAttr>(value);
      return real && real.getType().isF32() ? "" : "an f32";
    }
    case AttributeKind::String:
      return isa<StringAttr>(value) ? "" : "a string";
    case AttributeKind::Integers:
      return isa<DenseI64ArrayAttr>(value) ? "" : "array<i64: ...>";
    case AttributeKind::Reals:
      return isa<DenseF32ArrayAttr>(value) ? "" : "array<f32: ...>";
    case AttributeKind::Strings: {
      auto strings = dyn_cast<ArrayAttr>(value);
      return strings && llvm::all_of(strings, llvm::IsaPred<StringAttr>)
                 ? ""
                 : "a list of strings";
    }
    case AttributeKind::Tensor: {
      auto tensor = dyn_cast<DenseElementsAttr>(value);
      return tensor && dataType(tensor.getElementType()) ? ""
                                                         : "dense<...> of a "
                                                           "tensor";
    }
    case AttributeKind::Type:
      return isa<TypeAttr>(value) ? "" : "a type";
    case AttributeKind::Graph:
      return "a region of the op";
    case AttributeKind::Other:
      return "nothing; sparse tensors are made dense when a model is read";
    }
    llvm_unreachable("all kinds are handled");
  }

  LogicalResult verifyRegions() {
    if (op->getNumRegions() != schema.regions)
      return op->emitOpError() << "has " << op->getNumRegions()
                               << " regions; accepted: " << schema.regions
                               << ", one for each graph attribute";
    auto region = op->getRegions().begin();
    for (const SchemaAttribute &attribute : schema.attributes) {
      if (attribute.kind != AttributeKind::Graph)
        continue;
      if (region->empty() && attribute.required)
        return op->emitOpError()
               << "needs the graph '" << attribute.name << "'";
      if (!region->empty() &&
          (!region->hasOneBlock() || region->front().empty() ||
           !isa<ReturnOp>(region->front().back())))
        return op->emitOpError() << "graph '" << attribute.name
                                 << "' must be one block that ends in "
                                    "onnx.return";
      if (schema.outputs.back().option == SchemaParameter::Option::Variadic &&
          failed(verifyControlFlow(region->front(), attribute.name)))
        return failure();
      ++region;
    }
    return success();
  }

  /// If, Loop, Scan and SequenceMap: the graph takes the variadic inputs and
  /// returns the outputs; a Loop's takes its count and condition before, and
  /// returns the condition.
  LogicalResult verifyControlFlow(Block &block, std::string_view name) {
    bool isLoop = schema.type == "Loop", isMap = schema.type == "SequenceMap";
    size_t extraArguments = isLoop ? 2 : isMap ? 1 : 0, extraReturns = isLoop;
    ArrayRef<int32_t> sizes =
        op->getAttrOfType<DenseI32ArrayAttr>(kOperandSegments);
    bool isVariadic =
        schema.inputs.back().option == SchemaParameter::Option::Variadic;
    size_t count = isVariadic ? sizes.back() : 0;
    OperandRange inputs = op->getOperands().take_back(count);
    OperandRange returned = block.back().getOperands();
    if (block.getNumArguments() != extraArguments + count)
      return op->emitOpError()
             << "graph '" << StringRef(name) << "' takes "
             << block.getNumArguments()
             << " values; accepted: " << extraArguments + count;
    if (returned.size() != extraReturns + op->getNumResults())
      return op->emitOpError()
             << "graph '" << StringRef(name) << "' returns " << returned.size()
             << " values; accepted: " << extraReturns + op->getNumResults();
    if (isMap) // gives the elements of sequences
      return success();
    for (size_t index = 0; index < count; ++index)
      if (Type type = block.getArgument(extraArguments + index).getType();
          !isSame(type, inputs[index].getType()))
        return op->emitOpError()
               << "graph '" << StringRef(name) << "' takes " << type
               << " but is given " << inputs[index].getType();
    for (OpResult result : op->getResults())
      if (Type type =
              returned[extraReturns + result.getResultNumber()].getType();
          !isSame(type, result.getType()))
        return op->emitOpError()
               << "graph '" << StringRef(name) << "' returns " << type
               << " for a result of " << result.getType();
    return success();
  }

  struct Binding {
    Type type;
    StringRef parameter;
  };
  Operation *op;
  const Schema &schema;
  SmallVector<Binding> bindings;
};

} // namespace

LogicalResult llm::onnx::verifySchemaOp(Operation *op, const Schema &schema) {
  return SchemaVerifier(op, schema).run();
}
