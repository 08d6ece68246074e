//===- SealObject.cpp - Fill in what the compiler fills in ----------------===//
//
// SealObject FILE...: sets weightsOffset and both digests of toy objects, as
// llm-compile does once it has written the weights.
//
//===----------------------------------------------------------------------===//

#include "tests/runtime/ObjectEditor.h"

#include <cstdio>

int main(int count, char **paths) {
  for (int index = 1; index < count; ++index) {
    llmrt::ObjectEditor object;
    if (!object.load(paths[index]) || !object.seal() ||
        !object.store(paths[index])) {
      fprintf(stderr, "%s: %s\n", paths[index], llmrt_last_error());
      return 1;
    }
  }
  return 0;
}
