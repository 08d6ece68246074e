//===- X86Features.h - Instructions that a CPU level's code uses -*- C++
//-*-===//
//
// LLVM knows which instructions a processor has; an object has to name those
// that its code uses, as /proc/cpuinfo spells them, so that the runtime can
// check for them before it runs any.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_TARGETS_X86FEATURES_H
#define LLM_COMPILER_TARGETS_X86FEATURES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"

#include <string>

namespace llvm {
class Target;
} // namespace llvm

namespace llm {

/// LLVM's x86-64 target, initialised.
const llvm::Target &x86Target();

/// Refuses, by name, a processor that LLVM does not know.
llvm::Error checkProcessor(llvm::StringRef cpu);

/// Refuses an attribute (+name or -name) that is unknown, or of instructions
/// that the runtime cannot check for.
llvm::Error checkAttribute(llvm::StringRef attribute);

/// Attributes that take from the processor what the runtime cannot check for,
/// each with a comma before it.
std::string withoutUnchecked(llvm::StringRef cpu);

class X86Features {
public:
  /// What `cpu` has with the attributes of LLVM's feature string `features`.
  X86Features(llvm::StringRef cpu, llvm::StringRef features);

  /// `name` as LLVM spells it.
  bool has(llvm::StringRef name) const { return names.contains(name); }

  /// What a machine needs to run code that LLVM makes for this, and `besides`
  /// (LLVM's names), as /proc/cpuinfo spells it, separated by spaces.
  std::string required(llvm::ArrayRef<std::string> besides) const;

private:
  llvm::StringSet<> names;
};

} // namespace llm

#endif // LLM_COMPILER_TARGETS_X86FEATURES_H
