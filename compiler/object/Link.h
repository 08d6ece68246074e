//===- Link.h - Object code to a shared object, in process
//-----------------===//
//
// lld as a library. The outcome needs nothing of its host: no other library,
// no undefined symbol, one exported symbol (StandAlone.h checks it). What LLVM
// calls by itself (memcpy, half conversions, rare math) is drawn from the
// support archive inside the compiler (SupportArchive.h) and stays hidden.
//
// The bytes depend on the objects only: no path, time or thread count goes in.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_OBJECT_LINK_H
#define LLM_COMPILER_OBJECT_LINK_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBufferRef.h"

#include <string>
#include <vector>

namespace llm {

/// A member of the support archive that the link drew in, for --report.
struct ExtractedMember {
  std::string symbol; ///< what was undefined, e.g. "expf"
  std::string member; ///< what defines it, e.g. "libc(expf.cpp.o)"
  std::string user;   ///< the object or member that asked for it
};

/// Links relocatable x86-64 objects into a shared object that exports
/// `exportedSymbol` and nothing else. A buffer's identifier names it in errors.
/// Undefined symbols are an error that lists them all.
///
/// Thread-safe, one link at a time. lld resets every cl::opt of the process to
/// its default: read command-line options before.
llvm::Error linkSharedObject(llvm::ArrayRef<llvm::MemoryBufferRef> objects,
                             llvm::StringRef exportedSymbol,
                             llvm::SmallVectorImpl<char> &image,
                             std::vector<ExtractedMember> *extracted = nullptr);

} // namespace llm

#endif // LLM_COMPILER_OBJECT_LINK_H
