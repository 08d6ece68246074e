//===- PanelWriter.h - Columns as a product reads them ---------*- C++ -*-===//
//
// Brings columns of a contraction's rhs into scratch memory: panels of 16, and
// the last few maybe as columns of their own. Windows of an image are read
// where they lie, so the matrix of them never exists as a whole.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_CPU_KERNELS_PANELWRITER_H
#define LLM_PASSES_CPU_KERNELS_PANELWRITER_H

#include "passes/cpu/kernels/OperandPlaces.h"

namespace llm {

/// Columns of a tile.
constexpr int64_t kTileColumns = 64;

/// How some columns are stored: `panels` one after another, each with 16
/// columns for each sum, of bytes for each four sums with those of a column
/// side by side, then `alone` columns, each with its sums one after another.
struct ColumnLayout {
  mlir::Value panels, alone;
};

class PanelWriter {
public:
  PanelWriter(const OperandPlaces &rhs, llvm::ArrayRef<mlir::Value> columnSizes,
              llvm::ArrayRef<mlir::Value> sumSizes, mlir::Value panels,
              bool byteMasks);

  /// The columns [first, end) of the rhs that begins at `start`, for the sums
  /// whose first loop is in [firstSum, endSum), `depth` as panels hold them.
  void write(mlir::Value start, mlir::Value first, mlir::Value end,
             const ColumnLayout &layout, mlir::Value firstSum,
             mlir::Value endSum, mlir::Value depth);

private:
  mlir::Value writeRuns(mlir::Value start, mlir::Value first, mlir::Value end,
                        mlir::Value depth);
  void copyRuns(mlir::Value count);
  void copyColumns(mlir::Value start, mlir::Value first, mlir::Value end,
                   mlir::Value to, mlir::Value depth);
  void copyRun(mlir::Value from, mlir::Value to, mlir::Value count);
  void copyElement(mlir::Value from, mlir::Value to);
  void clearLastQuads(mlir::Value count, mlir::Value depth);
  void interleaveQuads(mlir::Value count, mlir::Value depth);
  void nest(unsigned i, unsigned last, mlir::Value from, mlir::Value number,
            llvm::function_ref<void(mlir::Value, mlir::Value)> body);

  const Contraction &c;
  KernelFunction &k;
  mlir::ImplicitLocOpBuilder &b;
  const OperandPlaces &rhs;
  /// Columns, where dimensions that lie as one are one.
  llvm::ArrayRef<unsigned> loops;
  llvm::ArrayRef<mlir::Value> sizes, sumSizes;
  mlir::Value panels, runs, firstSum, endSum;
  bool byteMasks; ///< the level has masks for elements below 32 bits
  /// How far neighbours are apart; 0 if only the run knows.
  int64_t apart = 0;
};

} // namespace llm

#endif // LLM_PASSES_CPU_KERNELS_PANELWRITER_H
