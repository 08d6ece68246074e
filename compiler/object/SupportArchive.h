//===- SupportArchive.h - The libraries that are linked into a model
//-------===//
//
// LLVM turns some operations into calls (memcpy, conversions of halves, math
// that our polynomials leave to it). The callees come from LLVM libc and
// compiler-rt, whose archives are bytes of the compiler. Nothing hot may be
// among them: findSupportCalls says which function calls what, for --report.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_OBJECT_SUPPORTARCHIVE_H
#define LLM_COMPILER_OBJECT_SUPPORTARCHIVE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBufferRef.h"

#include <string>
#include <vector>

namespace llm {

/// The embedded libraries in link order: archives, and one object that is
/// wanted only together with them. The identifier is the name in reports.
llvm::ArrayRef<llvm::MemoryBufferRef> supportLibraries();

/// What some of the objects refer to and none of them defines, sorted.
llvm::Expected<std::vector<std::string>>
unresolvedSymbols(llvm::ArrayRef<llvm::MemoryBufferRef> objects);

/// A function of an object and something outside the object that it calls.
struct SupportCall {
  std::string caller;
  std::string callee;
  uint64_t sites; ///< relocations in the caller that name the callee
};

/// Every call out of the object, ordered by caller and callee.
llvm::Expected<std::vector<SupportCall>>
findSupportCalls(llvm::MemoryBufferRef object);

} // namespace llm

#endif // LLM_COMPILER_OBJECT_SUPPORTARCHIVE_H
