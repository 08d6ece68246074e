//===- TileMoe.cpp - Mixtures of experts as phases ------------------------===//
//
// Three phases: rows choose experts, rows go through gate and up projections of
// theirs, and through the down projections, weighted. A tile is a group of
// panels by a chunk of rows, as in TileLinear; each row reads the panels of its
// own experts.
//
//===----------------------------------------------------------------------===//

#include "passes/tile/Passes.h"
#include "passes/tile/PhaseBuilder.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_TILEMOE
#include "passes/tile/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

class MoeTiling {
public:
  MoeTiling(MoeOp op, int64_t panels, int64_t chunk)
      : op(op), top(op.getTop()), panels(panels), chunk(chunk),
        rowSymbol(rowSymbolOf(op.getInput())) {}

  void run() {
    choose();
    project();
    mix();
  }

private:
  RankedTensorType rows(int64_t columns, Type element) {
    return RankedTensorType::get({ShapedType::kDynamic, columns}, element);
  }

  /// The experts of each row, and their shares.
  void choose() {
    PhaseBuilder phase(op, "moe_choose");
    AffineExpr first = phase.tile(0) * chunk;
    phase.tiles({phase.symbol(rowSymbol).ceilDiv(chunk)});
    auto router = phase.rows(op.getRouter(), first, chunk);
    Builder b(op.getContext());
    for (Type element : {Type(b.getI32Type()), Type(b.getF32Type())})
      phase.result(rows(top, element), first, chunk, phase.constant(0), -1);
    PhaseOp made = phase.insert([&](TileCode &c, PhaseOp p) {
      Value scores = p.getInputBuffer(router.number);
      forRows(c, p.getTileIndex(0), c.rowsOf(scores), [&](Value row) {
        SmallVector<Value> experts, shares;
        Value last = c.number(INFINITY), lastExpert = c.index(0), sum, most;
        for (int64_t slot = 0; slot < top; ++slot) {
          // The largest below the last one, or equal to it and behind it.
          auto best = c.loop(
              c.index(0), c.index(op.getExperts()), 1,
              {c.number(-INFINITY), c.index(0)},
              [&](Value expert, ValueRange carried) {
                Value x =
                    c.loadNumber(scores, {row, c.add(expert, router.column)});
                Value isNext = compare(c, arith::CmpFPredicate::OLT, x, last);
                Value isBehind = arith::AndIOp::create(
                    c, compare(c, arith::CmpFPredicate::OEQ, x, last),
                    c.less(lastExpert, expert));
                Value isLarger = arith::AndIOp::create(
                    c, arith::OrIOp::create(c, isNext, isBehind),
                    compare(c, arith::CmpFPredicate::OGT, x, carried[0]));
                return SmallVector<Value>{
                    arith::SelectOp::create(c, isLarger, x, carried[0]),
                    arith::SelectOp::create(c, isLarger, expert, carried[1])};
              });
          last = best[0];
          lastExpert = best[1];
          most = most ? most : last;
          experts.push_back(lastExpert);
          shares.push_back(c.exp(c.splat(c.subf(last, most))));
          sum = sum ? c.addf(sum, shares.back()) : shares.back();
        }
        for (int64_t slot = 0; slot < top; ++slot) {
          Value expert =
              arith::IndexCastOp::create(c, c.getI32Type(), experts[slot]);
          memref::StoreOp::create(c, expert, p.getResultBuffer(0),
                                  ValueRange{row, c.index(slot)});
          Value share =
              vector::ExtractOp::create(c, c.divf(shares[slot], sum), 0);
          c.storeNumber(share, p.getResultBuffer(1), {row, c.index(slot)});
        }
      });
    });
    choice = made.getResult(0);
    shares = made.getResult(1);
  }

  /// activation(gate(x)) * up(x), a result for each of a row's experts.
  void project() {
    PhaseBuilder phase(op, "moe_project");
    AffineExpr first = phase.tile(1) * chunk;
    int64_t each = op.getGate().getType().getPanels() / op.getExperts();
    phase.tiles({phase.constant(llvm::divideCeil(each, panels)),
                 phase.symbol(rowSymbol).ceilDiv(chunk)});
    auto input = phase.rows(op.getInput(), first, chunk);
    auto chosen = phase.rows(choice, first, chunk);
    auto gate = phase.gathered(op.getGate()), up = phase.gathered(op.getUp());
    int64_t columns = op.getDown().getType().getColumns();
    for (int64_t slot = 0; slot < top; ++slot)
      phase.result(rows(columns, Builder(op.getContext()).getF32Type()), first,
                   chunk, phase.tile(0) * panels * kPanel, panels * kPanel);
    PhaseOp made = phase.insert([&](TileCode &c, PhaseOp p) {
      Value x = p.getInputBuffer(input.number);
      SmallVector<Value> weights{p.getInputBuffer(gate.number),
                                 p.getInputBuffer(up.number)};
      forRows(c, p.getTileIndex(1), c.rowsOf(x), [&](Value row) {
        for (int64_t slot = 0; slot < top; ++slot) {
          Value expert = c.loadIndex(p.getInputBuffer(chosen.number),
                                     {row, c.index(slot)});
          SmallVector<Value> at = panelsOf(c, p.getTileIndex(0), each);
          auto sums = multiply(c, x, row, weights, expert, at, each);
          for (auto [j, panel] : llvm::enumerate(at))
            c.store(c.mulf(c.activation(op.getActivation(), sums[2 * j]),
                           sums[2 * j + 1]),
                    p.getResultBuffer(slot), {row, c.mul(panel, kPanel)});
        }
      });
    });
    inner.assign(made.getResults().begin(), made.getResults().end());
  }

  /// The sum of down projections, each times its share.
  void mix() {
    PhaseBuilder phase(op, "moe_mix");
    AffineExpr first = phase.tile(1) * chunk;
    int64_t each = op.getDown().getType().getPanels() / op.getExperts();
    phase.tiles({phase.constant(llvm::divideCeil(each, panels)),
                 phase.symbol(rowSymbol).ceilDiv(chunk)});
    SmallVector<PhaseBuilder::Input> inputs;
    for (Value value : inner)
      inputs.push_back(phase.rows(value, first, chunk));
    auto chosen = phase.rows(choice, first, chunk),
         weighed = phase.rows(shares, first, chunk);
    auto down = phase.gathered(op.getDown());
    phase.result(op.getType(), first, chunk, phase.tile(0) * panels * kPanel,
                 panels * kPanel);
    phase.build([&](TileCode &c, PhaseOp p) {
      Value out = p.getResultBuffer(0);
      Value rowCount = c.rowsOf(p.getInputBuffer(inputs[0].number));
      forRows(c, p.getTileIndex(1), rowCount, [&](Value row) {
        SmallVector<Value> at = panelsOf(c, p.getTileIndex(0), each);
        SmallVector<Value> totals(at.size(), c.splat(0.0));
        for (int64_t slot = 0; slot < top; ++slot) {
          Value place = c.index(slot);
          Value expert =
              c.loadIndex(p.getInputBuffer(chosen.number), {row, place});
          Value share = c.splat(
              c.loadNumber(p.getInputBuffer(weighed.number), {row, place}));
          auto sums = multiply(c, p.getInputBuffer(inputs[slot].number), row,
                               p.getInputBuffer(down.number), expert, at, each);
          for (auto [total, sum] : llvm::zip_equal(totals, sums))
            total = c.fma(share, sum, total);
        }
        // What the step hands out has rows without padding.
        int64_t columns = cast<MemRefType>(out.getType()).getDimSize(1);
        for (auto [panel, total] : llvm::zip_equal(at, totals)) {
          Value column = c.mul(panel, kPanel);
          if (columns == paddedColumns(columns))
            c.store(total, out, {row, column});
          else
            c.storeFirst(total, c.sub(c.index(columns), column), out,
                         {row, column});
        }
      });
    });
  }

  void forRows(TileCode &c, Value tile, Value count,
               llvm::function_ref<void(Value row)> body) {
    Value first = c.mul(tile, chunk);
    c.loop(first, c.minimum(c.add(first, chunk), count), 1, body);
  }

  static Value compare(TileCode &c, arith::CmpFPredicate how, Value a,
                       Value b) {
    return arith::CmpFOp::create(c, how, a, b);
  }

  /// The tile's panels among the `each` of an expert; the last group is moved
  /// back to end with the last panel.
  SmallVector<Value> panelsOf(TileCode &c, Value tile, int64_t each) {
    SmallVector<Value> result;
    for (int64_t j = 0; j < panels; ++j)
      result.push_back(
          c.minimum(c.add(c.mul(tile, panels), j), c.index(each - 1)));
    return result;
  }

  /// 16 sums for each panel and weight, weights of a panel side by side.
  SmallVector<Value> multiply(TileCode &c, Value x, Value row,
                              ValueRange weights, Value expert,
                              ArrayRef<Value> panelsOfExpert, int64_t each) {
    SmallVector<Value> operands, places;
    SmallVector<Attribute> types;
    for (Value panel : panelsOfExpert)
      for (Value weight : weights) {
        operands.push_back(weight);
        places.push_back(c.add(c.mul(expert, each), panel));
        types.push_back(TypeAttr::get(weight.getType()));
      }
    SmallVector<Type> results(operands.size(),
                              VectorType::get({1, kPanel}, c.getF32Type()));
    auto tile = LinearTileOp::create(c, results, x, row, operands, places,
                                     Value(), Value(), c.getArrayAttr(types));
    SmallVector<Value> sums;
    for (Value result : tile.getResults())
      sums.push_back(vector::ExtractOp::create(c, result, 0));
    return sums;
  }

  MoeOp op;
  int64_t top, panels, chunk;
  unsigned rowSymbol;
  Value choice, shares;
  SmallVector<Value> inner;
};

struct TileMoe : llm::impl::TileMoeBase<TileMoe> {
  using TileMoeBase::TileMoeBase;

  void runOnOperation() override {
    getOperation()->walk([&](StepOp step) {
      int64_t chunk = std::min<int64_t>(chunkRows, step.getRows()[1]);
      step.walk([&](MoeOp op) { MoeTiling(op, panels, chunk).run(); });
    });
  }
};

} // namespace
