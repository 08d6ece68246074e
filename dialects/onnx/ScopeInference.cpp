//===- ScopeInference.cpp - Types of a graph's values, node by node -------===//
//
// See ScopeInference.h.
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ScopeInference.h"

#include "dialects/onnx/LibraryGuard.h"
#include "dialects/onnx/MachineLearningTypes.h"
#include "dialects/onnx/RankRules.h"

#include "onnx/defs/schema.h"
#include "onnx/shape_inference/implementation.h"

#include <deque>

using namespace llm::onnx;
using ::onnx::NodeProto;
using ::onnx::OpSchema;
using ::onnx::ShapeInferenceOptions;
using ::onnx::TensorProto;
using ::onnx::TypeProto;
namespace inference = ::onnx::shape_inference;

namespace {
/// Longer vectors of integers are no shapes: libonnx would spell them out.
constexpr int64_t kLongestShape = 1024;
} // namespace

struct ScopeInference::State {
  std::unordered_map<std::string, int> opsets;
  inference::ModelLocalFunctionsMap functions;
  std::deque<TypeProto> owned; ///< in the order of `names`
  std::vector<std::string> names;
  std::unordered_map<std::string, TypeProto *> types;
  std::unordered_map<std::string, const TensorProto *> constants;
  inference::DataValueMap shapes;

  bool hasShortInputs(const NodeProto &node) const {
    for (const std::string &name : node.input()) {
      auto found = types.find(name);
      if (found == types.end() || !found->second->has_tensor_type())
        continue;
      const auto &shape = found->second->tensor_type().shape();
      if (shape.dim_size() == 1 && shape.dim(0).dim_value() > kLongestShape)
        return false;
    }
    return true;
  }
};

ScopeInference::ScopeInference(const std::map<std::string, int64_t> &opsets,
                               const ::onnx::ModelProto &model)
    : state(new State) {
  for (const auto &[domain, version] : opsets)
    state->opsets[domain] = static_cast<int>(version);
  for (const auto &function : model.functions()) {
    std::string key = function.domain() + ":" + function.name();
    if (!function.overload().empty())
      key += ":" + function.overload();
    state->functions[key] = &function;
  }
}

ScopeInference::~ScopeInference() = default;

const TypeProto *ScopeInference::type(const std::string &name) const {
  auto found = state->types.find(name);
  return found == state->types.end() ? nullptr : found->second;
}

const TensorProto *ScopeInference::constant(const std::string &name) const {
  auto found = state->constants.find(name);
  return found == state->constants.end() ? nullptr : found->second;
}

void ScopeInference::define(const std::string &name, const TypeProto &type) {
  state->owned.push_back(type);
  state->names.push_back(name);
  state->types[name] = &state->owned.back();
}

void ScopeInference::defineConstant(const std::string &name,
                                    const TensorProto &tensor) {
  state->constants[name] = &tensor;
}

size_t ScopeInference::mark() const { return state->names.size(); }

void ScopeInference::rewind(size_t mark) {
  while (state->names.size() > mark) {
    const std::string &name = state->names.back();
    state->types.erase(name);
    state->constants.erase(name);
    state->shapes.erase(name);
    state->names.pop_back();
    state->owned.pop_back();
  }
}

/// What libonnx can say of a node's results as shapes. It gives up where it
/// finds a fault; the types do not depend on it.
static void propagate(NodeProto &node, const OpSchema &definition,
                      ScopeInference::State &state) {
  for (const std::string &output : node.output())
    state.shapes.erase(output);
  if (!definition.has_data_propagation_function() ||
      !state.hasShortInputs(node))
    return;
  std::string fault = guarded([&] {
    inference::DataPropagationContextImpl context(
        node, state.types, state.constants, state.shapes);
    definition.GetDataPropagationFunction()(context);
  });
  if (!fault.empty())
    for (const std::string &output : node.output())
      state.shapes.erase(output);
}

std::string ScopeInference::infer(NodeProto &node, const Schema &schema,
                                  std::vector<TypeProto> &outputs) {
  const OpSchema &definition =
      *static_cast<const OpSchema *>(schema.definition);
  // libonnx keeps values by name alone, which two branches of an If may share.
  bool hasGraphs = false;
  for (const auto &attribute : node.attribute())
    hasGraphs |= attribute.has_g();
  const ShapeInferenceOptions options(/*check_type=*/false, /*strict_mode=*/0,
                                      /*data_prop=*/!hasGraphs);
  outputs.clear();
  outputs.resize(node.output_size());
  return guarded([&] {
    tame(node);
    inference::GraphInferenceContext graphs(
        state->types, state->opsets, /*symbol_table=*/nullptr, state->functions,
        ::onnx::OpSchemaRegistry::Instance(),
        hasGraphs ? nullptr : &state->shapes);
    inference::InferenceContextImpl context(node, state->types,
                                            state->constants, {}, options,
                                            &state->shapes, &graphs);
    if (definition.has_type_and_shape_inference_function()) {
      definition.GetTypeAndShapeInferenceFunction()(context);
    } else if (definition.HasFunction()) {
      inference::InferShapeForFunctionNode(
          *definition.GetFunction(), ::onnx::OpSchemaRegistry::Instance(),
          context, options, state->functions, nullptr, &state->shapes);
    }
    outputs = std::move(context.allOutputTypes_);
    dropGuesses(node, schema, context.allInputTypes_, outputs);
    completeRanks(node, schema, context.allInputTypes_, outputs);
    completeMachineLearningTypes(node, schema, context.allInputTypes_, outputs);
    propagate(node, definition, *state);
  });
}
