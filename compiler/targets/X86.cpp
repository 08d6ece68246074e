//===- X86.cpp - CPU levels and their code --------------------------------===//

#include "compiler/targets/X86.h"

#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;
using namespace llm;

static const CpuTarget *levels(size_t &count) {
  // 32 vector registers of 16 numbers: 24 sums, two weights, one broadcast.
  static const TileChoices wide{{1, 4}, {1, 4, 12}, {4, 4, 2}, 96, 12, 8};
  // 16 registers of 8 numbers: 4 rows of one panel are 8 sums.
  static const TileChoices narrow{{1, 4}, {1, 4, 4}, {2, 1, 1}, 96, 4, 8};
  static const char *v3 = "avx avx2 bmi1 bmi2 f16c fma abm movbe";
  static const char *v4 =
      "avx avx2 bmi1 bmi2 f16c fma abm movbe avx512f avx512bw avx512cd "
      "avx512dq avx512vl";
  static const CpuTarget table[] = {
      {"x86-64-v4", "x86-64-v4", "-prefer-256-bit", v4, wide},
      {"x86-64-v3", "x86-64-v3", "", v3, narrow},
  };
  count = std::size(table);
  return table;
}

Expected<CpuTarget> llm::findCpuTarget(StringRef name) {
  size_t count;
  const CpuTarget *table = levels(count);
  StringMap<bool> host = sys::getHostCPUFeatures();
  std::string names;
  for (size_t i = 0; i < count; ++i) {
    if (table[i].name == name)
      return table[i];
    bool has = name == "native" && host.lookup("avx2") && host.lookup("fma") &&
               (table[i].name == "x86-64-v3" ||
                (host.lookup("avx512vl") && host.lookup("avx512bw") &&
                 host.lookup("avx512dq") && host.lookup("avx512cd")));
    if (has)
      return table[i];
    names += ", " + table[i].name;
  }
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
