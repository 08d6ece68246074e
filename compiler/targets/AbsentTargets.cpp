//===- AbsentTargets.cpp - Empty initialisers of targets left out ---------===//
//
// lld initialises every target that LLVM was configured with. llm-compile
// generates code for a few of them; functions of the same names that do nothing
// keep the others' archives out of the program (80 MB and more). A target that
// llm-compile learns to generate code for is taken off this list.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_SHARED_LLVM // libLLVM.so has them all

#define LLM_ABSENT_TARGET(name)                                                \
  extern "C" void LLVMInitialize##name##TargetInfo() {}                        \
  extern "C" void LLVMInitialize##name##Target() {}                            \
  extern "C" void LLVMInitialize##name##TargetMC() {}                          \
  extern "C" void LLVMInitialize##name##AsmPrinter() {}                        \
  extern "C" void LLVMInitialize##name##AsmParser() {}

LLM_ABSENT_TARGET(AArch64)
LLM_ABSENT_TARGET(AMDGPU)
LLM_ABSENT_TARGET(ARM)
LLM_ABSENT_TARGET(AVR)
LLM_ABSENT_TARGET(BPF)
LLM_ABSENT_TARGET(Hexagon)
LLM_ABSENT_TARGET(Lanai)
LLM_ABSENT_TARGET(LoongArch)
LLM_ABSENT_TARGET(M68k)
LLM_ABSENT_TARGET(MSP430)
LLM_ABSENT_TARGET(Mips)
LLM_ABSENT_TARGET(NVPTX)
LLM_ABSENT_TARGET(PowerPC)
LLM_ABSENT_TARGET(RISCV)
LLM_ABSENT_TARGET(SPIRV)
LLM_ABSENT_TARGET(Sparc)
LLM_ABSENT_TARGET(SystemZ)
LLM_ABSENT_TARGET(VE)
LLM_ABSENT_TARGET(WebAssembly)
LLM_ABSENT_TARGET(XCore)
LLM_ABSENT_TARGET(Xtensa)

#endif
