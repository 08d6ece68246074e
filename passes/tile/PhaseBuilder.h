//===- PhaseBuilder.h - Write a phase operand by operand -------*- C++ -*-===//
//
// Replaces an op by an llm.phase: add inputs, results and scratch, each with
// what a tile touches of it, then write the tile's code with the handles got.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_TILE_PHASEBUILDER_H
#define LLM_PASSES_TILE_PHASEBUILDER_H

#include "dialects/llm/LLMDialect.h"
#include "passes/tile/TileCode.h"

namespace llm {

/// Rows of a tensor, or columns of them: what a column slice was taken from.
struct RowView {
  mlir::Value source;
  int64_t column = 0; ///< first column of the view in the source
};

/// Looks through column slices.
RowView viewOf(mlir::Value rows);

/// Columns of a tensor of rows.
int64_t columnsOf(mlir::Value rows);

/// What the rows of a tensor are counted in: rows or outputs of the step.
/// A number of DimSymbol in runtime/lib/ObjectFormat.h.
unsigned rowSymbolOf(mlir::Value rows);

/// The argument called `name` of the step around `op`, or null.
mlir::Value stepArgument(mlir::Operation *op, llvm::StringRef name);

/// Number of the group an `llm.state` belongs to, which its table is named by.
int64_t groupNumber(mlir::Value state);

class PhaseBuilder {
public:
  /// Stands before `op`, and takes its place in build().
  PhaseBuilder(mlir::Operation *op, llvm::StringRef name);

  /// Tile space: AffineExprs of symbols s0.. (DimSymbol).
  void tiles(llvm::ArrayRef<mlir::AffineExpr> extents);
  mlir::AffineExpr symbol(unsigned i) { return builder.getAffineSymbolExpr(i); }
  mlir::AffineExpr tile(unsigned i) { return builder.getAffineDimExpr(i); }
  mlir::AffineExpr constant(int64_t i) {
    return builder.getAffineConstantExpr(i);
  }

  struct Input {
    unsigned number;
    int64_t column; ///< first column of a view
  };
  /// Rows, by the tile's first row and how many (-1: all columns).
  Input rows(mlir::Value value, mlir::AffineExpr first, int64_t count);
  /// A weight by panel, or whole when `count` is -1.
  Input weight(mlir::Value value, mlir::AffineExpr first = {},
               int64_t count = -1);
  /// Something whose place depends on data.
  Input gathered(mlir::Value value);
  /// A result like tensor `type`, written as given; `reuse` names an input of
  /// which a tile reads what it writes.
  unsigned result(mlir::Type type, mlir::AffineExpr firstRow, int64_t rows,
                  mlir::AffineExpr firstColumn, int64_t columns,
                  int64_t reuse = -1);
  unsigned scratch(llvm::ArrayRef<int64_t> shape, mlir::Type element);

  /// Writes the phase and replaces the op's results by the phase's.
  PhaseOp build(llvm::function_ref<void(TileCode &, PhaseOp)> body);
  /// Writes the phase and leaves the op: what else it needs comes after.
  PhaseOp insert(llvm::function_ref<void(TileCode &, PhaseOp)> body) {
    return write(body, /*replaces=*/false);
  }

private:
  PhaseOp write(llvm::function_ref<void(TileCode &, PhaseOp)> body,
                bool replaces);
  Input add(mlir::Value value, llvm::ArrayRef<mlir::AffineExpr> exprs,
            llvm::ArrayRef<int64_t> sizes);

  mlir::Operation *op;
  mlir::OpBuilder builder;
  std::string name;
  mlir::AffineMap tileMap;
  llvm::SmallVector<mlir::Value> inputs;
  struct Access {
    llvm::SmallVector<mlir::AffineExpr> exprs;
    llvm::SmallVector<int64_t> sizes;
  };
  llvm::SmallVector<Access> inputAccesses, resultAccesses;
  llvm::SmallVector<mlir::Type> resultTypes, scratchTypes;
  llvm::SmallVector<int64_t> reuses;
};

} // namespace llm

#endif // LLM_PASSES_TILE_PHASEBUILDER_H
