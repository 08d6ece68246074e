//===- X86.h - CPU levels and their code -----------------------*- C++ -*-===//
//
// A level is a set of instructions with the tile choices that suit it. One
// object may hold code for several; the runtime picks when it loads the object.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_TARGETS_X86_H
#define LLM_COMPILER_TARGETS_X86_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>

namespace llvm {
class Module;
class TargetMachine;
} // namespace llvm

namespace llm {

/// Tile choices, each overridable by name with --tile=.
struct TileChoices {
  /// Rows of activations and panels of weights held in registers, for each
  /// class of row counts, whose largest counts are in `classes` (the last one
  /// becomes the largest step).
  llvm::SmallVector<int64_t> classes, registerRows, panels;
  int64_t integerSums;   ///< at most this many sums where activations are i8
  int64_t matrixRows;    ///< rows of bf16 that tile registers take at once
  int64_t chunkRows;     ///< rows that a group of panels is applied to at once
  int64_t attentionRows; ///< rows of scores held in registers
  int64_t spanTokens;    ///< tokens that attention sums up by themselves
  int64_t blockRows;     ///< rows of a tile of norms and the like
  int64_t prefetchBytes; ///< how far ahead few rows ask for weights
};

struct CpuTarget {
  std::string name;     ///< as in --target=
  std::string cpu;      ///< LLVM's name of the processor
  std::string features; ///< LLVM's feature string
  std::string
      required; ///< what the machine must have, as /proc/cpuinfo spells it
  bool bf16Dot; ///< multiplies pairs of bf16
  bool byteDot; ///< multiplies quads of bytes in vectors of 64 bytes
  int64_t byteDotBits; ///< of the vectors it multiplies quads of bytes in, or 0
  bool wordVectors;    ///< has vectors of 64 bytes of i16 and of bytes
  bool bf16Tiles;      ///< multiplies matrices of bf16
  TileChoices tiles;
};

/// The level called `name`, or with "native" the best one that this machine
/// has. The error lists the names.
llvm::Expected<CpuTarget> findCpuTarget(llvm::StringRef name);

/// The level called `name` with the processor of -mcpu= in place of its own and
/// the attributes of -mattr= (+name or -name) on top. Where `name` is empty,
/// the level follows from the processor.
llvm::Expected<CpuTarget>
refineCpuTarget(llvm::StringRef name, llvm::StringRef cpu,
                llvm::ArrayRef<std::string> attributes);

/// Overrides choices as NAME=VALUE of --tile= says, the numbers of a list
/// separated by ':'. The error lists the names, or what the value may be.
llvm::Error setTileChoices(TileChoices &tiles,
                           llvm::ArrayRef<std::string> choices);

std::unique_ptr<llvm::TargetMachine>
createTargetMachine(const CpuTarget &target);

/// Optimises the module for the target. `vectorize`: loops too, where the code
/// is not made of vectors already.
void optimize(llvm::Module &module, llvm::TargetMachine &machine,
              bool vectorize = false);

/// Machine code: an object file, or assembly.
llvm::SmallVector<char, 0>
emitCode(llvm::Module &module, llvm::TargetMachine &machine, bool assembly);

} // namespace llm

#endif // LLM_COMPILER_TARGETS_X86_H
