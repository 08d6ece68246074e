//===- TileLinear.cpp - Linear layers as phases of register tiles ---------===//
//
// Tile (p, m) multiplies panel group p by row chunk m: the group's weights stay
// in the second-level cache while the chunk's rows go by. Everything that
// follows the product happens on registers.
//
//===----------------------------------------------------------------------===//

#include "passes/tile/Passes.h"
#include "passes/tile/PhaseBuilder.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_TILELINEAR
#include "passes/tile/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

/// Registers and rows of a tile, chosen for a step's class of row counts.
struct TileShape {
  int64_t rows, panels, chunk;
};

/// A group of weights whose panels are computed together: one weight, or the
/// gate and up projections side by side.
struct Group {
  SmallVector<PhaseBuilder::Input> weights, biases;
  PackedType type;
  int64_t column;    ///< first column of the result
  int64_t firstTile; ///< along the panel dimension
  bool last;         ///< of the result's columns
};

class LinearTiling {
public:
  LinearTiling(Operation *op, Value input, Value residual, Value inputScales,
               Value inputSums, TileShape shape, int64_t weightsOfGroup)
      : op(op), phase(op, op->getName().stripDialect()), shape(shape),
        panels(std::max<int64_t>(1, shape.panels / weightsOfGroup)) {
    AffineExpr firstRow = phase.tile(1) * shape.chunk;
    rows = phase.rows(input, firstRow, shape.chunk);
    rowSymbol = rowSymbolOf(input);
    if (inputScales) {
      scales = phase.rows(inputScales, firstRow, shape.chunk);
      sums = phase.rows(inputSums, firstRow, shape.chunk);
    }
    if (residual)
      added = phase.rows(residual, firstRow, shape.chunk);
  }

  void addGroup(ValueRange weights, ValueRange biases) {
    auto type = cast<PackedType>(weights.front().getType());
    Group group{{}, {}, type, columns, tileCount, false};
    AffineExpr first = (phase.tile(0) - tileCount) * panels;
    for (Value weight : weights)
      group.weights.push_back(phase.weight(weight, first, panels));
    for (Value bias : biases)
      group.biases.push_back(phase.weight(bias, first, panels));
    columns += type.getRows();
    tileCount += llvm::divideCeil(type.getPanels(), panels);
    groups.push_back(std::move(group));
  }

  void build() {
    groups.back().last = true;
    AffineExpr rowCount = phase.symbol(rowSymbol);
    phase.tiles({phase.constant(tileCount), rowCount.ceilDiv(shape.chunk)});
    phase.result(op->getResult(0).getType(), phase.tile(1) * shape.chunk,
                 shape.chunk, phase.tile(0) * panels * kPanel, panels * kPanel,
                 added ? static_cast<int64_t>(added->number) : -1);
    phase.build([&](TileCode &c, PhaseOp p) {
      for (const Group &group : groups) {
        if (groups.size() == 1) {
          writeGroup(c, p, group);
          continue;
        }
        Value tile = p.getTileIndex(0);
        int64_t end =
            group.firstTile + llvm::divideCeil(group.type.getPanels(), panels);
        Value inside = arith::AndIOp::create(
            c,
            arith::CmpIOp::create(c, arith::CmpIPredicate::sge, tile,
                                  c.index(group.firstTile)),
            c.less(tile, c.index(end)));
        c.ifTrue(inside, [&] { writeGroup(c, p, group); });
      }
    });
  }

private:
  void writeGroup(TileCode &c, PhaseOp p, const Group &group) {
    Value x = p.getInputBuffer(rows.number);
    Value out = p.getResultBuffer(0);
    bool external = isExternal(out);
    // The last group of panels is moved back to end with the last panel: what
    // is computed twice is computed by the same thread, with equal values.
    SmallVector<Value> panelOf;
    Value local = c.add(p.getTileIndex(0), -group.firstTile);
    for (int64_t j = 0; j < panels; ++j)
      panelOf.push_back(c.minimum(c.add(c.mul(local, panels), j),
                                  c.index(group.type.getPanels() - 1)));
    SmallVector<Value> weights, weightPanels;
    SmallVector<Attribute> types;
    for (int64_t j = 0; j < panels; ++j)
      for (auto [w, input] : llvm::enumerate(group.weights)) {
        weights.push_back(p.getInputBuffer(input.number));
        weightPanels.push_back(panelOf[j]);
        types.push_back(TypeAttr::get(weights.back().getType()));
      }
    SmallVector<Type> results(
        weights.size(), VectorType::get({shape.rows, kPanel}, c.getF32Type()));

    Value rowCount = c.rowsOf(x);
    Value first = c.mul(p.getTileIndex(1), shape.chunk);
    Value end = c.minimum(c.add(first, shape.chunk), rowCount);
    c.loop(first, end, shape.rows, [&](Value row) {
      auto tile = LinearTileOp::create(
          c, results, x, row, weights, weightPanels,
          scales ? p.getInputBuffer(scales->number) : Value(),
          sums ? p.getInputBuffer(sums->number) : Value(),
          c.getArrayAttr(types));
      for (int64_t r = 0; r < shape.rows; ++r) {
        Value at = c.add(row, r);
        auto writeRow = [&] {
          // A panel that stands twice must not see its own result as the
          // residual: everything is read before anything is written.
          SmallVector<Value> pieces;
          for (int64_t j = 0; j < panels; ++j)
            pieces.push_back(
                finishPiece(c, p, group, tile, r, j, at, panelOf[j]));
          for (int64_t j = 0; j < panels; ++j)
            storePiece(c, p, group, pieces[j], at, panelOf[j]);
        };
        if (external)
          c.ifTrue(c.less(at, rowCount), writeRow);
        else
          writeRow();
      }
    });
  }

  /// 16 columns of one row, with bias, activation and residual.
  Value finishPiece(TileCode &c, PhaseOp p, const Group &group,
                    LinearTileOp tile, int64_t r, int64_t j, Value row,
                    Value panel) {
    Value column = c.mul(panel, kPanel);
    SmallVector<Value> sums;
    for (size_t w = 0; w < group.weights.size(); ++w) {
      Value sum = vector::ExtractOp::create(
          c, tile.getResult(j * group.weights.size() + w), r);
      if (!group.biases.empty())
        sum = c.addf(
            sum, c.load(p.getInputBuffer(group.biases[w].number), {column}));
      sums.push_back(sum);
    }
    Value value = sums[0];
    if (auto gated = dyn_cast<GatedLinearOp>(op))
      value = c.mulf(c.activation(gated.getActivation(), sums[0]), sums[1]);
    if (added)
      value = c.addf(c.load(p.getInputBuffer(added->number),
                            {row, c.add(column, group.column + added->column)}),
                     value);
    return value;
  }

  void storePiece(TileCode &c, PhaseOp p, const Group &group, Value value,
                  Value row, Value panel) {
    Value column = c.mul(panel, kPanel);
    Value target = c.add(column, group.column);
    Value out = p.getResultBuffer(0);
    // Padding may be written where it is padding: not in what the step hands
    // out, nor where the next weight's columns or the next row begin.
    bool whole = group.type.getRows() % kPanel == 0 ||
                 (group.last && group.column % kPanel == 0 && !isExternal(out));
    if (whole)
      return c.store(value, out, {row, target});
    Value count = c.sub(c.index(group.type.getRows()), column);
    Value mask = vector::CreateMaskOp::create(
        c, VectorType::get(kPanel, c.getI1Type()), count);
    vector::MaskedStoreOp::create(c, out, ValueRange{row, target}, mask, value);
  }

  bool isExternal(Value out) {
    auto type = cast<MemRefType>(out.getType());
    return type.getDimSize(1) != paddedColumns(type.getDimSize(1)) ||
           llvm::any_of(op->getResult(0).getUsers(), [](Operation *user) {
             return isa<YieldOp>(user) && isa<StepOp>(user->getParentOp());
           });
  }

  Operation *op;
  PhaseBuilder phase;
  TileShape shape;
  int64_t panels; ///< of each weight of a group
  PhaseBuilder::Input rows;
  std::optional<PhaseBuilder::Input> added, scales, sums;
  unsigned rowSymbol;
  SmallVector<Group> groups;
  int64_t columns = 0, tileCount = 0;
};

struct TileLinear : llm::impl::TileLinearBase<TileLinear> {
  using TileLinearBase::TileLinearBase;

  /// 32 in features of bf16 are a row of a tile register.
  bool fitsMatrices(StepOp step, Value input, ValueRange weights) {
    return matrixRows > 0 && step.getRows()[1] >= matrixRows &&
           cast<RankedTensorType>(input.getType()).getElementType().isBF16() &&
           llvm::all_of(weights, [](Value weight) {
             auto type = cast<PackedType>(weight.getType());
             auto dense = dyn_cast<DenseAttr>(type.getEncoding());
             return dense && dense.getElementType().isBF16() &&
                    type.getColumns() % 32 == 0;
           });
  }

  /// `together` panels of other weights are computed side by side.
  TileShape shapeFor(StepOp step, Value input, ValueRange weights,
                     int64_t together) {
    size_t choice = 0;
    int64_t most = step.getRows()[1];
    for (size_t i = 0; i < registerRows.size(); ++i)
      if (registerRows[i] <= most)
        choice = i;
    int64_t rows = registerRows[choice], columns = panels[choice];
    // Integer sums and their scaled totals both want registers. Rows of a small
    // step are shared out evenly.
    if (cast<RankedTensorType>(input.getType()).getElementType().isInteger(8)) {
      int64_t fit =
          std::max<int64_t>(1, integerSums / std::max(columns, together));
      int64_t wanted = std::min(rows, most);
      rows = llvm::divideCeil(wanted, llvm::divideCeil(wanted, fit));
    }
    // Two by two registers of sums.
    if (fitsMatrices(step, input, weights)) {
      rows = matrixRows;
      columns = 2;
    }
    int64_t chunk =
        most <= rows ? rows : std::max<int64_t>(1, chunkRows / rows) * rows;
    return {rows, columns, chunk};
  }

  void runOnOperation() override {
    if (registerRows.empty() || registerRows.size() != panels.size()) {
      emitError(getOperation()->getLoc())
          << "register-rows and panels need one entry for each class; found "
          << registerRows.size() << " and " << panels.size();
      return signalPassFailure();
    }
    getOperation()->walk([&](StepOp step) {
      step.walk([&](Operation *op) {
        if (auto linear = dyn_cast<LinearOp>(op)) {
          LinearTiling tiling(
              op, linear.getInput(), linear.getResidual(), linear.getScales(),
              linear.getSums(),
              shapeFor(step, linear.getInput(), linear.getWeights(), 1), 1);
          for (auto [i, weight] : llvm::enumerate(linear.getWeights()))
            tiling.addGroup(weight, linear.getBiases().empty()
                                        ? ValueRange()
                                        : ValueRange(linear.getBiases()[i]));
          tiling.build();
        } else if (auto gated = dyn_cast<GatedLinearOp>(op)) {
          LinearTiling tiling(op, gated.getInput(), Value(), gated.getScales(),
                              gated.getSums(),
                              shapeFor(step, gated.getInput(),
                                       {gated.getGate(), gated.getUp()}, 2),
                              2);
          SmallVector<Value> biases;
          if (gated.getGateBias())
            biases = {gated.getGateBias(), gated.getUpBias()};
          tiling.addGroup({gated.getGate(), gated.getUp()}, biases);
          tiling.build();
        }
      });
    });
  }
};

} // namespace
