//===- ExpandWeightTiles.cpp - How tiles read packed weights --------------===//
//
// The inner loop of every linear layer: for each run of in features, 16 weights
// of each panel become a vector and each row's numbers are broadcast to it. One
// chain of additions for each element of the result, in ascending order of in
// features whatever the tile's size: rows do not notice their neighbours.
//
//===----------------------------------------------------------------------===//

#include "passes/cpu/Passes.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_EXPANDWEIGHTTILES
#include "passes/cpu/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

class TileExpansion {
public:
  explicit TileExpansion(LinearTileOp op)
      : op(op), b(op.getLoc(), op),
        rows(cast<VectorType>(op.getResult(0).getType()).getDimSize(0)),
        lanes(VectorType::get(kPanel, b.getF32Type())) {}

  void run() {
    PackedType type = packed(0);
    EncodingInterface layout = type.getLayout();
    int64_t run = layout.getRunSpan();
    int64_t whole = type.getColumns() / run * run;
    size_t count = op.getWeights().size();

    Value zero = arith::ConstantOp::create(
        b, DenseElementsAttr::get(lanes, 0.0f));
    SmallVector<Value> sums(rows * count, zero);
    if (whole > 0) {
      auto loop = scf::ForOp::create(
          b, index(0), index(whole), index(run), sums,
          [&](OpBuilder &builder, Location, Value k, ValueRange carried) {
            OpBuilder::InsertionGuard guard(b);
            b.restoreInsertionPoint(builder.saveInsertionPoint());
            scf::YieldOp::create(b, accumulate(k, run, carried));
          });
      sums.assign(loop.getResults().begin(), loop.getResults().end());
    }
    // In features that fill no run: the rest of its weights are padding.
    if (int64_t rest = type.getColumns() - whole)
      sums = accumulate(index(whole), rest, sums);

    for (size_t w = 0; w < count; ++w) {
      Value tile = arith::ConstantOp::create(
          b, DenseElementsAttr::get(
                 cast<VectorType>(op.getResult(w).getType()), 0.0f));
      for (int64_t r = 0; r < rows; ++r)
        tile = vector::InsertOp::create(b, sums[r * count + w], tile, r);
      op.getResult(w).replaceAllUsesWith(tile);
    }
    op.erase();
  }

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  PackedType packed(size_t w) {
    return cast<PackedType>(cast<TypeAttr>(op.getTypes()[w]).getValue());
  }
  /// Bytes before the block of panel `panel` that holds in feature `k`.
  Value blockOffset(size_t w, Value k) {
    PackedType type = packed(w);
    EncodingInterface layout = type.getLayout();
    Value panel = arith::MulIOp::create(b, op.getPanels()[w],
                                        index(type.getPanelBytes()));
    Value block = arith::DivUIOp::create(b, k, index(layout.getBlockSpan()));
    block = arith::MulIOp::create(b, block, index(layout.getBlockBytes()));
    return arith::AddIOp::create(b, panel, block);
  }

  SmallVector<Value> accumulate(Value k, int64_t count, ValueRange sums) {
    size_t weights = op.getWeights().size();
    SmallVector<SmallVector<Value>> run;
    for (size_t w = 0; w < weights; ++w) {
      EncodingInterface layout = packed(w).getLayout();
      Value inBlock = arith::RemUIOp::create(b, k,
                                             index(layout.getBlockSpan()));
      Value number = arith::DivUIOp::create(b, inBlock,
                                            index(layout.getRunSpan()));
      run.push_back(layout.expandRun(b, op.getLoc(), op.getWeights()[w],
                                     blockOffset(w, k), number));
    }
    SmallVector<Value> result(sums);
    Type element = cast<MemRefType>(op.getInput().getType()).getElementType();
    for (int64_t i = 0; i < count; ++i)
      for (int64_t r = 0; r < rows; ++r) {
        Value row = arith::AddIOp::create(b, op.getRow(), index(r));
        Value column = arith::AddIOp::create(b, k, index(i));
        Value x = memref::LoadOp::create(b, op.getInput(),
                                         ValueRange{row, column});
        if (!element.isF32())
          x = arith::ExtFOp::create(b, b.getF32Type(), x);
        Value vector = vector::BroadcastOp::create(b, lanes, x);
        for (size_t w = 0; w < weights; ++w) {
          Value &sum = result[r * weights + w];
          sum = vector::FMAOp::create(b, vector, run[w][i], sum);
        }
      }
    return result;
  }

  LinearTileOp op;
  ImplicitLocOpBuilder b;
  int64_t rows;
  VectorType lanes;
};

void expandElement(WeightElementOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  auto type = cast<PackedType>(op.getType());
  EncodingInterface layout = type.getLayout();
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  auto split = [&](Value value, int64_t by) {
    return std::pair<Value, Value>(
        arith::DivUIOp::create(b, value, index(by)),
        arith::RemUIOp::create(b, value, index(by)));
  };
  auto [panel, lane] = split(op.getRow(), kPanel);
  auto [block, k] = split(op.getColumn(), layout.getBlockSpan());
  Value offset = arith::AddIOp::create(
      b, arith::MulIOp::create(b, panel, index(type.getPanelBytes())),
      arith::MulIOp::create(b, block, index(layout.getBlockBytes())));
  op.getResult().replaceAllUsesWith(layout.expandElement(
      b, op.getLoc(), op.getWeight(), offset, lane, k));
  op.erase();
}

struct ExpandWeightTiles
    : llm::impl::ExpandWeightTilesBase<ExpandWeightTiles> {
  void runOnOperation() override {
    getOperation()->walk([](Operation *op) {
      if (auto tile = dyn_cast<LinearTileOp>(op))
        TileExpansion(tile).run();
      else if (auto element = dyn_cast<WeightElementOp>(op))
        expandElement(element);
    });
  }
};

} // namespace
