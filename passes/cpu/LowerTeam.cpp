//===- LowerTeam.cpp - Barriers, tile claims and context as LLVM ----------===//
//
// The only place where generated code touches StepContext and TeamSync of
// runtime/lib/ObjectFormat.h; offsets come from the structures themselves.
//
//===----------------------------------------------------------------------===//

#include "passes/cpu/Passes.h"
#include "passes/cpu/PointerView.h"
#include "passes/cpu/TeamFunctions.h"

#include "mlir/Dialect/LLVMIR/LLVMTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "runtime/lib/ObjectFormat.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_LOWERTEAM
#include "passes/cpu/Passes.h.inc"
} // namespace llm

using namespace llm;
using llmrt::StepContext;

namespace {

struct LowerTeam : llm::impl::LowerTeamBase<LowerTeam> {
  using LowerTeamBase::LowerTeamBase;

  static Value constant(ImplicitLocOpBuilder &b, int64_t value) {
    return LLVM::ConstantOp::create(b, b.getI64Type(),
                                    b.getI64IntegerAttr(value));
  }
  /// The address `offset` bytes after `base`.
  static Value at(ImplicitLocOpBuilder &b, Value base, int64_t offset) {
    return LLVM::GEPOp::create(
        b, LLVM::LLVMPointerType::get(b.getContext()), b.getI8Type(), base,
        ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(offset)});
  }
  static Value load(ImplicitLocOpBuilder &b, Type type, Value base,
                    int64_t offset) {
    return LLVM::LoadOp::create(b, type, at(b, base, offset));
  }
  static Value toI64(ImplicitLocOpBuilder &b, Value index) {
    return arith::IndexCastOp::create(b, b.getI64Type(), index);
  }

  /// Replaces the team, the first argument of a function, by (context, thread).
  void lowerFunction(func::FuncOp function, int64_t scratchBytes) {
    MLIRContext *context = &getContext();
    ImplicitLocOpBuilder b(function.getLoc(), context);
    auto pointer = LLVM::LLVMPointerType::get(context);
    Block &entry = function.getBody().front();
    Value base = entry.insertArgument(1u, pointer, function.getLoc());
    Value thread = entry.insertArgument(2u, b.getI64Type(), function.getLoc());
    function.walk([&](Operation *op) {
      b.setInsertionPoint(op);
      b.setLoc(op->getLoc());
      if (auto dim = dyn_cast<ContextDimOp>(op)) {
        Value dims = load(b, pointer, base, offsetof(StepContext, dims));
        Value value = load(b, b.getI64Type(), dims, dim.getSymbol() * 8);
        op->replaceAllUsesWith(
            ValueRange(arith::IndexCastOp::create(b, b.getIndexType(), value)));
      } else if (auto buffer = dyn_cast<ContextBufferOp>(op)) {
        op->replaceAllUsesWith(
            ValueRange(lowerBuffer(b, buffer, base, thread, scratchBytes)));
      } else if (auto claim = dyn_cast<ClaimTilesOp>(op)) {
        Value total =
            arith::IndexCastUIOp::create(b, b.getI32Type(), claim.getTotal());
        auto pair = LLVM::LLVMStructType::getLiteral(
            context, {b.getI32Type(), b.getI32Type()});
        Value run =
            LLVM::CallOp::create(b, pair, "team_claim", ValueRange{base, total})
                .getResult();
        for (unsigned i : {0, 1})
          op->getResult(i).replaceAllUsesWith(arith::IndexCastUIOp::create(
              b, b.getIndexType(), LLVM::ExtractValueOp::create(b, run, i)));
      } else if (auto call = dyn_cast<func::CallOp>(op)) {
        if (call->getNumOperands() == 0 ||
            !isa<TeamType>(call.getOperand(0).getType()))
          return;
        SmallVector<Value> operands{base, thread};
        llvm::append_range(operands, call.getOperands().drop_front());
        op->replaceAllUsesWith(func::CallOp::create(
            b, call.getCallee(), call.getResultTypes(), operands));
      } else if (isa<TeamSizeOp>(op)) {
        op->replaceAllUsesWith(ValueRange(teamSize(b, base)));
      } else if (isa<BarrierOp>(op)) {
        LLVM::CallOp::create(b, TypeRange(), "team_barrier", ValueRange(base));
      } else {
        return;
      }
      op->erase();
    });
    assert(entry.getArgument(0).use_empty() && "every use was replaced");
    entry.eraseArgument(0);
    function.setFunctionType(
        b.getFunctionType(entry.getArgumentTypes(), function.getResultTypes()));
  }

  Value lowerBuffer(ImplicitLocOpBuilder &b, ContextBufferOp op, Value base,
                    Value thread, int64_t scratchBytes) {
    auto pointer = LLVM::LLVMPointerType::get(b.getContext());
    StringRef source = op.getSource();
    Value data;
    auto field = [&](size_t offset) { return load(b, pointer, base, offset); };
    if (source == "arena")
      data = field(offsetof(StepContext, arena));
    else if (source == "weights")
      data = field(offsetof(StepContext, weights));
    else if (source == "argument")
      data = load(b, pointer, field(offsetof(StepContext, arguments)),
                  op.getIndex() * 8);
    else if (source == "state")
      data = load(b, pointer, field(offsetof(StepContext, states)),
                  op.getIndex() * 8);
    else { // this thread's scratch
      Value offset = LLVM::MulOp::create(b, thread, constant(b, scratchBytes));
      data = LLVM::GEPOp::create(b, pointer, b.getI8Type(),
                                 field(offsetof(StepContext, scratch)),
                                 ArrayRef<LLVM::GEPArg>{offset});
    }

    return viewPointer(b, cast<MemRefType>(op.getType()), data, op.getSizes());
  }

  /// The function that the runtime calls.
  void addEntry(ModuleOp module, ArrayRef<func::FuncOp> classes) {
    ImplicitLocOpBuilder b(module.getLoc(), &getContext());
    b.setInsertionPointToEnd(module.getBody());
    auto pointer = LLVM::LLVMPointerType::get(&getContext());
    auto entry = func::FuncOp::create(
        b, symbol, b.getFunctionType({pointer, b.getI32Type()}, {}));
    b.setInsertionPointToStart(entry.addEntryBlock());
    Value context = entry.getArgument(0);
    Value thread =
        arith::ExtUIOp::create(b, b.getI64Type(), entry.getArgument(1));
    Value dims = load(b, pointer, context, offsetof(StepContext, dims));
    Value rows = load(b, b.getI64Type(), dims, 0);
    for (func::FuncOp function : classes) {
      auto range = cast<DenseI64ArrayAttr>(function->getAttr("llm.rows"));
      if (function != classes.back()) {
        Value fits = arith::CmpIOp::create(
            b, arith::CmpIPredicate::sle, rows,
            arith::ConstantIntOp::create(b, b.getI64Type(),
                                         range.asArrayRef()[1]));
        auto branch = scf::IfOp::create(b, fits, /*withElseRegion=*/true);
        b.setInsertionPointToStart(&branch.getThenRegion().front());
        func::CallOp::create(b, function, ValueRange{context, thread});
        b.setInsertionPointToStart(&branch.getElseRegion().front());
      } else {
        func::CallOp::create(b, function, ValueRange{context, thread});
      }
    }
    b.setInsertionPointToEnd(&entry.getBody().front());
    func::ReturnOp::create(b);
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto scratch = module->getAttrOfType<IntegerAttr>("llm.scratch_bytes");
    SmallVector<func::FuncOp> classes;
    for (auto function : module.getOps<func::FuncOp>())
      if (function->hasAttr("llm.rows"))
        classes.push_back(function);
    // The entry of a graph is LowerGraph's.
    bool isGraph =
        llvm::any_of(module.getOps<func::FuncOp>(), [](func::FuncOp function) {
          return function->hasAttr("llm.graph");
        });
    if (!isGraph && (!scratch || classes.empty())) {
      module.emitError() << "expected step functions and llm.scratch_bytes; "
                            "--llm-lower-steps makes them";
      return signalPassFailure();
    }
    for (auto function : module.getOps<func::FuncOp>())
      if (function.getNumArguments() > 0 &&
          isa<TeamType>(function.getArgumentTypes().front()))
        lowerFunction(function, scratch ? scratch.getInt() : 0);
    if (!isGraph)
      addEntry(module, classes);

    if (failed(addTeamFunctions(module)))
      signalPassFailure();
  }
};

} // namespace
