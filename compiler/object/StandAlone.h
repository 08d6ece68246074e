//===- StandAlone.h - Proof that a linked object needs nothing
//-------------===//
//
// DESIGN.md, rule 6: no DT_NEEDED, no undefined symbol, no ifunc, no text
// relocation, no constructor, one exported symbol. Checked on every object
// before it is written, because a linker that is asked for all this still
// honours what an input object demands.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_OBJECT_STANDALONE_H
#define LLM_COMPILER_OBJECT_STANDALONE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace llm {

/// Succeeds when the shared object loads with nothing but its own bytes and
/// exports `exportedSymbol` alone; else says everything that is wrong.
llvm::Error checkStandsAlone(llvm::StringRef image,
                             llvm::StringRef exportedSymbol);

} // namespace llm

#endif // LLM_COMPILER_OBJECT_STANDALONE_H
