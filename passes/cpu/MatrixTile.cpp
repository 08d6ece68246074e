//===- MatrixTile.cpp - Linear tiles on AMX's tile registers --------------===//
//
// A register holds 16 rows of 64 bytes. 16 rows of activations by 32 in
// features lie in memory as they are, and so do 32 in features of a panel of
// weights: a row of the register is one pair of in features of 16 out features,
// which is what TDPBF16PS wants. Registers are named by number, for LLVM's
// allocator of tile registers reconfigures them around loops (Intel 64 and
// IA-32 Software Developer's Manual, volume 1, chapter 18).
//
//===----------------------------------------------------------------------===//

#include "passes/cpu/MatrixTile.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace llm;

namespace {

constexpr int64_t kRegisters = 8;
constexpr int64_t kRegisterRows = 16;
constexpr int64_t kRegisterBytes = 64; ///< of a row
constexpr int64_t kStep = 32;          ///< in features of bf16 in a register

/// Marks a function whose tile registers have been configured.
constexpr llvm::StringLiteral kConfigured = "llm.tiles_configured";

int64_t rowsOf(LinearTileOp op) {
  return cast<VectorType>(op.getResult(0).getType()).getDimSize(0);
}

PackedType packedOf(LinearTileOp op) {
  return cast<PackedType>(cast<TypeAttr>(op.getTypes()[0]).getValue());
}

class MatrixTile {
public:
  explicit MatrixTile(LinearTileOp op)
      : op(op), b(op.getLoc(), op), rows(rowsOf(op)),
        blocks(rows / kRegisterRows), weights(op.getWeights().size()) {}

  void expand() {
    Value sums = prepareFunction();
    for (int64_t c = 0; c < blocks * weights; ++c)
      call("llvm.x86.tilezero", {number(c)});
    int64_t columns = packedOf(op).getColumns();
    scf::ForOp::create(b, index(0), index(columns), index(kStep), ValueRange(),
                       [&](OpBuilder &builder, Location, Value k, ValueRange) {
                         OpBuilder::InsertionGuard guard(b);
                         b.restoreInsertionPoint(builder.saveInsertionPoint());
                         multiply(k);
                         scf::YieldOp::create(b);
                       });
    for (int64_t w = 0; w < weights; ++w)
      for (int64_t block = 0; block < blocks; ++block)
        call("llvm.x86.tilestored64",
             {number(sumRegister(block, w)),
              address(sums, index((w * rows + block * kRegisterRows) *
                                  kRegisterBytes)),
              stride(kRegisterBytes)});
    auto lanes = VectorType::get(kPanel, b.getF32Type());
    for (int64_t w = 0; w < weights; ++w) {
      Value tile = arith::ConstantOp::create(
          b, DenseElementsAttr::get(cast<VectorType>(op.getResult(w).getType()),
                                    0.0f));
      for (int64_t r = 0; r < rows; ++r)
        tile = vector::InsertOp::create(
            b,
            vector::LoadOp::create(b, lanes, sums,
                                   ValueRange{index(w * rows + r), index(0)}),
            tile, r);
      op.getResult(w).replaceAllUsesWith(tile);
    }
    op.erase();
  }

private:
  int64_t sumRegister(int64_t block, int64_t w) const {
    return block * weights + w;
  }

  /// One step of in features: each block of rows meets each panel.
  void multiply(Value k) {
    auto input = cast<MemRefType>(op.getInput().getType());
    int64_t rowBytes = input.getDimSize(1) * 2;
    int64_t firstInput = blocks * weights, firstWeight = firstInput + blocks;
    for (int64_t block = 0; block < blocks; ++block) {
      Value row = plus(op.getRow(), block * kRegisterRows);
      call("llvm.x86.tileloadd64",
           {number(firstInput + block),
            address(op.getInput(), sum(times(row, rowBytes), times(k, 2))),
            stride(rowBytes)});
      for (int64_t w = 0; w < weights; ++w) {
        if (block == 0)
          call("llvm.x86.tileloadd64",
               {number(firstWeight + w),
                address(
                    op.getWeights()[w],
                    sum(times(op.getPanels()[w], packedOf(op).getPanelBytes()),
                        times(k, kPanel * 2))),
                stride(kRegisterBytes)});
        call("llvm.x86.tdpbf16ps",
             {number(sumRegister(block, w)), number(firstInput + block),
              number(firstWeight + w)});
      }
    }
  }

  /// Memory of the calling thread for the sums; configures the registers where
  /// the function begins and gives them up where it ends.
  Value prepareFunction() {
    auto function = op->getParentOfType<func::FuncOp>();
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&function.getBody().front());
    auto aligned = b.getI64IntegerAttr(kRegisterBytes);
    Value sums = memref::AllocaOp::create(
        b, MemRefType::get({rows * weights, kPanel}, b.getF32Type()), aligned);
    if (function->hasAttr(kConfigured))
      return sums;
    function->setAttr(kConfigured, b.getUnitAttr());
    // Palette 1, then the bytes of a row and the rows of each register.
    SmallVector<int8_t> bytes(64, 0);
    bytes[0] = 1;
    for (int64_t i = 0; i < kRegisters; ++i) {
      bytes[16 + 2 * i] = kRegisterBytes;
      bytes[48 + i] = kRegisterRows;
    }
    auto type = VectorType::get(64, b.getI8Type());
    Value configuration = memref::AllocaOp::create(
        b, MemRefType::get({64}, b.getI8Type()), aligned);
    vector::StoreOp::create(
        b,
        arith::ConstantOp::create(
            b, DenseElementsAttr::get(type, ArrayRef<int8_t>(bytes))),
        configuration, ValueRange(index(0)));
    call("llvm.x86.ldtilecfg", {address(configuration, index(0))});
    function.walk([&](func::ReturnOp end) {
      b.setInsertionPoint(end);
      call("llvm.x86.tilerelease", {});
    });
    return sums;
  }

  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value plus(Value base, int64_t offset) { return sum(base, index(offset)); }
  Value sum(Value x, Value y) { return arith::AddIOp::create(b, x, y); }
  Value times(Value x, int64_t y) {
    return arith::MulIOp::create(b, x, index(y));
  }
  Value number(int64_t tileRegister) {
    return LLVM::ConstantOp::create(b, b.getI8Type(),
                                    b.getI8IntegerAttr(tileRegister));
  }
  Value stride(int64_t bytes) {
    return LLVM::ConstantOp::create(b, b.getI64Type(),
                                    b.getI64IntegerAttr(bytes));
  }
  Value address(Value buffer, Value bytes) {
    Value base = memref::ExtractAlignedPointerAsIndexOp::create(b, buffer);
    Value at = arith::IndexCastOp::create(b, b.getI64Type(), sum(base, bytes));
    return LLVM::IntToPtrOp::create(
        b, LLVM::LLVMPointerType::get(b.getContext()), at);
  }
  void call(StringRef intrinsic, ValueRange operands) {
    LLVM::CallIntrinsicOp::create(b, b.getStringAttr(intrinsic), operands);
  }

  LinearTileOp op;
  ImplicitLocOpBuilder b;
  int64_t rows, blocks, weights;
};

} // namespace

bool llm::fitsMatrixTiles(LinearTileOp op) {
  int64_t rows = rowsOf(op), weights = op.getWeights().size();
  int64_t blocks = rows / kRegisterRows;
  bool halves = llvm::all_of(op.getTypes(), [](Attribute type) {
    auto packed = cast<PackedType>(cast<TypeAttr>(type).getValue());
    auto dense = dyn_cast<DenseAttr>(packed.getEncoding());
    return dense && dense.getElementType().isBF16();
  });
  return halves &&
         cast<MemRefType>(op.getInput().getType()).getElementType().isBF16() &&
         packedOf(op).getColumns() % kStep == 0 && blocks > 0 &&
         rows % kRegisterRows == 0 &&
         blocks * weights + blocks + weights <= kRegisters &&
         op->getParentOfType<func::FuncOp>();
}

void llm::expandMatrixTile(LinearTileOp op) { MatrixTile(op).expand(); }
