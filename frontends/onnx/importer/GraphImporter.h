//===- GraphImporter.h - Nodes of a model as ops ---------------*- C++ -*-===//
//
// Goes over the nodes once. Names are looked up in a scope, one for the graph
// with the graphs inside it and one for each call of a function, so that
// nothing is renamed and a function keeps the versions it was written for.
// Types come from what a node reads alone; what the model says of values
// between inputs and outputs is believed where it gives a rank that nothing
// else does.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ONNX_IMPORTER_GRAPHIMPORTER_H
#define LLM_FRONTENDS_ONNX_IMPORTER_GRAPHIMPORTER_H

#include "dialects/onnx/ScopeInference.h"
#include "frontends/onnx/importer/Constants.h"
#include "frontends/onnx/importer/Functions.h"
#include "frontends/onnx/importer/Importer.h"
#include "frontends/onnx/importer/UnsupportedOps.h"

#include "onnx/onnx_pb.h"

#include <deque>

namespace llm::onnx {

class GraphImporter {
public:
  GraphImporter(mlir::ModuleOp module, OnnxModel &model,
                const ::onnx::ModelProto &proto,
                const OnnxImportOptions &options);

  /// Writes the model's graph into the module; errors are emitted.
  mlir::LogicalResult run();

private:
  using Nodes = google::protobuf::RepeatedPtrField<::onnx::NodeProto>;

  struct Scope {
    Scope(std::map<std::string, int64_t> opsets,
          const ::onnx::ModelProto &model, std::string prefix)
        : opsets(std::move(opsets)), types(this->opsets, model),
          prefix(std::move(prefix)) {}
    std::map<std::string, int64_t> opsets;
    ScopeInference types;
    /// Null: an optional input of the function that the call does not give.
    std::map<std::string, mlir::Value> values;
    std::vector<std::string> order; ///< names, as they came
    std::string prefix;             ///< of locations
    const Nodes *nodes = nullptr;   ///< that are imported
  };

  /// Names of graphs inside nodes end with them.
  class InnerNames;

  mlir::LogicalResult importInitializers(const ::onnx::GraphProto &graph,
                                         Scope &scope);
  mlir::LogicalResult importNodes(const Nodes &nodes, Scope &scope);
  mlir::LogicalResult importNode(const ::onnx::NodeProto &node, int index,
                                 Scope &scope);
  mlir::LogicalResult importConstant(const ::onnx::NodeProto &node,
                                     mlir::Location loc, Scope &scope);
  /// What is given for maps of labels to scores: the scores.
  mlir::LogicalResult importZipMap(const ::onnx::NodeProto &node,
                                   mlir::Location loc, Scope &scope);
  mlir::LogicalResult importGradient(const ::onnx::NodeProto &node, int index,
                                     Scope &scope);
  mlir::LogicalResult importSchemaOp(::onnx::NodeProto &node,
                                     const Schema &schema, mlir::Location loc,
                                     Scope &scope);
  mlir::LogicalResult importCall(const ::onnx::NodeProto &node,
                                 const ::onnx::FunctionProto &function,
                                 Scope &scope);
  mlir::LogicalResult importRegion(mlir::Region &region,
                                   const ::onnx::GraphProto &graph,
                                   Scope &scope);
  mlir::LogicalResult returnOutputs(const ::onnx::GraphProto &graph,
                                    Scope &scope,
                                    mlir::SmallVectorImpl<mlir::Value> &values);

  mlir::LogicalResult inferOutputs(::onnx::NodeProto &node,
                                   const Schema &schema, Scope &scope,
                                   std::vector<::onnx::TypeProto> &types);
  mlir::FailureOr<mlir::NamedAttribute>
  convertAttribute(const ::onnx::NodeProto &node,
                   const ::onnx::AttributeProto &attribute);

  void define(Scope &scope, const std::string &name, mlir::Value value,
              const ::onnx::TypeProto &type);
  std::string nameOf(const ::onnx::NodeProto &node, int index,
                     const Scope &scope) const;
  /// "node 'x' (Conv, opset 11)": the node at hand.
  std::string placeOf(const ::onnx::NodeProto &node) const;
  mlir::InFlightDiagnostic fail(const ::onnx::NodeProto &node);
  mlir::InFlightDiagnostic fail();

  mlir::ModuleOp module;
  OnnxModel &model;
  const ::onnx::ModelProto &proto;
  const OnnxImportOptions &options;
  mlir::OpBuilder builder;
  Constants constants;
  FunctionTable functions;
  UnsupportedOps unsupported;
  std::map<std::string, ::onnx::TypeProto> declared; ///< outside functions
  std::deque<::onnx::TensorProto> tensors;           ///< of constant nodes
  uint64_t opCount = 0;
  unsigned depth = 0;
  std::string current; ///< the node at hand, for messages
  int64_t currentOpset = 0;
};

} // namespace llm::onnx

#endif // LLM_FRONTENDS_ONNX_IMPORTER_GRAPHIMPORTER_H
