//===- llm-compile.cpp - A language model as a shared object --------------===//

#include "compiler/Driver.h"
#include "compiler/Options.h"

int main(int argc, char **argv) {
  llm::CompileOptions options;
  if (!llm::parseCommandLine(argc, argv, options))
    return 1;
  return llm::compile(options);
}
