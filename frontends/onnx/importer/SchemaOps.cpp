//===- SchemaOps.cpp - A node as an op of its schema ----------------------===//
//
// The part of GraphImporter that deals with one op: constants, attributes, the
// types of results, operands by formal input.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/importer/GraphImporter.h"

#include "dialects/onnx/OnnxOp.h"
#include "dialects/onnx/ProtoConversion.h"
#include "frontends/ErrorText.h"
#include "frontends/onnx/importer/GraphResults.h"
#include "frontends/onnx/importer/Types.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;
using ::onnx::TypeProto;

namespace llm::onnx {

/// Of a map, in messages.
static constexpr int64_t kKeysNamed = 8;

/// The tensor that an attribute of Constant stands for; false: it has another
/// form.
static bool constantTensor(const AttributeProto &attribute,
                           TensorProto &tensor) {
  const std::string &name = attribute.name();
  if (name == "value") {
    tensor = attribute.t();
  } else if (name == "value_float") {
    tensor.set_data_type(TensorProto::FLOAT);
    tensor.add_float_data(attribute.f());
  } else if (name == "value_floats") {
    tensor.set_data_type(TensorProto::FLOAT);
    tensor.add_dims(attribute.floats_size());
    *tensor.mutable_float_data() = attribute.floats();
  } else if (name == "value_int") {
    tensor.set_data_type(TensorProto::INT64);
    tensor.add_int64_data(attribute.i());
  } else if (name == "value_ints") {
    tensor.set_data_type(TensorProto::INT64);
    tensor.add_dims(attribute.ints_size());
    *tensor.mutable_int64_data() = attribute.ints();
  } else if (name == "value_string") {
    tensor.set_data_type(TensorProto::STRING);
    tensor.add_string_data(attribute.s());
  } else if (name == "value_strings") {
    tensor.set_data_type(TensorProto::STRING);
    tensor.add_dims(attribute.strings_size());
    *tensor.mutable_string_data() = attribute.strings();
  } else {
    return false;
  }
  return true;
}

LogicalResult GraphImporter::importConstant(const NodeProto &node, Location loc,
                                            Scope &scope) {
  if (node.attribute_size() != 1 || node.output_size() != 1)
    return fail(node) << "has " << node.attribute_size()
                      << " values; accepted: one";
  const AttributeProto &attribute = node.attribute(0);
  std::string reason;
  TensorProto &tensor = tensors.emplace_back();
  Value value;
  TypeProto type;
  if (constantTensor(attribute, tensor)) {
    value = constants.value(builder, loc, tensor, reason);
    type = typeOf(tensor);
  } else if (attribute.name() == "sparse_value") {
    ElementsAttr elements =
        constants.attribute(attribute.sparse_tensor(), reason);
    if (elements) {
      value = Constants::value(builder, loc, elements);
      tensor.set_data_type(attribute.sparse_tensor().values().data_type());
      *tensor.mutable_dims() = attribute.sparse_tensor().dims();
      type = typeOf(tensor);
    }
  } else {
    reason = "has the unknown attribute " + quoteName(attribute.name());
  }
  if (!value)
    return fail(node) << "its value " << reason;
  define(scope, node.output(0), value, type);
  if (attribute.name() != "sparse_value" && !Constants::isLarge(tensor))
    scope.types.defineConstant(node.output(0), tensor);
  return success();
}

LogicalResult GraphImporter::importZipMap(const NodeProto &node, Location loc,
                                          Scope &scope) {
  if (node.input_size() != 1 || node.output_size() != 1 ||
      node.input(0).empty())
    return fail(node) << "has " << node.input_size() << " inputs and "
                      << node.output_size() << " outputs; accepted: one each";
  std::string keys;
  int64_t count = 0;
  auto add = [&](const std::string &key) {
    if (++count <= kKeysNamed)
      keys += (count > 1 ? ", " : "") + key;
  };
  for (const AttributeProto &attribute : node.attribute()) {
    for (const std::string &key : attribute.strings())
      add(quoteName(key));
    for (int64_t key : attribute.ints())
      add(std::to_string(key));
  }
  if (count > kKeysNamed)
    keys += ", ... (" + std::to_string(count) + " in all)";
  mlir::emitWarning(loc) << "ZipMap: a map for each row is given as a tensor, "
                            "a column for each of the keys "
                         << keys;
  define(scope, node.output(0), scope.values[node.input(0)],
         *scope.types.type(node.input(0)));
  return success();
}

/// The type of a result that nothing else tells: tensors of the elements that
/// an input of the same type variable has.
static void adoptVariable(const NodeProto &node, const Schema &schema,
                          const SchemaParameter &result,
                          const ScopeInference &types, TypeProto &type) {
  if (result.typeVariable < 0)
    return;
  for (auto [i, parameter] : llvm::enumerate(schema.inputs)) {
    if (parameter.typeVariable != result.typeVariable ||
        int(i) >= node.input_size())
      continue;
    if (const TypeProto *known = types.type(node.input(i))) {
      type = *known;
      clearShapes(type);
      return;
    }
  }
}

LogicalResult GraphImporter::inferOutputs(NodeProto &node, const Schema &schema,
                                          Scope &scope,
                                          std::vector<TypeProto> &types) {
  std::vector<int> assumed = assumeCarriedRanks(node, scope.types);
  std::string reason = scope.types.infer(node, schema, types);
  if (!assumed.empty() && !carriedRanksHold(node, assumed, reason.empty()))
    reason = scope.types.infer(node, schema, types);
  if (!reason.empty())
    return fail(node) << "its types cannot be inferred: " << reason;
  for (auto [i, type] : llvm::enumerate(types)) {
    const std::string &name = node.output(i);
    auto said = declared.find(name);
    if (said != declared.end() && scope.prefix.empty())
      adoptRanks(type, said->second);
    if (!isTyped(type) && !schema.outputs.empty())
      adoptVariable(node, schema,
                    schema.outputs[std::min(i, schema.outputs.size() - 1)],
                    scope.types, type);
  }
  return success();
}

FailureOr<NamedAttribute>
GraphImporter::convertAttribute(const NodeProto &node,
                                const AttributeProto &attribute) {
  auto named = [&](Attribute value) {
    return builder.getNamedAttr(attribute.name(), value);
  };
  std::string reason;
  switch (attribute.type()) {
  case AttributeProto::INT:
    return named(builder.getI64IntegerAttr(attribute.i()));
  case AttributeProto::FLOAT:
    return named(builder.getF32FloatAttr(attribute.f()));
  case AttributeProto::STRING:
    return named(builder.getStringAttr(attribute.s()));
  case AttributeProto::INTS:
    return named(builder.getDenseI64ArrayAttr(SmallVector<int64_t>(
        attribute.ints().begin(), attribute.ints().end())));
  case AttributeProto::FLOATS:
    return named(builder.getDenseF32ArrayAttr(SmallVector<float>(
        attribute.floats().begin(), attribute.floats().end())));
  case AttributeProto::STRINGS:
    return named(builder.getStrArrayAttr(SmallVector<StringRef>(
        attribute.strings().begin(), attribute.strings().end())));
  case AttributeProto::TENSOR: {
    ElementsAttr elements = constants.attribute(attribute.t(), reason);
    if (elements)
      return named(elements);
    break;
  }
  case AttributeProto::TYPE_PROTO: {
    Type type = convertType(attribute.tp(), builder.getContext(), reason);
    if (type)
      return named(TypeAttr::get(type));
    break;
  }
  default:
    reason = "is of a kind that is not supported yet";
  }
  return fail(node) << "its attribute " << quoteName(attribute.name()) << " "
                    << reason;
}

/// Splits values, one for each name of a node, among formal inputs or outputs.
/// Null or unnamed ones are absent. False if a variadic one has gaps.
template <typename T>
static bool splitByFormal(ArrayRef<T> values,
                          const std::vector<SchemaParameter> &formals,
                          SmallVectorImpl<SmallVector<T>> &lists) {
  lists.resize(formals.size());
  for (auto [i, value] : llvm::enumerate(values)) {
    size_t formal = std::min<size_t>(i, formals.size() - 1);
    bool isVariadic = !formals.empty() && formals[formal].option ==
                                              SchemaParameter::Option::Variadic;
    if (value ? i >= formals.size() && !isVariadic : isVariadic)
      return false;
    if (value)
      lists[formal].push_back(value);
  }
  return true;
}

LogicalResult GraphImporter::importSchemaOp(NodeProto &node,
                                            const Schema &schema, Location loc,
                                            Scope &scope) {
  if (schema.deprecated)
    return fail(node) << "ONNX has given this op up; accepted: an opset of "
                         "before";
  // A result that nothing reads is still one, unless it is optional.
  SmallVector<bool> isNamed;
  for (auto [i, name] : llvm::enumerate(*node.mutable_output())) {
    isNamed.push_back(!name.empty());
    bool optional =
        i < schema.outputs.size() &&
        schema.outputs[i].option == SchemaParameter::Option::Optional;
    if (name.empty() && !optional)
      name = "llm.unread." + std::to_string(opCount) + "." + std::to_string(i);
  }
  std::vector<TypeProto> types;
  if (failed(inferOutputs(node, schema, scope, types)))
    return failure();

  SmallVector<Value> operands;
  for (const std::string &input : node.input())
    operands.push_back(input.empty() ? Value() : scope.values[input]);
  SmallVector<Type> results;
  for (auto [type, name] : llvm::zip_equal(types, node.output())) {
    if (name.empty()) {
      results.push_back(Type());
      continue;
    }
    std::string reason;
    Type converted = convertType(type, builder.getContext(), reason);
    if (!converted)
      return fail(node) << "its result " << quoteName(name) << " has "
                        << reason;
    results.push_back(converted);
  }
  SmallVector<SmallVector<Value>> inputs;
  SmallVector<SmallVector<Type>> outputs;
  if (!splitByFormal<Value>(operands, schema.inputs, inputs) ||
      !splitByFormal<Type>(results, schema.outputs, outputs))
    return fail(node) << "has other inputs or outputs than its op";

  SmallVector<NamedAttribute> attributes;
  for (const AttributeProto &attribute : node.attribute()) {
    if (attribute.has_g())
      continue;
    FailureOr<NamedAttribute> converted = convertAttribute(node, attribute);
    if (failed(converted))
      return failure();
    attributes.push_back(*converted);
  }
  Operation *op = createOnnxOp(builder, loc, schema.name, inputs, outputs,
                               attributes, schema.regions);
  unsigned region = 0;
  const std::string name = current;
  const int64_t opset = currentOpset;
  for (const SchemaAttribute &formal : schema.attributes) {
    if (formal.kind != AttributeKind::Graph)
      continue;
    for (const AttributeProto &attribute : node.attribute())
      if (attribute.name() == formal.name && attribute.has_g() &&
          failed(importRegion(op->getRegion(region), attribute.g(), scope)))
        return failure();
    ++region;
  }
  current = name;
  currentOpset = opset;
  narrowResults(op);
  auto result = op->result_begin();
  for (auto [type, converted, output, named] :
       llvm::zip_equal(types, results, node.output(), isNamed)) {
    if (!converted)
      continue;
    if (Value(*result).getType() != converted)
      toProto(Value(*result).getType(), type);
    if (named)
      define(scope, output, *result, type);
    ++result;
  }
  return success();
}

} // namespace llm::onnx
