//===- GraphImporter.cpp - Nodes of a model as ops ------------------------===//
//
// See GraphImporter.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/importer/GraphImporter.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/FaultWatch.h"
#include "dialects/onnx/ONNXDialect.h"
#include "dialects/onnx/OnnxOp.h"
#include "frontends/ErrorText.h"
#include "frontends/Limits.h"
#include "frontends/onnx/importer/Gradient.h"
#include "frontends/onnx/importer/Types.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using ::onnx::FunctionProto;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;
using ::onnx::TypeProto;
using ::onnx::ValueInfoProto;

namespace llm::onnx {

/// Functions of schemas nest a few deep; those of the model are counted before.
static constexpr unsigned kMaxCalls = 200;

class GraphImporter::InnerNames {
public:
  explicit InnerNames(Scope &scope)
      : scope(scope), first(scope.order.size()), mark(scope.types.mark()) {}
  ~InnerNames() {
    for (; scope.order.size() > first; scope.order.pop_back())
      scope.values.erase(scope.order.back());
    scope.types.rewind(mark);
  }

private:
  Scope &scope;
  size_t first, mark;
};

/// Moves what the model says of values to `declared`, where nothing is believed
/// that contradicts itself.
static void takeDeclared(GraphProto &graph, bool isMain,
                         std::map<std::string, TypeProto> &declared) {
  auto take = [&](const ValueInfoProto &value) {
    auto [known, isNew] = declared.try_emplace(value.name(), value.type());
    if (!isNew &&
        known->second.SerializeAsString() != value.type().SerializeAsString())
      known->second.Clear();
  };
  for (auto *values : {graph.mutable_input(), graph.mutable_value_info(),
                       graph.mutable_output()})
    for (ValueInfoProto &value : *values)
      if (value.has_type())
        forgetNegativeSizes(*value.mutable_type());
  for (const ValueInfoProto &value : graph.value_info())
    take(value);
  graph.clear_value_info();
  for (ValueInfoProto &value : *graph.mutable_output()) {
    take(value);
    if (!isMain && value.has_type())
      clearShapes(*value.mutable_type());
  }
  for (NodeProto &node : *graph.mutable_node())
    for (auto &attribute : *node.mutable_attribute())
      if (attribute.has_g())
        takeDeclared(*attribute.mutable_g(), false, declared);
}

GraphImporter::GraphImporter(ModuleOp module, OnnxModel &model,
                             const ModelProto &proto,
                             const OnnxImportOptions &options)
    : module(module), model(model), proto(proto), options(options),
      builder(module.getContext()), constants(module, model),
      functions(functionTable(proto)) {}

InFlightDiagnostic GraphImporter::fail() {
  return mlir::emitError(UnknownLoc::get(module.getContext()))
         << model.path << ": ";
}

InFlightDiagnostic GraphImporter::fail(const NodeProto &node) {
  return fail() << placeOf(node) << ": ";
}

std::string GraphImporter::placeOf(const NodeProto &node) const {
  std::string place = "node " + quoteName(current) + " (" + node.op_type();
  if (!node.domain().empty() && node.domain() != "ai.onnx")
    place += " of " + node.domain();
  return place + ", opset " + std::to_string(currentOpset) + ")";
}

std::string GraphImporter::nameOf(const NodeProto &node, int index,
                                  const Scope &scope) const {
  return scope.prefix + (node.name().empty()
                             ? node.op_type() + "_" + std::to_string(index)
                             : node.name());
}

void GraphImporter::define(Scope &scope, const std::string &name, Value value,
                           const TypeProto &type) {
  scope.values[name] = value;
  scope.order.push_back(name);
  scope.types.define(name, type);
}

LogicalResult GraphImporter::run() {
  GraphProto graph = proto.graph();
  takeDeclared(graph, true, declared);
  Scope scope(opsetsOf(proto), proto, "");

  llvm::StringSet<> initialized;
  for (const TensorProto &tensor : graph.initializer())
    initialized.insert(tensor.name());
  for (const auto &tensor : graph.sparse_initializer())
    initialized.insert(tensor.values().name());
  SmallVector<Type> argumentTypes;
  SmallVector<DictionaryAttr> argumentAttributes;
  SmallVector<const ValueInfoProto *> inputs;
  auto describe = [&](const ValueInfoProto &value, Type type) {
    SmallVector<NamedAttribute> attributes{
        builder.getNamedAttr("onnx.name", builder.getStringAttr(value.name()))};
    // An output may have another rank than its declaration says.
    auto tensor = dyn_cast<RankedTensorType>(type);
    ArrayAttr names = dimensionNames(value.type(), builder.getContext());
    if (names && tensor &&
        tensor.getRank() == static_cast<int64_t>(names.size()))
      attributes.push_back(builder.getNamedAttr("onnx.dims", names));
    return builder.getDictionaryAttr(attributes);
  };
  for (const ValueInfoProto &input : graph.input()) {
    if (initialized.contains(input.name()))
      continue;
    std::string reason;
    Type type = convertType(input.type(), builder.getContext(), reason);
    if (!type)
      return fail() << "input " << quoteName(input.name()) << " has " << reason;
    argumentTypes.push_back(type);
    argumentAttributes.push_back(describe(input, type));
    inputs.push_back(&input);
  }

  Location loc = NameLoc::get(
      builder.getStringAttr(graph.name().empty() ? "graph" : graph.name()));
  builder.setInsertionPointToEnd(module.getBody());
  OperationState state(loc, GraphOp::getOperationName());
  state.addAttribute("sym_name", builder.getStringAttr("main"));
  state.addAttribute("function_type",
                     TypeAttr::get(builder.getFunctionType(argumentTypes, {})));
  state.addRegion();
  auto op = cast<GraphOp>(builder.create(state));
  Block *block = builder.createBlock(&op.getBody());
  for (auto [input, type] : llvm::zip_equal(inputs, argumentTypes))
    define(scope, input->name(),
           block->addArgument(
               type, NameLoc::get(builder.getStringAttr(input->name()))),
           input->type());

  SmallVector<Value> results;
  if (failed(importInitializers(graph, scope)) ||
      failed(importNodes(graph.node(), scope)) ||
      failed(returnOutputs(graph, scope, results)))
    return failure();
  if (!unsupported.empty())
    return fail() << unsupported.text();
  op.setFunctionType(
      builder.getFunctionType(argumentTypes, ValueRange(results).getTypes()));
  for (auto [i, attributes] : llvm::enumerate(argumentAttributes))
    op.setArgAttrs(i, attributes);
  for (auto [i, output] : llvm::enumerate(graph.output()))
    op.setResultAttrs(i, describe(output, results[i].getType()));
  return success();
}

LogicalResult GraphImporter::importInitializers(const GraphProto &graph,
                                                Scope &scope) {
  for (const TensorProto &tensor : graph.initializer()) {
    std::string reason;
    Location loc = NameLoc::get(builder.getStringAttr(tensor.name()));
    Value value = constants.value(builder, loc, tensor, reason);
    if (!value)
      return fail() << "initializer " << quoteName(tensor.name()) << " "
                    << reason;
    define(scope, tensor.name(), value, typeOf(tensor));
    if (!Constants::isLarge(tensor))
      scope.types.defineConstant(tensor.name(), tensor);
  }
  for (const auto &tensor : graph.sparse_initializer()) {
    std::string reason;
    const std::string &name = tensor.values().name();
    ElementsAttr elements = constants.attribute(tensor, reason);
    if (!elements)
      return fail() << "initializer " << quoteName(name) << " " << reason;
    TypeProto type = typeOf(tensor.values());
    auto *shape = type.mutable_tensor_type()->mutable_shape();
    shape->clear_dim();
    for (int64_t extent : tensor.dims())
      shape->add_dim()->set_dim_value(extent);
    Location loc = NameLoc::get(builder.getStringAttr(name));
    define(scope, name, Constants::value(builder, loc, elements), type);
  }
  return success();
}

LogicalResult GraphImporter::importNodes(const Nodes &nodes, Scope &scope) {
  const Nodes *outer = std::exchange(scope.nodes, &nodes);
  llvm::scope_exit leave([&] { scope.nodes = outer; });
  for (auto [index, node] : llvm::enumerate(nodes))
    if (failed(importNode(node, index, scope)))
      return failure();
  return success();
}

LogicalResult GraphImporter::importNode(const NodeProto &original, int index,
                                        Scope &scope) {
  current = nameOf(original, index, scope);
  currentOpset = opsetOf(scope.opsets, original);
  if (++opCount > limits::kMaxOnnxNodes)
    return fail(original) << "the model has too many nodes; not supported yet";
  NodeProto node = original;
  node.set_name(current);
  FaultWatch::at(placeOf(node));
  for (std::string &input : *node.mutable_input()) {
    if (input.empty())
      continue;
    auto found = scope.values.find(input);
    if (found == scope.values.end())
      return fail(node) << "reads " << quoteName(input)
                        << ", which nothing before it gives";
    if (!found->second)
      input.clear();
  }

  auto callee = functions.find(functionKey(node));
  if (callee != functions.end())
    return importCall(node, *callee->second, scope);
  const Schema *schema =
      findSchema(node.domain(), node.op_type(), currentOpset);
  if (!schema) {
    unsupported.add(node.domain(), node.op_type(), 0, currentOpset, current);
    return fail(node) << unsupported.text();
  }
  Location loc = NameLoc::get(builder.getStringAttr(current));
  if (schema->domain.empty() && schema->type == "Constant")
    return importConstant(node, loc, scope);
  if (isZipMap(*schema))
    return importZipMap(node, loc, scope);
  if (isGradient(*schema))
    return importGradient(node, index, scope);
  if (!options.isLowered ||
      options.isLowered(schema->domain, schema->type, schema->version))
    return importSchemaOp(node, *schema, loc, scope);

  FunctionProto body;
  if (schema->hasFunctionBody) {
    std::vector<TypeProto> types(node.input_size());
    for (auto [type, input] : llvm::zip_equal(types, node.input()))
      if (const TypeProto *known = scope.types.type(input))
        type = *known;
    std::string reason = functionBody(node, *schema, currentOpset, types, body);
    if (!reason.empty())
      return fail(node) << "its function body cannot be made: " << reason;
  }
  if (!body.node().empty())
    return importCall(node, body, scope);
  unsupported.add(std::string(schema->domain), std::string(schema->type),
                  schema->version, currentOpset, current);
  return importSchemaOp(node, *schema, loc, scope);
}

LogicalResult GraphImporter::importGradient(const NodeProto &node, int index,
                                            Scope &scope) {
  const std::string name = current;
  const int64_t opset = currentOpset;
  Gradient gradient(node, *scope.nodes, index,
                    "llm.gradient." + std::to_string(opCount) + ".");
  std::string reason = gradient.find();
  if (!reason.empty())
    return fail(node) << reason;
  for (const NodeProto &again : gradient.forward())
    if (failed(importNode(again, index, scope)))
      return failure();
  current = name;
  currentOpset = opset;
  FunctionProto function;
  NodeProto call;
  reason = gradient.backward(scope.types, function, call);
  if (!reason.empty())
    return fail(node) << reason;
  return importCall(call, function, scope);
}

LogicalResult GraphImporter::returnOutputs(const GraphProto &graph,
                                           Scope &scope,
                                           SmallVectorImpl<Value> &values) {
  for (const ValueInfoProto &output : graph.output()) {
    auto found = scope.values.find(output.name());
    if (found == scope.values.end() || !found->second)
      return fail() << "output " << quoteName(output.name()) << " of graph "
                    << quoteName(graph.name()) << " is given by nothing";
    values.push_back(found->second);
  }
  ReturnOp::create(builder, builder.getUnknownLoc(), values);
  return success();
}

LogicalResult GraphImporter::importRegion(Region &region,
                                          const GraphProto &graph,
                                          Scope &scope) {
  InnerNames inner(scope);
  OpBuilder::InsertionGuard guard(builder);
  Block *block = builder.createBlock(&region);
  for (const ValueInfoProto &input : graph.input()) {
    TypeProto type = input.type();
    auto said = declared.find(input.name());
    if (said != declared.end() && scope.prefix.empty())
      adoptRanks(type, said->second);
    std::string reason;
    Type converted = convertType(type, builder.getContext(), reason);
    if (!converted)
      return fail() << "node " << quoteName(current) << ": input "
                    << quoteName(input.name()) << " of its graph has "
                    << reason;
    define(scope, input.name(),
           block->addArgument(
               converted, NameLoc::get(builder.getStringAttr(input.name()))),
           type);
  }
  SmallVector<Value> results;
  if (failed(importInitializers(graph, scope)) ||
      failed(importNodes(graph.node(), scope)))
    return failure();
  return returnOutputs(graph, scope, results);
}

/// Gives attributes that name one of the call's its value, and removes those
/// that the call does not give.
static void bindAttributes(
    NodeProto &node,
    const std::map<std::string, const ::onnx::AttributeProto *> &call) {
  auto &attributes = *node.mutable_attribute();
  for (auto it = attributes.begin(); it != attributes.end();) {
    if (it->ref_attr_name().empty()) {
      if (it->has_g())
        for (NodeProto &inner : *it->mutable_g()->mutable_node())
          bindAttributes(inner, call);
      ++it;
      continue;
    }
    auto found = call.find(it->ref_attr_name());
    if (found == call.end()) {
      it = attributes.erase(it);
      continue;
    }
    std::string name = it->name();
    *it = *found->second;
    it->set_name(name);
    ++it;
  }
}

LogicalResult GraphImporter::importCall(const NodeProto &node,
                                        const FunctionProto &function,
                                        Scope &scope) {
  if (++depth > kMaxCalls)
    return fail(node) << "functions call each other more than " << kMaxCalls
                      << " deep";
  llvm::scope_exit leave([&] { --depth; });
  std::map<std::string, int64_t> opsets = opsetsOf(function);
  opsets.insert(scope.opsets.begin(), scope.opsets.end());
  Scope inner(std::move(opsets), proto, current + "/");
  for (int i = 0; i < function.input_size(); ++i) {
    const std::string &formal = function.input(i);
    if (i >= node.input_size() || node.input(i).empty()) {
      inner.values[formal] = Value();
      continue;
    }
    const std::string &actual = node.input(i);
    define(inner, formal, scope.values[actual], *scope.types.type(actual));
    if (const TensorProto *tensor = scope.types.constant(actual))
      inner.types.defineConstant(formal, *tensor);
  }
  std::map<std::string, const ::onnx::AttributeProto *> attributes;
  for (const auto &attribute : function.attribute_proto())
    attributes[attribute.name()] = &attribute;
  for (const auto &attribute : node.attribute())
    attributes[attribute.name()] = &attribute;
  Nodes body = function.node();
  for (NodeProto &inner : body)
    bindAttributes(inner, attributes);

  const std::string caller = current;
  if (failed(importNodes(body, inner)))
    return failure();
  current = caller;
  currentOpset = opsetOf(scope.opsets, node);
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty())
      continue;
    auto found = i < function.output_size()
                     ? inner.values.find(function.output(i))
                     : inner.values.end();
    if (found == inner.values.end() || !found->second)
      return fail(node) << "its function gives no output "
                        << quoteName(node.output(i));
    define(scope, node.output(i), found->second,
           *inner.types.type(function.output(i)));
    if (const TensorProto *tensor = inner.types.constant(function.output(i)))
      scope.types.defineConstant(node.output(i), *tensor);
  }
  return success();
}

} // namespace llm::onnx
