//===- TeamFunctions.cpp - How threads meet and share tiles ---------------===//
//
// Written as text, because that is how it is read best; offsets come from the
// structures of runtime/lib/ObjectFormat.h.
//
//===----------------------------------------------------------------------===//

#include "passes/cpu/TeamFunctions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Parser/Parser.h"
#include "runtime/lib/ObjectFormat.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llmrt::HostTable;
using llmrt::StepContext;
using llmrt::TeamSync;

/// A change of a word of TeamSync is told and awaited in one order: "word, then
/// sleepers" in team_wake's callers and "sleepers, then word" in park, both
/// sequentially consistent, so that no wake is lost. A thread spins as long as
/// its context says, then sleeps in the host. {0} sync, {1} sleepers,
/// {2} spinLimit
constexpr const char *kAwait = R"mlir(
llvm.func internal @team_wake(%context: !llvm.ptr, %word: !llvm.ptr) {{
  %none = llvm.mlir.constant(0 : i32) : i32
  %syncAt = llvm.getelementptr %context[{0}] : (!llvm.ptr) -> !llvm.ptr, i8
  %sync = llvm.load %syncAt : !llvm.ptr -> !llvm.ptr
  %sleepersAt = llvm.getelementptr %sync[{1}] : (!llvm.ptr) -> !llvm.ptr, i8
  %sleepers = llvm.load %sleepersAt atomic seq_cst {{alignment = 4 : i64} : !llvm.ptr -> i32
  %anyAsleep = llvm.icmp "ne" %sleepers, %none : i32
  llvm.cond_br %anyAsleep, ^wake, ^done
^wake:
  llvm.call @host_wake(%context, %word) : (!llvm.ptr, !llvm.ptr) -> ()
  llvm.br ^done
^done:
  llvm.return
}
llvm.func internal @team_await(%context: !llvm.ptr, %word: !llvm.ptr, %seen: i32) {{
  %none = llvm.mlir.constant(0 : i32) : i32
  %one = llvm.mlir.constant(1 : i32) : i32
  %limitAt = llvm.getelementptr %context[{2}] : (!llvm.ptr) -> !llvm.ptr, i8
  %limit = llvm.load %limitAt : !llvm.ptr -> i32
  llvm.br ^spin(%none : i32)
^spin(%count: i32):
  %now = llvm.load %word atomic acquire {{alignment = 4 : i64} : !llvm.ptr -> i32
  %changed = llvm.icmp "ne" %now, %seen : i32
  llvm.cond_br %changed, ^done, ^again
^again:
  llvm.call_intrinsic "llvm.x86.sse2.pause"() : () -> ()
  %nextCount = llvm.add %count, %one : i32
  %tired = llvm.icmp "ugt" %nextCount, %limit : i32
  llvm.cond_br %tired, ^park, ^spin(%nextCount : i32)
^park:
  llvm.call @host_park(%context, %word, %seen) : (!llvm.ptr, !llvm.ptr, i32) -> ()
  llvm.br ^spin(%none : i32)
^done:
  llvm.return
}
)mlir";

/// Sense of generations: who comes last resets the counters and opens the next
/// generation, which the others await. {0} sync, {1} threads, {2} arrived,
/// {3} generation, {4} nextTile
constexpr const char *kBarrier = R"mlir(
llvm.func internal @team_barrier(%context: !llvm.ptr) attributes {{passthrough = ["noinline"]} {{
  %zero = llvm.mlir.constant(0 : i32) : i32
  %one = llvm.mlir.constant(1 : i32) : i32
  %syncAt = llvm.getelementptr %context[{0}] : (!llvm.ptr) -> !llvm.ptr, i8
  %sync = llvm.load %syncAt : !llvm.ptr -> !llvm.ptr
  %threadsAt = llvm.getelementptr %context[{1}] : (!llvm.ptr) -> !llvm.ptr, i8
  %threads = llvm.load %threadsAt : !llvm.ptr -> i32
  %arrivedAt = llvm.getelementptr %sync[{2}] : (!llvm.ptr) -> !llvm.ptr, i8
  %generation = llvm.getelementptr %sync[{3}] : (!llvm.ptr) -> !llvm.ptr, i8
  %nextTileAt = llvm.getelementptr %sync[{4}] : (!llvm.ptr) -> !llvm.ptr, i8
  %seen = llvm.load %generation atomic monotonic {{alignment = 4 : i64} : !llvm.ptr -> i32
  %before = llvm.atomicrmw add %arrivedAt, %one acq_rel : !llvm.ptr, i32
  %arrived = llvm.add %before, %one : i32
  %isLast = llvm.icmp "eq" %arrived, %threads : i32
  llvm.cond_br %isLast, ^last, ^others
^last:
  llvm.store %zero, %arrivedAt atomic monotonic {{alignment = 4 : i64} : i32, !llvm.ptr
  llvm.store %zero, %nextTileAt atomic monotonic {{alignment = 4 : i64} : i32, !llvm.ptr
  %next = llvm.add %seen, %one : i32
  llvm.store %next, %generation atomic seq_cst {{alignment = 4 : i64} : i32, !llvm.ptr
  llvm.call @team_wake(%context, %generation) : (!llvm.ptr, !llvm.ptr) -> ()
  llvm.return
^others:
  llvm.call @team_await(%context, %generation, %seen) : (!llvm.ptr, !llvm.ptr, i32) -> ()
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

/// {0} name, {1} signature, {2} attributes, {3} host, {4} self, {5} entry of
/// the host's table, {6} the call and the return
constexpr const char *kHostFunction = R"mlir(
llvm.func internal @{0}{1} attributes {{passthrough = [{2}]} {{
  %hostAt = llvm.getelementptr %context[{3}] : (!llvm.ptr) -> !llvm.ptr, i8
  %host = llvm.load %hostAt : !llvm.ptr -> !llvm.ptr
  %selfAt = llvm.getelementptr %host[{4}] : (!llvm.ptr) -> !llvm.ptr, i8
  %self = llvm.load %selfAt : !llvm.ptr -> !llvm.ptr
  %entryAt = llvm.getelementptr %host[{5}] : (!llvm.ptr) -> !llvm.ptr, i8
  %entry = llvm.load %entryAt : !llvm.ptr -> !llvm.ptr
  {6}
}
)mlir";
constexpr const char *kAllocate = R"mlir(
  %data = llvm.call %entry(%self, %argument) : !llvm.ptr, (!llvm.ptr, i64) -> !llvm.ptr
  llvm.return %data : !llvm.ptr)mlir";
constexpr const char *kTellHost = R"mlir(
  llvm.call %entry(%self, %argument) : !llvm.ptr, (!llvm.ptr, !llvm.ptr) -> ()
  llvm.return)mlir";
constexpr const char *kPark = R"mlir(
  llvm.call %entry(%self, %word, %seen) : !llvm.ptr, (!llvm.ptr, !llvm.ptr, i32) -> ()
  llvm.return)mlir";

/// A kernel is run by the calling thread alone where it is small or the team
/// has no others. Else the gate of TeamSync is opened, whoever has a CPU to run
/// on joins, and the gate is closed behind the last tile. The number of tiles
/// is the closure's first word. {0} threads, {1} kernel, {2} closure, {3} sync,
/// {4} arrived, {5} generation, {6} nextTile, {7} what a closed gate is
constexpr const char *kLaunch = R"mlir(
llvm.func internal @graph_claim(%context: !llvm.ptr, %thread: i64) attributes {{passthrough = ["noinline"]} {{
  %kernelAt = llvm.getelementptr %context[{1}] : (!llvm.ptr) -> !llvm.ptr, i8
  %kernel = llvm.load %kernelAt : !llvm.ptr -> !llvm.ptr
  %closureAt = llvm.getelementptr %context[{2}] : (!llvm.ptr) -> !llvm.ptr, i8
  %closure = llvm.load %closureAt : !llvm.ptr -> !llvm.ptr
  %tiles = llvm.load %closure : !llvm.ptr -> i64
  %total = llvm.trunc %tiles : i64 to i32
  llvm.br ^claim
^claim:
  %run = llvm.call @team_claim(%context, %total) : (!llvm.ptr, i32) -> !llvm.struct<(i32, i32)>
  %first32 = llvm.extractvalue %run[0] : !llvm.struct<(i32, i32)>
  %end32 = llvm.extractvalue %run[1] : !llvm.struct<(i32, i32)>
  %none = llvm.icmp "eq" %first32, %end32 : i32
  llvm.cond_br %none, ^done, ^work
^work:
  %first = llvm.zext %first32 : i32 to i64
  %end = llvm.zext %end32 : i32 to i64
  llvm.call %kernel(%context, %thread, %closure, %first, %end) : !llvm.ptr, (!llvm.ptr, i64, !llvm.ptr, i64, i64) -> ()
  llvm.br ^claim
^done:
  llvm.return
}
llvm.func internal @graph_launch(%context: !llvm.ptr, %kernel: !llvm.ptr, %closure: !llvm.ptr, %tiles: i64, %work: i64) attributes {{passthrough = ["noinline"]} {{
  %zero = llvm.mlir.constant(0 : i64) : i64
  %none = llvm.mlir.constant(0 : i32) : i32
  %one = llvm.mlir.constant(1 : i32) : i32
  %shut = llvm.mlir.constant({7} : i32) : i32
  %few = llvm.mlir.constant(16384 : i64) : i64
  %most = llvm.mlir.constant(1073741824 : i64) : i64
  llvm.store %tiles, %closure : i64, !llvm.ptr
  %threadsAt = llvm.getelementptr %context[{0}] : (!llvm.ptr) -> !llvm.ptr, i8
  %threads = llvm.load %threadsAt : !llvm.ptr -> i32
  %single = llvm.icmp "eq" %threads, %one : i32
  %small = llvm.icmp "ult" %work, %few : i64
  %huge = llvm.icmp "ugt" %tiles, %most : i64
  %quick = llvm.or %single, %small : i1
  %alone = llvm.or %quick, %huge : i1
  llvm.cond_br %alone, ^alone, ^open
^alone:
  llvm.call %kernel(%context, %zero, %closure, %zero, %tiles) : !llvm.ptr, (!llvm.ptr, i64, !llvm.ptr, i64, i64) -> ()
  llvm.return
^open:
  %kernelAt = llvm.getelementptr %context[{1}] : (!llvm.ptr) -> !llvm.ptr, i8
  llvm.store %kernel, %kernelAt : !llvm.ptr, !llvm.ptr
  %closureAt = llvm.getelementptr %context[{2}] : (!llvm.ptr) -> !llvm.ptr, i8
  llvm.store %closure, %closureAt : !llvm.ptr, !llvm.ptr
  %syncAt = llvm.getelementptr %context[{3}] : (!llvm.ptr) -> !llvm.ptr, i8
  %sync = llvm.load %syncAt : !llvm.ptr -> !llvm.ptr
  %gate = llvm.getelementptr %sync[{4}] : (!llvm.ptr) -> !llvm.ptr, i8
  %generation = llvm.getelementptr %sync[{5}] : (!llvm.ptr) -> !llvm.ptr, i8
  %nextTile = llvm.getelementptr %sync[{6}] : (!llvm.ptr) -> !llvm.ptr, i8
  llvm.store %none, %nextTile atomic monotonic {{alignment = 4 : i64} : i32, !llvm.ptr
  llvm.store %none, %gate atomic release {{alignment = 4 : i64} : i32, !llvm.ptr
  %before = llvm.atomicrmw add %generation, %one seq_cst : !llvm.ptr, i32
  llvm.call @team_wake(%context, %generation) : (!llvm.ptr, !llvm.ptr) -> ()
  llvm.call @graph_claim(%context, %zero) : (!llvm.ptr, i64) -> ()
  %inside = llvm.atomicrmw _or %gate, %shut acq_rel : !llvm.ptr, i32
  %nobody = llvm.icmp "eq" %inside, %none : i32
  llvm.cond_br %nobody, ^done, ^leaving
^leaving:
  %now = llvm.load %gate atomic acquire {{alignment = 4 : i64} : !llvm.ptr -> i32
  %left = llvm.icmp "eq" %now, %shut : i32
  llvm.cond_br %left, ^done, ^await
^await:
  llvm.call @team_await(%context, %gate, %now) : (!llvm.ptr, !llvm.ptr, i32) -> ()
  llvm.br ^leaving
^done:
  llvm.return
}
)mlir";

/// A function that calls an entry of the host's table.
static std::string hostFunction(const char *name, const char *signature,
                                const char *attributes, size_t entry,
                                const char *call) {
  return llvm::formatv(kHostFunction, name, signature, attributes,
                       offsetof(StepContext, host), offsetof(HostTable, self),
                       entry, call);
}
constexpr const char *kPointer = "(%context: !llvm.ptr, %argument: !llvm.ptr)";
constexpr const char *kOften = "\"noinline\"";
constexpr const char *kRarely = "\"noinline\", \"cold\"";

static LogicalResult add(ModuleOp module, const std::string &text) {
  // A part calls what another part defines.
  return parseSourceString(
      text, module.getBody(),
      ParserConfig(module.getContext(), /*verifyAfterParse=*/false));
}

Value llm::teamSize(ImplicitLocOpBuilder &b, Value context) {
  Value place =
      LLVM::GEPOp::create(b, context.getType(), b.getI8Type(), context,
                          ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(
                              offsetof(StepContext, threads))});
  Value threads = LLVM::LoadOp::create(b, b.getI32Type(), place);
  return arith::IndexCastUIOp::create(b, b.getIndexType(), threads);
}

LogicalResult llm::addTeamFunctions(ModuleOp module) {
  std::string calls =
      hostFunction("host_wake", kPointer, kOften, offsetof(HostTable, wake),
                   kTellHost) +
      hostFunction("host_park",
                   "(%context: !llvm.ptr, %word: !llvm.ptr, %seen: i32)",
                   kOften, offsetof(HostTable, park), kPark);
  std::string await = llvm::formatv(kAwait, offsetof(StepContext, sync),
                                    offsetof(TeamSync, sleepers),
                                    offsetof(StepContext, spinLimit));
  std::string barrier = llvm::formatv(
      kBarrier, offsetof(StepContext, sync), offsetof(StepContext, threads),
      offsetof(TeamSync, arrived), offsetof(TeamSync, generation),
      offsetof(TeamSync, nextTile));
  std::string claim = llvm::formatv(kClaim, offsetof(StepContext, sync),
                                    offsetof(StepContext, threads),
                                    offsetof(TeamSync, nextTile));
  return add(module, calls + await + barrier + claim);
}

LogicalResult llm::addGraphFunctions(ModuleOp module) {
  const char *bytes = "(%context: !llvm.ptr, %argument: i64) -> !llvm.ptr";
  std::string calls = hostFunction("graph_allocate", bytes, kOften,
                                   offsetof(HostTable, allocate), kAllocate) +
                      hostFunction("graph_release", kPointer, kOften,
                                   offsetof(HostTable, release), kTellHost) +
                      hostFunction("graph_abandon", kPointer, kRarely,
                                   offsetof(HostTable, abandon), kTellHost) +
                      hostFunction("graph_fail", kPointer, kRarely,
                                   offsetof(HostTable, fail), kTellHost);
  std::string launch = llvm::formatv(
      kLaunch, offsetof(StepContext, threads), offsetof(StepContext, kernel),
      offsetof(StepContext, closure), offsetof(StepContext, sync),
      offsetof(TeamSync, arrived), offsetof(TeamSync, generation),
      offsetof(TeamSync, nextTile), static_cast<int32_t>(llmrt::kGateClosed));
  return add(module, calls + launch);
}
