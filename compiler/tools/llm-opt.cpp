//===- llm-opt.cpp - Run passes on a file of IR ---------------------------===//
//
// MLIR's opt driver over everything that llm-compile knows: each pass by its
// flag, each stage of the pipeline by its name.
//
//===----------------------------------------------------------------------===//

#include "compiler/Registration.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  llm::registerDialects(registry);
  llm::registerPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "llm-opt: run passes on IR\n", registry));
}
