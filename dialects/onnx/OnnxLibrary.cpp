//===- OnnxLibrary.cpp - What we ask of libonnx ---------------------------===//
//
// See OnnxLibrary.h. Every call of libonnx is inside guarded().
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/OnnxLibrary.h"

#include "dialects/onnx/LibraryGuard.h"

#include "onnx/checker.h"
#include "onnx/defs/schema.h"
#include "onnx/shape_inference/implementation.h"
#include "onnx/version_converter/convert.h"

#include <algorithm>
#include <unordered_map>

using namespace llm::onnx;
using ::onnx::AttributeProto;
using ::onnx::FunctionProto;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;
using ::onnx::OpSchema;
using ::onnx::ShapeInferenceOptions;
using ::onnx::TensorProto;
using ::onnx::TypeProto;

static const OpSchema &definitionOf(const Schema &schema) {
  return *static_cast<const OpSchema *>(schema.definition);
}

std::string llm::onnx::checkModel(const ModelProto &model) {
  schemas(); // com.microsoft's are known from then on
  return guarded([&] { ::onnx::checker::check_model(model); });
}

std::string llm::onnx::inferShapes(ModelProto &model) {
  schemas();
  return guarded([&] {
    tame(*model.mutable_graph());
    for (FunctionProto &function : *model.mutable_functions())
      for (NodeProto &node : *function.mutable_node())
        tame(node);
    ::onnx::shape_inference::InferShapes(
        model, ::onnx::OpSchemaRegistry::Instance(),
        ShapeInferenceOptions(/*check_type=*/false, /*strict_mode=*/0,
                              /*data_prop=*/true));
  });
}

std::string llm::onnx::inferNode(NodeProto &node, const Schema &schema,
                                 const std::vector<NodeInput> &inputs,
                                 std::vector<TypeProto> &outputs) {
  return guarded([&] {
    tame(node);
    std::vector<TypeProto> types(inputs.size());
    std::unordered_map<std::string, TypeProto *> typeOf;
    std::unordered_map<std::string, const TensorProto *> valueOf;
    for (int index = 0; index < node.input_size(); ++index) {
      const std::string &name = node.input(index);
      if (name.empty() || size_t(index) >= inputs.size())
        continue;
      if (inputs[index].type) {
        types[index] = *inputs[index].type;
        typeOf[name] = &types[index];
      }
      if (inputs[index].value)
        valueOf[name] = inputs[index].value;
    }
    std::unordered_map<std::string, int> opsets;
    for (const char *domain : {"", "ai.onnx.ml", "com.microsoft"})
      opsets[domain] = newestOpset(domain);
    opsets[std::string(schema.domain)] = schema.version;
    ::onnx::shape_inference::GraphInferenceContext graphs(typeOf, opsets);
    ::onnx::shape_inference::InferenceContextImpl context(
        node, typeOf, valueOf, {}, ShapeInferenceOptions(), nullptr, &graphs);
    definitionOf(schema).GetTypeAndShapeInferenceFunction()(context);
    outputs = std::move(context.allOutputTypes_);
  });
}

/// The newest of the versions that a model of this opset may use; 0: none.
static int newestUpTo(const std::vector<int> &versions, int64_t opset) {
  int newest = 0;
  for (int version : versions)
    if (version <= opset)
      newest = std::max(newest, version);
  return newest;
}

static void setImport(FunctionProto &function, std::string_view domain,
                      int version, bool replaces) {
  for (auto &import : *function.mutable_opset_import())
    if (import.domain() == domain) {
      if (replaces)
        import.set_version(version);
      return;
    }
  auto *import = function.add_opset_import();
  import->set_domain(std::string(domain));
  import->set_version(version);
}

std::string llm::onnx::functionBody(const NodeProto &node, const Schema &schema,
                                    int64_t opset,
                                    const std::vector<TypeProto> &inputTypes,
                                    FunctionProto &function) {
  const OpSchema &definition = definitionOf(schema);
  return guarded([&] {
    function.Clear();
    int version = newestUpTo(definition.function_opset_versions(), opset);
    if (version) {
      function = *definition.GetFunction(version);
    } else if ((version = newestUpTo(
                    definition.context_dependent_function_opset_versions(),
                    opset))) {
      ::onnx::FunctionBodyBuildContextImpl context(node, inputTypes);
      if (!definition.BuildContextDependentFunction(context, function, version))
        function.Clear();
    }
    if (function.node().empty())
      return;
    // A body for a version is written in the ops of that version; one of
    // another domain that does not say so, in the newest of ai.onnx.
    setImport(function, schema.domain, version, /*replaces=*/true);
    setImport(function, "", newestOpset(""), /*replaces=*/false);
    for (const auto &[name, attribute] : definition.attributes())
      if (attribute.default_value.has_type())
        *function.add_attribute_proto() = attribute.default_value;
  });
}

namespace {

/// Copies the nodes of a function for one call of it.
class FunctionCall {
public:
  FunctionCall(const NodeProto &call, const FunctionProto &function,
               std::string_view prefix)
      : prefix(prefix) {
    for (const AttributeProto &attribute : function.attribute_proto())
      attributes[attribute.name()] = &attribute;
    for (const AttributeProto &attribute : call.attribute())
      attributes[attribute.name()] = &attribute;
    for (int index = 0; index < function.input_size(); ++index)
      names[function.input(index)] =
          index < call.input_size() ? call.input(index) : "";
    // An output that the call leaves out may be read inside.
    for (int index = 0; index < function.output_size(); ++index) {
      if (index >= call.output_size() || call.output(index).empty())
        continue;
      auto [found, isNew] =
          names.try_emplace(function.output(index), call.output(index));
      if (!isNew)
        copies.emplace_back(found->second, call.output(index));
    }
  }

  void expand(const FunctionProto &function, GraphProto &nodes) {
    for (const NodeProto &node : function.node())
      copy(node, *nodes.add_node());
    // An input, or an output named before, that is an output as well.
    for (const auto &[from, to] : copies) {
      NodeProto *identity = nodes.add_node();
      identity->set_op_type("Identity");
      identity->add_input(from);
      identity->add_output(to);
    }
  }

private:
  std::string rename(const std::string &name) const {
    if (name.empty())
      return name;
    auto found = names.find(name);
    return found == names.end() ? prefix + name : found->second;
  }

  void copy(const NodeProto &from, NodeProto &to) {
    to = from;
    to.set_name(prefix + from.name());
    for (std::string &name : *to.mutable_input())
      name = rename(name);
    for (std::string &name : *to.mutable_output())
      name = rename(name);
    to.clear_attribute();
    for (const AttributeProto &attribute : from.attribute()) {
      const AttributeProto *value = &attribute;
      if (!attribute.ref_attr_name().empty()) {
        auto found = attributes.find(attribute.ref_attr_name());
        if (found == attributes.end())
          continue; // the call leaves it out
        value = found->second;
      }
      AttributeProto *copied = to.add_attribute();
      *copied = *value;
      copied->set_name(attribute.name());
      // The graph of a call's attribute uses the names around the call.
      if (value == &attribute && copied->has_g())
        rename(*copied->mutable_g());
    }
  }

  void rename(GraphProto &graph) {
    for (auto *list : {graph.mutable_input(), graph.mutable_output(),
                       graph.mutable_value_info()})
      for (auto &value : *list)
        value.set_name(rename(value.name()));
    for (TensorProto &tensor : *graph.mutable_initializer())
      tensor.set_name(rename(tensor.name()));
    for (auto &tensor : *graph.mutable_sparse_initializer())
      tensor.mutable_values()->set_name(rename(tensor.values().name()));
    for (NodeProto &node : *graph.mutable_node()) {
      NodeProto original;
      original.Swap(&node);
      copy(original, node);
    }
  }

  std::string prefix;
  std::unordered_map<std::string, std::string> names;
  std::unordered_map<std::string, const AttributeProto *> attributes;
  std::vector<std::pair<std::string, std::string>> copies;
};

} // namespace

void llm::onnx::expandFunction(const NodeProto &call,
                               const FunctionProto &function,
                               std::string_view prefix, GraphProto &nodes) {
  FunctionCall(call, function, prefix).expand(function, nodes);
}

std::string llm::onnx::convertNode(const NodeProto &node,
                                   const std::vector<NodeInput> &inputs,
                                   int64_t from, int64_t to,
                                   GraphProto &converted) {
  const Schema *schema = findSchema(node.domain(), node.op_type(), from);
  if (!schema)
    return "no schema of " + node.op_type() + " in version " +
           std::to_string(from);
  converted.Clear();
  if (schema == findSchema(node.domain(), node.op_type(), to)) {
    *converted.add_node() = node;
    return "";
  }
  return guarded([&] {
    ModelProto model;
    model.set_ir_version(10);
    model.add_opset_import()->set_version(from);
    GraphProto &graph = *model.mutable_graph();
    graph.set_name("node");
    *graph.add_node() = node;
    tame(graph);
    for (int index = 0; index < node.input_size(); ++index) {
      if (node.input(index).empty() || size_t(index) >= inputs.size())
        continue;
      auto *input = graph.add_input();
      input->set_name(node.input(index));
      if (inputs[index].type)
        *input->mutable_type() = *inputs[index].type;
      if (!inputs[index].value)
        continue;
      TensorProto *value = graph.add_initializer();
      *value = *inputs[index].value;
      value->set_name(node.input(index));
    }
    for (const std::string &name : node.output())
      if (!name.empty())
        graph.add_output()->set_name(name);
    ::onnx::shape_inference::InferShapes(model);
    using ::onnx::OpSetID;
    // Made once: it gathers schemas and rules for tens of milliseconds.
    static const ::onnx::version_conversion::DefaultVersionConverter converter;
    ModelProto result =
        converter.convert_version(model, OpSetID(from), OpSetID(to));
    converted.mutable_node()->Swap(result.mutable_graph()->mutable_node());
    for (TensorProto &tensor : *result.mutable_graph()->mutable_initializer())
      if (std::find(node.input().begin(), node.input().end(), tensor.name()) ==
          node.input().end())
        converted.add_initializer()->Swap(&tensor);
  });
}
