//===- LowerTeam.cpp - Barriers, tile claims and context as LLVM ----------===//
//
// The only place where generated code touches StepContext and TeamSync of
// runtime/lib/ObjectFormat.h; offsets come from the structures themselves.
//
//===----------------------------------------------------------------------===//

#include "passes/cpu/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Parser/Parser.h"
#include "runtime/lib/ObjectFormat.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_LOWERTEAM
#include "passes/cpu/Passes.h.inc"
} // namespace llm

using namespace llm;
using llmrt::HostTable;
using llmrt::StepContext;
using llmrt::TeamSync;

/// Sense of generations: who comes last resets the counters and opens the next
/// generation; the others spin on it, then sleep in the host. The order of
/// "generation, then sleepers" here and "sleepers, then generation" in park is
/// sequentially consistent, so that no wake is lost.
/// {0} sync, {1} threads, {2} host, {3} arrived, {4} generation, {5} nextTile,
/// {6} sleepers, {7} park, {8} wake, {9} self
constexpr const char *kBarrier = R"mlir(
llvm.func internal @team_barrier(%context: !llvm.ptr) attributes {{passthrough = ["noinline"]} {{
  %zero = llvm.mlir.constant(0 : i32) : i32
  %one = llvm.mlir.constant(1 : i32) : i32
  %spins = llvm.mlir.constant(20000 : i32) : i32
  %syncAt = llvm.getelementptr %context[{0}] : (!llvm.ptr) -> !llvm.ptr, i8
  %sync = llvm.load %syncAt : !llvm.ptr -> !llvm.ptr
  %threadsAt = llvm.getelementptr %context[{1}] : (!llvm.ptr) -> !llvm.ptr, i8
  %threads = llvm.load %threadsAt : !llvm.ptr -> i32
  %arrivedAt = llvm.getelementptr %sync[{3}] : (!llvm.ptr) -> !llvm.ptr, i8
  %generationAt = llvm.getelementptr %sync[{4}] : (!llvm.ptr) -> !llvm.ptr, i8
  %nextTileAt = llvm.getelementptr %sync[{5}] : (!llvm.ptr) -> !llvm.ptr, i8
  %sleepersAt = llvm.getelementptr %sync[{6}] : (!llvm.ptr) -> !llvm.ptr, i8
  %hostAt = llvm.getelementptr %context[{2}] : (!llvm.ptr) -> !llvm.ptr, i8
  %seen = llvm.load %generationAt atomic monotonic {{alignment = 4 : i64} : !llvm.ptr -> i32
  %before = llvm.atomicrmw add %arrivedAt, %one acq_rel : !llvm.ptr, i32
  %arrived = llvm.add %before, %one : i32
  %isLast = llvm.icmp "eq" %arrived, %threads : i32
  llvm.cond_br %isLast, ^last, ^spin(%zero : i32)
^last:
  llvm.store %zero, %arrivedAt atomic monotonic {{alignment = 4 : i64} : i32, !llvm.ptr
  llvm.store %zero, %nextTileAt atomic monotonic {{alignment = 4 : i64} : i32, !llvm.ptr
  %next = llvm.add %seen, %one : i32
  llvm.store %next, %generationAt atomic seq_cst {{alignment = 4 : i64} : i32, !llvm.ptr
  %sleepers = llvm.load %sleepersAt atomic seq_cst {{alignment = 4 : i64} : !llvm.ptr -> i32
  %anyAsleep = llvm.icmp "ne" %sleepers, %zero : i32
  llvm.cond_br %anyAsleep, ^wake, ^done
^wake:
  %hostW = llvm.load %hostAt : !llvm.ptr -> !llvm.ptr
  %selfAtW = llvm.getelementptr %hostW[{9}] : (!llvm.ptr) -> !llvm.ptr, i8
  %selfW = llvm.load %selfAtW : !llvm.ptr -> !llvm.ptr
  %wakeAt = llvm.getelementptr %hostW[{8}] : (!llvm.ptr) -> !llvm.ptr, i8
  %wake = llvm.load %wakeAt : !llvm.ptr -> !llvm.ptr
  llvm.call %wake(%selfW, %generationAt) : !llvm.ptr, (!llvm.ptr, !llvm.ptr) -> ()
  llvm.br ^done
^spin(%count: i32):
  %now = llvm.load %generationAt atomic acquire {{alignment = 4 : i64} : !llvm.ptr -> i32
  %open = llvm.icmp "ne" %now, %seen : i32
  llvm.cond_br %open, ^done, ^again
^again:
  llvm.call_intrinsic "llvm.x86.sse2.pause"() : () -> ()
  %nextCount = llvm.add %count, %one : i32
  %tired = llvm.icmp "ugt" %nextCount, %spins : i32
  llvm.cond_br %tired, ^park, ^spin(%nextCount : i32)
^park:
  %hostP = llvm.load %hostAt : !llvm.ptr -> !llvm.ptr
  %selfAtP = llvm.getelementptr %hostP[{9}] : (!llvm.ptr) -> !llvm.ptr, i8
  %selfP = llvm.load %selfAtP : !llvm.ptr -> !llvm.ptr
  %parkAt = llvm.getelementptr %hostP[{7}] : (!llvm.ptr) -> !llvm.ptr, i8
  %park = llvm.load %parkAt : !llvm.ptr -> !llvm.ptr
  llvm.call %park(%selfP, %generationAt, %seen) : !llvm.ptr, (!llvm.ptr, !llvm.ptr, i32) -> ()
  llvm.br ^spin(%zero : i32)
^done:
  llvm.return
}
)mlir";

/// Each claim takes the threads' equal share of half of what is left, one tile
/// at least. {0} sync, {1} threads, {2} nextTile
constexpr const char *kClaim = R"mlir(
llvm.func internal @team_claim(%context: !llvm.ptr, %total: i32) -> !llvm.struct<(i32, i32)> attributes {{passthrough = ["noinline"]} {{
  %one = llvm.mlir.constant(1 : i32) : i32
  %syncAt = llvm.getelementptr %context[{0}] : (!llvm.ptr) -> !llvm.ptr, i8
  %sync = llvm.load %syncAt : !llvm.ptr -> !llvm.ptr
  %threadsAt = llvm.getelementptr %context[{1}] : (!llvm.ptr) -> !llvm.ptr, i8
  %threads = llvm.load %threadsAt : !llvm.ptr -> i32
  %parts = llvm.shl %threads, %one : i32
  %nextTileAt = llvm.getelementptr %sync[{2}] : (!llvm.ptr) -> !llvm.ptr, i8
  %seen = llvm.load %nextTileAt atomic monotonic {{alignment = 4 : i64} : !llvm.ptr -> i32
  llvm.br ^try(%seen : i32)
^try(%first: i32):
  %none = llvm.icmp "uge" %first, %total : i32
  llvm.cond_br %none, ^done(%total : i32), ^take
^take:
  %left = llvm.sub %total, %first : i32
  %share = llvm.udiv %left, %parts : i32
  %count = llvm.intr.umax(%share, %one) : (i32, i32) -> i32
  %end = llvm.add %first, %count : i32
  %exchange = llvm.cmpxchg %nextTileAt, %first, %end monotonic monotonic {{alignment = 4 : i64} : !llvm.ptr, i32
  %now = llvm.extractvalue %exchange[0] : !llvm.struct<(i32, i1)>
  %taken = llvm.extractvalue %exchange[1] : !llvm.struct<(i32, i1)>
  llvm.cond_br %taken, ^done(%end : i32), ^try(%now : i32)
^done(%last: i32):
  %empty = llvm.mlir.undef : !llvm.struct<(i32, i32)>
  %begun = llvm.insertvalue %first, %empty[0] : !llvm.struct<(i32, i32)>
  %run = llvm.insertvalue %last, %begun[1] : !llvm.struct<(i32, i32)>
  llvm.return %run : !llvm.struct<(i32, i32)>
}
)mlir";

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
        SmallVector<Value> operands{base, thread};
        llvm::append_range(operands, call.getOperands().drop_front());
        func::CallOp::create(b, call.getCallee(), TypeRange(), operands);
      } else if (isa<BarrierOp>(op)) {
        LLVM::CallOp::create(b, TypeRange(), "team_barrier", ValueRange(base));
      } else {
        return;
      }
      op->erase();
    });
    assert(entry.getArgument(0).use_empty() && "every use was replaced");
    entry.eraseArgument(0);
    function.setFunctionType(b.getFunctionType(entry.getArgumentTypes(), {}));
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

    auto type = cast<MemRefType>(op.getType());
    int64_t rank = type.getRank();
    Type i64 = b.getI64Type();
    auto array = LLVM::LLVMArrayType::get(i64, rank);
    auto descriptor = LLVM::LLVMStructType::getLiteral(
        b.getContext(), {pointer, pointer, i64, array, array});
    Value value = LLVM::UndefOp::create(b, descriptor);
    auto insert = [&](Value element, ArrayRef<int64_t> position) {
      value = LLVM::InsertValueOp::create(b, value, element, position);
    };
    insert(data, {0});
    insert(data, {1});
    insert(constant(b, 0), {2});
    Value stride = constant(b, 1);
    for (int64_t i = rank; i-- > 0;) {
      unsigned dynamic = type.getDynamicDimIndex(i);
      Value size = type.isDynamicDim(i) ? toI64(b, op.getSizes()[dynamic])
                                        : constant(b, type.getDimSize(i));
      insert(size, {3, i});
      insert(stride, {4, i});
      if (i > 0)
        stride = LLVM::MulOp::create(b, stride, size);
    }
    return UnrealizedConversionCastOp::create(b, op.getType(), value)
        .getResult(0);
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
    if (!scratch || classes.empty()) {
      module.emitError() << "expected step functions and llm.scratch_bytes; "
                            "--llm-lower-steps makes them";
      return signalPassFailure();
    }
    for (auto function : module.getOps<func::FuncOp>())
      if (isa<TeamType>(function.getArgumentTypes().front()))
        lowerFunction(function, scratch.getInt());
    addEntry(module, classes);

    std::string barrier = llvm::formatv(
        kBarrier, offsetof(StepContext, sync), offsetof(StepContext, threads),
        offsetof(StepContext, host), offsetof(TeamSync, arrived),
        offsetof(TeamSync, generation), offsetof(TeamSync, nextTile),
        offsetof(TeamSync, sleepers), offsetof(HostTable, park),
        offsetof(HostTable, wake), offsetof(HostTable, self));
    std::string claim = llvm::formatv(kClaim, offsetof(StepContext, sync),
                                      offsetof(StepContext, threads),
                                      offsetof(TeamSync, nextTile));
    if (failed(parseSourceString(barrier + claim, module.getBody(),
                                 ParserConfig(&getContext()))))
      signalPassFailure();
  }
};

} // namespace
