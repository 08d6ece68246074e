//===- X86.cpp - CPU levels and their code --------------------------------===//

#include "compiler/targets/X86.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;
using namespace llm;

/// A level asks for what the one before it in this list lacks.
#define V3 "avx avx2 bmi1 bmi2 f16c fma abm movbe"
#define V4 V3 " avx512f avx512bw avx512cd avx512dq avx512vl"

/// Most demanding first.
static ArrayRef<CpuTarget> levels() {
  // 32 vector registers of 16 numbers: 24 sums, two weights, one broadcast.
  static const TileChoices wide{{1, 4}, {1, 4, 12}, {4, 4, 2}, 6, 96, 12, 8};
  // 16 registers of 8 numbers: 4 rows of one panel are 8 sums.
  static const TileChoices narrow{{1, 4}, {1, 4, 4}, {2, 1, 1}, 4, 96, 4, 8};
  static const char *wideVectors = "-prefer-256-bit";
  static const CpuTarget table[] = {
      {"sapphirerapids", "sapphirerapids", wideVectors,
       V4 " avx512_vnni avx512_bf16 avx512_fp16 amx_tile", true, true, wide},
      {"znver5", "znver5", wideVectors,
       V4 " avx512_vnni avx512_bf16 avx512_vp2intersect sse4a", true, true,
       wide},
      {"znver4", "znver4", wideVectors, V4 " avx512_vnni avx512_bf16 sse4a",
       true, true, wide},
      {"cascadelake", "cascadelake", wideVectors, V4 " avx512_vnni", false,
       true, wide},
      {"x86-64-v4", "x86-64-v4", wideVectors, V4, false, false, wide},
      {"x86-64-v3", "x86-64-v3", "", V3, false, false, narrow},
  };
  return table;
}

/// Whether this machine has what a level requires. LLVM and /proc/cpuinfo spell
/// some features apart.
static bool isNative(const CpuTarget &target) {
  static const StringMap<bool> host = sys::getHostCPUFeatures();
  SmallVector<StringRef> required;
  StringRef(target.required).split(required, ' ');
  return all_of(required, [](StringRef name) {
    StringRef spelled = StringSwitch<StringRef>(name)
                            .Case("bmi1", "bmi")
                            .Case("abm", "lzcnt")
                            .Case("avx512_vnni", "avx512vnni")
                            .Case("avx512_bf16", "avx512bf16")
                            .Case("avx512_fp16", "avx512fp16")
                            .Case("avx512_vp2intersect", "avx512vp2intersect")
                            .Case("amx_tile", "amx-tile")
                            .Default(name);
    return host.lookup(spelled);
  });
}

Expected<CpuTarget> llm::findCpuTarget(StringRef name) {
  std::string names;
  for (const CpuTarget &target : levels()) {
    if (target.name == name || (name == "native" && isNative(target)))
      return target;
    names += ", " + target.name;
  }
  if (name == "native")
    return createStringError(
        "this machine lacks AVX2, the least that is supported; accepted for "
        "other machines: --target=" +
        StringRef(names).drop_front(2).str());
  return createStringError("--target=%s: unknown; accepted: native%s",
                           name.str().c_str(), names.c_str());
}

std::unique_ptr<TargetMachine>
llm::createTargetMachine(const CpuTarget &target) {
  static bool initialized = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    return true;
  }();
  (void)initialized;
  Triple triple("x86_64-unknown-linux-gnu");
  std::string error;
  const Target *found = TargetRegistry::lookupTarget(triple, error);
  assert(found && "the X86 target is linked in");
  return std::unique_ptr<TargetMachine>(found->createTargetMachine(
      triple, target.cpu, target.features, TargetOptions(), Reloc::PIC_,
      CodeModel::Small, CodeGenOptLevel::Aggressive));
}

void llm::optimize(Module &module, TargetMachine &machine) {
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", machine.getTargetCPU());
    function.addFnAttr("target-features", machine.getTargetFeatureString());
    function.addFnAttr("prefer-vector-width", "512");
    function.addFnAttr("no-builtins");
    function.addFnAttr(Attribute::NoUnwind);
  }
  PipelineTuningOptions tuning;
  // Tiles are vectors already; what is left scalar is cold.
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O3)
      .run(module, modules);
}

SmallVector<char, 0> llm::emitCode(Module &module, TargetMachine &machine,
                                   bool assembly) {
  SmallVector<char, 0> code;
  raw_svector_ostream stream(code);
  legacy::PassManager passes;
  machine.addPassesToEmitFile(passes, stream, nullptr,
                              assembly ? CodeGenFileType::AssemblyFile
                                       : CodeGenFileType::ObjectFile);
  passes.run(module);
  return code;
}
