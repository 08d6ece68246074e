//===- ExpandMath.cpp - Functions of floats without a math library --------===//
//
// Of f32: range reduction by Cody and Waite (1980) with fused multiply-adds,
// then a polynomial near its minimax (Remez) on the reduced range. Errors
// against f64, which tests/numerics/math.test measures, in ulp or absolute:
//
//   exp       [-87.3, 88.7]  1 ulp   0 below -104, +inf above
//   log       x > 0          3 ulp   -inf at 0, no number below
//   expm1     all            4 ulp
//   log1p     x > -1         4 ulp
//   tanh      all            3 ulp
//   erf       all            3 ulp
//   sin, cos  all            1e-7, absolute
//
// Of f64, what LLVM libc lacks is written in terms of what it has: erf, sinh,
// cosh, tanh, asinh, acosh, atanh, 4 ulp. Other functions, which are rare,
// become calls of LLVM libc, here where LLVM has no intrinsic for them.
//
//===----------------------------------------------------------------------===//

#include "passes/cpu/Passes.h"
#include "passes/cpu/math/Numbers.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_EXPANDMATH
#include "passes/cpu/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

/// Null for what is not expanded.
Value expandSingle(Operation *op) {
  Numbers m(op);
  Value x = op->getOperand(0);
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](math::ExpOp) { return expandExp(m, x); })
      .Case([&](math::LogOp) { return expandLog(m, x); })
      .Case([&](math::ExpM1Op) { return expandExpM1(m, x); })
      .Case([&](math::Log1pOp) { return expandLog1p(m, x); })
      .Case([&](math::TanhOp) { return expandTanh(m, x); })
      .Case([&](math::ErfOp) { return expandErf(m, x); })
      .Case([&](math::SinOp) { return expandSinCos(m, x, false); })
      .Case([&](math::CosOp) { return expandSinCos(m, x, true); })
      .Default([](Operation *) { return Value(); });
}

Value expandDouble(Operation *op) {
  Numbers m(op);
  Value x = op->getOperand(0);
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](math::SinhOp) { return expandSinhWide(m, x); })
      .Case([&](math::CoshOp) { return expandCoshWide(m, x); })
      .Case([&](math::TanhOp) { return expandTanhWide(m, x); })
      .Case([&](math::AsinhOp) { return expandAsinhWide(m, x); })
      .Case([&](math::AcoshOp) { return expandAcoshWide(m, x); })
      .Case([&](math::AtanhOp) { return expandAtanhWide(m, x); })
      .Case([&](math::ErfOp) { return expandErfWide(m, x); })
      .Default([](Operation *) { return Value(); });
}

/// What LLVM libc has and LLVM has no intrinsic for.
StringRef libraryName(Operation *op, bool isDouble) {
  return llvm::TypeSwitch<Operation *, StringRef>(op)
      .Case([&](math::AsinhOp) { return isDouble ? "" : "asinhf"; })
      .Case([&](math::AcoshOp) { return isDouble ? "" : "acoshf"; })
      .Case([&](math::AtanhOp) { return isDouble ? "" : "atanhf"; })
      .Case([&](math::ExpM1Op) { return isDouble ? "expm1" : ""; })
      .Case([&](math::Log1pOp) { return isDouble ? "log1p" : ""; })
      .Case([&](math::CbrtOp) { return isDouble ? "cbrt" : "cbrtf"; })
      .Default([](Operation *) { return ""; });
}

Value callLibrary(Operation *op, StringRef name) {
  ImplicitLocOpBuilder b(op->getLoc(), op);
  auto module = op->getParentOfType<ModuleOp>();
  Type element = getElementTypeOrSelf(op->getResult(0).getType());
  if (!module.lookupSymbol(name)) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(module.getBody());
    auto function =
        func::FuncOp::create(b, name, b.getFunctionType(element, element));
    function.setPrivate();
  }
  Value x = op->getOperand(0);
  auto call = [&](Value one) {
    return func::CallOp::create(b, name, element, one).getResult(0);
  };
  auto vector = dyn_cast<VectorType>(x.getType());
  if (!vector)
    return call(x);
  Value result = x;
  for (int64_t i = 0; i < vector.getNumElements(); ++i) {
    SmallVector<int64_t> place =
        delinearize(i, computeStrides(vector.getShape()));
    Value one = vector::ExtractOp::create(b, x, place);
    result = vector::InsertOp::create(b, call(one), result, place);
  }
  return result;
}

/// Zeros are taken as equal, as processors take them. LLVM looks for a NaN in
/// the first operand, beside the comparison: in the one that no loop carries,
/// for what is carried waits for both.
template <typename Extremum> void relaxExtremum(Extremum op) {
  op.setFastmath(op.getFastmath() | arith::FastMathFlags::nsz);
  if (isa<BlockArgument>(op.getLhs()))
    op->setOperands({op.getRhs(), op.getLhs()});
}

struct ExpandMath : llm::impl::ExpandMathBase<ExpandMath> {
  void runOnOperation() override {
    SmallVector<Operation *> work;
    getOperation()->walk([&](Operation *op) {
      if (op->getNumResults() == 1 && op->getNumOperands() == 1)
        work.push_back(op);
    });
    getOperation()->walk([](arith::MaximumFOp op) { relaxExtremum(op); });
    getOperation()->walk([](arith::MinimumFOp op) { relaxExtremum(op); });
    // Expansions of f64 are written in functions that are called then.
    for (size_t i = 0; i < work.size(); ++i) {
      Operation *op = work[i];
      Type element = getElementTypeOrSelf(op->getResult(0).getType());
      Value value;
      if (element.isF32()) {
        value = expandSingle(op);
      } else if (element.isF64()) {
        Operation *before = op->getPrevNode();
        value = expandDouble(op);
        for (Operation *fresh = op->getPrevNode(); value && fresh != before;
             fresh = fresh->getPrevNode())
          work.push_back(fresh);
      }
      if (!value && (element.isF32() || element.isF64()))
        if (StringRef name = libraryName(op, element.isF64()); !name.empty())
          value = callLibrary(op, name);
      if (!value)
        continue;
      op->getResult(0).replaceAllUsesWith(value);
      op->erase();
    }
  }
};

} // namespace
