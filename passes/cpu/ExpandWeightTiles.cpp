//===- ExpandWeightTiles.cpp - How tiles read packed weights --------------===//
//
// The inner loop of every linear layer: for each run of in features, 16 weights
// of each panel are a vector and each row's numbers are broadcast to it. One
// chain of additions for each element of the result, in ascending order of in
// features whatever the tile's size: rows do not notice their neighbours.
//
// Three ways to multiply: f32 by f32, whatever the encoding; pairs of bf16; and
// quads of bytes, whose integer sums are scaled once a group. A fourth, whole
// matrices of bf16, is in MatrixTile.cpp.
//
//===----------------------------------------------------------------------===//

#include "dialects/llm/Encodings.h"
#include "passes/cpu/MatrixTile.h"
#include "passes/cpu/Passes.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_EXPANDWEIGHTTILES
#include "passes/cpu/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

enum class Product { Floats, Halves, Bytes };

/// Up to so many rows, a level multiplies faster than memory brings weights.
constexpr int64_t kFewRows = 8;
constexpr int64_t kLineBytes = 64;

class TileExpansion {
public:
  TileExpansion(LinearTileOp op, Product product, int64_t prefetchBytes)
      : op(op), product(product), prefetchBytes(prefetchBytes),
        b(op.getLoc(), op),
        rows(cast<VectorType>(op.getResult(0).getType()).getDimSize(0)),
        weights(op.getWeights().size()),
        lanes(VectorType::get(kPanel, b.getF32Type())) {}

  void run() {
    PackedType type = packed(0);
    int64_t run = type.getLayout().getRunSpan(), columns = type.getColumns();
    // Rows of bf16 and i8 are padded with zeros, rows of f32 end where they
    // end.
    int64_t whole = product == Product::Floats ? columns / run * run
                                               : llvm::alignTo(columns, run);
    Value zero =
        arith::ConstantOp::create(b, DenseElementsAttr::get(lanes, 0.0f));
    SmallVector<Value> sums(rows * weights, zero);
    if (whole > 0) {
      auto loop = scf::ForOp::create(
          b, index(0), index(whole), index(run), sums,
          [&](OpBuilder &builder, Location, Value k, ValueRange carried) {
            OpBuilder::InsertionGuard guard(b);
            b.restoreInsertionPoint(builder.saveInsertionPoint());
            SmallVector<Value> next(carried);
            accumulate(k, run, next);
            scf::YieldOp::create(b, next);
          });
      sums.assign(loop.getResults().begin(), loop.getResults().end());
    }
    // In features that fill no run: the rest of its weights are padding.
    if (whole < columns)
      accumulate(index(whole), columns - whole, sums);

    for (size_t w = 0; w < weights; ++w) {
      Value tile = arith::ConstantOp::create(
          b, DenseElementsAttr::get(cast<VectorType>(op.getResult(w).getType()),
                                    0.0f));
      for (int64_t r = 0; r < rows; ++r)
        tile = vector::InsertOp::create(b, sums[r * weights + w], tile, r);
      op.getResult(w).replaceAllUsesWith(tile);
    }
    op.erase();
  }

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value plus(Value base, int64_t offset) {
    return arith::AddIOp::create(b, base, index(offset));
  }
  Value splat(Value number) {
    return vector::BroadcastOp::create(b, lanes, number);
  }
  PackedType packed(size_t w) {
    return cast<PackedType>(cast<TypeAttr>(op.getTypes()[w]).getValue());
  }

  /// Where run `number` of a panel lies: in the block at byte `offset`.
  struct Place {
    Value offset, number;
  };
  Place placeOf(size_t w, Value k) {
    PackedType type = packed(w);
    EncodingInterface layout = type.getLayout();
    Value panel = arith::MulIOp::create(b, op.getPanels()[w],
                                        index(type.getPanelBytes()));
    Value span = index(layout.getBlockSpan());
    Value block = arith::DivUIOp::create(b, k, span);
    block = arith::MulIOp::create(b, block, index(layout.getBlockBytes()));
    Value number = arith::DivUIOp::create(b, arith::RemUIOp::create(b, k, span),
                                          index(layout.getRunSpan()));
    return {arith::AddIOp::create(b, panel, block), number};
  }

  /// Asks for what is `prefetchBytes` ahead of the run's weights: panels lie
  /// one after the other, and a thread's next tile is mostly the next panel.
  void prefetch(Value k) {
    for (size_t w = 0; w < weights; ++w) {
      PackedType type = packed(w);
      EncodingInterface layout = type.getLayout();
      int64_t bytes =
          layout.getBlockBytes() * layout.getRunSpan() / layout.getBlockSpan();
      Value panel = arith::MulIOp::create(b, op.getPanels()[w],
                                          index(type.getPanelBytes()));
      Value run = arith::DivUIOp::create(b, k, index(layout.getRunSpan()));
      Value at = arith::AddIOp::create(
          b, panel, arith::MulIOp::create(b, run, index(bytes)));
      for (int64_t line = 0; line < bytes; line += kLineBytes)
        memref::PrefetchOp::create(b, op.getWeights()[w],
                                   ValueRange(plus(at, prefetchBytes + line)),
                                   /*isWrite=*/false, /*localityHint=*/3,
                                   /*isDataCache=*/true);
    }
  }

  void accumulate(Value k, int64_t count, MutableArrayRef<Value> sums) {
    if (prefetchBytes > 0 && rows <= kFewRows)
      prefetch(k);
    if (product == Product::Bytes)
      multiplyBytes(k, sums);
    else if (product == Product::Halves)
      multiplyHalves(k, sums);
    else
      multiplyFloats(k, count, sums);
  }

  void multiplyFloats(Value k, int64_t count, MutableArrayRef<Value> sums) {
    SmallVector<SmallVector<Value>> run;
    for (size_t w = 0; w < weights; ++w) {
      Place place = placeOf(w, k);
      run.push_back(packed(w).getLayout().expandRun(
          b, op.getLoc(), op.getWeights()[w], place.offset, place.number));
    }
    bool isF32 =
        cast<MemRefType>(op.getInput().getType()).getElementType().isF32();
    for (int64_t i = 0; i < count; ++i)
      for (int64_t r = 0; r < rows; ++r) {
        Value x = memref::LoadOp::create(
            b, op.getInput(), ValueRange{plus(op.getRow(), r), plus(k, i)});
        if (!isF32)
          x = arith::ExtFOp::create(b, b.getF32Type(), x);
        Value vector = splat(x);
        for (size_t w = 0; w < weights; ++w) {
          Value &sum = sums[r * weights + w];
          sum = vector::FMAOp::create(b, vector, run[w][i], sum);
        }
      }
  }

  /// 4 bytes of row `r` from column `k` on, in every 4 bytes of a vector.
  Value broadcastWord(int64_t r, Value k, VectorType type) {
    int64_t count = 32 / type.getElementTypeBitWidth();
    Value word = vector::LoadOp::create(
        b, VectorType::get(count, type.getElementType()), op.getInput(),
        ValueRange{plus(op.getRow(), r), k});
    word =
        vector::BitCastOp::create(b, VectorType::get(1, b.getI32Type()), word);
    Value words =
        vector::BroadcastOp::create(b, VectorType::get(kPanel, b.getI32Type()),
                                    vector::ExtractOp::create(b, word, 0));
    return vector::BitCastOp::create(b, type, words);
  }

  void multiplyHalves(Value k, MutableArrayRef<Value> sums) {
    auto type = VectorType::get(2 * kPanel, b.getBF16Type());
    SmallVector<Value> pairs;
    for (size_t w = 0; w < weights; ++w) {
      Value bytes = vector::LoadOp::create(
          b, VectorType::get(4 * kPanel, b.getI8Type()), op.getWeights()[w],
          ValueRange(placeOf(w, k).offset));
      pairs.push_back(vector::BitCastOp::create(b, type, bytes));
    }
    for (int64_t r = 0; r < rows; ++r) {
      Value x = broadcastWord(r, k, type);
      for (size_t w = 0; w < weights; ++w) {
        Value &sum = sums[r * weights + w];
        sum = x86vector::DotBF16Op::create(b, lanes, sum, x, pairs[w]);
      }
    }
  }

  /// Sums of products of bytes over a group are exact in integers, and begin
  /// with what the zero point takes away. Each quad of weights meets every row
  /// before the next one is looked at, so that few registers hold weights.
  void multiplyBytes(Value k, MutableArrayRef<Value> sums) {
    auto ints = VectorType::get(kPanel, b.getI32Type());
    auto bytes = VectorType::get(4 * kPanel, b.getI8Type());
    auto encoding = [&](size_t w) {
      return cast<GroupedAttr>(packed(w).getEncoding());
    };
    SmallVector<Place> places;
    SmallVector<SmallVector<Value>> quads;
    int64_t span = kRun;
    for (size_t w = 0; w < weights; ++w) {
      places.push_back(placeOf(w, k));
      quads.push_back(expandQuads(b, op.getLoc(), encoding(w),
                                  op.getWeights()[w], places[w].offset,
                                  places[w].number));
      span = std::min(span, encoding(w).getGroup());
    }
    for (int64_t first = 0; first < kRun; first += span) {
      SmallVector<Value> dots, totals;
      for (int64_t r = 0; r < rows; ++r) {
        totals.push_back(sumOfRow(r, k, first, span));
        for (size_t w = 0; w < weights; ++w) {
          Value factor = arith::ConstantOp::create(
              b, b.getI32IntegerAttr(-encoding(w).getZero()));
          dots.push_back(vector::BroadcastOp::create(
              b, ints, arith::MulIOp::create(b, totals[r], factor)));
        }
      }
      for (int64_t quad : quadOrder(first / 4, span / 4))
        for (int64_t r = 0; r < rows; ++r) {
          Value x = broadcastWord(r, plus(k, quad * 4), bytes);
          for (size_t w = 0; w < weights; ++w) {
            Value &dot = dots[r * weights + w];
            dot = LLVM::CallIntrinsicOp::create(
                      b, ints, b.getStringAttr("llvm.x86.avx512.vpdpbusd.512"),
                      ValueRange{dot, quads[w][quad], x})
                      .getResult(0);
          }
        }
      for (size_t w = 0; w < weights; ++w) {
        auto [scale, addend] =
            expandGroupTerms(b, op.getLoc(), encoding(w), op.getWeights()[w],
                             places[w].offset, places[w].number, first);
        for (int64_t r = 0; r < rows; ++r)
          addGroup(sums[r * weights + w], dots[r * weights + w], scale, addend,
                   r, k, totals[r]);
      }
    }
  }

  /// Quads whose weights share bytes stand side by side.
  static SmallVector<int64_t> quadOrder(int64_t first, int64_t count) {
    SmallVector<int64_t> order;
    int64_t half = std::max<int64_t>(1, count / 2);
    for (int64_t i = 0; i < half; ++i)
      for (int64_t quad = i; quad < count; quad += half)
        order.push_back(first + quad);
    return order;
  }

  /// Sum of row r's integers in a group: of `span` in features from k + first
  /// on.
  Value sumOfRow(int64_t r, Value k, int64_t first, int64_t span) {
    Value total;
    for (int64_t i = first; i < first + span; i += kActivationSums) {
      Value at = arith::DivUIOp::create(b, plus(k, i), index(kActivationSums));
      Value part = memref::LoadOp::create(b, op.getSums(),
                                          ValueRange{plus(op.getRow(), r), at});
      total = total ? arith::AddIOp::create(b, total, part).getResult() : part;
    }
    return total;
  }

  /// A weight is (quant - zero) * scale + addend: with the row's scale and the
  /// sum of its integers, a group's dot product in f32.
  void addGroup(Value &sum, Value dot, Value scale, Value addend, int64_t r,
                Value k, Value total) {
    Value group = arith::DivUIOp::create(b, k, index(kActivationGroup));
    Value factor = memref::LoadOp::create(
        b, op.getScales(), ValueRange{plus(op.getRow(), r), group});
    sum = vector::FMAOp::create(b, arith::SIToFPOp::create(b, lanes, dot),
                                arith::MulFOp::create(b, scale, splat(factor)),
                                sum);
    if (!addend)
      return;
    Value scaled = arith::MulFOp::create(
        b, arith::SIToFPOp::create(b, b.getF32Type(), total), factor);
    sum = vector::FMAOp::create(b, addend, splat(scaled), sum);
  }

  LinearTileOp op;
  Product product;
  int64_t prefetchBytes;
  ImplicitLocOpBuilder b;
  int64_t rows;
  size_t weights;
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
    return std::pair<Value, Value>(arith::DivUIOp::create(b, value, index(by)),
                                   arith::RemUIOp::create(b, value, index(by)));
  };
  auto [panel, lane] = split(op.getRow(), kPanel);
  auto [block, k] = split(op.getColumn(), layout.getBlockSpan());
  Value offset = arith::AddIOp::create(
      b, arith::MulIOp::create(b, panel, index(type.getPanelBytes())),
      arith::MulIOp::create(b, block, index(layout.getBlockBytes())));
  op.getResult().replaceAllUsesWith(
      layout.expandElement(b, op.getLoc(), op.getWeight(), offset, lane, k));
  op.erase();
}

struct ExpandWeightTiles : llm::impl::ExpandWeightTilesBase<ExpandWeightTiles> {
  using ExpandWeightTilesBase::ExpandWeightTilesBase;

  FailureOr<Product> productFor(LinearTileOp op) {
    Type element = cast<MemRefType>(op.getInput().getType()).getElementType();
    if (element.isInteger(8)) {
      if (byteDot && op.getScales())
        return Product::Bytes;
      return op.emitError()
             << "rows of i8 need their scales and a level with byte-dot";
    }
    return element.isBF16() && bf16Dot ? Product::Halves : Product::Floats;
  }

  void runOnOperation() override {
    WalkResult result = getOperation()->walk([&](Operation *op) {
      if (auto tile = dyn_cast<LinearTileOp>(op)) {
        if (bf16Tiles && fitsMatrixTiles(tile)) {
          expandMatrixTile(tile);
          return WalkResult::advance();
        }
        FailureOr<Product> product = productFor(tile);
        if (failed(product))
          return WalkResult::interrupt();
        TileExpansion(tile, *product, prefetchBytes).run();
      } else if (auto element = dyn_cast<WeightElementOp>(op)) {
        expandElement(element);
      }
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};

} // namespace
