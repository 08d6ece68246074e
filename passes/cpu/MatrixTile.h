//===- MatrixTile.h - Linear tiles on AMX's tile registers -----*- C++ -*-===//

#ifndef LLM_PASSES_CPU_MATRIXTILE_H
#define LLM_PASSES_CPU_MATRIXTILE_H

#include "dialects/llm/LLMDialect.h"

namespace llm {

/// Whether AMX multiplies this tile as it is: rows and weights of bf16, in
/// features in whole tiles of 32, and no more tiles than there are registers.
bool fitsMatrixTiles(LinearTileOp op);

/// Replaces such a tile, within a function, by AMX instructions.
void expandMatrixTile(LinearTileOp op);

} // namespace llm

#endif // LLM_PASSES_CPU_MATRIXTILE_H
