//===- Descriptor.h - The constant that a compiled object exports
//----------===//
//
// What the driver knows of a model, in plain C++, and its translation into the
// ObjectDescriptor of runtime/lib/ObjectFormat.h: one exported constant,
// `llmrt_model_<name>`, and the tables it points to.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_OBJECT_DESCRIPTOR_H
#define LLM_COMPILER_OBJECT_DESCRIPTOR_H

#include "runtime/lib/ObjectFormat.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace llm {

struct ArgumentDescription {
  std::string name;
  llmrt::ElementType type;
  bool isOutput = false;
  bool required = true;
  llvm::SmallVector<llmrt::ArgumentDim, 4> dims; ///< at most four
};

struct StateGroupDescription {
  std::string name;
  uint32_t layers = 0;
  uint32_t pageTokens = 0;
  uint64_t layerPageBytes = 0; ///< pageBytes follows from it
  uint32_t window = 0;
  uint32_t keyValueHeads = 0;
  uint32_t headDim = 0;
  llmrt::ElementType type = llmrt::ElementType::F32;
};

struct CpuLevelDescription {
  std::string name;       ///< e.g. "x86-64-v4"
  std::string features;   ///< space-separated, as in /proc/cpuinfo
  std::string stepSymbol; ///< a StepFunction that one of the objects defines
  uint64_t arenaBytes = 0;
  uint64_t scratchBytes = 0;
  llmrt::ElementType computeType = llmrt::ElementType::F32;
};

/// An input or output of a graph.
struct GraphArgumentDescription {
  std::string name;
  llmrt::GraphValueKind kind = llmrt::GraphValueKind::Tensor;
  bool optional = false;
  llmrt::ElementType type = llmrt::ElementType::F32;
  bool isOutput = false;
  bool anyRank = false;              ///< then there are no dims
  std::vector<int64_t> dims;         ///< -1: any
  std::vector<std::string> dimNames; ///< one a dimension, "": none; or empty
};

struct ObjectDescription {
  std::string name; ///< a C identifier
  std::string provenance;
  llmrt::ModelFacts facts{}; ///< endCount and endTokens are taken from below
  std::vector<int32_t> endTokens;
  std::vector<ArgumentDescription> arguments;
  std::vector<StateGroupDescription> groups;
  std::vector<CpuLevelDescription> levels; ///< most demanding first
  /// Inputs first. Empty: a decoder. Else a graph, without facts, end tokens,
  /// step arguments and groups; the levels' stepSymbol is its function.
  std::vector<GraphArgumentDescription> graphArguments;
  std::vector<uint8_t> tokenizer;    ///< empty: none
  std::vector<uint8_t> chatTemplate; ///< empty: none
};

/// "llmrt_model_<name>".
std::string descriptorSymbol(llvm::StringRef name);

/// Whether `name` can be part of a symbol that C code spells out.
bool isObjectName(llvm::StringRef name);

/// The descriptor as an LLVM module of constants. Step functions stay hidden
/// declarations, resolved by the link. The weight segment's place and both
/// digests are zero until WeightSegmentWriter fills them in.
llvm::Expected<std::unique_ptr<llvm::Module>>
buildDescriptorModule(const ObjectDescription &description,
                      llvm::LLVMContext &context);

/// The same as an x86-64 object file, ready to be linked.
llvm::Expected<llvm::SmallVector<char, 0>>
emitDescriptorObject(const ObjectDescription &description);

} // namespace llm

#endif // LLM_COMPILER_OBJECT_DESCRIPTOR_H
