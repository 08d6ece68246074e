//===- OnnxLibrary.h - What we ask of libonnx ------------------*- C++ -*-===//
//
// libonnx throws; OnnxLibrary.cpp is the one translation unit that calls what
// does, and catches. This header is plain C++ without MLIR. Messages of
// protobuf are only named: who hands one over includes onnx/onnx_pb.h, which is
// made for compilers without RTTI too.
//
// A function that can fail returns what went wrong, in libonnx's words; an
// empty text is success.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_DIALECTS_ONNX_ONNXLIBRARY_H
#define LLM_DIALECTS_ONNX_ONNXLIBRARY_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace onnx {
class FunctionProto;
class GraphProto;
class ModelProto;
class NodeProto;
class TensorProto;
class TypeProto;
} // namespace onnx

namespace llm::onnx {

/// The types that a formal parameter accepts. Bit n of a mask stands for
/// element type n of TensorProto.DataType.
struct TypeSet {
  uint32_t tensors = 0, sequences = 0, optionals = 0, optionalSequences = 0;
  std::vector<std::string_view> others; ///< "map(int64,tensor(float))" and such
};

struct SchemaParameter {
  enum class Option : uint8_t { Single, Optional, Variadic };

  std::string_view name;
  /// A type variable, "T", or the one type that is accepted, "tensor(float)".
  std::string_view typeName;
  const TypeSet *types;
  Option option;
  /// Whether the values of a variadic parameter have one type.
  bool homogeneous;
  unsigned minArity; ///< of a variadic parameter
  /// Index of the type variable in the schema; -1 where typeName is a type.
  int typeVariable;
};

enum class AttributeKind : uint8_t {
  Integer,
  Real,
  String,
  Integers,
  Reals,
  Strings,
  Tensor,
  Type,
  Graph,
  Other ///< sparse tensors and lists of what is above
};

struct SchemaAttribute {
  std::string_view name;
  AttributeKind kind;
  bool required;
  bool hasDefault;
  /// The default: one value, or all of a list.
  std::vector<int64_t> integers;
  std::vector<float> reals;
  std::vector<std::string_view> strings;
};

/// One version of one op.
struct Schema {
  std::string name;        ///< "onnx.Conv.11", as in the dialect
  std::string_view domain; ///< "" for ai.onnx
  std::string_view type;   ///< "Conv"
  int version;             ///< since_version
  bool deprecated;
  bool hasFunctionBody; ///< see functionBody()
  unsigned typeVariables;
  std::vector<SchemaParameter> inputs, outputs;
  std::vector<SchemaAttribute> attributes; ///< by name
  unsigned regions;                        ///< graphs among the attributes
  const void *definition;                  ///< libonnx's own

  /// Null if there is none of that name.
  const SchemaAttribute *attribute(std::string_view name) const;
};

/// All schemas: every version of every op of libonnx, and com.microsoft's.
const std::vector<Schema> &schemas();

/// What an op means in a model that imports a version of its domain ("" and
/// "ai.onnx" are one); null if libonnx does not know it.
const Schema *findSchema(std::string_view domain, std::string_view type,
                         int64_t opset);

/// The newest version of a domain; 0 for a domain that is not known.
int newestOpset(std::string_view domain);

/// Holds a model against the standard.
std::string checkModel(const ::onnx::ModelProto &model);

/// Adds the types that follow from those of inputs, and from constants, to the
/// graph's value_info. A node whose types cannot be inferred, or contradict
/// what the model says, is left as it is.
std::string inferShapes(::onnx::ModelProto &model);

/// What is known of an input of a node; null: nothing.
struct NodeInput {
  const ::onnx::TypeProto *type = nullptr;
  const ::onnx::TensorProto *value = nullptr;
};

/// The types of a node's outputs, one for each name in `output`; what is not
/// known stays unset. `node` is annotated inside its graphs, which may not use
/// values from outside.
std::string inferNode(::onnx::NodeProto &node, const Schema &schema,
                      const std::vector<NodeInput> &inputs,
                      std::vector<::onnx::TypeProto> &outputs);

/// The function that a node stands for, where its schema has one
/// (`Schema::hasFunctionBody`) for a model that imports `opset` of the node's
/// domain. The body's ops are those of the versions that `function` imports,
/// whatever the model imports; its attribute_proto holds the schema's defaults.
/// Empty `function`: none fits these inputs.
std::string functionBody(const ::onnx::NodeProto &node, const Schema &schema,
                         int64_t opset,
                         const std::vector<::onnx::TypeProto> &inputTypes,
                         ::onnx::FunctionProto &function);

/// Appends the nodes of a function, of a schema or of a model, to `nodes` as
/// they stand for a call of it: inputs and outputs are the call's, other names
/// start with `prefix`, and attributes have the call's values or the function's
/// defaults. Never fails.
void expandFunction(const ::onnx::NodeProto &call,
                    const ::onnx::FunctionProto &function,
                    std::string_view prefix, ::onnx::GraphProto &nodes);

/// Rewrites a node of ai.onnx for another version of the domain: nodes and
/// initializers that replace it. The error says so where libonnx has no rule;
/// the op is then to be taken as the version it is.
std::string convertNode(const ::onnx::NodeProto &node,
                        const std::vector<NodeInput> &inputs, int64_t from,
                        int64_t to, ::onnx::GraphProto &converted);

} // namespace llm::onnx

#endif // LLM_DIALECTS_ONNX_ONNXLIBRARY_H
