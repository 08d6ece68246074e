//===- Options.h - What a compilation is asked for -------------*- C++ -*-===//
//
// The command line of llm-compile, read once in Options.cpp; everything else
// gets this structure.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_OPTIONS_H
#define LLM_COMPILER_OPTIONS_H

#include <cstdint>
#include <string>
#include <vector>

namespace llm {

struct CompileOptions {
  std::string input, output, name;
  std::string emit = "so";             ///< a stage's name, "asm", "obj" or "so"
  std::vector<std::string> targets;    ///< empty: one, native unless cpu is set
  std::string cpu;                     ///< -mcpu, or empty
  std::vector<std::string> attributes; ///< -mattr: +name or -name
  std::vector<std::string> tiles;      ///< --tile: name=value
  /// --shape: extents of a graph's inputs by name; -1: unknown
  std::vector<std::pair<std::string, std::vector<int64_t>>> shapes;
  std::string dtype =
      "auto"; ///< f32, bf16, f16: what matrices are multiplied in
  std::string kvCache = "auto";
  std::string quantize; ///< empty: weights as stored
  /// "float": never rounded; "int8", "bf16": no level without may be asked for
  std::string activations = "auto";
  int64_t pageSize = 32;
  bool batchInvariant = false;
  bool noPlainLoops = false; ///< refuse graphs with products as plain loops
  int64_t maxContext = 0; ///< 0: what the model was made for
  int64_t maxBatch = 16;
  int64_t prefillChunk = 512;
  unsigned threads = 0;       ///< 0: all
  bool weightsInFile = false; ///< beside the object, not inside
  bool chatTemplate = true;
  std::string tokenizer; ///< --tokenizer: of an ONNX file; "": beside it
  bool report = false;
  bool check = false; ///< --check: say whether it can be compiled, no more
  double bandwidth =
      0; ///< bytes a second that --report predicts with; 0: measure
};

/// Reads the command line. Returns false after it printed what is wrong.
bool parseCommandLine(int argc, char **argv, CompileOptions &options);

} // namespace llm

#endif // LLM_COMPILER_OPTIONS_H
